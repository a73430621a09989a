"""`./dev bench`: every figure, on both databases, in one table."""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from engine.logs import configure_logs
from tests.benchmarks import completing, listing, parallel, serving
from tests.benchmarks.figures import Report, known_limits
from tests.benchmarks.places import databases, place


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and say by the exit code whether a goal is missed without a reason."""
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON alone")
    parser.add_argument(
        "--short", action="store_true", help="a tenth of the rows, for a first look"
    )
    wishes = parser.parse_args(arguments)
    part = 10 if wishes.short else 1
    done = tuple(max(10, count // part) for count in completing.DONE)
    sizes = tuple(max(1_000, size // part) for size in listing.SIZES)

    configure_logs(level="ERROR", form="console")
    report, began = Report(limits=known_limits()), time.monotonic()

    def say(what: str) -> None:
        if not wishes.json:
            sys.stderr.write(f"{time.monotonic() - began:5.0f} s  {what}\n")
            sys.stderr.flush()

    with databases() as kinds:
        for kind, empty in kinds.items():
            with place(kind, empty()) as where:
                say(f"{kind}: one case")
                completing.measure(where, report, done=done)
                say(f"{kind}: parallel branches")
                parallel.measure(where, report)
                say(f"{kind}: child cases")
                parallel.children(where, report)
                say(f"{kind}: over HTTP")
                serving.measure(where, report)
            say(f"{kind}: worklist")
            listing.measure(kind, empty, report, sizes=sizes)
    say("memory")
    _memory(report, serving.CASES // part)
    say("done")
    shown = json.dumps(report.as_json(), indent=1) if wishes.json else report.as_table()
    sys.stdout.write(f"{shown}\n")
    return 1 if report.unexplained else 0


def _memory(report: Report, cases: int) -> None:
    # Memory does not depend on the disk, which would only make it slow.
    quick = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(dir=quick if quick.is_dir() else None))
    try:
        serving.memory("SQLite", f"sqlite:///{folder}/memory.sqlite3", report, cases=cases)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

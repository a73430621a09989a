"""`python -m tests.faults --faults 1000`: the long form of the drill; it prints what it did."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.faults.drill import drill


def main(arguments: Sequence[str]) -> int:
    """Run one drill; 1 when something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--faults", type=int, default=1000)
    parser.add_argument("--pause", type=float, default=1.5, help="seconds between two faults")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other moments")
    parser.add_argument("--folder", type=Path, help="where logs and records are kept")
    chosen = parser.parse_args(arguments)
    if chosen.folder:
        chosen.folder.mkdir(parents=True, exist_ok=True)
    report = drill(
        faults=chosen.faults, pause=chosen.pause, seed_number=chosen.seed, folder=chosen.folder,
        tell=lambda words: print(words, flush=True),
    )  # fmt: skip
    print(report)
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

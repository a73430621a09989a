"""`python -m tests.benchmarks [measurement [arguments]]`: run one measurement, or name them all."""

import runpy
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent


def main(arguments: Sequence[str]) -> int:
    """Run the measurement named first, with the other words as its arguments."""
    known = sorted(path.stem for path in HERE.glob("[a-z]*.py"))
    if not arguments or arguments[0] not in known:
        print(f"Say which: {', '.join(known)}. For example: ./dev bench {known[-1]} 20")
        return 0 if not arguments else 2
    sys.argv = list(arguments)
    runpy.run_module(f"tests.benchmarks.{arguments[0]}", run_name="__main__")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

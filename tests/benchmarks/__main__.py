"""`./dev bench [fuzz|walks [arguments]]`: every figure, or one of the long measurements."""

import runpy
import sys
from collections.abc import Sequence

LONG = ("fuzz", "walks")


def main(arguments: Sequence[str]) -> int:
    """Run the measurement named first, with the other words as its arguments; else all figures."""
    name, rest = "all_figures", list(arguments)
    if rest and not rest[0].startswith("-"):
        name = rest.pop(0)
        if name not in LONG:
            sys.stderr.write(f"Say which: {', '.join(LONG)}; without a name all figures.\n")
            return 2
    sys.argv = [name, *rest]
    runpy.run_module(f"tests.benchmarks.{name}", run_name="__main__")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

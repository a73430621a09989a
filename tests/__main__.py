"""`python -m tests`: everything that proves the product, fastest first.

With arguments only pytest runs, and gets them. `--check [STEP…]` runs the quick steps only.
"""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent

# On every core: each process of pytest has servers of its own. Stories are begun in one go and
# shared out anew when a process runs dry, because the drill takes minutes and most tests moments.
EVERYTHING = ["--numprocesses=auto", "--dist=worksteal"]

CHECKS: dict[str, list[str | Path]] = {
    "format": [BIN / "ruff", "format", "--check", "--quiet", "."],
    "lint": [BIN / "ruff", "check", "--quiet", "--output-format=concise", "."],
    "templates": [BIN / "djlint", "--lint", "--quiet", "webapp/templates"],
    "layers": [BIN / "lint-imports", "--no-logo", "--no-cache"],
    "processes": [sys.executable, "-m", "engine", "check"],
    "types": [BIN / "mypy", "--no-error-summary"],
}


def main(arguments: Sequence[str]) -> int:
    """Run the steps, say how long each took, and end with what to repeat."""
    if arguments and arguments[0] == "--check":
        unknown = [name for name in arguments[1:] if name not in CHECKS]
        if unknown:
            print(f"No step is called {', '.join(unknown)}. There are: {', '.join(CHECKS)}.")
            return 2
        return _report(_run_checks(arguments[1:] or list(CHECKS)), tests=0)
    failed = [] if arguments else _run_checks(list(CHECKS))
    tests = subprocess.call([sys.executable, "-m", "pytest", *(arguments or EVERYTHING)], cwd=ROOT)
    return _report(failed, tests=tests)


def _run_checks(names: Sequence[str]) -> list[str]:
    return [name for name in names if not _passes(name)]


def _passes(name: str) -> bool:
    started = time.monotonic()
    done = subprocess.run(
        CHECKS[name],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    verdict = "FAILED" if done.returncode else "ok"
    print(f"{name:<10} {verdict:<7} {time.monotonic() - started:5.1f} s", flush=True)
    if done.returncode:
        print(done.stdout, flush=True)
    return done.returncode == 0


def _report(failed: Sequence[str], *, tests: int) -> int:
    if failed:
        print(f"To repeat the failed checks only: ./dev check {' '.join(failed)}")
    if tests:
        print("To repeat the failed tests only: ./dev test --last-failed")
    return 1 if failed or tests else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

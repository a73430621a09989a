"""`python -m tests`: everything that proves the product, fastest first.

With arguments only pytest runs, and gets them. `--check [STEP…]` runs the quick steps only.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent

# On every core: each process of pytest has servers of its own. Each begins with its slow tests
# (conftest.py), and quick ones are shared out anew when a process runs dry.
EVERYTHING = ["--numprocesses=auto", "--dist=worksteal"]

MEMORY = Path("/dev/shm")
MEMORY_WANTED = 4 * 2**30  # bytes free; the 64 MB of an ordinary container would soon be full

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
    return _report(failed, tests=_run_pytest(arguments or EVERYTHING))


def _run_pytest(arguments: Sequence[str]) -> int:
    """A thousand databases are made and thrown away: in memory, where there is room for them."""
    command = [sys.executable, "-m", "pytest", "-o", "tmp_path_retention_policy=failed", *arguments]
    if "TMPDIR" in os.environ or not _memory_has_room():
        return subprocess.call(command, cwd=ROOT)
    with tempfile.TemporaryDirectory(prefix="tests-", dir=MEMORY) as place:
        Path(place).chmod(0o755)  # PostgreSQL runs as somebody else where root runs the tests
        return subprocess.call(command, cwd=ROOT, env={**os.environ, "TMPDIR": place})


def _memory_has_room() -> bool:
    if not os.access(MEMORY, os.W_OK) or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return False
    return shutil.disk_usage(MEMORY).free >= MEMORY_WANTED


def _run_checks(names: Sequence[str]) -> list[str]:
    with ThreadPoolExecutor(os.cpu_count()) as several:
        passed = several.map(_passes, names)
    return [name for name, well in zip(names, passed, strict=True) if not well]


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
    line = f"{name:<10} {verdict:<7} {time.monotonic() - started:5.1f} s\n"
    # In one piece, because others may have something to say at the same time.
    sys.stdout.write(f"{line}{done.stdout}\n" if done.returncode else line)
    sys.stdout.flush()
    return done.returncode == 0


def _report(failed: Sequence[str], *, tests: int) -> int:
    if failed:
        print(f"To repeat the failed checks only: ./dev check {' '.join(failed)}")
    if tests:
        print("To repeat the failed tests only: ./dev test --last-failed")
    return 1 if failed or tests else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

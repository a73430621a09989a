"""A WSGI server starts with what README says, or ends at once and says why."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.architecture.source import ROOT
from tests.office import open_office

README = (ROOT / "README.md").read_text(encoding="utf-8")
(LINE,) = (line for line in README.splitlines() if line.startswith(".venv/bin/gunicorn "))


def gunicorn(*options: str, **environment: str) -> subprocess.Popen[str]:
    """The line of README, with these options and settings."""
    words = [word.strip("'") for word in LINE.split()[1:]]
    return subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *words, *options],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def refusal(**environment: str) -> tuple[int, str]:
    """How a server ended, and what it said."""
    process = gunicorn("--bind", "127.0.0.1:0", **environment)
    said, _ = process.communicate(timeout=60)
    return process.returncode, said


@pytest.mark.slow
def test_the_line_of_readme_serves(
    migrated_postgres_url: str, redis_url: str, tmp_path: Path
) -> None:
    open_office(migrated_postgres_url, tmp_path).engine.close()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    process = gunicorn(
        "--bind", address, DATABASE_URL=migrated_postgres_url, REDIS_URL=redis_url,
        SECRET_KEY="k" * 32, DATA_DIR=str(tmp_path),
    )  # fmt: skip
    try:
        assert answer(f"http://{address}/readyz") == 200
        assert answer(f"http://{address}/sign-in") == 200
    finally:
        process.terminate()
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said


@pytest.mark.slow
def test_a_server_whose_messages_would_never_leave_does_not_start(tmp_path: Path) -> None:
    code, said = refusal(DATA_DIR=str(tmp_path))

    assert code != 0
    assert "REDIS_URL is empty: no message would leave and no term would expire." in said
    assert "Traceback" not in said


@pytest.mark.slow
def test_a_server_names_every_wrong_setting(tmp_path: Path) -> None:
    code, said = refusal(DATA_DIR=str(tmp_path), SECRET_KEY="short", WEB_THREADS="many")

    assert code != 0
    assert "SECRET_KEY" in said
    assert "WEB_THREADS" in said
    assert "Traceback" not in said


def answer(url: str) -> int:
    """The status of an address, once anybody answers there."""
    limit = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(url, timeout=10) as response:
                return int(response.status)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code
        except OSError:
            if time.monotonic() > limit:
                raise
            time.sleep(0.2)

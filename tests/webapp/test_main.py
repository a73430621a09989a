"""The embedded default: one command, a ready line, people who can sign in, a quiet end."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.architecture.source import ROOT
from webapp.__main__ import main


@contextmanager
def running(data: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """The product as a person starts it: process, address, and what it said before."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, "-m", "webapp", "--port", "0", "--data", str(data), *options],
        cwd=ROOT,
        env=kept,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = ""
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if line.startswith("ready "):
                break
            said += line
        else:
            raise AssertionError(said)
        yield process, line.removeprefix("ready ").strip(), said
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.slow
def test_one_command_and_somebody_can_sign_in_again_after_a_restart(tmp_path: Path) -> None:
    with running(tmp_path) as (process, address, said):
        assert str(tmp_path) in said
        assert "demo-accounts.json" in said
        with urllib.request.urlopen(f"{address}/readyz") as answer:
            assert json.load(answer) == {"status": "ready"}
        accounts = json.loads((tmp_path / "demo-accounts.json").read_text(encoding="utf-8"))
        assert accounts[0].keys() == {"login", "password", "token", "name", "roles"}
        assert accounts[0]["roles"][0].keys() == {"organisation", "capacity", "role"}

        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0

    with closing(sqlite3.connect(tmp_path / "concerto.sqlite3")) as database:
        seats = database.execute("SELECT act, valid_from FROM mandate").fetchall()
    begun = {begins < "-".join(reversed(act[-10:].split("/"))) for act, begins in seats}
    assert begun == {False}, "no mandate begins before the act that confers it"

    with running(tmp_path) as (_process, address, _said):
        assert json.loads((tmp_path / "demo-accounts.json").read_text("utf-8")) == accounts
        with urllib.request.urlopen(f"{address}/sign-in") as answer:
            assert "Entra in Concerto" in answer.read().decode()


@pytest.mark.slow
def test_without_a_demo_office_nobody_is_listed(tmp_path: Path) -> None:
    # Begun for real work, it stays so: everybody knows the password of the demo office.
    for options in (["--no-seed"], []):
        with running(tmp_path, *options) as (_process, _address, said):
            assert "no demo officers here" in said
            assert not (tmp_path / "demo-accounts.json").exists()


def test_wrong_settings_are_named_all_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SECRET_KEY", "short")
    monkeypatch.setenv("WEB_THREADS", "many")

    assert main(["--data", str(tmp_path)]) == 2

    complaint = capsys.readouterr().err
    assert "SECRET_KEY" in complaint
    assert "WEB_THREADS" in complaint


def test_no_demo_accounts_on_a_server_that_others_use(
    tmp_path: Path,
    migrated_postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", migrated_postgres_url)
    monkeypatch.setenv("SECRET_KEY", "k" * 32)

    assert main(["--data", str(tmp_path)]) == 2

    assert "Add --no-seed" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []

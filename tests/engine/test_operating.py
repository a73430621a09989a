"""The commands by which an administrator lives are run as the README writes them."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, tracked_files

README = (ROOT / "README.md").read_text(encoding="utf-8")
PASSWORD = "una frase che ricordo"  # typed where a command asks for one
PARTS = ("engine/", "processes/", "webapp/", "workers/", "requirements/")


def blocks(title: str, kind: str = "sh") -> list[str]:
    """The commands under a title of the README."""
    part = README.partition(f"### {title}\n")[2].partition("\n### ")[0]
    found = re.findall(rf"```{kind}\n(.*?)```", part, re.DOTALL)
    assert found, f"no commands under “{title}”"
    return found


@dataclass(slots=True)
class Machine:
    """A machine on which the source was unpacked, with the README's folders moved into one."""

    home: Path
    environment: dict[str, str]

    def here(self, command: str) -> str:
        """The command with the folders of this machine."""
        for place in ("/opt/concerto", "/srv/concerto", "/var/backups/concerto"):
            command = command.replace(place, str(self.home) + place)
        return command

    def sh(self, commands: str, **environment: str) -> str:
        """Run commands as a shell would, stopping at the first that fails; what was said."""
        done = subprocess.run(
            ["sh", "-ec", self.here(commands)],
            cwd=self.home, env=self.environment | environment, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, input=f"{PASSWORD}\n",
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
        return done.stdout

    def backups(self) -> list[Path]:
        return sorted((self.home / "var/backups/concerto").glob("*.zip"))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    source = tmp_path / "opt/concerto"
    for name in tracked_files():
        if name.startswith(PARTS) or "/" not in name:
            target = source / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)
    _libraries(source)
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    return Machine(tmp_path, environment)


def _libraries(source: Path) -> None:
    """The libraries of this run as `./dev setup` leaves them, so that nothing is fetched."""
    made = source / ".venv"
    made.mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (made / name).symlink_to(Path(sys.prefix) / name)
    locked = (source / "pyproject.toml", source / "requirements/test.lock")
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in locked)).hexdigest()
    (made / f".stamp-test-{digest[:16]}").touch()


def settings(url: str) -> Mapping[str, str]:
    """What an administrator exports before the commands; nothing for SQLite."""
    if url.startswith("sqlite"):
        return {}
    return {"DATABASE_URL": url, "SECRET_KEY": "a secret of at least thirty-two characters"}


@pytest.mark.slow
def test_installed_backed_up_restored_and_upgraded_by_the_book(
    machine: Machine, empty_database_url: str, request: pytest.FixtureRequest
) -> None:
    own = settings(empty_database_url)
    said = machine.sh(blocks("How to install")[0], **own)
    assert "the installation is up to date" in said
    assert "anna.rossi is administrator of cmto" in said

    (line,) = blocks("How to back up", "cron")
    when = re.match(r"(\S+ ){5}", line)
    assert when is not None
    # cron turns an escaped % into a plain one
    machine.sh(line[when.end() :].replace(r"\%", "%"), **own)
    (nightly,) = machine.backups()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d\.zip", nightly.name)
    assert nightly.stat().st_mode & 0o777 == 0o600

    said = machine.sh(blocks("How to upgrade")[0], **own)
    assert "before-upgrade.zip: " in said
    assert "the installation is up to date" in said
    assert " entries verified, 0 findings" in said

    elsewhere = own
    if own:
        elsewhere = settings(request.getfixturevalue("second_empty_postgres_url"))
    (command,) = blocks("How to restore")
    said = machine.sh(re.sub(r"\d{4}-\d\d-\d\d\.zip", nightly.name, command), **elsewhere)
    assert "0 findings" in said
    folder = machine.home / "srv/concerto-restored"
    assert (folder / "concerto.sqlite3").exists() != bool(own)
    verified = machine.sh(
        "cd /opt/concerto; .venv/bin/python -m engine history verify",
        **elsewhere,
        DATA_DIR=str(folder),
    )
    assert " entries verified, 0 findings" in verified


@pytest.mark.slow
def test_the_parts_of_a_server_start_by_the_book(
    machine: Machine, empty_postgres_url: str, redis_url: str
) -> None:
    own = {
        **settings(empty_postgres_url),
        "REDIS_URL": redis_url,
        "DATA_DIR": str(machine.home / "srv/concerto"),
        "GUNICORN_CMD_ARGS": "--bind 127.0.0.1:0",  # another server may have port 8000
        "PYTHONUNBUFFERED": "1",
    }
    install, start = blocks("How to install")
    machine.sh(install, **own)
    for command in start.strip().splitlines():
        log = machine.home / "log"
        with log.open("w", encoding="utf-8") as output:
            process = subprocess.Popen(
                ["sh", "-ec", f"exec {command}"],
                cwd=machine.home / "opt/concerto", env=machine.environment | own,
                stdout=output, stderr=output,
            )  # fmt: skip
        try:
            _starts(process, log, "Listening at: " if "gunicorn" in command else "started")
            if "gunicorn" in command:
                found = re.search(r"Listening at: (\S+)", log.read_text(encoding="utf-8"))
                assert found is not None
                with urllib.request.urlopen(f"{found[1]}/readyz", timeout=60) as answer:
                    assert answer.status == 200
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0, log.read_text(encoding="utf-8")


def _starts(process: subprocess.Popen[bytes], log: Path, sign: str) -> None:
    until = time.monotonic() + 60
    while sign not in log.read_text(encoding="utf-8"):
        assert process.poll() is None and time.monotonic() < until, log.read_text(encoding="utf-8")
        time.sleep(0.1)

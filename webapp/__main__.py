"""`python -m webapp`: the whole product in one process, ready for a browser a few seconds later.

This is the composition root of the embedded default and the only module that knows the workers:
without REDIS_URL deliveries and clock run in a thread beside the pages.
"""

import argparse
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from waitress.server import create_server

import engine
from engine import Engine
from engine.logs import configure_logs
from engine.seed import install, seed
from engine.settings import Settings, SettingsInvalid
from webapp import create_app
from webapp.starting import with_secret
from workers.embedded import Embedded

ACCOUNTS = "demo-accounts.json"
NO_DEMO = """\
DATABASE_URL names a PostgreSQL server: no demo accounts are created there, because everybody knows
their password. Add --no-seed; or, if the database holds only exercises, set TRAINING=forced."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Prepare the data folder, serve until asked to stop, and end without losing an act."""
    wishes = _wishes(arguments)
    try:
        settings = with_secret(Settings.from_environment(_environment(wishes, os.environ)))
    except SettingsInvalid as invalid:
        print(f"These settings cannot be used:\n{invalid}\n{invalid.hint}", file=sys.stderr)
        return 2
    if wishes.seed and not settings.on_sqlite and not settings.training:
        print(NO_DEMO, file=sys.stderr)
        return 2
    configure_logs(level=settings.log_level, form=settings.log_format)
    office = engine.open(settings)
    workers = Embedded(office, settings) if settings.redis_url is None else None
    try:
        _prepare(office, settings, with_demo=wishes.seed)
        server = create_server(
            create_app(settings, office),
            host=wishes.host,
            port=wishes.port,
            threads=settings.web_threads,
            ident="",
        )
        signal.signal(signal.SIGTERM, _stop)
        if workers:
            workers.start()
        print(f"ready http://{wishes.host}:{server.effective_port}", flush=True)
        # Returns after Ctrl-C or SIGTERM, when the requests in hand have been answered.
        server.run()
    except OSError as trouble:
        print(f"Port {wishes.port} cannot be used: {trouble}.", file=sys.stderr)
        print("Choose another one with --port.", file=sys.stderr)
        return 1
    finally:
        if workers:
            workers.stop()
        office.close()
    return 0


def _wishes(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m webapp", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="where it listens (default 8000)")
    parser.add_argument("--host", default="127.0.0.1", help="default: this machine only")
    parser.add_argument("--data", metavar="DIR", help="data folder (default ./data)")
    parser.add_argument(
        "--no-seed", dest="seed", action="store_false", help="without the demo office"
    )
    parser.add_argument(
        "--training", action="store_true", help="the clock can be moved forward: for exercises"
    )
    return parser.parse_args(arguments)


def _environment(wishes: argparse.Namespace, environment: Mapping[str, str]) -> dict[str, str]:
    """What was said on the command line wins over the environment."""
    said = dict(environment)
    said.setdefault("PUBLIC_URL", f"http://{wishes.host}:{wishes.port}")
    if wishes.data:
        said["DATA_DIR"] = wishes.data
    if wishes.training and said.get("TRAINING") != "forced":
        said["TRAINING"] = "yes"
    return said


def _prepare(office: Engine, settings: Settings, *, with_demo: bool) -> None:
    """Bring schema, territory, procedures and demo office up to date, and say how to begin."""
    for problem in install(office, processes=settings.processes_dir, demo=with_demo):
        print(f"Not published: {problem}", file=sys.stderr)
    accounts = settings.data_dir / ACCOUNTS
    people = seed(office, accounts_file=accounts) if with_demo else 0
    _welcome(settings, accounts, people)


def _welcome(settings: Settings, accounts: Path, people: int) -> None:
    """Say in plain words where it listens, who can sign in and where the data lies."""
    print("Concerto, case management for planning offices")
    print(f"  address   {settings.public_url}")
    print(f"  data      {settings.data_dir}")
    if people:
        print(f"  sign in   {people} demo officers, all of them in {accounts}; for instance")
        for name in _examples(accounts):
            print(f"            {name}")
    else:
        print("  sign in   no demo officers here; `python -m engine appoint` makes accounts")
    if settings.training:
        print("  training  the clock can be moved forward; acts have no effect outside")
    print("  stop      Ctrl-C", flush=True)


def _examples(accounts: Path) -> list[str]:
    """One officer of each level, so that a first visitor need not open the file."""
    people = json.loads(accounts.read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for level in ("municipality", "cmto", "region"):
        for person in people:
            if person["roles"] and person["roles"][0]["capacity"] == level:
                role = person["roles"][0]
                shown = f"{person['login']} / {person['password']}"
                found.setdefault(level, f"{shown}   ({role['role']}, {role['organisation']})")
    return list(found.values())


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit


if __name__ == "__main__":
    sys.exit(main())

"""`python -m engine appoint`: the first people of an installation, and whoever comes later."""

import argparse
import getpass
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import date

from sqlalchemy import select

from engine.actor import Actor
from engine.commands import appoint_officer
from engine.facade import Engine
from engine.model import Officer
from engine.settings import Settings
from engine.unit_of_work import Reading

SYSTEM = Actor.system("command line")


def offer_appointing(parser: argparse.ArgumentParser, opened: Callable[[], Engine]) -> None:
    """What `appoint` asks for; who has no account yet needs more."""
    parser.add_argument("login", metavar="LOGIN", help="user name")
    parser.add_argument("body", metavar="BODY", help="cmto, region, mun-001082, …")
    parser.add_argument("role", metavar="ROLE", help="administrator, coordinator, officer, …")
    parser.add_argument(
        "--act", dest="by_act", required=True, help="the act of appointment, number and date"
    )
    parser.add_argument("--since", type=date.fromisoformat, metavar="YYYY-MM-DD")
    parser.add_argument("--name", default="", help="first name and surname")
    parser.add_argument("--email", default="")
    parser.add_argument(
        "--fiscal-code", default="", help="by which an identity provider recognises the person"
    )
    parser.set_defaults(act=lambda chosen: _appoint(opened, chosen))


def _appoint(opened: Callable[[], Engine], chosen: argparse.Namespace) -> int:
    with closing(opened()) as engine:
        known = engine.read(_known, login=chosen.login)
        engine.run(
            SYSTEM, appoint_officer, login=chosen.login, body=chosen.body, role=chosen.role,
            act=chosen.by_act, since=chosen.since, name=chosen.name, email=chosen.email,
            fiscal_code=chosen.fiscal_code,
            password="" if known else _password(engine.settings),
        )  # fmt: skip
    print(f"{chosen.login} is {chosen.role} of {chosen.body}")
    return 0


def _known(reading: Reading, *, login: str) -> bool:
    statement = select(Officer.id).where(Officer.login == login.strip().lower())
    return reading.session.scalar(statement) is not None


def _password(settings: Settings) -> str:
    """Typed by a person, or the first line of what is piped in; none where none is taken."""
    if not settings.local_accounts:
        return ""
    if sys.stdin.isatty():
        or_none = "; empty: by identity provider only" if settings.oidc_providers else ""
        return getpass.getpass(f"Password, at least 12 characters{or_none}: ")
    return sys.stdin.readline().rstrip("\n")

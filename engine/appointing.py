"""`python -m engine appoint` and `set-password`: the first people, and the last who can help."""

import argparse
import getpass
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import date

from sqlalchemy import select

from engine.actor import Actor
from engine.commands import appoint_officer, reset_second_factor, set_password_of
from engine.errors import WrongState
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


def offer_password(parser: argparse.ArgumentParser, opened: Callable[[], Engine]) -> None:
    """What `set-password` asks for: the way in again of an administrator whom nobody else helps."""
    parser.add_argument("login", metavar="LOGIN", help="user name")
    parser.add_argument("--reason", required=True, help="why; it stays in the history")
    parser.add_argument(
        "--second-factor", action="store_true", help="take a lost second factor away too"
    )
    parser.set_defaults(act=lambda chosen: _set_password(opened, chosen))


def _set_password(opened: Callable[[], Engine], chosen: argparse.Namespace) -> int:
    with closing(opened()) as engine:
        engine.run(
            SYSTEM, set_password_of, login=chosen.login, password=_password(engine.settings),
            reason=chosen.reason,
        )  # fmt: skip
        if chosen.second_factor:
            person = engine.read(_account, login=chosen.login)
            with suppress(WrongState):  # there is none to take away
                engine.run(SYSTEM, reset_second_factor, officer_id=person, reason=chosen.reason)
    print(f"{chosen.login} has a new password and is signed out everywhere")
    return 0


def _account(reading: Reading, *, login: str) -> str:
    statement = select(Officer.id).where(Officer.login == login.strip().lower())
    return reading.session.scalars(statement).one()


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

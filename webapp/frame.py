"""What stands around every page: who I am, for whom I act, what day it is."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Flask, g

from engine.queries import MandateView, Me, me, training_clock
from engine.text import Text
from webapp.auth import engine, nobody, present
from webapp.i18n import language
from webapp.shown import law


@dataclass(frozen=True, slots=True)
class BandMandate:
    """A mandate as the band under the header and the cards of choice show it."""

    id: str
    organisation: str
    organisation_id: str
    level: str
    role: Text
    act: str
    valid_from: date
    valid_until: date | None
    open_items: int
    substituted: str = ""
    substitution_act: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """The officer as every page names him."""

    name: str
    mandates: tuple[BandMandate, ...]
    acting: BandMandate | None
    unread_notices: int
    open_items: int
    is_administrator: bool
    coordinates: bool
    """Sees the work of every body."""
    administered: tuple[BandMandate, ...]
    """By which he administers the people of a body."""


def register(app: Flask) -> None:
    """Give every template what `base.html` asks for."""
    app.context_processor(_frame)
    app.jinja_env.filters["law"] = law


def reader() -> Me | None:
    """Who reads this page, asked once for each request; None when nobody is signed in."""
    if "reader" not in g:
        officer = present()
        g.reader = engine().read(me, actor=officer.actor) if officer else None
    answer: Me | None = g.reader
    return answer


def without_engine() -> None:
    """Show this page without asking the engine anything: it may be what failed."""
    nobody()
    g.reader, g.day = None, None


def _frame() -> dict[str, Any]:
    who = reader()
    shown: dict[str, Any] = {"language": language(), "me": _named(who) if who else None}
    if who:
        return {**shown, "today": who.today, "training": who.training}
    if g.get("day", "") is None:
        return {**shown, "today": None, "training": False}
    clock = engine().read(training_clock)
    return {**shown, "today": clock.today, "training": clock.training}


def _named(who: Me) -> Reader:
    # Who holds one mandate acts for it without ever having chosen.
    only = who.mandates[0] if len(who.mandates) == 1 else None
    acting = who.acting or only
    return Reader(
        name=who.name,
        mandates=tuple(_mandate(mandate) for mandate in who.mandates),
        acting=_mandate(acting) if acting else None,
        unread_notices=who.unread_notices,
        open_items=who.open_items,
        is_administrator=who.administers_installation,
        coordinates=any(m.kind == "cmto" and m.process is None for m in who.mandates),
        administered=tuple(_mandate(mandate) for mandate in who.administered),
    )


def _mandate(view: MandateView) -> BandMandate:
    return BandMandate(
        id=view.id,
        organisation=view.organisation.in_(language()),
        organisation_id=view.organisation_id,
        level=view.kind,
        role=view.role_title,
        act=view.act,
        valid_from=view.valid_from,
        valid_until=view.valid_to,
        open_items=view.open_items,
        substituted=view.substituted,
        substitution_act=view.substitution_act,
    )

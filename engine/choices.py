"""The values an officer may pick where a form takes its options from the case or the registers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.bundles.form import Field
from engine.bundles.forms.rows import key_of
from engine.mandates import alive
from engine.model import MandateRow, Officer, Organisation, Party
from engine.text import NO_TEXT, Text, both


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a select, and how it reads."""

    value: str
    label: Text
    help: Text = NO_TEXT


def choices(
    session: Session,
    fields: Iterable[Field],
    *,
    parties: Sequence[Party],
    variables: Mapping[str, Any],
    today: date,
) -> dict[str, tuple[Choice, ...]]:
    """Field path (`clauses.office`) → choices, for every field that takes them from elsewhere."""
    found: dict[str, tuple[Choice, ...]] = {}
    for path, field in _walk(fields, ""):
        if field.options_from is None:
            continue
        source, _, name = field.options_from.partition(":")
        if source == "parties":
            found[path] = _parties(session, parties, name)
        elif source == "organisations":
            found[path] = _organisations(session, name)
        elif source == "officers":
            found[path] = _officers(session, parties, name, today)
        else:
            found[path] = _variable(variables.get(name))
    return found


def _walk(fields: Iterable[Field], before: str) -> Iterable[tuple[str, Field]]:
    for field in fields:
        path = f"{before}{field.name}"
        yield path, field
        yield from _walk(field.fields, f"{path}.")


def _parties(session: Session, parties: Sequence[Party], capacity: str) -> tuple[Choice, ...]:
    living = [p for p in parties if p.left_at is None and p.capacity == capacity]
    rows = session.scalars(
        select(Organisation).where(Organisation.id.in_([p.organisation_id for p in living]))
    )
    names = {o.id: Text(o.name, o.name_en) for o in rows}
    return tuple(Choice(p.id, names[p.organisation_id]) for p in living)


def _organisations(session: Session, kind: str) -> tuple[Choice, ...]:
    statement = select(Organisation).where(Organisation.kind == kind).order_by(Organisation.name)
    return tuple(Choice(o.id, Text(o.name, o.name_en)) for o in session.scalars(statement))


def _officers(
    session: Session, parties: Sequence[Party], capacity: str, today: date
) -> tuple[Choice, ...]:
    bodies = {p.organisation_id for p in parties if p.left_at is None and p.capacity == capacity}
    statement = (
        select(Officer.id, Officer.name)
        .join(MandateRow, MandateRow.officer_id == Officer.id)
        .where(
            Officer.active,
            MandateRow.organisation_id.in_(bodies),
            alive(today),
        )
        .distinct()
        .order_by(Officer.name)
    )
    return tuple(Choice(officer_id, both(name)) for officer_id, name in session.execute(statement))


def _variable(value: Any) -> tuple[Choice, ...]:
    """A case variable as choices: a dictionary by its keys, a list by its items."""
    if isinstance(value, Mapping):
        return tuple(
            Choice(str(key), _label(key, item), _help(item)) for key, item in value.items()
        )
    if isinstance(value, list):
        return tuple(Choice(key_of(item), _label(item, item), _help(item)) for item in value)
    return ()


def _label(key: Any, item: Any) -> Text:
    if isinstance(item, Mapping):
        return _text(item.get("label") or item.get("name") or item.get("title") or key)
    return both(str(key))


def _help(item: Any) -> Text:
    return _text(item.get("help") or "") if isinstance(item, Mapping) else NO_TEXT


def _text(said: Any) -> Text:
    if isinstance(said, Mapping):
        return Text(str(said.get("it", "")), str(said.get("en", "")))
    return both(str(said))

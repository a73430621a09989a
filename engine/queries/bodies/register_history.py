"""What was changed in the register of bodies and people: by whom, when, why, from which day."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, or_, select

from engine.actor import Actor
from engine.bundles.roles import role_title
from engine.clock import end_of
from engine.errors import Invalid
from engine.model import HistoryEntry, Organisation
from engine.policy import require_administrator
from engine.queries._lookup import bare_name, spoken_mandate, spoken_substitution
from engine.queries._paging import cursor, instant_of, keys_of, page_size, searched
from engine.text import NO_TEXT, Text, both
from engine.unit_of_work import Reading
from engine.wording import OF_FACTS, Names, event_sentence

RegisterKind = Literal["bodies", "calendars", "mandates", "accounts"]
REGISTER_KINDS: Mapping[RegisterKind, tuple[str, ...]] = {
    "bodies": ("BodyRegistered", "BodyCorrected"),
    "calendars": ("PatronSet", "ClosingDayAdded", "ClosingDayRemoved"),
    "mandates": (
        "OfficerAppointed", "MandateGranted", "MandateEnded", "SubstitutionGranted",
        "SubstitutionEnded", "PersonInvited", "InvitationRevoked", "InvitationAccepted",
    ),
    "accounts": ("IdentityBound", "AccountChanged"),
}  # fmt: skip
"""What the entries of the register are about."""
_KIND_OF = {type_: kind for kind, types in REGISTER_KINDS.items() for type_ in types}


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One change of the register."""

    id: str
    at: datetime
    actor: str
    mandate: Text
    """Under which the author acted; empty for the system."""
    substituted: Text
    kind: RegisterKind
    type: str
    text: Text
    changes: tuple[Text, ...]
    """Of a body: each fact with what holds now; of a mandate its role."""
    organisation_id: str | None
    organisation: Text
    valid_from: date | None
    valid_to: date | None
    act: str
    reason: str
    digest: str


@dataclass(frozen=True, slots=True)
class RegisterHistory:
    """A part of the history, newest first; it is not counted, because it only grows."""

    items: tuple[RegisterEntry, ...]
    next: str | None


def register_history(
    reading: Reading, *, actor: Actor, kind: str | None = None, organisation_id: str | None = None,
    who: str | None = None, since: date | None = None, until: date | None = None,
    after: str | None = None, limit: int = 50,
) -> RegisterHistory:  # fmt: skip
    """For who keeps the register: three statements at most, whatever its age.

    `who` is part of the author's name, `organisation_id` the body concerned. Raises NotAllowed.
    """
    require_administrator(actor)
    if kind is not None and kind not in REGISTER_KINDS:
        known = ", ".join(REGISTER_KINDS)
        raise Invalid(
            Text(f"«{kind}» non è un tipo di modifica.", f"“{kind}” is no kind of change."),
            Text(f"Tipi: {known}.", f"Kinds: {known}."),
        )
    types = [t for k, names in REGISTER_KINDS.items() if kind in (None, k) for t in names]
    where: list[ColumnElement[bool]] = [
        HistoryEntry.case_id.is_(None),
        HistoryEntry.type.in_(types),
    ]
    if organisation_id:
        body = reading.session.get(Organisation, organisation_id)
        # Older kinds of entries name the body and do not give its id.
        wanted = [organisation_id, *([body.name] if body is not None else [])]
        where.append(HistoryEntry.payload["organisation"].as_string().in_(wanted))
    if words := searched(who):
        where.append(HistoryEntry.actor.icontains(words, autoescape=True))
    if since is not None:
        where.append(HistoryEntry.at >= end_of(since - timedelta(days=1)))
    if until is not None:
        where.append(HistoryEntry.at < end_of(until))
    if (keys := keys_of(after, str, str)) is not None:
        at = instant_of(keys[0])
        same = and_(HistoryEntry.at == at, HistoryEntry.id < keys[1])
        where.append(or_(HistoryEntry.at < at, same))
    size = page_size(limit)
    rows = reading.session.scalars(
        select(HistoryEntry)
        .where(*where)
        .order_by(HistoryEntry.at.desc(), HistoryEntry.id.desc())
        .limit(size + 1)
    ).all()
    named = _bodies(reading, rows[:size])
    last = rows[size - 1] if len(rows) > size else None
    return RegisterHistory(
        tuple(_entry(row, named) for row in rows[:size]),
        cursor(last.at.isoformat(), last.id) if last is not None else None,
    )


def _entry(row: HistoryEntry, named: Mapping[str, Organisation]) -> RegisterEntry:
    payload = row.payload
    body = named.get(str(payload.get("organisation")))
    # Where no id is written the name is: of its calendar in `organisation`, else in `name`.
    by_name = row.type in (*REGISTER_KINDS["calendars"], "OfficerAppointed")
    stands = payload.get("organisation" if by_name else "name")
    if row.type in REGISTER_KINDS["accounts"]:
        stands = ""
    return RegisterEntry(
        id=row.id, at=row.at, actor=row.actor, mandate=spoken_mandate(row.acting_for, Names()),
        substituted=spoken_substitution(row.acting_for), kind=_KIND_OF[row.type], type=row.type,
        text=event_sentence(row.type, _spoken(payload), Names()),
        changes=tuple(_changes(row, body, named)),
        organisation_id=body.id if body is not None else None,
        organisation=bare_name(body) if body is not None else both(str(stands or "")),
        valid_from=_day(payload.get("valid_from")), valid_to=_day(payload.get("valid_to")),
        act=str(payload.get("act") or ""), reason=str(payload.get("reason") or ""),
        digest=row.digest,
    )  # fmt: skip


def _spoken(payload: Mapping[str, Any]) -> dict[str, Any]:
    """What a sentence says: days as people write them; the reason is told beside it."""
    days = {name: _day(payload.get(name)) for name in ("valid_from", "valid_to", "day")}
    written = {name: f"{day:%d/%m/%Y}" for name, day in days.items() if day is not None}
    return {**payload, **written, "reason": ""}


def _changes(
    row: HistoryEntry, body: Organisation | None, named: Mapping[str, Organisation]
) -> Iterator[Text]:
    role = row.payload.get("role")
    if role:
        yield role_title(body.kind, role) if body is not None else both(role)
    for change in row.payload.get("changes", ()):
        title = OF_FACTS.get(change["kind"], both(change["kind"]))
        subject, value = change.get("subject") or "", change.get("value")
        about, says = NO_TEXT, _value(change["kind"], value, named)
        if change["kind"] == "member":
            about = bare_name(named[subject]) if subject in named else both(subject)
        elif subject and body is not None:
            about = role_title(body.kind, subject)
        yield Text(
            f"{title.it}{f' ({about.it})' if about.it else ''}: {says.it}",
            f"{title.en}{f' ({about.en})' if about.en else ''}: {says.en}",
        )


def _value(kind: str, value: Any, named: Mapping[str, Organisation]) -> Text:
    if value is None or value == "":
        return Text("tolto", "taken away")
    if isinstance(value, bool):
        return Text("sì", "yes") if value else Text("no", "no")
    if kind in ("seat", "part_of") and value in named:
        return bare_name(named[value])
    if kind == "name":
        return Text(value["it"], value["en"])
    if kind == "representative":
        return both(f"{value['name']}, {value['act']}")
    return both(str(value))


def _bodies(reading: Reading, rows: Sequence[HistoryEntry]) -> Mapping[str, Organisation]:
    """The bodies that the entries name by their id."""
    ids: set[str] = set()
    for row in rows:
        ids.add(str(row.payload.get("organisation")))
        for change in row.payload.get("changes", ()):
            ids |= {str(change.get("subject")), str(change.get("value"))}
    found = reading.session.scalars(select(Organisation).where(Organisation.id.in_(ids)))
    return {body.id: body for body in found}


def _day(written: Any) -> date | None:
    if not written:
        return None
    try:
        return date.fromisoformat(str(written)[:10])
    except ValueError:
        return None

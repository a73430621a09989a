"""What several questions look up: the case a reader may see, bodies, people, names."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from engine.actor import Actor, Mandate
from engine.bundles.definition import Bundle
from engine.bundles.drawn import Element
from engine.bundles.form import Field
from engine.bundles.roles import role_title, roles
from engine.errors import CaseNotFound
from engine.mandates import BY_LINK, TODAY, acting, mandates_of
from engine.mandates import alive as alive_on
from engine.model import Case, CaseState, Officer, Organisation, Party, WorkItem, WorkKind, Zone
from engine.policy import Seat, seen_by
from engine.queries.rows import CaseHead, PersonRow, SuspendedView
from engine.text import NO_TEXT, Text, both
from engine.unit_of_work import CASE_UNKNOWN, PARTIES_OF_CASE, Reading, of_kind
from engine.wording import Names, case_state_text, name_in_full
from engine.wording.telling import lower, message_received

LETTERS = "RACI"
ENGINE_MESSAGES = {
    "case-withdrawn": Text("Ritiro del caso", "Withdrawal of the case"),
    "case-reopened": Text("Riapertura del caso", "Reopening of the case"),
    "case-resumed": Text("Ripresa del caso", "Resumption of the case"),
    "party-withdrawn": Text("Uscita di un ente", "Withdrawal of a body"),
    "party-joined": Text("Ingresso di un ente", "A body joins"),
}
"""Messages the engine itself sends; a procedure does not name them."""

ALIVE = and_(Officer.active, alive_on(TODAY))
"""Mandates that hold `today`, of officers who still have an account."""

# Put together once: building a statement costs as much as asking the database.
_CASE = seen_by(
    select(Case, Zone)
    .outerjoin(Zone, Zone.number == Case.zone_number)
    .where(Case.id == bindparam("case_id"))
)
_ACTING = acting()
_HOLDERS = (
    select(
        Officer.id, Officer.name, Officer.email, _ACTING.c.organisation_id, _ACTING.c.role,
        _ACTING.c.holder_id, _ACTING.c.process,
        Organisation.kind, Organisation.name.label("body"), Organisation.name_en.label("body_en"),
    )
    .join(_ACTING, _ACTING.c.officer_id == Officer.id)
    .join(Organisation, Organisation.id == _ACTING.c.organisation_id)
    .where(Officer.active)
    .order_by(Officer.name, Officer.id)
)  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """A case the reader may see, with its procedure and its bodies.

    Without slots: bodies and parties are looked for in every cell of every table, so who is called
    how is put together once.
    """

    case: Case
    bundle: Bundle
    zone: Zone | None
    parties: tuple[Party, ...]
    bodies: Mapping[str, Organisation]

    @property
    def head(self) -> CaseHead:
        return case_head(self.case, self.bundle, self.zone)

    def body(self, organisation_id: str | None) -> Text | None:
        """The name of a body."""
        found = self.bodies.get(organisation_id or "")
        return None if found is None else body_name(found)

    def named_so(self, words: str) -> Text | None:
        """A body of the case that a script wrote by its Italian name."""
        return self._names.get(words)

    def party(self, party_id: str | None) -> Party | None:
        """The party with this id, whether it has left or not."""
        return self._parties.get(party_id or "")

    @cached_property
    def _names(self) -> Mapping[str, Text]:
        return {body.name: bare_name(body) for body in self.bodies.values()}

    @cached_property
    def _parties(self) -> Mapping[str, Party]:
        return {party.id: party for party in self.parties}

    @property
    def suspended(self) -> bool:
        return self.case.state == CaseState.SUSPENDED


def seen_case(reading: Reading, actor: Actor, case_id: str) -> Seen:
    """The case with its parties; three statements. Raises CaseNotFound for foreign ones."""
    statement, named = _CASE(actor)
    found = reading.session.execute(statement, {"case_id": case_id, **named}).one_or_none()
    if found is None:
        raise CaseNotFound(CASE_UNKNOWN)
    return with_parties(reading, found[0], found[1])


def with_parties(reading: Reading, case: Case, zone: Zone | None) -> Seen:
    """A case that the reader may see, with its parties; one statement."""
    rows = reading.session.execute(PARTIES_OF_CASE, {"case_id": case.id}).all()
    return Seen(
        case,
        reading.bundle_of(case),
        zone,
        tuple(of_kind(party, body.kind) for party, body in rows),
        {body.id: body for _, body in rows},
    )


def case_head(case: Case, bundle: Bundle, zone: Zone | None) -> CaseHead:
    """What identifies a case."""
    law, suspended = bundle.founded_on(case.variables), None
    if case.suspended_at is not None:
        suspended = SuspendedView(
            case.suspension_reason or "", case.suspended_by or "", case.suspended_at
        )
    return CaseHead(
        id=case.id, number=case.number, title=case.title, process=case.process,
        process_title=bundle.title, version=case.version, state=case.state,
        state_text=case_state_text(case.state), outcome=case.outcome,
        outcome_title=outcome_title(bundle, case.outcome), zone=case.zone_number,
        zone_name=Text(zone.name_it, zone.name_en) if zone is not None else NO_TEXT,
        started_at=case.started_at, started_by=case.started_by, ended_at=case.ended_at,
        legal_basis=law.text, evidence=law.evidence,
        process_version=bundle.version, suspended=suspended,
    )  # fmt: skip


def body_name(body: Organisation) -> Text:
    """How a body is called where it acts: `Comune di Chivasso`."""
    return name_in_full(body.kind, bare_name(body))


def bare_name(body: Organisation) -> Text:
    """How the register of the territory calls a body: `Chivasso`."""
    return Text(body.name, body.name_en)


def living_mandates(reading: Reading, officer_id: str) -> tuple[Mandate, ...]:
    """What an officer may act under today, as a substitute too; one statement."""
    return mandates_of(reading.session, officer_id, reading.today)


@dataclass(frozen=True, slots=True)
class Holder:
    """A person who holds a role in a body today."""

    officer_id: str
    name: str
    email: str
    organisation_id: str
    organisation: Text
    kind: str
    role: str
    substituted: str = ""
    """The id of the holder whose work a substitute does; empty for the holder himself."""
    process: str | None = None
    """The procedure in whose cases alone he substitutes."""


def holders(
    reading: Reading, organisation_ids: Collection[str], process: str | None = None
) -> tuple[Holder, ...]:
    """Everybody who acts in a role of these bodies today, substitutes too; one statement.

    Who substitutes in the cases of one procedure only counts there.
    """
    return tuple(h for h in everybody(reading, organisation_ids) if h.process in (None, process))


def everybody(reading: Reading, organisation_ids: Collection[str]) -> tuple[Holder, ...]:
    """The same for cases of several procedures; `process` says where a substitute counts."""
    named = {"bodies": sorted(organisation_ids), "today": reading.today}
    return tuple(
        Holder(
            row.id, row.name, row.email, row.organisation_id,
            name_in_full(row.kind, Text(row.body, row.body_en)), row.kind, row.role,
            row.holder_id if row.holder_id != row.id else "", row.process,
        )
        for row in reading.session.connection().execute(_HOLDERS, named)
    )  # fmt: skip


def people_on(
    seats: Iterable[Seat], people: Sequence[Holder], *, actor: Actor,
    bodies: Mapping[str, Organisation], letters: str = LETTERS,
) -> tuple[PersonRow, ...]:  # fmt: skip
    """Who stands behind the letters today; a seat with nobody on it is shown as a gap."""
    found: dict[tuple[str, str, str], PersonRow] = {}
    for seat in sorted(set(seats), key=lambda s: (LETTERS.index(s.letter), s.organisation_id)):
        if seat.letter not in letters:
            continue
        on = [h for h in people if (h.organisation_id, h.role) == (seat.organisation_id, seat.role)]
        names = {h.officer_id: h.name for h in on if not h.substituted}
        # Who holds the role himself is no substitute for a colleague in it.
        for h in sorted(on, key=lambda h: bool(h.substituted)):
            found.setdefault((seat.letter, h.officer_id, h.organisation_id), PersonRow(
                name=h.name, organisation=h.organisation, role_title=role_title(h.kind, h.role),
                letter=seat.letter, is_me=h.officer_id == actor.officer_id, email=h.email,
                officer_id=h.officer_id, substitutes=names.get(h.substituted, ""),
                substituted_by=next(
                    (s.name for s in on if s.substituted and s.substituted == h.officer_id), ""
                ),
            ))  # fmt: skip
        body = bodies.get(seat.organisation_id)
        if not on and body is not None:
            found[seat.letter, seat.role, seat.organisation_id] = PersonRow(
                name="", organisation=body_name(body), role_title=role_title(body.kind, seat.role),
                letter=seat.letter, is_me=False, gap=True,
            )  # fmt: skip
    return tuple(found.values())


def shown_letter(item: WorkItem, letter: str) -> str:
    """The letter of the matrix by which work is somebody's: an approval is done by who answers."""
    if letter != "R" or item.kind == WorkKind.ACTIVITY:
        return letter
    return "A" if item.kind == WorkKind.APPROVAL else "C"


def activity_title(bundle: Bundle, activity: str) -> Text:
    """What an activity is called, or the stage that a milestone ends."""
    form = bundle.forms.get(activity)
    if form is not None:
        return form.title
    return next((s.title for s in bundle.stages if s.milestone == activity), both(activity))


def stage_title(bundle: Bundle, stage_id: str | None) -> Text | None:
    """What a stage is called."""
    return next((s.title for s in bundle.stages if s.id == stage_id), None)


def outcome_title(bundle: Bundle, outcome: str | None) -> Text:
    """How a case ended: the words on the node that says so."""
    if not outcome:
        return NO_TEXT
    for drawing in bundle.drawings.values():
        for element in drawing.elements.values():
            if outcome in (element.properties.get("outcome"), element.id) and element.name:
                return Text(element.name, _english(element, outcome))
    return both(_spelt(outcome))


def element_name(element: Element) -> Text:
    """What a node is called: its own name, and the English one written beside it."""
    return Text(element.name or _spelt(element.id), _english(element, element.id))


def _english(element: Element, key: str) -> str:
    return element.properties.get("name_en") or _spelt(key)


def _spelt(key: str) -> str:
    words = key.replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]


def names_of(bundle: Bundle, parties: Mapping[str, Organisation]) -> Names:
    """What the ids in a history are called, by the procedure and the parties of the case."""
    # A body renamed since then is told by the name written down at the time.
    bodies = {body.name: body_name(body) for body in parties.values()}
    return Names(
        activity=lambda key: activity_title(bundle, key),
        milestone=lambda key: _milestone(bundle, key),
        deadline=lambda key: bundle.deadlines[key].title if key in bundle.deadlines else both(key),
        capacity=lambda key: next((c.title for c in bundle.capacities if c.id == key), both(key)),
        message=lambda key: _message(bundle, key),
        received=lambda key: _received(bundle, key),
        outcome=lambda key: outcome_title(bundle, key),
        element=lambda key: _element(bundle, key),
        children=lambda key: _opened(bundle, key),
        party=lambda key: body_name(parties[key]) if key in parties else both(key),
        document=lambda title: _document(bundle, title),
        body=lambda name: bodies.get(name, both(name)),
        answer=lambda key, answers: _inside_a_sentence(bundle, parties, key, answers),
    )


def _opened(bundle: Bundle, key: str) -> Text:
    rule = bundle.children.get(key) or bundle.raises.get(key)
    return both(key) if rule is None else rule.title


def deciding_answer(bundle: Bundle, activity: str, answers: Mapping[str, Any]) -> Text:
    """The first choice or yes/no of a form: the answer that decides it."""
    field = _deciding(bundle, activity, answers)
    # What the case offered bears ids, which nobody reads.
    return spoken(field, answers[field.name]) if field and not field.options_from else NO_TEXT


def _inside_a_sentence(
    bundle: Bundle, parties: Mapping[str, Organisation], activity: str, answers: Mapping[str, Any]
) -> Text:
    """The answer that decides an activity as a sentence goes on with it: a body by its name."""
    field = _deciding(bundle, activity, answers)
    if field is not None and field.options_from and answers[field.name] in parties:
        return body_name(parties[answers[field.name]])
    said = deciding_answer(bundle, activity, answers)
    return Text(lower(said.it), lower(said.en))


def _deciding(bundle: Bundle, activity: str, answers: Mapping[str, Any]) -> Field | None:
    form = bundle.forms.get(activity)
    asked = form.fields if form is not None else ()
    return next((f for f in asked if f.type in ("choice", "yes_no") and f.name in answers), None)


def spoken(field: Field, value: Any) -> Text:
    """An answer in words where it is a choice."""
    if field.type == "yes_no":
        return Text("sì", "yes") if value in (True, "yes") else Text("no", "no")
    return next((o.label for o in field.options if o.value == value), both(str(value)))


def party_bodies(session: Session, case_ids: Collection[str]) -> dict[str, Organisation]:
    """Party id → its body, for several cases; one statement."""
    rows = session.execute(
        select(Party.id, Organisation)
        .join(Organisation, Organisation.id == Party.organisation_id)
        .where(Party.case_id.in_(case_ids))
    )
    return {row[0]: row[1] for row in rows}


def spoken_mandate(written: str | None, names: Names) -> Text:
    """A mandate as the history keeps it, `Chivasso, Ufficio comunale`, for either reader."""
    if not written:
        return NO_TEXT
    seat, _, _substitution = written.partition(SUBSTITUTING)
    seat, _, address = seat.partition(BY_LINK)
    body, _, role = seat.partition(", ")
    name = names.body(body)
    title = next((known.title for known in roles().values() if known.title.it == role), both(role))
    by = Text("", "")
    if address:
        sent = address.removesuffix(")")
        by = Text(f"con collegamento inviato a {sent}", f"by a link sent to {sent}")
    return Text(
        ", ".join(part for part in (name.it, title.it, by.it) if part),
        ", ".join(part for part in (name.en, title.en, by.en) if part),
    )


SUBSTITUTING = " (per "


def spoken_substitution(written: str | None) -> Text:
    """For whom a substitute acted and by which act: `per Bruno Casalegno, atto n. 212`."""
    _, found, rest = (written or "").partition(SUBSTITUTING)
    holder, _, act = rest.removesuffix(")").partition(", atto ")
    if not found:
        return NO_TEXT
    # A number alone wants its noun; `decreto n. 5` has one.
    numbered = act.startswith("n.") or act[:1].isdecimal()
    named = Text(f"atto {act}", f"act {act}") if numbered else both(act)
    return Text(f"per {holder}, {named.it}", f"for {holder} under {named.en}")


def _milestone(bundle: Bundle, key: str) -> Text:
    for stage in bundle.stages:
        if stage.milestone == key:
            return stage.title
    for drawing in bundle.drawings.values():
        for element in drawing.elements.values():
            if element.properties.get("milestone") == key and element.name:
                return Text(element.name, _english(element, key))
    return both(_spelt(key))


def _document(bundle: Bundle, title: str) -> Text:
    """A file has the kind of document its field asked for, or else the label of the field."""
    asked = (
        field.kind or field.label
        for form in bundle.forms.values()
        for field in _all_fields(form.fields)
        if field.type == "file"
    )
    return next((words for words in asked if words.it == title), both(title))


def _all_fields(fields: Sequence[Field]) -> Iterator[Field]:
    for field in fields:
        yield field
        yield from _all_fields(field.fields)


def _message(bundle: Bundle, key: str) -> Text:
    rule = bundle.messages.get(key)
    if rule is not None:
        return rule.title
    if any(raised.returns == key for raised in bundle.raises.values()):
        return Text("Esito di un caso nato da questo", "Outcome of a case raised from this one")
    return ENGINE_MESSAGES.get(key, both(key))


def _received(bundle: Bundle, key: str) -> Text:
    """What people sent into the case as the drawing calls the event that waits for it."""
    if key in bundle.messages and (events := bundle.catching(key)):
        return element_name(events[0])
    return message_received(_message(bundle, key))


def _element(bundle: Bundle, key: str) -> Text:
    if key in bundle.forms:
        return bundle.forms[key].title
    element = bundle.element(key)
    return element_name(element) if element is not None else both(key)

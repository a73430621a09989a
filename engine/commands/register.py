"""The register of bodies: what holds of each, since when and why. Nothing in it is overwritten."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import nulls_last, or_, select

from engine import events
from engine.bundles.roles import BodyKind, body_kinds
from engine.commands._facts import Fact, baseline, change, read_facts
from engine.commands.cases import require_reason
from engine.errors import Invalid, OrganisationNotFound
from engine.model import BodyFact, Organisation
from engine.policy import require_administrator, require_machine
from engine.text import Text
from engine.unit_of_work import UnitOfWork


def register_body(
    work: UnitOfWork, *, kind: str, facts: Mapping[str, Any], valid_from: date, reason: str
) -> str:
    """Take a body into the register with what holds of it from a day on; returns its id.

    Raises Invalid, naming what is wrong.
    """
    work.mandate = require_administrator(work.actor)
    require_reason(reason)
    rule = _rule(kind)
    body = Organisation(id=work.new_id(), kind=kind, name="", name_en="")
    wanted = read_facts(work, body, rule, facts)
    if not any(fact.kind == "name" for fact in wanted):
        raise Invalid(Text("Manca il nome dell’ente.", "The name of the body is missing."))
    if any(fact.kind == "closed" for fact in wanted):
        raise Invalid(Text("Un ente nuovo non può essere cessato.", "A new body cannot be closed."))
    # Until its first day comes a body has at least its name.
    change(work, body, next(fact for fact in wanted if fact.kind == "name"))
    work.add(body)
    work.flush()
    for fact in wanted:
        _record(work, body, fact, valid_from, reason)
    work.record(events.BodyRegistered(None, body.id, body.name, kind, reason.strip()))
    return body.id


def correct_body(
    work: UnitOfWork,
    *,
    organisation_id: str,
    facts: Mapping[str, Any],
    valid_from: date,
    reason: str,
) -> None:
    """Write down what holds of a body from a day on; what held before stays readable.

    With a day to come the body changes on that day: so the seat of an office rotates.
    """
    work.mandate = require_administrator(work.actor)
    require_reason(reason)
    body = work.session.get(
        Organisation, organisation_id, with_for_update=True, populate_existing=True
    )
    if body is None:
        raise OrganisationNotFound(Text("Ente sconosciuto.", "Unknown body."))
    wanted = read_facts(work, body, _rule(body.kind), facts)
    if not wanted:
        raise Invalid(
            Text("Non c’è niente da correggere.", "There is nothing to correct."),
            Text("Scrivi almeno un dato.", "Give at least one fact."),
        )
    name = body.name
    for fact in wanted:
        _keep_what_held(work, body, fact)
        _record(work, body, fact, valid_from, reason)
    changes = [{"kind": f.kind, "subject": f.subject, "value": f.value} for f in wanted]
    work.record(
        events.BodyCorrected(None, body.id, name, changes, valid_from.isoformat(), reason.strip())
    )


def apply_fact(work: UnitOfWork, *, fact_id: str) -> bool:
    """The day of a fact has come: the body is now as it says."""
    require_machine(work.actor)
    row = work.session.get(BodyFact, fact_id, with_for_update=True, populate_existing=True)
    if row is None or row.applied or row.valid_from is None or row.valid_from > work.today:
        return False
    body = work.session.get_one(Organisation, row.organisation_id, with_for_update=True)
    row.applied = True
    _take_over(work, body, row.kind, row.subject)
    return True


def _rule(kind: str) -> BodyKind:
    rule = body_kinds().get(kind)
    if rule is None:
        raise Invalid(
            Text(f"«{kind}» non è un tipo di ente.", f"“{kind}” is no kind of body."),
            Text(f"Tipi: {', '.join(body_kinds())}.", f"Kinds: {', '.join(body_kinds())}."),
        )
    return rule


def _keep_what_held(work: UnitOfWork, body: Organisation, fact: Fact) -> None:
    """What came with the reference data becomes a fact when it is first corrected."""
    known = select(BodyFact.id).where(
        BodyFact.organisation_id == body.id, BodyFact.kind == fact.kind,
        BodyFact.subject == fact.subject,
    )  # fmt: skip
    before = baseline(work, body, fact)
    if before is None or work.session.scalar(known.limit(1)) is not None:
        return
    _write(work, body, Fact(fact.kind, fact.subject, before), None, "", applied=True)


def _record(work: UnitOfWork, body: Organisation, fact: Fact, since: date, reason: str) -> None:
    applied = since <= work.today
    _write(work, body, fact, since, reason.strip(), applied=applied)
    if applied:
        work.flush()
        _take_over(work, body, fact.kind, fact.subject)


def _write(
    work: UnitOfWork, body: Organisation, fact: Fact, since: date | None, reason: str, *,
    applied: bool,
) -> None:  # fmt: skip
    work.add(
        BodyFact(
            id=work.new_id(), organisation_id=body.id, kind=fact.kind, subject=fact.subject,
            value=fact.value, valid_from=since, reason=reason, recorded_at=work.now,
            recorded_by=work.author, applied=applied,
        )
    )  # fmt: skip


def _take_over(work: UnitOfWork, body: Organisation, kind: str, subject: str) -> None:
    """Make the body as the latest fact of this kind begun by today says."""
    row = work.session.scalars(
        select(BodyFact)
        .where(
            BodyFact.organisation_id == body.id, BodyFact.kind == kind,
            BodyFact.subject == subject,
            or_(BodyFact.valid_from.is_(None), BodyFact.valid_from <= work.today),
        )
        .order_by(
            nulls_last(BodyFact.valid_from.desc()), BodyFact.recorded_at.desc(), BodyFact.id.desc()
        )
        .limit(1)
    ).one()  # fmt: skip
    change(work, body, Fact(kind, subject, row.value), row.valid_from)

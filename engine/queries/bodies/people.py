"""The mandates of a body and their substitutions, past ones too, for whoever administers them."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import aliased

from engine.actor import Actor
from engine.bundles.roles import RoleKind, role_title, roles_of
from engine.errors import MandateNotFound, OrganisationNotFound
from engine.model import MandateRow, Officer, Organisation, Substitution
from engine.policy import require_administrator
from engine.queries._lookup import body_name
from engine.text import Text
from engine.unit_of_work import Reading

UNKNOWN = Text(
    "Questo incarico non esiste o non è fra quelli che amministri.",
    "This mandate does not exist or is not among those you administer.",
)


@dataclass(frozen=True, slots=True)
class SubstitutionRecord:
    """Who does the work of a mandate, by which act, from when to when."""

    id: str
    mandate_id: str
    holder_id: str
    holder: str
    substitute_id: str
    substitute: str
    organisation_id: str
    organisation: Text
    role: str
    role_title: Text
    process: str | None
    process_title: Text | None
    act: str
    valid_from: date
    valid_to: date
    in_force: bool
    over: bool
    end_reason: str | None


@dataclass(frozen=True, slots=True)
class MandateRecord:
    """A mandate with everything about it."""

    id: str
    officer_id: str
    holder: str
    email: str
    organisation_id: str
    organisation: Text
    role: str
    role_title: Text
    act: str
    valid_from: date
    valid_to: date | None
    alive: bool
    over: bool
    granted_by: str | None
    end_act: str | None
    end_reason: str | None
    substitutions: tuple[SubstitutionRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class BodyPeople:
    """The people of a body, and what the reader may do with their mandates."""

    organisation_id: str
    organisation: Text
    kind: str
    roles: tuple[RoleKind, ...]
    mandates: tuple[MandateRecord, ...]
    may_grant: bool


def body_people(reading: Reading, *, actor: Actor, organisation_id: str) -> BodyPeople:
    """Every mandate of a body, living ones first; for its administrator and the installation's.

    Raises OrganisationNotFound to everybody else: three statements.
    """
    body = reading.session.get(Organisation, organisation_id)
    if body is None or not (actor.administers(organisation_id) or actor.is_administrator()):
        raise OrganisationNotFound(
            Text(
                "Questo ente non esiste o non ne amministri gli incarichi.",
                "This body does not exist or you do not administer its mandates.",
            )
        )
    mandates = _mandates(reading, MandateRow.organisation_id == organisation_id)
    return BodyPeople(
        body.id, body_name(body), body.kind, roles_of(body.kind), mandates,
        may_grant=body.closed_on is None,
    )  # fmt: skip


def keeper_only(_reading: Reading, *, actor: Actor) -> None:
    """Whether the reader keeps the register of bodies. Raises NotAllowed to everybody else."""
    require_administrator(actor)


def mandate_record(reading: Reading, *, actor: Actor, mandate_id: str) -> MandateRecord:
    """One mandate: for its holder, its body's administrator and the installation's."""
    for found in _mandates(reading, MandateRow.id == mandate_id):
        administers = actor.administers(found.organisation_id) or actor.is_administrator()
        if found.officer_id == actor.officer_id or administers:
            return found
    raise MandateNotFound(UNKNOWN)


def my_mandates(reading: Reading, *, actor: Actor) -> tuple[MandateRecord, ...]:
    """All mandates of the officer, living ones first; two statements."""
    return _mandates(reading, MandateRow.officer_id == actor.officer_id)


def my_substitutions(reading: Reading, *, actor: Actor) -> tuple[SubstitutionRecord, ...]:
    """Whom I substitute and who substitutes me, those in force first; one statement."""
    return _substitutions(
        reading,
        or_(
            MandateRow.officer_id == actor.officer_id,
            Substitution.substitute_id == actor.officer_id,
        ),
    )


def substitution_record(
    reading: Reading, *, actor: Actor, substitution_id: str
) -> SubstitutionRecord:
    """One substitution: for those it concerns and the administrator of the body."""
    for found in _substitutions(reading, Substitution.id == substitution_id):
        administers = actor.administers(found.organisation_id) or actor.is_administrator()
        if actor.officer_id in (found.holder_id, found.substitute_id) or administers:
            return found
    raise MandateNotFound(UNKNOWN)


def _mandates(reading: Reading, where: ColumnElement[bool]) -> tuple[MandateRecord, ...]:
    rows = reading.session.execute(
        select(MandateRow, Officer, Organisation)
        .join(Officer, Officer.id == MandateRow.officer_id)
        .join(Organisation, Organisation.id == MandateRow.organisation_id)
        .where(where)
        .order_by(Officer.name, MandateRow.valid_from, MandateRow.id)
    ).all()
    beside: dict[str, list[SubstitutionRecord]] = {}
    for one in _substitutions(reading, where):
        beside.setdefault(one.mandate_id, []).append(one)
    found = [
        MandateRecord(
            id=row.id, officer_id=person.id, holder=person.name, email=person.email,
            organisation_id=body.id, organisation=body_name(body), role=row.role,
            role_title=role_title(body.kind, row.role), act=row.act, valid_from=row.valid_from,
            valid_to=row.valid_to, alive=row.holds_on(reading.today),
            over=row.valid_to is not None and row.valid_to < reading.today,
            granted_by=row.granted_by, end_act=row.end_act, end_reason=row.end_reason,
            substitutions=tuple(beside.get(row.id, ())),
        )
        for row, person, body in rows
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: one.over))


def _substitutions(reading: Reading, where: ColumnElement[bool]) -> tuple[SubstitutionRecord, ...]:
    holder = aliased(Officer)
    rows = reading.session.execute(
        select(Substitution, MandateRow, holder.name, Officer.name, Organisation)
        .join(MandateRow, MandateRow.id == Substitution.mandate_id)
        .join(holder, holder.id == MandateRow.officer_id)
        .join(Officer, Officer.id == Substitution.substitute_id)
        .join(Organisation, Organisation.id == MandateRow.organisation_id)
        .where(where)
        .order_by(Substitution.valid_to.desc(), Substitution.id)
    ).all()
    return tuple(
        SubstitutionRecord(
            id=row.id, mandate_id=mandate.id, holder_id=mandate.officer_id, holder=of,
            substitute_id=row.substitute_id, substitute=by, organisation_id=body.id,
            organisation=body_name(body), role=mandate.role,
            role_title=role_title(body.kind, mandate.role), process=row.process,
            process_title=_process_title(reading, row.process), act=row.act,
            valid_from=row.valid_from, valid_to=row.valid_to,
            in_force=row.holds_on(reading.today) and mandate.holds_on(reading.today),
            over=row.valid_to < reading.today, end_reason=row.end_reason,
        )
        for row, mandate, of, by, body in rows
    )  # fmt: skip


def _process_title(reading: Reading, process: str | None) -> Text | None:
    version = reading.latest(process) if process is not None else None
    return version.bundle.title if version is not None else None

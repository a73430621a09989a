"""Mandates: a person, a role, a body, from a day to a day, by an act."""

from datetime import date, timedelta

from sqlalchemy import select

from engine import events
from engine.actor import ADMINISTRATOR, INSTALLATION
from engine.bundles.roles import role_title
from engine.commands._people import (
    UNKNOWN,
    granting_mandate,
    require_act,
    require_order,
    require_role,
    require_unheld,
    seat_of,
    send_back,
)
from engine.commands._people import person as found_person
from engine.commands.access.sessions import end_sessions
from engine.commands.access.telling import tell_of_mandate
from engine.commands.cases import require_reason
from engine.errors import Invalid, MandateNotFound, OrganisationNotFound, WrongState
from engine.mandates import alive, mandates_of, substitutes_of
from engine.model import MandateRow, Officer, Organisation
from engine.policy import require_granter, require_machine
from engine.text import Text
from engine.unit_of_work import UnitOfWork


def grant_mandate(
    work: UnitOfWork,
    *,
    person: str,
    organisation_id: str,
    role: str,
    act: str,
    valid_from: date,
    valid_to: date | None = None,
) -> str:
    """Register the mandate that an act confers on a person; returns its id.

    Raises NotAllowed to others than the administrator of the body (decision record 0018).
    """
    body = work.organisations([organisation_id]).get(organisation_id)
    if body is None:
        raise OrganisationNotFound(Text("Ente sconosciuto.", "Unknown body."))
    # Who has an account is told to nobody who could not grant in this body anyway.
    require_granter(work.actor, organisation_id=body.id, body=body.name)
    officer = found_person(work, person)
    work.mandate = granting_mandate(work, body, role, to=officer.id)
    act = require_act(act)
    require_order(valid_from, valid_to)
    require_role(body, role, valid_to)
    require_unheld(work, body, role, officer, valid_from, valid_to)
    row = MandateRow(
        id=work.new_id(), officer_id=officer.id, organisation_id=body.id, role=role, act=act,
        valid_from=valid_from, valid_to=valid_to, granted_by=work.author,
    )  # fmt: skip
    work.add(row)
    work.record(
        events.MandateGranted(
            None, row.id, officer.name, body.id, body.name, role, act, valid_from.isoformat(),
            valid_to.isoformat() if valid_to is not None else None,
        )
    )  # fmt: skip
    tell_of_mandate(work, officer, body, role, since=valid_from, until=valid_to, reason=act)
    return row.id


def end_mandate(
    work: UnitOfWork, *, mandate_id: str, act: str, reason: str, last_day: date
) -> None:
    """End a mandate by an act; from the day after its last one open work is the office's again."""
    row, officer, body = seat_of(work, mandate_id)
    if not work.actor.is_system:
        work.mandate = work.actor.administers(body.id)
        if work.mandate is None:
            raise MandateNotFound(UNKNOWN)
    act = require_act(act)
    require_reason(reason)
    if row.valid_to is not None and row.valid_to < work.today:
        raise WrongState(
            Text("Questo incarico è già finito.", "This mandate is already over."),
            Text("Non serve altro.", "Nothing more is needed."),
        )
    if last_day < work.today - timedelta(days=1):
        raise Invalid(
            Text(
                "L’ultimo giorno non può essere prima di ieri: ciò che è stato fatto resta fatto.",
                "The last day cannot be before yesterday: what was done stays done.",
            )
        )
    if row.valid_to is not None and last_day > row.valid_to:
        raise Invalid(
            Text("L’incarico finisce già prima.", "The mandate ends earlier already."),
            Text("Per prolungarlo registra un nuovo atto.", "To prolong it register a new act."),
        )
    if row.role == ADMINISTRATOR and body.kind == INSTALLATION and not work.actor.is_system:
        _require_successor(work, row, body, last_day)
    row.end(on=last_day, act=act, reason=reason.strip())
    if last_day < work.today:
        _close(work, row, officer, body)
    else:  # the clock will send back what is then still held
        _record_end(work, row, officer, body, 0)
    tell_of_mandate(work, officer, body, row.role, until=last_day, reason=reason.strip())


def close_mandate(work: UnitOfWork, *, mandate_id: str) -> bool:
    """The last day of a mandate is over: what was held under it goes back to the office."""
    require_machine(work.actor)
    row, officer, body = seat_of(work, mandate_id)
    if row.settled or row.valid_to is None or row.valid_to >= work.today:
        return False
    _close(work, row, officer, body)
    tell_of_mandate(work, officer, body, row.role, until=row.valid_to)
    return True


def _require_successor(
    work: UnitOfWork, row: MandateRow, body: Organisation, last_day: date
) -> None:
    """Somebody administers the installation the day after too: else nobody could ever again."""
    day_after = last_day + timedelta(days=1)
    others = (
        select(MandateRow.id)
        .join(Officer, Officer.id == MandateRow.officer_id)
        .where(
            Officer.active, MandateRow.id != row.id, MandateRow.organisation_id == body.id,
            MandateRow.role == ADMINISTRATOR, alive(day_after),
        )
    )  # fmt: skip
    if work.session.scalars(others.limit(1)).first() is None:
        raise WrongState(
            Text(
                "È l’ultimo incarico che amministra l’installazione: dopo non resterebbe nessuno.",
                "It is the last mandate that administers the installation: nobody would be left.",
            ),
            Text(
                "Registra prima l’incarico di chi ti succede, poi fai finire questo.",
                "First register the mandate of the successor, then end this one.",
            ),
        )


def _close(work: UnitOfWork, row: MandateRow, officer: Officer, body: Organisation) -> None:
    role = role_title(body.kind, row.role)
    why = Text(
        f"L’incarico di {officer.name} ({body.name}, {role.it}) è finito.",
        f"The mandate of {officer.name} ({body.name_en}, {role.en}) has ended.",
    )
    mandate = work.mandate
    work.flush()
    returned = send_back(work, {row.id, *substitutes_of(work.session, [row.id])}, why)
    work.mandate = mandate
    row.settle()
    if not mandates_of(work.session, officer.id, work.today):
        # Nothing is left to do here: no browser stays open for it.
        end_sessions(work, officer.id)
    _record_end(work, row, officer, body, returned)


def _record_end(
    work: UnitOfWork, row: MandateRow, officer: Officer, body: Organisation, returned: int
) -> None:
    assert row.valid_to is not None
    work.record(
        events.MandateEnded(
            None, row.id, officer.name, body.id, body.name, row.role, row.end_act or "",
            row.valid_to.isoformat(), row.end_reason or "", returned,
        )
    )  # fmt: skip

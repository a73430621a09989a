"""Substitutions: who does the work of another's mandate, by which act, from when to when."""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, or_, select, true

from engine import events
from engine.actor import ADMINISTRATOR
from engine.bundles.roles import role_title
from engine.commands._people import (
    UNKNOWN,
    person,
    require_act,
    require_order,
    seat_of,
    send_back,
)
from engine.commands.cases import require_reason
from engine.errors import Conflict, Invalid, MandateNotFound, NotAllowed, WrongState
from engine.model import MandateRow, Officer, Organisation, Substitution
from engine.policy import may_substitute, require_machine
from engine.text import Text
from engine.unit_of_work import UnitOfWork


def grant_substitution(
    work: UnitOfWork,
    *,
    mandate_id: str,
    substitute: str,
    act: str,
    valid_from: date,
    valid_to: date,
    process: str | None = None,
) -> str:
    """Name who does the work of a mandate meanwhile, in all cases or in those of one procedure.

    A person is in the same days either a substitute or substituted, never both: so nobody
    substitutes a substitute, and no chain can close upon itself (decision record 0018).
    """
    row, holder, body = seat_of(work, mandate_id)
    if not work.actor.is_system:
        work.mandate = may_substitute(work.actor, mandate_id=row.id, organisation_id=body.id)
        if work.mandate is None:
            raise MandateNotFound(UNKNOWN)
    officer = person(work, substitute)
    act = require_act(act)
    require_order(valid_from, valid_to)
    _require_possible(work, row, officer, valid_from, valid_to, process)
    _require_no_chain(work, holder, officer, valid_from, valid_to)
    _require_free(work, row, valid_from, valid_to, process)
    made = Substitution(
        id=work.new_id(), mandate_id=row.id, substitute_id=officer.id, process=process, act=act,
        valid_from=valid_from, valid_to=valid_to, granted_by=work.author,
    )  # fmt: skip
    work.add(made)
    work.record(
        events.SubstitutionGranted(
            None, made.id, holder.name, officer.name, body.id, body.name, row.role, process, act,
            valid_from.isoformat(), valid_to.isoformat(),
        )
    )  # fmt: skip
    return made.id


def end_substitution(
    work: UnitOfWork, *, substitution_id: str, reason: str, last_day: date
) -> None:
    """End a substitution before its time: the holder is back, or somebody else takes over."""
    row, mandate, holder, body = _locked(work, substitution_id)
    if not work.actor.is_system:
        work.mandate = may_substitute(work.actor, mandate_id=mandate.id, organisation_id=body.id)
        if work.mandate is None:
            raise MandateNotFound(UNKNOWN)
    require_reason(reason)
    if row.valid_to < work.today:
        raise WrongState(
            Text("Questa sostituzione è già finita.", "This substitution is already over."),
            Text("Non serve altro.", "Nothing more is needed."),
        )
    if not work.today - timedelta(days=1) <= last_day <= row.valid_to:
        raise Invalid(
            Text(
                "L’ultimo giorno va da ieri alla fine già prevista.",
                "The last day lies between yesterday and the end already planned.",
            )
        )
    row.end(on=last_day, reason=reason.strip())
    if last_day < work.today:
        _close(work, row, mandate, holder, body)
    else:
        _record_end(work, row, mandate, holder, body, 0)


def close_substitution(work: UnitOfWork, *, substitution_id: str) -> bool:
    """The last day of a substitution is over: what the substitute held goes back to the office."""
    require_machine(work.actor)
    row, mandate, holder, body = _locked(work, substitution_id)
    if row.settled or row.valid_to >= work.today:
        return False
    _close(work, row, mandate, holder, body)
    return True


def _locked(
    work: UnitOfWork, substitution_id: str
) -> tuple[Substitution, MandateRow, Officer, Organisation]:
    row = work.session.get(
        Substitution, substitution_id, with_for_update=True, populate_existing=True
    )
    if row is None:
        raise MandateNotFound(UNKNOWN)
    return (row, *seat_of(work, row.mandate_id))


def _close(
    work: UnitOfWork, row: Substitution, mandate: MandateRow, holder: Officer, body: Organisation
) -> None:
    substitute = work.session.get_one(Officer, row.substitute_id).name
    role = role_title(body.kind, mandate.role)
    why = Text(
        f"{substitute} non sostituisce più {holder.name} ({body.name}, {role.it}).",
        f"{substitute} no longer substitutes {holder.name} ({body.name_en}, {role.en}).",
    )
    acting = work.mandate
    work.flush()
    returned = send_back(work, {row.id}, why)
    work.mandate = acting
    row.settle()
    _record_end(work, row, mandate, holder, body, returned)


def _record_end(
    work: UnitOfWork, row: Substitution, mandate: MandateRow, holder: Officer,
    body: Organisation, returned: int,
) -> None:  # fmt: skip
    substitute = work.session.get_one(Officer, row.substitute_id).name
    work.record(
        events.SubstitutionEnded(
            None, row.id, holder.name, substitute, body.id, body.name, mandate.role,
            row.valid_to.isoformat(), row.end_reason or "", returned,
        )
    )  # fmt: skip


def _require_possible(
    work: UnitOfWork,
    row: MandateRow,
    officer: Officer,
    valid_from: date,
    valid_to: date,
    process: str | None,
) -> None:
    if row.role == ADMINISTRATOR:
        raise NotAllowed(
            Text(
                "Chi amministra gli incarichi non si sostituisce: si nomina un altro.",
                "Who administers mandates is not substituted: another one is appointed.",
            )
        )
    if officer.id == row.officer_id:
        raise Invalid(
            Text("Nessuno sostituisce se stesso.", "Nobody substitutes himself."),
            Text("Scegli un’altra persona.", "Choose somebody else."),
        )
    if valid_to < work.today:
        raise Invalid(
            Text("Questo periodo è già passato.", "This period has already passed."),
            Text("Scegli un ultimo giorno da oggi in avanti.", "Choose a last day from today on."),
        )
    if valid_from < row.valid_from or (row.valid_to is not None and valid_to > row.valid_to):
        raise Invalid(
            Text(
                "La sostituzione deve stare dentro il periodo dell’incarico.",
                "The substitution must lie within the period of the mandate.",
            )
        )
    if process is not None and work.versions.latest(work.session, process) is None:
        raise Invalid(Text("Procedimento sconosciuto.", "Unknown procedure."))


def _require_no_chain(
    work: UnitOfWork, holder: Officer, officer: Officer, valid_from: date, valid_to: date
) -> None:
    """Neither may the substitute be absent himself, nor the absent one be a substitute."""
    found = work.session.execute(
        select(Substitution, MandateRow)
        .join(MandateRow, MandateRow.id == Substitution.mandate_id)
        .where(
            Substitution.valid_from <= valid_to,
            Substitution.valid_to >= valid_from,
            or_(MandateRow.officer_id == officer.id, Substitution.substitute_id == holder.id),
        )
        .limit(1)
    ).first()
    if found is None:
        return
    absent = found[1].officer_id == officer.id
    name = officer.name if absent else holder.name
    how = (
        Text("è a sua volta sostituito", "is substituted himself")
        if absent
        else Text("sostituisce già un’altra persona", "already substitutes somebody else")
    )
    raise Conflict(
        Text(f"In quei giorni {name} {how.it}.", f"In those days {name} {how.en}."),
        Text(
            "Un sostituto non si sostituisce: scegli un’altra persona o termina prima l’altra "
            "sostituzione.",
            "A substitute is not substituted: choose somebody else or end the other one first.",
        ),
    )


def _require_free(
    work: UnitOfWork, row: MandateRow, valid_from: date, valid_to: date, process: str | None
) -> None:
    same_scope: ColumnElement[bool] = true()
    if process is not None:
        same_scope = or_(Substitution.process.is_(None), Substitution.process == process)
    taken = work.session.scalar(
        select(Officer.name)
        .join(Substitution, Substitution.substitute_id == Officer.id)
        .where(
            Substitution.mandate_id == row.id,
            Substitution.valid_from <= valid_to,
            Substitution.valid_to >= valid_from,
            same_scope,
        )
        .limit(1)
    )
    if taken is not None:
        raise Conflict(
            Text(
                f"In quei giorni l’incarico è già affidato a {taken}.",
                f"In those days {taken} already substitutes for this mandate.",
            ),
            Text("Termina prima quella sostituzione.", "End that substitution first."),
        )

"""What mandates and substitutions share: who is meant, who may, work that goes back."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import func, or_, select

from engine.actor import ADMINISTRATOR, Mandate
from engine.asked import title_of
from engine.bundles.roles import roles
from engine.commands import _notices
from engine.errors import (
    Conflict,
    Invalid,
    MandateNotFound,
    OfficerNotFound,
    WrongState,
)
from engine.mandates import alive, mandates_of
from engine.model import LIVE, MandateRow, Officer, Organisation, WorkItem
from engine.policy import Seat, may_grant, not_granting, not_to_himself, seats_of_item
from engine.text import Text
from engine.unit_of_work import UnitOfWork

UNKNOWN = Text(
    "Questo incarico non esiste o non è fra quelli che amministri.",
    "This mandate does not exist or is not among those you administer.",
)


def person(work: UnitOfWork, who: str) -> Officer:
    """The person with this user name, mail address or id. Raises OfficerNotFound."""
    wanted = who.strip().lower()
    found = work.session.scalars(
        select(Officer)
        .where(
            Officer.active,
            or_(
                Officer.login == wanted,
                func.lower(Officer.email) == wanted,
                Officer.id == who.strip(),
            ),
        )
        .limit(2)
    ).all()
    if len(found) != 1:
        raise OfficerNotFound(
            Text("Nessuno con questo nome utente o indirizzo.", "Nobody by that name or address."),
            Text(
                "Controlla come è scritto; chi non ha ancora un account non può avere incarichi.",
                "Check the spelling; who has no account yet can hold no mandate.",
            ),
        )
    return found[0]


def seat_of(work: UnitOfWork, mandate_id: str) -> tuple[MandateRow, Officer, Organisation]:
    """A mandate, locked, with its holder and its body. Raises MandateNotFound."""
    row = work.session.get(MandateRow, mandate_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise MandateNotFound(UNKNOWN)
    body = work.organisations([row.organisation_id])[row.organisation_id]
    return row, work.session.get_one(Officer, row.officer_id), body


def granting_mandate(work: UnitOfWork, body: Organisation, role: str, *, to: str) -> Mandate | None:
    """The mandate by which the actor registers one in a body, or the refusal; none: the system."""
    if work.actor.is_system:
        return None
    mandate = may_grant(
        work.actor, organisation_id=body.id, role=role, to=to,
        administrators=administrators_of(work, body.id),
    )  # fmt: skip
    if mandate is None:
        raise not_to_himself() if to == work.actor.officer_id else not_granting(body.name)
    return mandate


def administrators_of(work: UnitOfWork, organisation_id: str) -> set[str]:
    """Who administers the people of a body today."""
    statement = (
        select(MandateRow.officer_id)
        .join(Officer, Officer.id == MandateRow.officer_id)
        .where(
            Officer.active,
            MandateRow.organisation_id == organisation_id,
            MandateRow.role == ADMINISTRATOR,
            alive(work.today),
        )
    )
    return set(work.session.scalars(statement))


def require_role(body: Organisation, role: str, valid_to: date | None) -> None:
    """Refuse a role that the body does not have, or a body that is no more by then."""
    if (body.kind, role) not in roles():
        known = ", ".join(sorted(r for kind, r in roles() if kind == body.kind))
        raise Invalid(
            Text(f"«{role}» non è un ruolo di questo ente.", f"“{role}” is no role of this body."),
            Text(f"Ruoli: {known}.", f"Roles: {known}."),
        )
    if body.closed_on is not None and body.closed_on <= (valid_to or date.max):
        raise WrongState(
            Text(f"{body.name} non esiste più.", f"{body.name_en} is no more."),
            Text("Scegli l’ente che le è succeduto.", "Choose the body that succeeded it."),
        )


def require_unheld(
    work: UnitOfWork,
    body: Organisation,
    role: str,
    officer: Officer,
    valid_from: date,
    valid_to: date | None,
) -> None:
    """Refuse a mandate that the person holds already on one of these days."""
    same = work.session.scalars(
        select(MandateRow).where(
            MandateRow.officer_id == officer.id, MandateRow.organisation_id == body.id,
            MandateRow.role == role,
        )
    )  # fmt: skip
    for row in same:
        begun = valid_to is None or row.valid_from <= valid_to
        if begun and (row.valid_to is None or row.valid_to >= valid_from):
            raise Conflict(
                Text(
                    f"{officer.name} ha già questo incarico in quel periodo.",
                    f"{officer.name} already holds this mandate in that period.",
                ),
                Text(
                    "Comincia dal giorno dopo la fine di quello in corso.",
                    "Begin on the day after the present one ends.",
                ),
            )


def require_act(act: str) -> str:
    """The act that confers or ends something; without one nothing is conferred."""
    if not act.strip():
        raise Invalid(
            Text("Manca l’atto.", "The act is missing."),
            Text(
                "Indica numero e data, per esempio «decreto del sindaco n. 7 del 12/01/2026».",
                "Give number and date, for instance “decreto del sindaco n. 7 del 12/01/2026”.",
            ),
        )
    if len(act.strip()) > 200:
        raise Invalid(Text("L’atto: al massimo 200 caratteri.", "The act: 200 characters at most."))
    return act.strip()


def require_order(valid_from: date, valid_to: date | None) -> None:
    """A period ends no earlier than it begins."""
    if valid_to is not None and valid_to < valid_from:
        raise Invalid(
            Text("L’ultimo giorno viene prima del primo.", "The last day is before the first.")
        )


def send_back(work: UnitOfWork, held_under: Collection[str], why: Text) -> int:
    """Put back what is held under these mandates or substitutions, and tell the office.

    Cases are locked in the order of their ids, so that two such acts never wait for each other.
    A holder with another living mandate on the same seat keeps the work: his was renewed.
    """
    if not held_under:
        return 0
    rows = work.session.execute(
        select(WorkItem.case_id, WorkItem.id)
        .where(WorkItem.holder_mandate_id.in_(held_under), WorkItem.state.in_(LIVE))
        .order_by(WorkItem.case_id, WorkItem.id)
    ).all()
    known: dict[str, tuple[Mandate, ...]] = {}
    count = 0
    for _, work_item_id in rows:
        count += _send_back(work, work_item_id, set(held_under), why, known)
    return count


def _send_back(
    work: UnitOfWork,
    work_item_id: str,
    held_under: set[str],
    why: Text,
    known: dict[str, tuple[Mandate, ...]],
) -> bool:
    item, case = work.work_item(work_item_id)
    if not item.is_live or item.holder_mandate_id not in held_under or item.holder_id is None:
        return False
    holder_id = item.holder_id
    bundle = work.bundle(case)
    seats = [s for s in seats_of_item(bundle, work.parties(case), item) if s.letter == "R"]
    if holder_id not in known:
        known[holder_id] = mandates_of(work.session, holder_id, work.today)
    renewed = kept_by(known[holder_id], seats, case.process, held_under)
    if renewed is not None:
        item.hold_under(renewed.id)
        return False
    title = title_of(bundle, item)
    work.record(item.release(title=title, reason=why.it, reason_en=why.en), case)
    words = Text(
        f"{case.number}: «{title.it}» torna all’ufficio. {why.it}",
        f"{case.number}: “{title.en}” goes back to the office. {why.en}",
    )
    _notices.tell(work, case, item.id, "released", words, seats)
    return True


def kept_by(
    mandates: Collection[Mandate], seats: Collection[Seat], process: str, ended: Collection[str]
) -> Mandate | None:
    """The mandate under which a holder may go on, if one of his still sits on these seats."""
    wanted = {(s.organisation_id, s.role) for s in seats}
    for mandate in mandates:
        if mandate.id in ended or mandate.process not in (None, process):
            continue
        if (mandate.organisation_id, mandate.role) in wanted:
            return mandate
    return None

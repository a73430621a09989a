"""May the reader open the page of an act? The same question that the act itself will ask.

Whether the act fits the state of the case is another matter: the page says it, and so does the act.
"""

from engine.actor import Actor
from engine.asked import form_of
from engine.errors import NotAllowed
from engine.model import WorkItem, WorkKind
from engine.policy import (
    amenders,
    fills,
    permitting,
    require_administrator,
    seats_of_item,
)
from engine.queries._acts import require_columns
from engine.queries._lookup import seen_case
from engine.queries.work.found import find_work
from engine.text import Text
from engine.unit_of_work import Reading


def require_case_act(reading: Reading, *, actor: Actor, case_id: str, act: str) -> None:
    """Refuse the page of an act on a whole case, named like its command. Raises CaseNotFound."""
    seen = seen_case(reading, actor, case_id)
    actor = actor.within(seen.case.process)
    if act == "move_token":
        require_administrator(actor)
        return
    named = seen.bundle.permissions.get(act, ())
    require_columns(seen, actor, amenders(seen.bundle) if act == "amend_matrix" else named)


def require_work_act(reading: Reading, *, actor: Actor, work_item_id: str, act: str) -> None:
    """Refuse the page of an act on a piece of work. Raises WorkItemNotFound."""
    found = find_work(reading, actor, work_item_id)
    item, seen = found.item, found.seen
    actor = actor.within(seen.case.process)
    if act == "give_documents" and item.kind == WorkKind.CONSULTATION:
        item = reading.session.get_one(WorkItem, item.belongs_to_id)
    seats, form = seats_of_item(seen.bundle, seen.parties, item), form_of(seen.bundle, item)
    answering, lettered = permitting(actor, seats, "A"), permitting(actor, seats, "R")
    doing = [m for m in lettered if fills(form, m.capacity, m.role)]
    may = {
        "delegate": answering or lettered,
        "return_task": doing,
        "give_documents": doing,
        "go_on_without": answering,
    }[act]
    if not may:
        raise NotAllowed(
            Text(
                "La matrice affida questa attività ad altri.",
                "The matrix gives this activity to others.",
            )
        )

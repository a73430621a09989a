"""What the reader may do with a piece of work, and by which mandate."""

from engine.actor import Actor, Mandate
from engine.model import WorkItem, WorkItemState, WorkKind
from engine.policy import answerable_by_link, fills, permitting
from engine.queries._lookup import LETTERS
from engine.queries.work.found import Found


def strongest_letter(found: Found) -> tuple[str, Mandate | None]:
    """The strongest letter of mine; among equals the mandate I act for comes first."""
    for letter in LETTERS:
        mandates = sorted(
            permitting(found.reader, found.seats, letter),
            key=lambda m: m.id != found.actor.acting_for,
        )
        if mandates:
            return letter, mandates[0]
    return "", None


def held_by(item: WorkItem, actor: Actor) -> bool:
    """Whether the actor has taken it."""
    return item.holder_id is not None and item.holder_id == actor.officer_id


def responsible(actor: Actor, found: Found) -> tuple[Mandate, ...]:
    """The mandates by which the actor may do it, of the right nature (TUEL art. 107)."""
    return tuple(
        m for m in permitting(actor, found.seats, "R") if fills(found.form, m.capacity, m.role)
    )


def answers_himself(actor: Actor, found: Found) -> bool:
    """Whether the mandate by which the actor does it is the one that answers for it."""
    answering = {(s.organisation_id, s.role) for s in found.seats if s.letter == "A"}
    return any((m.organisation_id, m.role) in answering for m in responsible(actor, found))


def may_do(actor: Actor, found: Found, *, own: bool, apart: bool) -> frozenset[str]:
    """The acts the page offers: not on what he prepared himself or is kept apart from."""
    item = found.item
    waits = item.kind == WorkKind.CONSULTATION and item.state == WorkItemState.SUBMITTED
    if not item.is_live or waits or own:
        return frozenset()
    does = bool(responsible(actor, found)) and not apart
    if item.state == WorkItemState.SUBMITTED and item.kind == WorkKind.ACTIVITY:
        return frozenset({"take_back"} if does and not found.seen.suspended else ())
    answers = bool(permitting(actor, found.seats, "A"))
    held = item.state == WorkItemState.HELD
    mine = held_by(item, actor)
    allowed = {
        "claim": does and not held,
        "release": held and (answers or (does and mine)),
        "delegate": answers or does,
        "draft": does and (mine or not held),
        "return": does and (mine or not held) and item.kind == WorkKind.ACTIVITY,
        "complete": does and (mine or not held) and not found.seen.suspended,
    }
    return frozenset(act for act, yes in allowed.items() if yes)


def sees_draft(found: Found) -> bool:
    """A draft is read by its author and by the colleagues of the body that does the work."""
    bodies = {seat.organisation_id for seat in found.seats if seat.letter == "R"}
    ours = {m.organisation_id for m in found.reader.mandates}
    author = found.draft is not None and found.draft.saved_by_id == found.actor.officer_id
    return author or bool(bodies & ours)


def opens_to_link(found: Found) -> bool:
    """Whether the body may answer by a link that the reader may send."""
    return answerable_by_link(found.seen.bundle, found.item) and bool(
        permitting(found.reader, found.seats, "A")
    )

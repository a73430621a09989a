"""Who may do a piece of work or give a command on a case, and under which mandate."""

from collections.abc import Iterable, Sequence

from engine.actor import Actor, Mandate
from engine.bundles.columns import Column
from engine.bundles.definition import Bundle
from engine.bundles.form import Form
from engine.errors import NotAllowed, NotResponsible, SeveralMandates
from engine.model import Party, WorkItem, WorkKind
from engine.policy.seating import Seat, bodies_of, fills, hearing
from engine.text import Text

NOT_PERMITTED = Text(
    "Il tuo incarico non permette questo atto in questo caso.",
    "Your mandate does not permit this act in this case.",
)


def permitting(actor: Actor, seats_: Iterable[Seat], letter: str) -> tuple[Mandate, ...]:
    """The actor's mandates that sit on a letter."""
    wanted = {(s.organisation_id, s.role) for s in seats_ if s.letter == letter}
    return tuple(m for m in actor.mandates if (m.organisation_id, m.role) in wanted)


def the_one(mandates: Sequence[Mandate]) -> Mandate:
    """The mandate a write is done under; where several bodies would do, the actor must choose."""
    if len({m.organisation_id for m in mandates}) > 1:
        names = ", ".join(f"{m.organisation_name} ({m.role})" for m in mandates)
        raise SeveralMandates(
            Text(
                f"Puoi farlo per più enti: {names}.",
                f"You may do this for several bodies: {names}.",
            ),
            Text(
                "Scegli l’incarico per cui agisci, poi ripeti.",
                "Choose the mandate you act for, then repeat.",
            ),
            mandates=[m.id for m in mandates],
        )
    return mandates[0]


def require_responsible(actor: Actor, seats_: Iterable[Seat], form: Form | None) -> Mandate:
    """The mandate under which the actor may do an activity (letter R), or the refusal.

    A political act is closed only by a political office or whoever records its acts, a technical
    one never by a politician (separation of functions, TUEL art. 107).
    """
    found = [m for m in permitting(actor, seats_, "R") if fills(form, m.capacity, m.role)]
    if not found:
        raise NotResponsible(
            Text(
                "La matrice affida questa attività ad altri.",
                "The matrix gives this activity to others.",
            )
        )
    return the_one(found)


def require_column(
    actor: Actor,
    columns: Iterable[Column],
    parties: Sequence[Party],
    *,
    own_party: Party | None = None,
    accountable: Column | None = None,
) -> Mandate | None:
    """The mandate under which the actor may give a command on a case.

    With `own_party`, officers of other bodies than the accountable one act for their own only.
    Whoever administers the installation has no favour here (decision record 0018, rule 5).
    """
    if actor.is_system:
        return None
    found = []
    for column in columns:
        for mandate in actor.mandates:
            if mandate.role != column.role:
                continue
            if mandate.organisation_id not in bodies_of(column, parties, None):
                continue
            foreign = own_party is not None and own_party.organisation_id != mandate.organisation_id
            if foreign and (accountable is None or column.capacity != accountable.capacity):
                continue
            found.append(mandate)
    if found:
        return the_one(found)
    raise NotAllowed(NOT_PERMITTED)


def amenders(bundle: Bundle) -> tuple[Column, ...]:
    """Who may change letters of a case: as process.toml says, else the body that answers for it."""
    named = bundle.permissions.get("amend_matrix")
    if named is not None:
        return named
    own = (c for c in bundle.raci.columns if c.capacity == bundle.accountable.capacity)
    return tuple(dict.fromkeys((bundle.accountable, *own)))


def can_leave(bundle: Bundle, party: Party) -> bool:
    """Whether a case goes on without this body: not when it is the only one its capacity allows."""
    return party.left_at is None and not is_indispensable(bundle, party.capacity)


def is_indispensable(bundle: Bundle, capacity: str) -> bool:
    """Whether a case has always just one body in a capacity, which therefore never leaves."""
    rule = next((c for c in bundle.capacities if c.id == capacity), None)
    return rule is not None and rule.min == rule.max == 1


def answerable_by_link(bundle: Bundle, item: WorkItem) -> bool:
    """Whether the body may do this work by a link: it is heard in it, by a drawing or by its C, and
    nobody else approves."""
    if item.kind == WorkKind.CONSULTATION:
        return item.organisation_id is not None
    path = tuple((element, key) for element, key in item.path)
    form = bundle.forms.get(item.activity)
    if item.kind != WorkKind.ACTIVITY or form is None or form.approval is not None:
        return False
    return item.organisation_id is not None and hearing(bundle, item.activity, path) is not None

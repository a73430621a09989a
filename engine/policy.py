"""Who may see and do what: the matrix, the parties and the mandates turned into yes or no.

Everything asks here. A refusal about something the actor may not even see is the NotFound of that
thing, so that refusals do not tell whether it exists.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    or_,
    select,
    true,
    tuple_,
    union_all,
)  # fmt: skip
from sqlalchemy.orm import aliased

from engine.actor import ADMINISTRATOR, Actor, Mandate
from engine.bundles.definition import Bundle, Column, Form, Nature
from engine.bundles.drawn import Element
from engine.bundles.hearing import OPINION_FORM
from engine.bundles.roles import role_nature, roles
from engine.errors import NotAllowed, NotResponsible, SeveralMandates
from engine.model import Case, ChildRound, Party, WorkItem, WorkKind
from engine.text import Text

Verb = TypeVar("Verb", bound=Callable[..., Any])
Asked = TypeVar("Asked", bound=Select[*tuple[Any, ...]])

ALL_CASES_CAPACITY = "cmto"
"""CMTo coordinates every zone (Statute art. 34): its officers see all cases."""
COORDINATOR = "coordinator"
"""The role there of whoever coordinates the cases and helps the others with them."""

ACCOUNT_UNKNOWN = Text(
    "Questo account non esiste o non lo amministri tu.",
    "This account does not exist or is not yours to administer.",
)
NOT_PERMITTED = Text(
    "Il tuo incarico non permette questo atto in questo caso.",
    "Your mandate does not permit this act in this case.",
)
NOT_YOURS = Text(
    "Chi lavora per più enti è seguito da chi amministra Concerto.",
    "Who works for several bodies is looked after by the administrator of Concerto.",
)


@dataclass(frozen=True, slots=True)
class Seat:
    """A role in a body that a letter of the matrix points at, now."""

    letter: str
    organisation_id: str
    role: str


class Piece(Protocol):
    """A piece of work, as its row or as a list shows it."""

    @property
    def activity(self) -> str: ...
    @property
    def path(self) -> Iterable[Any]: ...
    @property
    def kind(self) -> str: ...
    @property
    def organisation_id(self) -> str | None: ...


def for_links(verb: Verb) -> Verb:
    """Mark a command or question that whoever answers by a link may use; he may no other."""
    verb.for_links = True  # type: ignore[attr-defined]  # a mark that `require_door` reads
    return verb


def require_door(actors: Iterable[Any], verb: Callable[..., Any]) -> None:
    """Refuse to whoever answers by a link all but the few verbs made for him.

    The refusal comes before anything is looked up, so it tells nothing about what is there.
    """
    by_link = any(isinstance(one, Actor) and one.link is not None for one in actors)
    if by_link and not getattr(verb, "for_links", False):
        raise NotAllowed(
            Text(
                "Con questo collegamento si risponde a una sola richiesta.",
                "This link lets you answer one request only.",
            ),
            Text("Per il resto serve un account.", "For anything else it takes an account."),
        )


def sees_all_cases(actor: Actor) -> bool:
    """Whether the actor reads every case of the installation."""
    return actor.is_system or any(
        m.capacity == ALL_CASES_CAPACITY and m.process is None for m in actor.mandates
    )


def sees_whole_case(actor: Actor, process: str) -> bool:
    """Whether the actor reads everything of a case of this procedure, other bodies' own too."""
    return actor.is_system or any(
        m.capacity == ALL_CASES_CAPACITY and m.process in (None, process) for m in actor.mandates
    )


def visible_case(actor: Actor) -> ColumnElement[bool]:
    """The condition on `Case` under which the actor may read it: his body is or was a party."""
    if sees_all_cases(actor):
        return true()
    bodies = {m.organisation_id for m in actor.mandates if m.process is None}
    return or_(_takes_part(bodies), *_limited(actor))


def _takes_part(bodies: Collection[str]) -> ColumnElement[bool]:
    return exists(
        select(Party.id)
        .where(Party.case_id == Case.id, Party.organisation_id.in_(bodies))
        .correlate(Case)  # the question around it may name parties too
    )


def seen_by(statement: Asked) -> Callable[[Actor], tuple[Asked, dict[str, Any]]]:
    """A statement about `Case` as an actor may ask it, with the values that this takes.

    His body is a party, or he answers for the case above it. Put together once: building a
    statement costs as much as asking the database.
    """
    own = (
        select(Party.id)
        .where(
            Party.case_id == Case.id,
            Party.organisation_id.in_(bindparam("own_bodies", expanding=True)),
        )
        .correlate(Case)
    )
    seats_: Any = bindparam("own_seats", expanding=True)
    above = _overseen(seats_).where(ChildRound.parent_id == Case.parent_id).correlate(Case)
    narrowed = statement.where(or_(exists(own), and_(Case.parent_id.is_not(None), exists(above))))

    def chosen(actor: Actor) -> tuple[Asked, dict[str, Any]]:
        if sees_all_cases(actor):
            return statement, {}
        # Who substitutes in one procedure only is rare enough to have it put together anew.
        if any(m.process is not None for m in actor.mandates):
            return statement.where(readable_case(actor)), {}
        return narrowed, {
            "own_bodies": sorted({m.organisation_id for m in actor.mandates}),
            "own_seats": _own_seats(actor),
        }

    return chosen


def readable_case(actor: Actor) -> ColumnElement[bool]:
    """The condition on one `Case`: his body is a party, or he answers for the case above it."""
    if sees_all_cases(actor):
        return true()
    above = _overseen(_own_seats(actor)).where(ChildRound.parent_id == Case.parent_id)
    overseen = exists(above.correlate(Case))
    return or_(visible_case(actor), and_(Case.parent_id.is_not(None), overseen))


def readable_cases(actor: Actor) -> ColumnElement[bool]:
    """The same for a list: the databases begin with what is his instead of trying every case."""
    if sees_all_cases(actor):
        return true()
    bodies = {m.organisation_id for m in actor.mandates if m.process is None}
    own = select(Party.case_id).where(Party.organisation_id.in_(bodies))
    child = aliased(Case)
    overseen = select(child.id).where(child.parent_id.in_(_overseen(_own_seats(actor))))
    return or_(Case.id.in_(union_all(own, overseen)), *_limited(actor))


def _limited(actor: Actor) -> Iterator[ColumnElement[bool]]:
    """What a substitution for the cases of one procedure lets its substitute read."""
    for mandate in actor.mandates:
        if mandate.process is not None:
            everywhere = mandate.capacity == ALL_CASES_CAPACITY
            seen = true() if everywhere else _takes_part({mandate.organisation_id})
            yield and_(Case.process == mandate.process, seen)


def _own_seats(actor: Actor) -> list[tuple[str, str]]:
    return sorted({(m.organisation_id, m.role) for m in actor.mandates if m.process is None})


def _overseen(seats_: Any) -> Select[str]:
    """The cases with children for which somebody on these seats answers."""
    return (
        select(ChildRound.parent_id)
        .join(Party, Party.case_id == ChildRound.parent_id)
        .where(
            Party.capacity == ChildRound.overseer_capacity, Party.left_at.is_(None),
            tuple_(Party.organisation_id, ChildRound.overseer_role).in_(seats_),
        )
    )  # fmt: skip


def bodies_of(column: Column, parties: Iterable[Party], branch: Party | None) -> tuple[str, ...]:
    """The organisations a column means: in a branch that branch's party, else any living one."""
    if branch is not None and branch.capacity == column.capacity:
        return (branch.organisation_id,) if _has(branch, column.role) else ()
    return tuple(
        p.organisation_id
        for p in parties
        if p.capacity == column.capacity and p.left_at is None and _has(p, column.role)
    )


def _has(party: Party, role: str) -> bool:
    """Whether people can hold a role in such a body; a capacity may take several kinds."""
    return not party.kind or (party.kind, role) in roles()


def seats(
    letters: Mapping[Column, str], parties: Sequence[Party], branch: Party | None
) -> tuple[Seat, ...]:
    """Every role in every body that the letters of an activity point at."""
    found = {
        Seat(letter, organisation_id, column.role): None
        for column, cell in letters.items()
        for organisation_id in bodies_of(column, parties, branch)
        for letter in cell
    }
    return tuple(found)


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
                "Scegli l'incarico per cui agisci, poi ripeti.",
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


def fits(capacity: str, role: str, nature: Nature) -> bool:
    """Whether a role is of the kind an activity needs."""
    return role_nature(capacity, role) in ("both", nature.value)


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


def require_administrator(actor: Actor) -> Mandate | None:
    """The mandate of who administers the installation, or the refusal; none for the system."""
    mandate = actor.administration()
    if mandate is None and not actor.is_system:
        raise NotAllowed(
            Text(
                "Serve l'incarico di amministrazione del sistema.",
                "This takes the mandate of system administration.",
            )
        )
    return mandate


def require_machine(actor: Actor) -> None:
    """Refuse to everybody what the clock, the workers and the command line of the server do."""
    if not actor.is_system:
        raise NotAllowed(
            Text(
                "Questo atto lo compie il sistema da solo.",
                "This is done by the system itself.",
            ),
            Text("Non serve fare altro.", "Nothing needs to be done."),
        )


def require_granter(actor: Actor, *, organisation_id: str, body: str) -> None:
    """Refuse to whoever can register no mandate at all in a body, before he names anybody."""
    if actor.is_system or actor.administers(organisation_id) or actor.administration():
        return
    raise not_granting(body)


def not_granting(body: str) -> NotAllowed:
    """The refusal to whoever does not administer the people of a body."""
    return NotAllowed(
        Text(
            f"Gli incarichi di {body} li amministra chi ne ha il compito in quell'ente.",
            f"The mandates of {body} are administered by that body itself.",
        ),
        Text(
            "Chiedi a chi amministra gli incarichi di quell'ente.",
            "Ask whoever administers the mandates of that body.",
        ),
    )


def not_to_himself() -> NotAllowed:
    """The refusal to whoever would grant a mandate to himself."""
    return NotAllowed(
        Text("Nessuno dà un incarico a se stesso.", "Nobody grants a mandate to himself."),
        Text(
            "Lo registra un altro amministratore dell'ente; se non c'è, chi amministra Concerto.",
            "Another administrator of the body registers it; if there is none, who runs Concerto.",
        ),
    )


def may_grant(
    actor: Actor, *, organisation_id: str, role: str, to: str, administrators: Collection[str]
) -> Mandate | None:
    """The mandate by which the actor may register another's in a body, if any.

    Its administrator does, for its own people and never for himself. The installation's appoints
    an administrator where a body has none, and registers the mandates of one who is alone,
    because nobody grants to himself (decision record 0018).
    """
    if to == actor.officer_id:
        return None
    if (own := actor.administers(organisation_id)) is not None:
        return own
    first = role == ADMINISTRATOR and not administrators
    alone = set(administrators) == {to}
    return actor.administration() if first or alone else None


def may_look_after(actor: Actor, *, officer_id: str, bodies: Collection[str]) -> Mandate | None:
    """The mandate by which the actor administers somebody's account, if any.

    One of a body's administrators does, if the person may act for no other body: whoever could
    change how a person comes in could act for all of them. The installation's administrator does
    for everybody. Nobody does for himself: whoever finds his browser open must not either.
    """
    if officer_id == actor.officer_id:
        return None
    own = [actor.administers(body) for body in bodies]
    if own and all(own):
        return own[0]
    return actor.administration()


def owes_second_factor(held: Iterable[tuple[str, str]], bundles: Iterable[Bundle]) -> bool:
    """Whether one of these roles (kind of body, role) administers, or answers for an activity.

    What a role answers for stands in the matrices in force, and in the approvals they ask for.
    """
    seats_ = set(held)
    if any(role == ADMINISTRATOR for _, role in seats_):
        return True
    return any(seats_ & _answering(bundle) for bundle in bundles)


def _answering(bundle: Bundle) -> set[tuple[str, str]]:
    kinds = {capacity.id: capacity.kinds for capacity in bundle.capacities}
    columns = {c for row in bundle.raci.rows.values() for c, cell in row.items() if "A" in cell}
    for form in bundle.forms.values():
        if form.approval and "." in form.approval:
            columns.add(Column(*form.approval.split(".", 1)))
    return {
        (kind, column.role)
        for column in columns
        for kind in kinds.get(column.capacity, (column.capacity,))
    }


def may_substitute(actor: Actor, *, mandate_id: str, organisation_id: str) -> Mandate | None:
    """The mandate by which the actor may name a substitute: the holder's own, or its body's
    administrator's. A substitute has neither."""
    for mandate in actor.mandates:
        if mandate.id == mandate_id:
            return mandate
    return actor.administers(organisation_id)


def keeps_calendar(actor: Actor, organisation_id: str) -> bool:
    """Whether the actor may enter closing days: its own administrator's or CMTo's task."""
    return actor.is_system or _calendar_mandate(actor, organisation_id) is not None


def require_calendar_keeper(actor: Actor, organisation_id: str) -> Mandate | None:
    """The mandate under which a body's calendar is kept, or the refusal."""
    if actor.is_system:
        return None
    mandate = _calendar_mandate(actor, organisation_id)
    if mandate is None:
        raise NotAllowed(
            Text(
                "Il calendario di un ente lo tiene chi lo amministra.",
                "The calendar of a body is kept by its administrator.",
            ),
            Text(
                "Chiedi all'amministratore dell'ente o della Città metropolitana.",
                "Ask the administrator of the body, or of the metropolitan city.",
            ),
        )
    return mandate


def _calendar_mandate(actor: Actor, organisation_id: str) -> Mandate | None:
    return actor.administers(organisation_id) or actor.administration()


def lane_seats(
    element: Element, parties: Sequence[Party], branch: Party | None
) -> tuple[Seat, ...]:
    """What the drawing itself says, where the matrix has no row: the lane does it."""
    if element.lane is None or "." not in element.lane:
        return ()
    capacity, role = element.lane.split(".", 1)
    return seats({Column(capacity, role): "R"}, parties, branch)


def seats_of(
    bundle: Bundle, parties: Sequence[Party], activity: str, path: tuple[tuple[str, str], ...]
) -> tuple[Seat, ...]:
    """Who does, answers for, is heard and is told about an activity, body by body.

    An R on a role that cannot close an act of this nature gives nobody work he could not do.
    """
    by_id = {p.id: p for p in parties}
    step, branch = next(
        ((step, by_id[key]) for step, key in reversed(path) if key in by_id), ("", None)
    )
    form = bundle.forms.get(activity)
    letters: Mapping[Column, str] = {
        column: cell if _does(bundle, column, form) else cell.replace("R", "")
        for column, cell in bundle.letters(activity, path).items()
    }
    if branch is not None and _is_round(bundle, step):
        letters = _each_for_itself(letters, branch)
    found = seats(letters, parties, branch)
    if any(seat.letter == "R" for seat in found):
        return found
    element = bundle.element(activity)
    return found if element is None else (*found, *lane_seats(element, parties, branch))


def _is_round(bundle: Bundle, step: str) -> bool:
    """Whether bodies act side by side there; a called part is only lent to the body it is for."""
    element = bundle.element(step)
    return element is not None and element.called is None


def _each_for_itself(letters: Mapping[Column, str], branch: Party) -> Mapping[Column, str]:
    """In a round of bodies of several capacities nobody votes or answers for another: the R of the
    others is for their own turns."""
    own = {c: cell for c, cell in letters.items() if c.capacity == branch.capacity}
    if not any("R" in cell and _has(branch, column.role) for column, cell in own.items()):
        return letters
    return {**{c: cell.replace("R", "") for c, cell in letters.items()}, **own}


def seats_of_item(bundle: Bundle, parties: Sequence[Party], item: Piece) -> tuple[Seat, ...]:
    """The same for one piece of work: an approval is done by whoever answers for the activity,
    a consultation by the body that is heard."""
    path = tuple((element, key) for element, key in item.path)
    found = seats_of(bundle, parties, item.activity, path)
    if item.kind == WorkKind.ACTIVITY:
        return found
    if item.kind == WorkKind.CONSULTATION:
        return _hearing_seats(bundle, parties, item, found)
    answering = [seat for seat in found if seat.letter == "A"]
    return (*(Seat("R", s.organisation_id, s.role) for s in answering), *answering)


def _hearing_seats(
    bundle: Bundle, parties: Sequence[Party], item: Piece, of_activity: Sequence[Seat]
) -> tuple[Seat, ...]:
    """The body asked does it by its seats with a C; whoever answers for the matter answers."""
    if item.activity in bundle.forms:
        on = of_activity
    else:  # before a milestone
        on = seats(bundle.raci.rows.get(item.activity, {}), parties, None)
    asked = [s for s in on if s.letter == "C" and s.organisation_id == item.organisation_id]
    answering = (s for s in on if s.letter == "A")
    return (*(Seat("R", s.organisation_id, s.role) for s in asked), *answering)


def fills(form: Form | None, capacity: str, role: str) -> bool:
    """Whether a role may fill in a form: of an act its nature decides, an opinion anybody gives."""
    return form is None or form.activity == OPINION_FORM or fits(capacity, role, form.nature)


def _does(bundle: Bundle, column: Column, form: Form | None) -> bool:
    """Whether somebody in a column can close an act of its nature: its bodies' kinds decide."""
    if form is None:
        return True
    kinds = next((c.kinds for c in bundle.capacities if c.id == column.capacity), ())
    known = [kind for kind in (column.capacity, *kinds) if (kind, column.role) in roles()]
    return any(fits(kind, column.role, form.nature) for kind in known or [column.capacity])


def can_leave(bundle: Bundle, party: Party) -> bool:
    """Whether a case goes on without this body: not when it is the only one its capacity allows."""
    rule = next((c for c in bundle.capacities if c.id == party.capacity), None)
    return party.left_at is None and not (rule is not None and rule.min == rule.max == 1)


def hearing(
    bundle: Bundle, activity: str, path: tuple[tuple[str, str], ...]
) -> tuple[str, str] | None:
    """The call by which a body is heard and whom it hears, if this is that body's own work."""
    for step, _ in reversed(path):
        call = bundle.element(step)
        hears = call.properties.get("hears") if call is not None else None
        if hears is None:
            continue
        letters = bundle.letters(activity, path)
        does = {str(column) for column, cell in letters.items() if "R" in cell}
        return (step, hears) if hears in does else None
    return None


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

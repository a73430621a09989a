"""What a reader may do with a case as a whole, asked of the same policy that will decide."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from engine.actor import Actor
from engine.bundles.columns import Column
from engine.bundles.definition import MessageRule
from engine.bundles.roles import role_title
from engine.choices import choices
from engine.errors import NotAllowed, SeveralMandates
from engine.model import CaseState, Party, Subscription
from engine.policy import can_leave, require_column
from engine.queries._lookup import ENGINE_MESSAGES, Seen, element_name
from engine.queries.rows import Choice, ElementRow, MessageView
from engine.text import Text, both
from engine.unit_of_work import Reading


def acts(
    reading: Reading, seen: Seen, actor: Actor, offers: Iterable[MessageView]
) -> frozenset[str]:
    """The acts that would not be refused now; one statement."""
    case = seen.case
    awaited = set(
        reading.session.scalars(
            select(Subscription.name).where(
                Subscription.case_id == case.id, Subscription.name.in_(ENGINE_MESSAGES)
            )
        )
    )
    moving = case.state != CaseState.SUSPENDED
    # An agreement in force is concluded, and lives on: bodies still join it and leave it.
    possible = {
        "suspend": moving and not case.is_ended,
        "resume": not moving,
        "withdraw": moving and not case.is_ended and "case-withdrawn" in awaited,
        "reopen": moving and case.is_ended and "case-reopened" in awaited,
        "add_party": moving and (not case.is_ended or "party-joined" in awaited),
    }
    commands = {"add_party": "add_party"}
    allowed = {
        act
        for act, now in possible.items()
        if now
        and permitted(
            seen, actor, seen.bundle.permissions.get(commands.get(act, f"{act}_case"), ())
        )
    }
    leaving = not case.is_ended or "party-withdrawn" in awaited
    if moving and leaving and removable(seen, actor):
        allowed.add("remove_party")
    if moving and movable(seen, actor):
        allowed.add("move")
    return frozenset(allowed | {f"message:{offer.name}" for offer in offers})


def messages(reading: Reading, seen: Seen, actor: Actor) -> tuple[MessageView, ...]:
    """The messages that are awaited and that the reader may send."""
    if seen.suspended:
        return ()
    rows = reading.session.scalars(
        select(Subscription)
        .where(Subscription.case_id == seen.case.id)
        .order_by(Subscription.name, Subscription.token_id)
    )
    found: dict[tuple[str, str | None, str | None], MessageView] = {}
    for row in rows:
        rule = seen.bundle.messages.get(row.name)
        if rule is None or row.name in ENGINE_MESSAGES:
            continue
        for party in _speakers(seen, actor, rule, row):
            key = None if row.key is None or seen.party(row.key) is not None else row.key
            place = (row.name, party.id if party is not None else None, key)
            if place not in found and permitted(seen, actor, rule.by, rule=rule, party=party):
                found[place] = _message(reading, seen, rule, party, key)
    return tuple(found.values())


def removable(seen: Seen, actor: Actor) -> set[str]:
    """The parties the reader may take out of the case."""
    columns = seen.bundle.permissions.get("remove_party", ())
    return {
        p.id
        for p in seen.parties
        if can_leave(seen.bundle, p) and not seen.suspended
        and permitted(seen, actor, columns, party=p, own=True)
    }  # fmt: skip


def capacities(seen: Seen) -> tuple[Choice, ...]:
    """In which a body may still be added."""
    living = [p.capacity for p in seen.parties if p.left_at is None]
    return tuple(
        Choice(c.id, c.title)
        for c in seen.bundle.capacities
        if c.max is None or living.count(c.id) < c.max
    )


def movable(seen: Seen, actor: Actor) -> tuple[ElementRow, ...]:
    """Where an administrator may put a token by hand; nothing for anybody else."""
    if not actor.is_administrator():
        return ()
    return tuple(
        ElementRow(element.id, element.name, element.type, element_name(element))
        for drawing in seen.bundle.drawings.values()
        for element in drawing.elements.values()
        if element.type in ("userTask", "callActivity", "subProcess")
    )


def permitted(
    seen: Seen, actor: Actor, columns: Iterable[Column], *, rule: MessageRule | None = None,
    party: Party | None = None, own: bool = False,
) -> bool:  # fmt: skip
    """Whether the policy would let the reader do what these columns may."""
    speaks_for = party if own or (rule is not None and rule.own_party) else None
    try:
        require_column(
            actor, columns, seen.parties, own_party=speaks_for, accountable=seen.bundle.accountable
        )
    except SeveralMandates:
        return True
    except NotAllowed:
        return False
    return True


def require_columns(seen: Seen, actor: Actor, columns: Iterable[Column]) -> None:
    """Refuse to whom none of these columns means, and say whom they mean."""
    columns = tuple(columns)
    try:
        require_column(actor, columns, seen.parties, accountable=seen.bundle.accountable)
    except SeveralMandates:
        return  # the act asks for which body
    except NotAllowed as refusal:
        raise NotAllowed(refusal.message, whose(seen, columns)) from refusal


def whose(seen: Seen, columns: Sequence[Column]) -> Text:
    """Who may do what these columns may: `Può farlo: Comune (funzionario).`"""
    titles = {c.id: c.title for c in seen.bundle.capacities}
    who = [
        (titles.get(column.capacity, both(column.capacity)),
         role_title(column.capacity, column.role))
        for column in columns
    ]  # fmt: skip
    if not who:
        return Text("Lo fa il procedimento.", "The procedure does it by itself.")
    italian = ", ".join(f"{capacity.it} ({role.it})" for capacity, role in who)
    english = ", ".join(f"{capacity.en} ({role.en})" for capacity, role in who)
    return Text(f"Può farlo: {italian}.", f"It is for: {english}.")


def _speakers(seen: Seen, actor: Actor, rule: MessageRule, row: Subscription) -> list[Party | None]:
    """For whom the message may be sent: the branch that waits, or each of the reader's bodies."""
    waiting = seen.party(row.party_id or row.key)
    if waiting is not None or not rule.own_party:
        return [waiting]
    bodies = {m.organisation_id for m in actor.mandates}
    columns = {column.capacity for column in rule.by}
    return [
        p
        for p in seen.parties
        if p.left_at is None and p.organisation_id in bodies and p.capacity in columns
    ]


def _message(
    reading: Reading, seen: Seen, rule: MessageRule, party: Party | None, key: str | None
) -> MessageView:
    offered = {}
    if rule.form is not None:
        offered = choices(
            reading.session, rule.form.fields, parties=seen.parties,
            variables=seen.case.variables, today=reading.today,
        )  # fmt: skip
    return MessageView(
        rule.name, rule.title or both(rule.name), party.id if party is not None else None,
        seen.body(party.organisation_id) if party is not None else None, key, rule.form, offered,
    )  # fmt: skip

"""Who administers whom: mandates, substitutes, accounts, calendars, the installation itself."""

from collections.abc import Collection, Iterable

from engine.actor import ADMINISTRATOR, Actor, Mandate
from engine.bundles.columns import Column
from engine.bundles.definition import Bundle
from engine.errors import NotAllowed
from engine.text import Text

ACCOUNT_UNKNOWN = Text(
    "Questo account non esiste o non lo amministri tu.",
    "This account does not exist or is not yours to administer.",
)
NOT_YOURS = Text(
    "Chi lavora per più enti è seguito da chi amministra Concerto.",
    "Who works for several bodies is looked after by the administrator of Concerto.",
)


def require_administrator(actor: Actor) -> Mandate | None:
    """The mandate of who administers the installation, or the refusal; none for the system."""
    mandate = actor.administration()
    if mandate is None and not actor.is_system:
        raise NotAllowed(
            Text(
                "Serve l’incarico di amministrazione del sistema.",
                "This takes the mandate of system administration.",
            )
        )
    return mandate


def require_granter(actor: Actor, *, organisation_id: str, body: str) -> None:
    """Refuse to whoever can register no mandate at all in a body, before he names anybody."""
    if actor.is_system or actor.administers(organisation_id) or actor.administration():
        return
    raise not_granting(body)


def not_granting(body: str) -> NotAllowed:
    """The refusal to whoever does not administer the people of a body."""
    return NotAllowed(
        Text(
            f"Gli incarichi di {body} li amministra chi ne ha il compito in quell’ente.",
            f"The mandates of {body} are administered by that body itself.",
        ),
        Text(
            "Chiedi a chi amministra gli incarichi di quell’ente.",
            "Ask whoever administers the mandates of that body.",
        ),
    )


def not_to_himself() -> NotAllowed:
    """The refusal to whoever would grant a mandate to himself."""
    return NotAllowed(
        Text("Nessuno dà un incarico a se stesso.", "Nobody grants a mandate to himself."),
        Text(
            "Lo registra un altro amministratore dell’ente; se non c’è, chi amministra Concerto.",
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
                "Chiedi all’amministratore dell’ente o della Città metropolitana.",
                "Ask the administrator of the body, or of the metropolitan city.",
            ),
        )
    return mandate


def _calendar_mandate(actor: Actor, organisation_id: str) -> Mandate | None:
    return actor.administers(organisation_id) or actor.administration()

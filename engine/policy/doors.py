"""Which doors are open to whom: links open few, the machine has verbs of its own."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from engine.actor import Actor
from engine.errors import NotAllowed
from engine.text import Text

Verb = TypeVar("Verb", bound=Callable[..., Any])


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

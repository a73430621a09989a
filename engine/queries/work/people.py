"""The people around a piece of work: who does it, whom to ask, to whom it may be given."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from engine.model import WorkItem
from engine.policy import ALL_CASES_CAPACITY, fills
from engine.queries._lookup import Holder, Seen, shown_letter
from engine.queries.rows import Choice, PersonRow
from engine.queries.work.found import Found
from engine.text import Text


def coordinating(seen: Seen) -> list[str]:
    """The body that coordinates all cases, where it takes part in this one."""
    return [b.id for b in seen.bodies.values() if b.kind == ALL_CASES_CAPACITY]


def as_lettered(item: WorkItem, people: Sequence[PersonRow]) -> tuple[PersonRow, ...]:
    """The people by the letters of the matrix: who gives an opinion has a C, who approves an A."""
    rows = (replace(person, letter=shown_letter(item, person.letter)) for person in people)
    return tuple(dict.fromkeys(rows))


def helpers(
    persons: Sequence[PersonRow], coordinators: Sequence[PersonRow]
) -> tuple[PersonRow, ...]:
    """Whom to ask: who answers for the work, then those who coordinate the cases."""
    asked = (*(p for p in persons if p.letter == "A"), *coordinators)
    found = {p.officer_id: p for p in reversed(asked) if not p.is_me and not p.gap}
    return tuple(reversed(found.values()))


def delegates(found: Found, people: Sequence[Holder], barred: Iterable[str]) -> tuple[Choice, ...]:
    """The colleagues who may be given the work."""
    wanted = {(s.organisation_id, s.role) for s in found.seats if s.letter == "R"}
    suited = {
        h.officer_id: Text(f"{h.name}, {h.organisation.it}", f"{h.name}, {h.organisation.en}")
        for h in people
        if (h.organisation_id, h.role) in wanted and fills(found.form, h.kind, h.role)
    }
    for other in (found.item.holder_id, *barred):
        suited.pop(other or "", None)
    return tuple(Choice(officer_id, words) for officer_id, words in suited.items())

"""Letters with nobody behind them: in which body, what they stop, and whom to call."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from engine.actor import ADMINISTRATOR, INSTALLATION
from engine.bundles.matrix import lines
from engine.bundles.roles import role_title
from engine.policy import seats
from engine.queries._lookup import LETTERS, Holder, Seen, body_name
from engine.text import Text


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who can name people in a body."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class GapRow:
    """A role in a body that has letters in a case and nobody to whom they belong today."""

    organisation_id: str
    organisation: Text
    role: str
    role_title: Text
    letters: str
    """All it has in the case, the strongest first."""
    lines: tuple[Text, ...]
    """Where, the milestones and activities of the strongest letter."""
    contacts: tuple[Contact, ...]
    """Who administers the mandates of the body."""
    pec: str | None
    """The certified mail of the body, for where nobody does."""
    installation: tuple[Contact, ...] = ()
    """Who administers the installation, for where there is neither."""


def gaps_of(seen: Seen, people: Sequence[Holder]) -> tuple[GapRow, ...]:
    """The letters of a case with no living mandate behind them; asks nothing of the database."""
    staffed = {(h.organisation_id, h.role) for h in people}
    found: dict[tuple[str, str], dict[str, list[Text]]] = {}
    for line in lines(seen.bundle):
        for seat in seats(line.letters(seen.bundle), seen.parties, None):
            place = (seat.organisation_id, seat.role)
            if place not in staffed:
                found.setdefault(place, {}).setdefault(seat.letter, []).append(line.title)
    rows = [_row(seen, people, *place, letters) for place, letters in found.items()]
    return tuple(
        sorted(rows, key=lambda row: (LETTERS.index(row.letters[0]), row.organisation.it, row.role))
    )


def _row(
    seen: Seen, people: Sequence[Holder], organisation_id: str, role: str,
    found: dict[str, list[Text]],
) -> GapRow:  # fmt: skip
    body = seen.bodies[organisation_id]
    letters = "".join(letter for letter in LETTERS if letter in found)
    installation = {one.id for one in seen.bodies.values() if one.kind == INSTALLATION}
    return GapRow(
        organisation_id, body_name(body), role, role_title(body.kind, role), letters,
        tuple(dict.fromkeys(found[letters[0]])), _administrators(people, {organisation_id}),
        body.pec, _administrators(people, installation),
    )  # fmt: skip


def _administrators(people: Sequence[Holder], bodies: Collection[str]) -> tuple[Contact, ...]:
    found = {
        h.officer_id: Contact(h.name, h.email)
        for h in people
        if h.organisation_id in bodies and h.role == ADMINISTRATOR
    }
    return tuple(found.values())

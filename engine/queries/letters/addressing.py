"""Who writes a draft letter, and to whom it goes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.actor import Actor
from engine.bundles.forms.rows import ROW
from engine.bundles.letter import LetterTemplate
from engine.model import LetterFacts, Organisation, WorkItem
from engine.policy import seats_of_item
from engine.queries._lookup import Seen, body_name


@dataclass(frozen=True, slots=True)
class Addressee:
    """A body a letter is for, with its certified mail where the register knows it."""

    name: str
    pec: str | None
    copy: bool = False


def addressee(body: Organisation, *, copy: bool = False) -> Addressee:
    """A body as a letter names it, in Italian."""
    return Addressee(body_name(body).it, body.pec, copy)


def writer_of(
    seen: Seen, item: WorkItem, kept: LetterFacts | None, reader: Actor
) -> Organisation | None:
    """The body that did the work or does it; where several may, the reader's own first."""
    seats = seats_of_item(seen.bundle, seen.parties, item)
    doing = [seat.organisation_id for seat in seats if seat.letter == "R"]
    ours = [m.organisation_id for m in reader.mandates if m.organisation_id in doing]
    wanted = (kept.organisation_id if kept is not None else item.organisation_id, *ours, *doing)
    return next((found for key in wanted if (found := seen.bodies.get(key or ""))), None)


def recipients_of(
    seen: Seen, item: WorkItem, template: LetterTemplate, known: Mapping[str, Any],
    named: Callable[[str], str | None], writer: Organisation | None,
) -> Iterator[Addressee]:  # fmt: skip
    """To whom it goes, each once, never to the sender himself."""
    told = {writer.id} if writer is not None else set[str]()
    for one in template.recipients:
        if one.source == "name":
            yield Addressee(one.name, None, one.copy)
            continue
        ids: Iterable[Any] = (item.party_id,) if one.source == "party" else ()
        if one.source == "parties":
            parties = (p for p in seen.parties if p.capacity == one.name and p.left_at is None)
            ids = (party.id for party in parties)
        elif one.source == "case":
            ids = _ids(known.get(one.name))
        for key in ids:
            party = seen.party(key)
            body = seen.bodies.get(party.organisation_id if party is not None else key or "")
            if body is None and key and (name := named(key)):
                yield Addressee(name, None, one.copy)
            elif body is not None and (body.id not in told or one.source == "party"):
                told.add(body.id)
                yield addressee(body, copy=one.copy)


def _ids(value: Any) -> list[str]:
    """The ids in an answer: one, several, or those of rows."""
    if isinstance(value, Mapping):
        inner = next((value[k] for k in ("party", "organisation", ROW) if k in value), None)
        return _ids(inner) if inner is not None else [str(key) for key in value]
    if isinstance(value, list | tuple):
        return [key for one in value for key in _ids(one)]
    return [value] if isinstance(value, str) and value else []

"""What happened in a case, told in sentences, with the digest that proves nothing is missing."""

from sqlalchemy import func, select

from engine.actor import Actor
from engine.model import HistoryEntry
from engine.queries._lookup import Seen, names_of, seen_case, spoken_mandate, spoken_substitution
from engine.queries._paging import cursor, keys_of, page_size
from engine.queries.rows import Lane, Page, TimelineRow
from engine.unit_of_work import Reading
from engine.wording import HAPPENINGS, Names, event_sentence, lane_of


def case_history(
    reading: Reading, *, actor: Actor, case_id: str, after: str | None = None, limit: int = 50,
    lane: Lane | None = None,
) -> Page[TimelineRow]:  # fmt: skip
    """The timeline of a case, newest first."""
    return timeline(
        reading, seen_case(reading, actor, case_id), after=after, limit=limit, lane=lane
    )


def timeline(
    reading: Reading, seen: Seen, *, after: str | None = None, limit: int = 50,
    lane: Lane | None = None,
) -> Page[TimelineRow]:  # fmt: skip
    """The timeline of a case already seen; two statements."""
    where = [HistoryEntry.case_id == seen.case.id]
    if lane is not None:
        where.append(
            HistoryEntry.type.in_([k for k, (own, _) in HAPPENINGS.items() if own == lane])
        )
    statement = select(HistoryEntry).where(*where).order_by(HistoryEntry.seq.desc())
    keys = keys_of(after, int)
    if keys is not None:
        statement = statement.where(HistoryEntry.seq < keys[0])
    size = page_size(limit)
    rows = reading.session.scalars(statement.limit(size + 1)).all()
    total = reading.session.scalar(select(func.count()).select_from(HistoryEntry).where(*where))
    names = names_of(seen.bundle, {p.id: seen.bodies[p.organisation_id] for p in seen.parties})
    shown = tuple(timeline_row(row, names, seen.case.number) for row in rows[:size])
    return Page(shown, cursor(shown[-1].seq) if len(rows) > size else None, total or 0)


def timeline_row(row: HistoryEntry, names: Names, case_number: str | None) -> TimelineRow:
    """One entry of the history as a sentence."""
    return TimelineRow(
        id=row.id, seq=row.seq, at=row.at, actor=row.actor, acting_for=row.acting_for,
        mandate=spoken_mandate(row.acting_for, names),
        substituted=spoken_substitution(row.acting_for),
        by_itself=row.actor_id is None and row.acting_for is None,
        type=row.type, text=event_sentence(row.type, row.payload, names),
        lane=lane_of(row.type), case_id=row.case_id, case_number=case_number,
        digest=row.digest, payload=row.payload,
    )  # fmt: skip

"""Which mandates hold on a day: one's own, and those of the people one substitutes."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Row,
    Select,
    Subquery,
    and_,
    bindparam,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from engine.actor import LinkSeat, Mandate
from engine.bundles.roles import role_title
from engine.model import MandateRow, Officer, Organisation, Substitution


def alive(today: Any) -> ColumnElement[bool]:
    """Mandates that hold on a day, both ends included."""
    return and_(
        MandateRow.valid_from <= today,
        or_(MandateRow.valid_to.is_(None), MandateRow.valid_to >= today),
    )


def in_force(today: Any) -> ColumnElement[bool]:
    """Substitutions that hold on a day; the mandate must be alive too."""
    return and_(Substitution.valid_from <= today, Substitution.valid_to >= today)


_HOLDER = aliased(Officer)
_SEAT = (
    MandateRow.id.label("mandate_id"), MandateRow.organisation_id, MandateRow.role, MandateRow.act,
    MandateRow.valid_from, Organisation.name.label("body"), Organisation.kind,
)  # fmt: skip
_OWN = (
    *_SEAT, MandateRow.valid_to, null().label("substitution_id"),
    null().label("substitution_act"), null().label("process"), null().label("holder"),
)  # fmt: skip
_OF_ANOTHER = (
    *_SEAT, Substitution.valid_to, Substitution.id.label("substitution_id"),
    Substitution.act.label("substitution_act"), Substitution.process, _HOLDER.name.label("holder"),
)  # fmt: skip
TODAY: BindParameter[date] = bindparam("today")


def held_by(
    statement: Callable[[Sequence[Any]], Select[Any]], *, outer: bool = False
) -> CompoundSelect[Any]:
    """Whoever a statement on `Officer` finds, one row for each mandate he may act under `:today`.

    His own come first. Two halves, each by an index, so that no database reads all mandates for
    the few of one person. With `outer` who has none still gives a row.
    """
    own = (
        statement(_OWN)
        .join(MandateRow, and_(MandateRow.officer_id == Officer.id, alive(TODAY)), isouter=outer)
        .join(Organisation, Organisation.id == MandateRow.organisation_id, isouter=outer)
        .add_columns(literal(0).label("rank"))
    )
    of_others = (
        statement(_OF_ANOTHER)
        .join(Substitution, and_(Substitution.substitute_id == Officer.id, in_force(TODAY)))
        .join(MandateRow, and_(MandateRow.id == Substitution.mandate_id, alive(TODAY)))
        .join(Organisation, Organisation.id == MandateRow.organisation_id)
        .join(_HOLDER, _HOLDER.id == MandateRow.officer_id)
        .add_columns(literal(1).label("rank"))
    )
    both = union_all(own, of_others)
    of = both.selected_columns
    return both.order_by(of.rank, of.valid_from, of.mandate_id, of.substitution_id)


_OF_OFFICER = held_by(
    lambda columns: (
        select(*columns)
        .select_from(Officer)
        .where(Officer.id == bindparam("officer_id"), Officer.active)
    )
)


def mandates_of(session: Session, officer_id: str, today: date) -> tuple[Mandate, ...]:
    """What an officer may act under today, his own mandates first; one statement."""
    named = {"officer_id": officer_id, "today": today}
    return mandates_in(session.connection().execute(_OF_OFFICER, named))


def mandates_in(rows: Iterable[Row[*tuple[Any, ...]]]) -> tuple[Mandate, ...]:
    """The mandates in rows of `held_by`; an outer one gives a row without any."""
    return tuple(
        Mandate(
            id=row.substitution_id or row.mandate_id, organisation_id=row.organisation_id,
            organisation_name=row.body, capacity=row.kind, role=row.role, act=row.act,
            valid_from=row.valid_from.isoformat(),
            valid_to=row.valid_to.isoformat() if row.valid_to else None,
            substituted=row.holder or "", substitution_act=row.substitution_act or "",
            process=row.process,
        )
        for row in rows
        if row.mandate_id is not None
    )  # fmt: skip


def bodies_of_person(session: Session, officer_id: str, today: date) -> set[str]:
    """For whom a person may act, today or later; for whom he last did, where that is over."""
    own = select(MandateRow.organisation_id, MandateRow.valid_to).where(
        MandateRow.officer_id == officer_id
    )
    for_others = (
        select(MandateRow.organisation_id, Substitution.valid_to)
        .join(Substitution, Substitution.mandate_id == MandateRow.id)
        .where(Substitution.substitute_id == officer_id)
    )
    rows: Sequence[Any] = session.execute(union_all(own, for_others)).all()
    living = {body for body, last in rows if last is None or last >= today}
    return living or {body for body, _ in rows}


def acting() -> Subquery:
    """Who may act for the bodies `:bodies` on the day `:today`, by himself or for another.

    Columns: officer_id, organisation_id, role, holder_id (whose mandate it is), process (only in
    its cases; null: in all).
    """
    own = select(
        MandateRow.officer_id, MandateRow.organisation_id, MandateRow.role,
        MandateRow.officer_id.label("holder_id"), null().label("process"),
    ).where(_of_bodies(), alive(TODAY))  # fmt: skip
    for_others = (
        select(
            Substitution.substitute_id, MandateRow.organisation_id, MandateRow.role,
            MandateRow.officer_id, Substitution.process,
        )
        .join(MandateRow, MandateRow.id == Substitution.mandate_id)
        .where(_of_bodies(), alive(TODAY), in_force(TODAY))
    )  # fmt: skip
    return union_all(own, for_others).subquery("acting")


def written_out(mandate: Mandate | None) -> str | None:
    """A mandate as the history keeps it: body, role, and for whom a substitute acts by which act.

    `spoken_mandate` of the queries reads it back for either reader.
    """
    if mandate is None:
        return None
    seat = f"{mandate.organisation_name}, {role_title(mandate.capacity, mandate.role).it}"
    if not mandate.substituted:
        return seat
    act = mandate.substitution_act.removeprefix("atto ")
    return f"{seat} (per {mandate.substituted}, atto {act})"


BY_LINK = " (collegamento inviato a "


def written_link(link: LinkSeat) -> str:
    """Who answers by a link as the history keeps it: body, the role he typed, where it was sent."""
    seat = f"{link.organisation_name}, {link.role}" if link.role else link.organisation_name
    return f"{seat}{BY_LINK}{link.address})"


def substitutes_of(session: Session, mandate_ids: Collection[str]) -> set[str]:
    """The substitutions of these mandates, past ones too: work may be held under any of them."""
    statement = select(Substitution.id).where(Substitution.mandate_id.in_(mandate_ids))
    return set(session.scalars(statement))


def _of_bodies() -> ColumnElement[bool]:
    return MandateRow.organisation_id.in_(bindparam("bodies", expanding=True))

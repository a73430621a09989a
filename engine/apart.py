"""Functions the law keeps apart: who had a hand in the one takes no part in the other.

`check` keeps the roles of a matrix apart; here it is the persons, because one person may hold roles
in two bodies, or act in one of them as a substitute.
"""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.bundles.definition import Bundle, Separation
from engine.bundles.matrix import activities
from engine.model import WorkItem, WorkItemState, WorkKind
from engine.text import Text

CallPath = tuple[tuple[str, str], ...]


def kept_apart(session: Session, bundle: Bundle, item: WorkItem) -> dict[str, Separation]:
    """The people who may not do this work, each with what keeps them from it; one statement, and
    none where the procedure keeps nothing apart from it."""
    if item.kind == WorkKind.CONSULTATION:
        return {}  # an opinion is no hand in the matter
    found: dict[str, Separation] = {}
    for rule, other in _other_functions(bundle, item):
        for person in _hands_in(session, bundle, item.case_id, other):
            found.setdefault(person, rule)
    return found


def why_apart(rule: Separation) -> Text:
    """What a person is told who had a hand in the other function."""
    return Text(
        f"Nello stesso caso una persona non può tenere insieme: {rule.title.it} ({rule.law.text})."
        " Conta la persona, anche se sostituisce un’altra o agisce per un altro ente.",
        f"In one case a person cannot hold both: {rule.title.en} ({rule.law.text})."
        " The person counts, even as a substitute or for another body.",
    )


def _other_functions(
    bundle: Bundle, item: WorkItem
) -> Iterator[tuple[Separation, Collection[str]]]:
    path = tuple((element, key) for element, key in item.path)
    for rule in bundle.separations:
        for one, other in ((rule.first, rule.second), (rule.second, rule.first)):
            if _belongs(bundle, item.activity, path, one):
                yield rule, other


def _belongs(bundle: Bundle, activity: str, path: CallPath, function: Collection[str]) -> bool:
    """Whether an activity is part of a function: named itself, by its call, or by the milestone
    from whose row it has its letters."""
    named = (activity, *(step for step, _ in path))
    if any(name in function for name in named):
        return True
    if any(name in bundle.raci.rows for name in named):
        return False
    stage_id = bundle.stage_of(activity, path)
    return any(stage.id == stage_id and stage.milestone in function for stage in bundle.stages)


def _hands_in(
    session: Session, bundle: Bundle, case_id: str, function: Collection[str]
) -> Sequence[str]:
    """Who did, prepared, approved or holds work of a function in a case."""
    wanted = {
        activity for activity, path, _ in activities(bundle)
        if _belongs(bundle, activity, path, function)
    }  # fmt: skip
    if not wanted:
        return ()
    rows = session.execute(
        select(
            WorkItem.activity, WorkItem.path, WorkItem.holder_id, WorkItem.completed_by_id,
            WorkItem.preparers,
        ).where(
            WorkItem.case_id == case_id, WorkItem.activity.in_(wanted),
            WorkItem.kind != WorkKind.CONSULTATION, WorkItem.state != WorkItemState.CANCELLED,
        )
    ).all()  # fmt: skip
    return [
        person
        for row in rows
        if _belongs(bundle, row.activity, tuple((e, k) for e, k in row.path), function)
        for person in (row.holder_id, row.completed_by_id, *row.preparers)
        if person is not None
    ]

"""What scripts of a drawing may ask about their case, as it stands now."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from engine.bpmn import Facts
from engine.facts import (
    answers_of,
    bodies_of,
    calendar_holder,
    calendars_of,
    cases_of,
    contiguous,
    last_day,
    member,
    zones_of,
)
from engine.facts.going import alone_at_queues, going, usual
from engine.facts.letters import BundleOf, letter_functions
from engine.facts.terms import term_ahead
from engine.model import Case, Organisation, Party, child_results, raised_results
from engine.working_days import NATIONAL


def _at_queues(
    session: Session, case: Case, bundle_of: BundleOf, *, acting: bool
) -> dict[str, Callable[..., Any]]:
    """What is found in a queue, and the numbers it counts with: in an act, alone at the queues."""

    def last_answers(body: str, activity: str) -> dict[str, Any]:
        # How many places there are is an answer too: with the number of before the last act at the
        # queues, one that has just been added would be counted as taken.
        if acting and bundle_of(case.deployment_id).has_queues:
            alone_at_queues(session, case.process)
        return usual(session, body, activity)

    def in_queues(process: str, activity: str, queues: str | Sequence[str]) -> list[dict[str, Any]]:
        if acting:
            alone_at_queues(session, process)
        return going(session, process, activity, queues, case.id)

    return {"usual": last_answers, "going": in_queues}


def script_facts(
    session: Session,
    case: Case,
    parties: Sequence[Party],
    organisations: Callable[[Sequence[str]], Mapping[str, Organisation]],
    bundle_of: BundleOf,
    today: date,
    *,
    acting: bool,
) -> Facts:
    """The functions of a case; `acting`, what it finds in a queue, and the numbers it counts with,
    hold until the act commits."""

    def members(capacity: str) -> dict[str, dict[str, Any]]:
        living = [p for p in parties if p.capacity == capacity and p.left_at is None]
        bodies = organisations([p.organisation_id for p in living])
        return {p.id: member(bodies[p.organisation_id]) for p in living}

    def same_zone(keys: Sequence[str]) -> bool:
        return len({body.zone_number for body in chosen(keys)}) == 1

    def one_land(keys: Sequence[str]) -> bool:
        return contiguous(session, {body.id for body in chosen(keys)})

    def chosen(keys: Sequence[str]) -> list[Organisation]:
        ids = [p.organisation_id for p in parties if p.id in set(keys)]
        return list(organisations(ids).values())

    def ahead(key: str, start: date) -> dict[str, Any]:
        bundle = bundle_of(case.deployment_id)
        holder = calendar_holder(bundle, parties, None)
        bodies = organisations([holder] if holder is not None else [])
        calendar = calendars_of(session, bodies.values()).get(holder or "", NATIONAL)
        return term_ahead(bundle, case, key, start, calendar)

    functions: dict[str, Callable[..., Any]] = {
        "members": members,
        "same_zone": same_zone,
        "contiguous": one_land,
        "today": lambda: today,
        "children": lambda name: child_results(session, case.id, name),
        "cases": lambda process, body: cases_of(session, process, body),
        "answered": lambda process, body, activity: answers_of(
            session, process, body, activity, case.id
        ),
        "listed": lambda name: [dict(row) for row in bundle_of(case.deployment_id).listed[name]],
        "registered": lambda kind: [member(body) for body in bodies_of(session, kind)],
        "zones": lambda: zones_of(session),
        **_at_queues(session, case, bundle_of, acting=acting),
        "raised": lambda name: raised_results(session, case.id, name),
        "last_day": lambda name: last_day(session, case.id, name),
        "term_ahead": ahead,
        **letter_functions(session, bundle_of, case.id, today),
    }
    return functions

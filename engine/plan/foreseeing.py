"""How a plan is made, stage after stage: the baseline, what happened, the forecast."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from engine.legal_clock import Counting, Entry, Kind, Standing, stand
from engine.plan.facts import LIVING, PLAIN, Length, PlanRow, RowState, StageFacts, TermFacts
from engine.wording import PlanReason, plan_why
from engine.working_days import NATIONAL, Calendar


@dataclass(frozen=True, slots=True)
class _End:
    """A day on which something may end, and why."""

    day: date
    nominal: date
    reason: PlanReason
    steps: tuple[Mapping[str, Any], ...] = ()
    nature: str = ""
    counting: Counting = PLAIN
    supposed: bool = False


@dataclass(slots=True)
class _Chain:
    """The plan while it is made, stage after stage."""

    start: date
    today: date
    calendar: Calendar
    shifts: Mapping[str, int]
    ended: bool
    stages: Mapping[str, StageFacts]
    states: Mapping[str, RowState]
    terms: Sequence[TermFacts]
    ends: dict[str, date | None] = field(default_factory=dict)
    baseline: dict[str, date | None] = field(default_factory=dict)


def foresee(
    start: date,
    today: date,
    stages: Sequence[StageFacts],
    terms: Sequence[TermFacts] = (),
    *,
    calendar: Calendar = NATIONAL,
    shifts: Mapping[str, int] | None = None,
    ended: bool = False,
) -> tuple[PlanRow, ...]:
    """The rows of a plan: each stage, and below it the terms that belong to it.

    `shifts` are days by which a stage is supposed to end later, or earlier; `ended` says that the
    case is over, so that nothing more is to come.
    """
    known = {stage.id: stage for stage in stages}
    states = _states(stages, ended=ended)
    chain = _Chain(start, today, calendar, shifts or {}, ended, known, states, terms)
    rows = [_stage_row(chain, stage) for stage in stages]
    below = [(term.stage, _term_row(chain, term)) for term in terms]
    found: list[PlanRow] = []
    for row in rows:
        found += [row, *(term for stage, term in below if stage == row.id)]
    return (*found, *(term for stage, term in below if stage not in known))


def _states(stages: Sequence[StageFacts], *, ended: bool) -> dict[str, RowState]:
    states: dict[str, RowState] = {}
    passed = {s.id for s in stages if s.reached_on is not None}
    for stage in reversed(stages):
        if stage.id in passed:
            passed.update(stage.after)
    for stage in stages:
        if stage.live:
            states[stage.id] = "running"
        elif stage.reached_on is not None:
            states[stage.id] = "done"
        elif stage.id in passed or ended:
            states[stage.id] = "skipped"
        elif all(states.get(before) in ("done", "skipped") for before in stage.after):
            # Where nobody has to act the case still stands somewhere.
            states[stage.id] = "running"
        else:
            states[stage.id] = "todo"
    return states


def _stage_row(chain: _Chain, stage: StageFacts) -> PlanRow:
    state = chain.states[stage.id]
    baseline_from = _latest([chain.baseline.get(s) for s in stage.after], chain.start)
    baseline = _counted(stage.baseline, baseline_from, chain.calendar)
    chain.baseline[stage.id] = baseline.due_on if baseline is not None else None
    begins = _latest([chain.ends.get(s) for s in stage.after], chain.start)
    if state in ("done", "skipped"):
        ended_on = stage.reached_on if state == "done" else None
        chain.ends[stage.id] = ended_on or begins
        began = min(stage.opened_on or begins or ended_on, ended_on) if ended_on else None
        end = None
    else:
        ended_on = None
        began = (stage.opened_on or begins or chain.start) if state == "running" else None
        end = _stage_end(chain, stage, began, begins)
        chain.ends[stage.id] = end.day if end is not None else None
    reason = end.reason if end is not None else PlanReason(state, ended_on)
    return PlanRow(
        key=f"stage:{stage.id}", kind="stage", title=stage.title, stage=stage.id, state=state,
        nature=end.nature if end is not None and end.nature else stage.nature,
        baseline_from=baseline_from if baseline is not None else None,
        baseline_on=chain.baseline[stage.id], starts_on=began, ended_on=ended_on,
        forecast_from=began or (begins if state == "todo" else None),
        forecast_on=ended_on or (end.day if end is not None else None),
        nominal_on=ended_on or (end.nominal if end is not None else None),
        steps=end.steps if end is not None else (), why=plan_why(reason),
        supposed=end is not None and end.supposed, bound_by=reason.title,
    )  # fmt: skip


def _stage_end(
    chain: _Chain, stage: StageFacts, began: date | None, begins: date | None
) -> _End | None:
    """The latest of all days before which a stage cannot end; None where nobody can tell."""
    if began is None and begins is None:
        return None
    shift = chain.shifts.get(stage.id, 0)
    ends = list(_ends(chain, stage, began, begins))
    if not any(end.reason.kind in ("length", "term") for end in ends):
        return None
    floor = max(chain.today, begins or chain.today) if shift < 0 else date.min
    moved = [_moved(end, shift, floor, chain.calendar) for end in ends]
    # Of equal days the one with a reason in law speaks first.
    return max(moved, key=lambda end: (end.day, end.nature == "statutory", end.reason.rank))


def _ends(
    chain: _Chain, stage: StageFacts, began: date | None, begins: date | None
) -> Iterable[_End]:
    origin = began or max(begins or chain.today, chain.today)
    own = _counted(stage.length, origin, chain.calendar)
    if own is not None and own.due_on is not None and own.nominal_on is not None:
        after = () if began else tuple(chain.stages[s].title for s in stage.after)
        yield _End(
            own.due_on, own.nominal_on, PlanReason("length", steps=own.steps, after=after),
            own.steps, stage.nature, stage.length.counting if stage.length is not None else PLAIN,
        )  # fmt: skip
    if began is not None:
        late = own.due_on if own is not None else None
        yield _End(chain.today, chain.today, PlanReason("today", late))
        if begins is not None and stage.after:
            names = tuple(chain.stages[s].title for s in stage.after)
            yield _End(begins, begins, PlanReason("after", begins, after=names))
    for term in chain.terms:
        if term.stage == stage.id and term.state in LIVING:
            found, supposed = _standing(chain, term)
            if found is not None and found.due_on is not None and found.nominal_on is not None:
                reason = PlanReason("term", title=term.title, steps=found.steps, supposed=supposed)
                yield _End(
                    found.due_on, found.nominal_on, reason, found.steps, term.nature,
                    term.counting, supposed,
                )  # fmt: skip


def _moved(end: _End, shift: int, floor: date, calendar: Calendar) -> _End:
    if shift == 0:
        return end
    nominal = max(end.nominal + timedelta(days=shift), floor)
    rolled = stand([Entry(Kind.START, nominal, 0, "date")], end.counting, calendar)
    kept = [step for step in end.steps if step["rule"] not in ("roll", "closed")]
    rolls = [step for step in rolled.steps if step["rule"] in ("roll", "closed")]
    steps = (*kept, *rolls)
    reason = replace(end.reason, steps=steps if end.reason.steps else (), shift=shift)
    return replace(
        end, day=rolled.due_on or nominal, nominal=nominal, reason=reason, steps=steps
    )  # fmt: skip


def _term_row(chain: _Chain, term: TermFacts) -> PlanRow:
    found, supposed = _standing(chain, term)
    ended_on = term.ended_on if term.state not in LIVING else None
    due_on = found.due_on if found is not None else None
    reason = PlanReason(
        term.state if ended_on is not None else "clock", ended_on,
        steps=found.steps if found is not None else (), supposed=supposed,
    )  # fmt: skip
    starts_on = found.starts_on if found is not None else None
    begun = starts_on if term.state != "waiting" else None
    return PlanRow(
        key=f"term:{term.id}", kind="term", title=term.title, nature=term.nature,
        state=term.state, stage=term.stage, baseline_from=begun if term.baseline_on else None,
        baseline_on=term.baseline_on, starts_on=begun, ended_on=ended_on, forecast_from=starts_on,
        forecast_on=ended_on or due_on, nominal_on=found.nominal_on if found is not None else None,
        steps=found.steps if found is not None else (), why=plan_why(reason),
        pauses=found.pauses if found is not None else (), supposed=supposed, body=term.body,
        rule=term.rule,
    )  # fmt: skip


def _standing(chain: _Chain, term: TermFacts) -> tuple[Standing | None, bool]:
    """How a term stands; one that stands still is supposed to go on today."""
    if term.state == "waiting":
        begins = chain.ends.get(term.follows or "")
        return _counted(term.length, begins, term.calendar), False
    entries = list(term.entries)
    if not entries:
        return None, False
    found = stand(entries, term.counting, term.calendar, on=chain.today)
    if term.state not in LIVING or found.due_on is not None:
        return found, False
    if found.state == "suspended":
        day = max(chain.today, found.pauses[-1].after)
        entries.append(Entry(Kind.RESUME, day))
    elif found.state == "interrupted" and term.length is not None:
        day = max(chain.today, entries[-1].day)
        if term.length.amount is None:
            return found, False
        entries.append(Entry(Kind.RESTART, day, term.length.amount, term.length.unit))
    else:
        return found, False
    return stand(entries, term.counting, term.calendar, on=chain.today), True


def _counted(length: Length | None, origin: date | None, calendar: Calendar) -> Standing | None:
    """A length from a day on; None where the length or the day is not known."""
    if length is None or origin is None:
        return None
    if length.day is not None:
        return stand([Entry(Kind.START, length.day, 0, "date")], length.counting, calendar)
    if length.amount is None:
        return None
    entry = Entry(Kind.START, origin, length.amount, length.unit)
    return stand([entry], length.counting, calendar)


def _latest(days: Sequence[date | None], start: date) -> date | None:
    """The latest of some days, or the start of the case; None where one is not known."""
    if any(day is None for day in days):
        return None
    return max((day for day in days if day is not None), default=start)

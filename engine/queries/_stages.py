"""The stages of a case: which are done, which run, what the next one waits for."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from engine.bundles.definition import Stage
from engine.clock import day_of
from engine.model import Milestone
from engine.policy import Seat
from engine.queries._lookup import Seen
from engine.queries.rows import StageRow, WorkRow
from engine.text import NO_TEXT, Text
from engine.wording import stage_text

State = Literal["done", "current", "action", "blocked", "todo"]


def unstaffed(seats: Iterable[Seat], staffed: set[tuple[str, str]]) -> bool:
    """Whether nobody at all stands behind the R of a piece of work."""
    doing = [(s.organisation_id, s.role) for s in seats if s.letter == "R"]
    return not any(seat in staffed for seat in doing)


def stage_rows(
    seen: Seen,
    items: Sequence[WorkRow],
    milestones: Sequence[Milestone],
    on_letters: Mapping[str, tuple[Seat, ...]],
    staffed: set[tuple[str, str]],
) -> tuple[StageRow, ...]:
    """Every stage with its state and one short fact."""
    states = _states(seen, items, milestones, on_letters, staffed)
    running = [s for s in seen.bundle.stages if states[s.id] in ("current", "action")]
    waits_for = running[-1].title if running else NO_TEXT
    return tuple(
        _stage(seen, stage, states[stage.id], items, milestones, on_letters, staffed, waits_for)
        for stage in seen.bundle.stages
    )


def _states(
    seen: Seen,
    items: Sequence[WorkRow],
    milestones: Sequence[Milestone],
    on_letters: Mapping[str, tuple[Seat, ...]],
    staffed: set[tuple[str, str]],
) -> dict[str, State]:
    reached = {m.name for m in milestones if m.branch == ""}
    states: dict[str, State] = {}
    for stage in seen.bundle.stages:
        live = [item for item in items if item.stage == stage.id]
        troubled = any(
            item.clock == "overdue" or unstaffed(on_letters[item.id], staffed) for item in live
        )
        if live:
            # Work again in a stage that was once complete: it is open, whatever it was.
            states[stage.id] = "action" if troubled else "current"
        else:
            states[stage.id] = "done" if stage.milestone in reached else "todo"
    if not seen.case.is_ended:
        _show_where_it_stands(seen.bundle.stages, states)
    return states


def _show_where_it_stands(stages: Sequence[Stage], states: dict[str, State]) -> None:
    """Where nobody has to act the case still stands somewhere; the stage after it is blocked."""
    order = [stage.id for stage in stages]
    last_done = max((n for n, s in enumerate(order) if states[s] == "done"), default=-1)
    running = [n for n, s in enumerate(order) if states[s] in ("current", "action")]
    if not running and last_done + 1 < len(order):
        states[order[last_done + 1]] = "current"
        running = [last_done + 1]
    following = max(running, default=len(order)) + 1
    if following < len(order) and states[order[following]] == "todo":
        states[order[following]] = "blocked"


def _stage(
    seen: Seen,
    stage: Stage,
    state: State,
    items: Sequence[WorkRow],
    milestones: Sequence[Milestone],
    on_letters: Mapping[str, tuple[Seat, ...]],
    staffed: set[tuple[str, str]],
    waits_for: Text,
) -> StageRow:
    own = [m for m in milestones if m.name == stage.milestone]
    whole = next((m for m in own if m.branch == ""), None)
    on = day_of(whole.reached_at) if whole is not None else None
    live = [item for item in items if item.stage == stage.id]
    done, total = _count(own, live)
    text = stage_text(
        state, reached_on=on, done=done, total=total,
        due_on=min((i.due_on for i in live if i.due_on is not None), default=None),
        reason=_reason(live, on_letters, staffed, seen), waits_for=waits_for,
        ended=seen.case.is_ended,
    )  # fmt: skip
    return StageRow(stage.id, stage.title, state, text, on)


def _count(own: Sequence[Milestone], live: Sequence[WorkRow]) -> tuple[int, int]:
    """How many bodies have passed a stage that each passes by itself."""
    parties = {m.party_id for m in own if m.branch and m.party_id is not None}
    waiting = {item.party_id for item in live if item.party_id is not None} - parties
    return len(parties), len(parties) + len(waiting) if parties or len(waiting) > 1 else 0


def _reason(
    live: Sequence[WorkRow],
    on_letters: Mapping[str, tuple[Seat, ...]],
    staffed: set[tuple[str, str]],
    seen: Seen,
) -> Text:
    """What is wrong in a stage, if something is: nobody behind a letter, or a late body."""
    for item in live:
        name = item.organisation
        if name is None:
            role = next((s for s in on_letters[item.id] if s.letter == "R"), None)
            name = seen.body(role.organisation_id) if role is not None else None
        if name is not None and unstaffed(on_letters[item.id], staffed):
            return Text(f"{name.it}: R senza persona", f"{name.en}: nobody behind R")
    late = [item for item in live if item.clock == "overdue"]
    if not late:
        return NO_TEXT
    name = late[0].organisation
    if len(late) > 1 or name is None:
        return Text(f"{len(late)} in ritardo", f"{len(late)} late")
    return Text(f"{name.it} in ritardo", f"{name.en} late")

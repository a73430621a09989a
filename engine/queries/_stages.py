"""The stages of a case: which are done, which run, what the next waits for, where it stopped."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.bundles.definition import Stage
from engine.bundles.matrix import activities
from engine.clock import day_of
from engine.model import Milestone
from engine.policy import Seat
from engine.queries._lookup import Seen
from engine.queries.rows import StageRow, WorkRow
from engine.text import NO_TEXT, Text
from engine.wording import shortage_text, stage_text

State = Literal["done", "current", "action", "blocked", "todo"]


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known of a case when its stages are told."""

    seen: Seen
    items: Sequence[WorkRow]
    """Its live work."""
    milestones: Sequence[Milestone]
    seats: Mapping[str, tuple[Seat, ...]]
    """Work item → the seats its letters point at."""
    staffed: set[tuple[str, str]]
    """Body and role, wherever somebody holds it today."""

    def live(self, stage: Stage) -> list[WorkRow]:
        """The live work of a stage."""
        return [item for item in self.items if item.stage == stage.id]

    def unstaffed(self, item: WorkRow) -> bool:
        """Whether nobody at all stands behind the R of a piece of work."""
        doing = [(s.organisation_id, s.role) for s in self.seats[item.id] if s.letter == "R"]
        return not any(seat in self.staffed for seat in doing)

    def rounds(self) -> Iterable[tuple[Mapping[str, int], set[str | None]]]:
        """The outermost running rounds, each with the stages of the work drawn inside it."""
        progress = self.seen.case.progress
        within: dict[str, set[str | None]] = defaultdict(set)
        for _, path, stage in activities(self.seen.bundle) if progress else ():
            for step, _ in path:
                within[step].add(stage)
        running = {branch["element"] for branch in progress}
        for branch in progress:
            # A round inside a round counts once.
            if not running & {step for step, _ in branch["path"]}:
                yield branch, within[branch["element"]]


def stage_rows(scene: Scene) -> tuple[StageRow, ...]:
    """Every stage with its state and one short fact."""
    states = _states(scene)
    stages = [s for s in scene.seen.bundle.stages if s.id in states]
    running = [s for s in stages if states[s.id] in ("current", "action")]
    waits_for = running[-1].title if running else NO_TEXT
    stopped = scene.seen.case.is_ended or any(stage.aside for stage in running)
    missed = [s.id for s in stages if stopped and states[s.id] == "todo"]
    begun = [n for n, s in enumerate(stages) if states[s.id] in ("done", "current", "action")]
    overtaken = {s.id for s in stages[: max(begun, default=0)] if states[s.id] == "todo"}
    counts: dict[str | None, tuple[int, int]] = {}
    for branch, inside in scene.rounds():
        if len(inside) == 1:
            (stage_id,) = inside
            done, total = counts.get(stage_id, (0, 0))
            counts[stage_id] = (done + branch["done"], total + branch["total"])
    return tuple(
        _row(
            scene, stage, states[stage.id], counts.get(stage.id, (0, 0)), waits_for,
            missed=stage.id in missed, overtaken=stage.id in overtaken,
            # Where the road ended it also says why, if too few bodies are left to go on.
            shortage=_shortage(scene) if stage.id in missed[:1] else NO_TEXT,
        )
        for stage in stages
    )  # fmt: skip


def _states(scene: Scene) -> dict[str, State]:
    reached = {m.name for m in scene.milestones if m.branch == ""}
    states: dict[str, State] = {}
    stages = scene.seen.bundle.stages
    for stage in stages:
        live = scene.live(stage)
        if live:
            # Work again in a stage that was once complete: it is open, whatever it was.
            troubled = any(item.clock == "overdue" or scene.unstaffed(item) for item in live)
            states[stage.id] = "action" if troubled else "current"
        elif not stage.aside:
            states[stage.id] = "done" if stage.milestone in reached else "todo"
    road = [stage for stage in stages if not stage.aside]
    if not scene.seen.case.is_ended and len(states) == len(road):
        _show_where_it_stands(road, states)
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


def _row(
    scene: Scene, stage: Stage, state: State, count: tuple[int, int], waits_for: Text, *,
    missed: bool, overtaken: bool, shortage: Text,
) -> StageRow:  # fmt: skip
    own = [m for m in scene.milestones if m.name == stage.milestone]
    whole = next((m for m in own if m.branch == ""), None)
    on = day_of(whole.reached_at) if whole is not None else None
    live = scene.live(stage)
    passed = len({m.party_id for m in own if m.branch and m.party_id is not None})
    done, total = count if count[1] else (passed, passed)
    text = stage_text(
        state, reached_on=on, done=done, total=total,
        due_on=min((i.due_on for i in live if i.due_on is not None), default=None),
        reason=shortage or _reason(scene, live), waits_for=waits_for, missed=missed,
        overtaken=overtaken,
    )  # fmt: skip
    return StageRow(stage.id, stage.title, state, text, on)


def _reason(scene: Scene, live: Sequence[WorkRow]) -> Text:
    """What is wrong in a stage, if something is: nobody behind a letter, or a late body."""
    for item in live:
        if scene.unstaffed(item):
            name = item.organisation or _first_body(scene, item)
            return Text(f"{name.it}: R senza persona", f"{name.en}: nobody behind R")
    late = [item for item in live if item.clock == "overdue"]
    if not late:
        return NO_TEXT
    body = late[0].organisation
    if len(late) > 1 or body is None:
        return Text(f"{len(late)} in ritardo", f"{len(late)} late")
    return Text(f"{body.it} in ritardo", f"{body.en} late")


def _shortage(scene: Scene) -> Text:
    """Of which bodies fewer are left than the procedure cannot do without."""
    living = Counter(p.capacity for p in scene.seen.parties if p.left_at is None)
    words = [
        shortage_text(capacity.title, living[capacity.id], capacity.min)
        for capacity in scene.seen.bundle.capacities
        if living[capacity.id] < capacity.min
    ]
    return Text("; ".join(w.it for w in words), "; ".join(w.en for w in words))


def _first_body(scene: Scene, item: WorkRow) -> Text:
    """A body the R points at, or the activity itself where it points at none."""
    for seat in scene.seats[item.id]:
        name = scene.seen.body(seat.organisation_id)
        if seat.letter == "R" and name is not None:
            return name
    return item.title

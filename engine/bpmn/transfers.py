"""What becomes of each token of a case when its drawing changes, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent as LibraryBoundaryEvent
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import CallActivity, SubWorkflowTask

from engine.bpmn import state, surface
from engine.bpmn.definition import Definition
from engine.bpmn.library.joins import ALIVE, ParallelGateway, is_pending_token
from engine.bpmn.library.rounds import Round
from engine.bpmn.scripting import Scripts
from engine.bpmn.step import Packed, Path

NOTHING = "-"
"""The right side of an entry that gives something up."""
SPLIT, JOIN = ".BoundaryEventSplit", ".BoundaryEventJoin"


class Obstacle(StrEnum):
    """Why a token cannot go over by itself."""

    GONE = "gone"
    KIND = "kind"
    SCOPE = "scope"
    LANE = "lane"
    EVENT = "event"
    CALLED = "called"
    HANGS = "hangs"


@dataclass(frozen=True, slots=True)
class Transfer:
    """What becomes of one token."""

    token_id: str
    element: str
    process: str
    path: Path
    to: str | None
    """The element it stands on afterwards; None if it is given up or cannot go over."""
    obstacle: Obstacle | None
    about: str
    """What the obstacle is about: an event, a lane, a flow …; empty if the element says it all."""
    suggestion: str | None
    """An entry of the mapping that would do, for a person to confirm."""


@dataclass(frozen=True, slots=True)
class TransferPlan:
    """What becomes of all tokens of a case, and which events begin to be awaited."""

    transfers: tuple[Transfer, ...]
    begins: tuple[tuple[str, Path], ...]
    """Events on edges that the new version has drawn on running activities."""

    @property
    def obstacles(self) -> tuple[Transfer, ...]:
        """The tokens that cannot go over."""
        return tuple(t for t in self.transfers if t.obstacle is not None)


class Crossing:
    """One case between two versions."""

    def __init__(
        self, old: Definition, new: Definition, packed: Packed, mapping: Mapping[str, str]
    ) -> None:
        self.old, self.new, self.mapping, self.packed = old, new, mapping, packed
        stored = state.unpack(packed, old.document)
        self.top, self.end = state.revive(stored, old.spec, old.subprocess_specs, Scripts())
        self.parts = (self.top, *self.top.subprocesses.values())

    # -- what becomes of it ------------------------------------------------------------------

    def plan(self) -> TransferPlan:
        """Judge every token, then every join that would be left waiting."""
        transfers = [
            self._transfer(task)
            for part in self.parts
            for task in part.tasks.values()
            if is_token(task)
        ]
        for part in self.parts:
            transfers += self._hanging(part)
        begins = [
            (name, surface.path_of(task))
            for part in self.parts
            for task in part.tasks.values()
            if is_token(task)
            for name in self.new_edges(task)
        ]
        return TransferPlan(tuple(transfers), tuple(begins))

    def _transfer(self, task: Any) -> Transfer:
        spec = task.task_spec
        target, obstacle, about = self.judged(task)
        return Transfer(
            token_id=str(task.id),
            element=spec.bpmn_id,
            process=surface.process_of(task),
            path=surface.path_of(task),
            to=None if target is None or obstacle else target.bpmn_id,
            obstacle=obstacle,
            about=about,
            suggestion=self._suggestion(task, obstacle, about) if obstacle else None,
        )

    def judged(self, task: Any) -> tuple[Any, Obstacle | None, str]:
        """The node a token goes to, and what stands in the way."""
        spec = task.task_spec
        place = self.place_of(task.workflow)
        on_edge = isinstance(spec, LibraryBoundaryEvent)
        if on_edge and self.mapping.get(spec.bpmn_id) == NOTHING:
            return None, None, ""
        if place is None:
            return None, Obstacle.SCOPE, ""
        target = place.task_specs.get(self.renamed(spec))
        if target is None:
            return None, self._gone(spec), ""
        if shape_of(spec) != shape_of(target):
            return target, Obstacle.KIND, ""
        if on_edge and target not in self._edges_around(task):
            return target, Obstacle.SCOPE, ""
        lost = self._lost_events(spec, target)
        if lost:
            return target, Obstacle.EVENT, lost[0]
        if isinstance(spec, CallActivity) and self.mapping.get(spec.spec, spec.spec) != target.spec:
            return target, Obstacle.CALLED, spec.spec
        if spec.manual and spec.lane != target.lane and spec.bpmn_id not in self.mapping:
            return target, Obstacle.LANE, target.lane or ""
        return target, None, ""

    def _gone(self, spec: Any) -> Obstacle:
        """Gone altogether, or drawn into another sub-process."""
        name = self.renamed(spec)
        parts = (self.new.spec, *self.new.subprocess_specs.values())
        return Obstacle.SCOPE if any(name in p.task_specs for p in parts) else Obstacle.GONE

    def renamed(self, spec: Any) -> str:
        """The name a node of the old specification has in the new one, if it is still there."""
        name, element = spec.name, spec.bpmn_id
        if element is None and name.endswith((SPLIT, JOIN)):
            element = name.rpartition(".")[0]
        if element is None or not name.startswith(element):
            return str(name)
        return str(self.mapping.get(element, element)) + str(name[len(element) :])

    def _lost_events(self, spec: Any, target: Any) -> list[str]:
        awaited = _events(target)
        return sorted(
            name
            for name in _events(spec)
            if (now := self.mapping.get(name, name)) not in awaited and now != NOTHING
        )

    def _edges_around(self, task: Any) -> list[Any]:
        """The events the new version has on the edge of the activity a boundary event guards."""
        main = next(
            (t for t in task.parent.children if not isinstance(t.task_spec, LibraryBoundaryEvent)),
            None,
        )
        place = self.place_of(task.workflow)
        split = main and place and place.task_specs.get(self.renamed(main.task_spec) + SPLIT)
        return list(split.outputs) if split else []

    def place_of(self, part: Any) -> Any:
        """The process or sub-process of the new version that a running part goes on in."""
        if part is self.top:
            return self.new.spec
        around = self.top.get_task_from_id(part.parent_task_id)
        place = self.place_of(around.workflow)
        target = None if place is None else place.task_specs.get(self.renamed(around.task_spec))
        if not isinstance(target, SubWorkflowTask):
            return None
        return self.new.subprocess_specs.get(target.spec)

    def _suggestion(self, task: Any, obstacle: Obstacle, about: str) -> str | None:
        """An entry a person may want to confirm: never applied by itself."""
        spec, place = task.task_spec, self.place_of(task.workflow)
        if place is None or obstacle in (Obstacle.KIND, Obstacle.SCOPE, Obstacle.HANGS):
            return None
        if obstacle == Obstacle.LANE:
            return f"{spec.bpmn_id}={spec.bpmn_id}"
        target = place.task_specs.get(self.renamed(spec))
        if obstacle == Obstacle.CALLED:
            return f"{about}={target.spec}"
        if obstacle == Obstacle.EVENT:
            fresh = sorted(_events(target) - _events(spec))
            return f"{about}={fresh[0]}" if len(fresh) == 1 else None
        likely = self._likely(task, place)
        return None if likely is None else f"{spec.bpmn_id}={likely}"

    def _likely(self, task: Any, place: Any) -> str | None:
        """A new element of the same kind in the same place, else the next one of the old path."""
        spec, known = task.task_spec, task.workflow.spec.task_specs
        fresh = [
            other
            for other in place.task_specs.values()
            if shape_of(other) == shape_of(spec) and other.bpmn_id and other.name not in known
        ]
        if fresh:
            best = max(fresh, key=lambda other: _likeness(spec, other))
            return str(best.bpmn_id)
        ahead = (s for s in _onward(spec.outputs) if shape_of(s) == shape_of(spec))
        return next((s.bpmn_id for s in ahead if s.name in place.task_specs), None)

    # -- joins that would wait for ever ------------------------------------------------------

    def _hanging(self, part: Any) -> Iterator[Transfer]:
        """Joins that wait, after the change only, for a branch on which nobody is."""
        place = self.place_of(part)
        if place is None:
            return
        tokens = [t for t in part.tasks.values() if is_token(t)]
        judged = {t: self.judged(t) for t in tokens}
        if any(obstacle for _, obstacle, _ in judged.values()):
            return  # first it must be said where these tokens go
        now = {t: target for t, (target, _, _) in judged.items() if target is not None}
        already = {join for join, _ in _starving({t: t.task_spec for t in tokens}, part.spec, {})}
        arrivals = {t.id: self.arrived_by(t) for t in tokens}
        for join, missing in _starving(now, place, arrivals):
            if join in {self.mapping.get(name, name) for name in already}:
                continue
            at = next((t for t in tokens if now.get(t) is place.task_specs[join]), tokens[0])
            yield Transfer(
                str(at.id), join, surface.process_of(at), surface.path_of(at), None,
                Obstacle.HANGS, f"{missing}>{join}", None,
            )  # fmt: skip

    def arrived_by(self, token: Any) -> str:
        """The flow a token at a join counts as having come by, as the new version names it."""
        if token.parent is None:
            return ""
        came, join = token.parent.task_spec, token.task_spec
        other = self.mapping.get(f"{came.name}>{join.name}")
        return other.partition(">")[0] if other else self.renamed(came)

    def new_edges(self, task: Any) -> list[str]:
        """The events the new version has on the edge of a running activity, not yet armed."""
        place, spec = self.place_of(task.workflow), task.task_spec
        if place is None or isinstance(spec, LibraryBoundaryEvent) or is_pending_token(task):
            return []
        split = place.task_specs.get(self.renamed(spec) + SPLIT)
        if split is None or "[child]" in spec.name:
            return []
        guarded = isinstance(task.parent.task_spec, BoundaryEventSplit)
        known = {self.renamed(t.task_spec) for t in task.parent.children if guarded}
        edges = [s for s in split.outputs if isinstance(s, LibraryBoundaryEvent)]
        return [s.name for s in edges if s.name not in known]


def mapping_problems(
    old: Definition,
    new: Definition,
    mapping: Mapping[str, str],
    *,
    before: Iterable[str] = (),
    after: Iterable[str] = (),
) -> list[str]:
    """Every entry that names something its version does not know: a slip of the pen is not obeyed.

    `before` and `after` are names the versions know beside their drawings.
    """
    before, after = _names(old) | set(before), _names(new) | set(after)
    found = []
    for left, right in sorted(mapping.items()):
        found += [f"{left}: not in the old version" for _ in "x" if left not in before]
        if right != NOTHING and right not in after:
            found.append(f"{left} = {right}: {right} is not in the new version")
    return found


def _names(definition: Definition) -> set[str]:
    found = set()
    for part in (definition.spec, *definition.subprocess_specs.values()):
        found.add(part.name)
        for spec in part.task_specs.values():
            found |= {spec.bpmn_id} if spec.bpmn_id else set()
            found |= {f"{spec.name}>{target.name}" for target in spec.outputs}
            found |= _events(spec)
    return found


def _events(spec: Any) -> set[str]:
    """The names of what an event waits for: `deadline:x`, `message:y`, `error:z`."""
    definition = getattr(spec, "event_definition", None)
    parts = getattr(definition, "event_definitions", None) or [definition]
    found = set()
    for part in parts:
        kind = surface.kind_of(part)
        if kind == "deadline":
            found.add(part.name)
        elif kind == "message":
            found.add(f"message:{part.name}")
        elif getattr(part, "code", None) is not None:
            found.add(f"error:{part.code}")
    return found


def shape_of(spec: Any) -> tuple[Any, ...]:
    """What must not change under a token: its kind, and the variables of a running round."""
    shape: tuple[Any, ...] = (type(spec).__name__,)
    if isinstance(spec, LibraryBoundaryEvent):
        shape += (spec.cancel_activity,)
    if isinstance(spec, Round):
        items = (spec.data_input, spec.data_output, spec.input_item, spec.output_item)
        shape += tuple(getattr(item, "bpmn_id", None) for item in items)
    return shape


def is_token(task: Any) -> bool:
    """Whether a task stands for something that is going on at a drawn element."""
    return task.task_spec.bpmn_id is not None and (task.has_state(ALIVE) or is_pending_token(task))


def _likeness(one: Any, other: Any) -> tuple[bool, bool, float]:
    same_words = bool(one.bpmn_name) and one.bpmn_name == other.bpmn_name
    alike = SequenceMatcher(None, one.bpmn_id, other.bpmn_id).ratio()
    return same_words, one.lane == other.lane, alike


def _onward(specs: list[Any], *, behind: Any = None) -> list[Any]:
    """The nodes that can be reached, nearest first, without passing one."""
    found: dict[str, Any] = {}
    ahead = list(specs)
    while ahead:
        spec = ahead.pop(0)
        if spec is not behind and spec.name not in found:
            found[spec.name] = spec
            ahead.extend(spec.outputs)
    return list(found.values())


def _starving(
    tokens: Mapping[Any, Any], place: Any, arrivals: Mapping[Any, str]
) -> Iterator[tuple[str, str]]:
    """Parallel joins with a flow by which no token has come and none can come any more."""
    joins = (
        s for s in place.task_specs.values() if isinstance(s, ParallelGateway) and s.inputs[1:]
    )
    for join in joins:
        standing = [t for t, spec in tokens.items() if spec is join]
        came = {arrivals.get(t.id) or t.parent.task_spec.name for t in standing}
        moving = [spec for spec in tokens.values() if spec is not join]
        reach = {spec.name for spec in _onward(moving, behind=join)}
        expected = [spec.name for spec in join.inputs]
        if standing or reach.intersection(expected):
            for missing in expected:
                if missing not in came and missing not in reach:
                    yield join.name, missing

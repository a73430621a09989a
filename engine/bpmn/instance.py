"""One running case in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.specs.defaults import EndEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.util.task import TaskState

from engine.bpmn import state, surface
from engine.bpmn.definition import Definition
from engine.bpmn.errors import (
    AlreadyJoined,
    BpmnError,
    NotJoinable,
    ScriptFailed,
    StepBudgetExceeded,
    TokenGone,
)
from engine.bpmn.library.events import DEADLINE_PREFIX, definitions_of, error_handler, hand_over
from engine.bpmn.library.known import known_in
from engine.bpmn.library.moving import move_token
from engine.bpmn.library.prune import prune
from engine.bpmn.library.rounds import KEYS, ParallelMultiInstanceTask
from engine.bpmn.library.tasks import ServiceTask
from engine.bpmn.script import execute
from engine.bpmn.scripting import Scripts
from engine.bpmn.step import Facts, Packed, Passed, Path, Sent, Step
from engine.bpmn.values import plain

PRUNE_EVERY = 200  # far below the depth of 1000 at which the library stops looking
BUDGET = 5000  # nodes in one step; a drawing that needs more runs in a circle


class Instance:
    """One running case; never shared between threads, thrown away when a call fails.

    A call either returns a step or raises. After ScriptFailed or StepBudgetExceeded the case
    in memory is half-way: the next call refuses, and the caller loads the stored state again.
    """

    __slots__ = (
        "_count",
        "_definition",
        "_end",
        "_half_way",
        "_passed",
        "_scripts",
        "_sent",
        "_top",
    )

    def __init__(self, definition: Definition, top: Any, scripts: Scripts, end: str | None) -> None:
        self._definition = definition
        self._top = top
        self._scripts = scripts
        self._end = end
        self._half_way = False
        self._passed: list[Passed] = []
        self._sent: list[Sent] = []
        self._count = 0

    # -- beginning and keeping -------------------------------------------------------------------

    @classmethod
    def start(
        cls, definition: Definition, *, data: Mapping[str, Any], facts: Facts
    ) -> tuple[Instance, Step]:
        """Begin a case with these variables and run it to its first waits."""
        scripts = Scripts()
        top = BpmnWorkflow(definition.spec, definition.subprocess_specs, script_engine=scripts)
        top.task_tree.data.update(plain(dict(data)))
        instance = cls(definition, top, scripts, end=None)
        with instance._turn(facts):
            instance._advance()
            return instance, instance._report()

    @classmethod
    def load(cls, definition: Definition, packed: Packed) -> Instance:
        """Take up a stored case where it was left."""
        scripts = Scripts()
        stored = state.unpack(packed, definition.document)
        top, end = state.revive(stored, definition.spec, definition.subprocess_specs, scripts)
        return cls(definition, top, scripts, end)

    def pack(self) -> Packed:
        """Return the state to store."""
        self._refuse_half_way()
        return state.pack(self._top, self._end)

    # -- looking -----------------------------------------------------------------------------------

    def look(self, *, facts: Facts) -> Step:
        """Say how the case stands, moving nothing."""
        with self._turn(facts):
            return self._report()

    def variables(self, token_id: str) -> dict[str, Any]:
        """Copy the variables one token sees."""
        return deepcopy(dict(self._task(token_id).data))

    def worked_out(self, token_id: str, element: str, *, facts: Facts) -> dict[str, Any]:
        """The variables of a token as the script of an element of its process, or of one around it,
        would leave them now; the case stays as it is."""
        task = self._task(token_id)
        specs = [s for part in surface.parts_around(task) for s in part.spec.task_specs.values()]
        source = next((s.script for s in specs if s.bpmn_id == element), None)
        if source is None:
            raise ScriptFailed(element, "it is no script of this process")
        known = deepcopy(dict(task.data))
        try:
            execute(source, known, facts)
        except Exception as problem:
            raise ScriptFailed(element, str(problem)) from problem
        return known

    # -- moving ------------------------------------------------------------------------------------

    def complete(self, token_id: str, answers: Mapping[str, Any], *, facts: Facts) -> Step:
        """Close an open task with the officer's answers, which replace variables by name."""
        task = self._task(token_id)
        if task._state != TaskState.READY or not task.task_spec.manual:
            raise TokenGone("this task is no longer open")
        given = plain(dict(answers))
        with self._turn(facts):
            task.data.update(given)
            task.run()
            self._note(task)
            self._advance()
            return self._report()

    def deliver(self, token_id: str, name: str, payload: Any, *, facts: Facts) -> Step:
        """Hand one expired deadline or one message to one waiting token."""
        task = self._task(token_id)
        waiting = self._top.event_manager.tasks.get(task.id) is task
        if not waiting or task._state != TaskState.WAITING:
            raise TokenGone(f"nobody waits for “{name}” here any longer")
        definition = next(
            (
                definition
                for definition, _ in definitions_of(task)
                if definition.name in (name, DEADLINE_PREFIX + name)
                and surface.kind_of(definition) is not None
            ),
            None,
        )
        if definition is None:
            raise TokenGone(f"this token does not wait for “{name}”")
        given = plain(payload)
        with self._turn(facts):
            hand_over(task, definition, given)
            self._advance()
            return self._report()

    def answer(self, token_id: str, result: Any, *, facts: Facts) -> Step:
        """Give a service task its answer."""
        task = self._asking(token_id)
        given = plain(result)
        with self._turn(facts):
            task.task_spec.answer(task, given)
            self._note(task)
            self._advance()
            return self._report()

    def fail(self, token_id: str, code: str, message: str, *, facts: Facts) -> Step:
        """Send a service task that finally failed along its error boundary event."""
        task = self._asking(token_id)
        handler = error_handler(task, code)
        if handler is None:
            raise ScriptFailed(
                task.task_spec.bpmn_id, f"no error boundary event catches the failure “{code}”"
            )
        with self._turn(facts):
            payload = {"code": code, "message": message}
            hand_over(handler, handler.task_spec.event_definition, payload)
            self._advance()
            return self._report()

    def add_branch(self, element: str, key: str, item: Any, *, within: Path, facts: Facts) -> Step:
        """Let a newcomer into a running round that the drawing keeps open (joins="now")."""
        task = self._round(element, within)
        if key in task.internal_data[KEYS]:
            raise AlreadyJoined(f"{key} already takes part in {element}")
        given = plain(item)
        with self._turn(facts):
            task.task_spec.add_branch(task, key, given)
            self._advance()
            return self._report()

    def move(self, token_id: str, element: str, *, facts: Facts) -> Step:
        """Put a token on another element of the same process or sub-process.

        An administrator's tool: the element left behind counts as neither passed nor done, and
        a parallel join that waits for this token goes on waiting unless the token reaches it.
        """
        task = self._task(token_id)
        with self._turn(facts):
            move_token(task, element)
            self._advance()
            return self._report()

    # -- inside ------------------------------------------------------------------------------------

    @contextmanager
    def _turn(self, facts: Facts) -> Iterator[None]:
        self._refuse_half_way()
        self._scripts.begin_step(facts)
        self._passed, self._sent, self._count = [], [], 0
        self._half_way = True
        try:
            yield
        except BpmnError as problem:
            # A refusal before anything moved leaves the case as it was.
            self._half_way = isinstance(problem, ScriptFailed | StepBudgetExceeded)
            raise
        except SpiffWorkflowException as problem:
            spec = getattr(problem, "task_spec", None)
            element = getattr(spec, "bpmn_id", None) or getattr(spec, "name", "") or ""
            raise ScriptFailed(element, str(problem).strip(". ")) from problem
        self._half_way = False

    def _refuse_half_way(self) -> None:
        if self._half_way:
            raise RuntimeError("the last call failed half-way: load the stored state again")

    def _advance(self) -> None:
        """Run everything that needs nobody, until only people, events and answers are awaited."""
        while self._run_ready_once():
            pass
        prune(self._top)

    def _run_ready_once(self) -> bool:
        ran = False
        for task in surface.tasks_in(self._top, TaskState.READY):
            # What ran before may have cancelled or removed it.
            still_there = task.workflow.tasks.get(task.id) is task
            if still_there and task._state == TaskState.READY and not task.task_spec.manual:
                task.run()
                self._note(task)
                ran = True
        return ran

    def _note(self, task: Any) -> None:
        self._count += 1
        if self._count > BUDGET:
            element = task.task_spec.bpmn_id or task.task_spec.name
            raise StepBudgetExceeded(
                f"more than {BUDGET} nodes in one step, last at {element}: the drawing runs in a "
                "circle without waiting for anybody"
            )
        if task.task_spec.bpmn_id is not None and task._state == TaskState.COMPLETED:
            self._note_passed(task)
        if self._count % PRUNE_EVERY == 0:
            prune(self._top)

    def _note_passed(self, task: Any) -> None:
        spec, path = task.task_spec, surface.path_of(task)
        properties = surface.properties_of(spec)
        self._passed.append(
            Passed(spec.bpmn_id, surface.process_of(task), path, properties, surface.onward(task))
        )
        self._sent += [
            Sent(event.event_definition.name, event.payload, spec.bpmn_id, path, properties)
            for event in self._top.get_events()
            if event.event_definition.name  # a terminate end has none: it tells nobody anything
        ]
        if isinstance(spec, EndEvent) and task.workflow is self._top:
            self._end = spec.bpmn_id

    def _report(self) -> Step:
        top = self._top
        ended = bool(top.completed)
        return Step(
            open=surface.open_activities(top),
            waits=surface.waits(top, self._scripts.evaluate),
            requests=surface.requests(top),
            branches=surface.branches(top),
            running=surface.running(top),
            passed=tuple(self._passed),
            sent=tuple(self._sent),
            ended=ended,
            end=self._end if ended else None,
            variables=top.data if ended else known_in(top),
        )

    def _task(self, token_id: str) -> Any:
        self._refuse_half_way()
        try:
            wanted = UUID(token_id)
        except ValueError:
            raise TokenGone(f"{token_id!r} is not a token") from None
        for part in (self._top, *self._top.subprocesses.values()):
            if wanted in part.tasks:
                return part.tasks[wanted]
        raise TokenGone("this token is gone: the step it stood on is over")

    def _asking(self, token_id: str) -> Any:
        task = self._task(token_id)
        if task._state != TaskState.STARTED or not isinstance(task.task_spec, ServiceTask):
            raise TokenGone("nobody waits for this answer any longer")
        return task

    def _round(self, element: str, within: Path) -> Any:
        for task in surface.tasks_in(self._top, TaskState.STARTED):
            spec = task.task_spec
            if not isinstance(spec, ParallelMultiInstanceTask) or spec.bpmn_id != element:
                continue
            if surface.path_of(task) == within:
                if surface.properties_of(spec).get("joins") != "now":
                    raise NotJoinable(f"{element} does not let newcomers in while it runs")
                return task
        raise NotJoinable(f"{element} is not running there")

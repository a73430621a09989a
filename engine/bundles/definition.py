"""A process folder as typed values: what `load` returns and everyone else reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.bundles.columns import Column
from engine.bundles.deadline import DeadlineRule, Term
from engine.bundles.drawn import Drawing, Element
from engine.bundles.form import Form
from engine.bundles.law import Evidence, Law
from engine.bundles.letter import LetterTemplate
from engine.bundles.questions import Question
from engine.text import NO_TEXT, Text

Letter = Literal["R", "A", "C", "I"]


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the procedure; one aside is off the road and shown only while somebody is there."""

    id: str
    title: Text
    milestone: str
    """What ends it; empty for a stage aside, which leads to no milestone."""
    expected: Term | None = None
    """How long the office means to take: an internal target, no term of the law."""
    term: str | None = None
    """Key of the term whose length it takes instead, in the profile of the case."""
    after: tuple[str, ...] | None = None
    """Stages that must be over first; None: the one before it."""

    @property
    def aside(self) -> bool:
        return not self.milestone


@dataclass(frozen=True, slots=True)
class Capacity:
    """In which quality organisations take part, and which may be invited."""

    id: str
    title: Text
    kinds: tuple[str, ...]
    min: int = 0
    max: int | None = None
    default: str | None = None
    """Who takes part when nobody says: `the:<kind>` is the only body of its kind, `zone:<kind>`
    the one of the zone of the municipalities, `first:<capacity>` the first party given there."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A set of lengths the law offers for the same procedure (ordinary, accelerated, custom)."""

    id: str
    title: Text
    when: Text
    """In which cases it may be chosen."""
    law: Law
    custom: bool = False
    """The lengths are set case by case."""


@dataclass(frozen=True, slots=True)
class MessageRule:
    """A message people may send into a case (join, withdraw, reopen …)."""

    name: str
    title: Text
    by: tuple[Column, ...]
    form: Form | None
    own_party: bool = False
    """The sender speaks for his own party only; the message goes to that party's branch."""


@dataclass(frozen=True, slots=True)
class ChildrenRule:
    """Cases of another procedure, opened one for each party of a capacity."""

    name: str
    title: Text
    process: str
    capacity: str
    """Of this case: each of its parties gets a case of its own."""
    as_: str
    """The capacity in which the party takes part there."""
    with_: Mapping[str, str]
    """Who else takes part: capacity there → capacity of this case whose parties take it."""
    carry: Mapping[str, str]
    """Field of the start form there → expression over the variables of this case and `party`."""
    result: tuple[str, ...]
    """Variables of each child that come back."""
    closes: Literal["all", "term"] | int
    """When the parent is told: all have ended, so many have, or never: only its term ends it."""
    withdrawn: Literal["counts", "left_out", "awaited"]
    """A child withdrawn before its goal: as if done, as if never asked, or still awaited."""
    late: Literal["open", "left_out"]
    """A party that joins while the parent waits."""
    at_close: Literal["withdraw", "go_on"]
    """What is still open when the parent stops waiting."""
    at_suspension: Literal["suspend", "go_on"]
    at_end: Literal["withdraw", "go_on"]
    """What is still open when the parent ends."""


@dataclass(frozen=True, slots=True)
class Block:
    """Work that waits for an open case that was raised: all of it, or only some answers."""

    activity: str
    about: tuple[str, ...] = ()
    """Only where the raised case is about one of these; empty: whatever it is about."""
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Field → answers that are refused meanwhile; empty: the work cannot be closed at all."""


@dataclass(frozen=True, slots=True)
class RaiseRule:
    """A case of another procedure that a party may raise from the page of a case."""

    name: str
    title: Text
    process: str
    by: tuple[Column, ...]
    as_: str
    """The capacity there of the body that raises."""
    with_: Mapping[str, str]
    """Who else takes part by itself: capacity there → capacity of this case."""
    choose: Mapping[str, tuple[str, ...]]
    """Whom the raiser picks: capacity there → capacities of this case whose parties are offered."""
    carry: Mapping[str, str]
    """Field of the start form there → expression over this case; offered, not imposed."""
    result: tuple[str, ...]
    about: str | None
    """The choice of the start form there that says what the raised case is about."""
    returns: str | None
    """The message by which the result comes back into the drawing; None: it is only shown."""
    blocks: tuple[Block, ...]
    at_suspension: Literal["suspend", "go_on"]
    at_end: Literal["withdraw", "go_on"]
    """What becomes of it when this case ends, or the party that raised it leaves."""

    def concerning(self, activity: str, about: str) -> tuple[Block, ...]:
        """How a case about this holds up an activity."""
        return tuple(
            b for b in self.blocks if b.activity == activity and (not b.about or about in b.about)
        )

    def holds_up(self, activity: str, about: str, answers: Mapping[str, Any]) -> bool:
        """Whether these answers have to wait for such a case."""
        return any(
            not block.answers or any(_given(answers, *pair) for pair in block.answers.items())
            for block in self.concerning(activity, about)
        )


def _given(answers: Mapping[str, Any], name: str, refused: tuple[str, ...]) -> bool:
    value = answers.get(name)
    word = ("yes" if value else "no") if isinstance(value, bool) else str(value)
    return word in refused


@dataclass(frozen=True, slots=True)
class Foundation:
    """What a case is founded on once it has given this answer, in place of its procedure's law."""

    answer: str
    """The choice of a form that says it."""
    value: str
    law: Law


@dataclass(frozen=True, slots=True)
class Raci:
    columns: tuple[Column, ...]
    rows: Mapping[str, Mapping[Column, str]]
    """Row id (milestone or activity) → column → letters (`R`, `A`, `RA`, `C`, `I`)."""
    changes: Mapping[str, Mapping[Column, str]] = field(default_factory=dict)
    """Line of an activity → the letters changed in one case, laid over its own or inherited ones;
    an empty one takes the letter away."""
    heard_too: frozenset[tuple[str, Column]] = frozenset()
    """Milestone and column of every C laid over the procedure's own: no drawing knows of it."""


@dataclass(frozen=True, slots=True)
class ConsultationRule:
    """How a letter C is heard that no drawn consultation hears."""

    of: str
    """The row of the matrix: an activity, a call or a milestone."""
    hears: tuple[Column, ...]
    """Empty: everybody with a C in that row."""
    question: Text | None
    term: str
    """The deadline in which the answer is awaited; silence belongs to it."""


@dataclass(frozen=True, slots=True)
class Separation:
    """Two functions that the law keeps apart: no role has a hand in both."""

    title: Text
    first: tuple[str, ...]
    """Milestones, activities or calls."""
    second: tuple[str, ...]
    law: Law


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything about one version of a procedure. Shared parts are folded in by content."""

    key: str
    version: int
    digest: str
    title: Text
    summary: Text
    number_prefix: str
    accountable: Column
    legal_basis: str
    """What its cases are founded on unless they have chosen another of `foundations`."""
    evidence: Evidence
    stages: tuple[Stage, ...]
    capacities: tuple[Capacity, ...]
    start_by: tuple[Column, ...]
    start_form: Form
    permissions: Mapping[str, tuple[Column, ...]]
    """Command name → columns that may give it (suspend_case, resume_case, withdraw_case, …)."""
    messages: Mapping[str, MessageRule]
    deadlines: Mapping[str, DeadlineRule]
    """Keys are `name`, or `call-id/name` where a caller sets its own term for a called element."""
    raci: Raci
    forms: Mapping[str, Form]
    """Activity id → form, those of called elements included."""
    drawings: Mapping[str, Drawing]
    """Process id → drawing, called elements included."""
    files: Mapping[str, bytes]
    """Relative name → content of the folder and of what it calls (`shared/<name>/…`). The digest
    is over these, without scenarios, coverage and notes."""
    bpmn: Mapping[str, bytes] = field(default_factory=dict)
    tables: Mapping[str, bytes] = field(default_factory=dict)
    foundations: tuple[Foundation, ...] = ()
    profiles: tuple[Profile, ...] = ()
    """The first is the ordinary one, under which every case begins."""
    scenarios: tuple[str, ...] = ()
    children: Mapping[str, ChildrenRule] = field(default_factory=dict)
    raises: Mapping[str, RaiseRule] = field(default_factory=dict)
    guide: Text = NO_TEXT  # one page for officers: guide.it.md and guide.en.md
    words: Mapping[str, str] = field(default_factory=dict)
    """What scripts write into tables in Italian → in English."""
    listed: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)
    """Tables that scripts ask for by name: rows/<name>.csv, those of called elements included."""
    separations: tuple[Separation, ...] = ()
    questions: tuple[Question, ...] = ()
    """What no source that was read says, for a jurist."""
    consultations: tuple[ConsultationRule, ...] = ()
    templates: Mapping[str, LetterTemplate] = field(default_factory=dict)
    """Letters by name, those of called elements included; a form says which are its."""

    @property
    def opens_cases(self) -> bool:
        """Whether other cases may stand below a case of this procedure."""
        return bool(self.children or self.raises)

    @property
    def has_queues(self) -> bool:
        """Whether work of this procedure waits in queues or takes places of them."""
        drawn = (element for one in self.drawings.values() for element in one.elements.values())
        return any("queue" in element.properties for element in drawn)

    def founded_on(self, answers: Mapping[str, Any]) -> Law:
        """What a case is founded on by what it has answered so far."""
        chosen = (one.law for one in self.foundations if answers.get(one.answer) == one.value)
        return next(chosen, Law(self.legal_basis, self.evidence))

    def is_limit(self, key: str) -> bool:
        """Whether a term says how long a state lasts, and not by when anybody has to act."""
        rule = self.deadlines.get(key)
        return rule is not None and rule.is_limit

    def deadline(self, name: str, path: tuple[tuple[str, str], ...] = ()) -> DeadlineRule | None:
        """The rule of a term; the nearest caller's own wording first."""
        nearest = (self.deadlines.get(f"{element}/{name}") for element, _ in reversed(path))
        return next((rule for rule in nearest if rule), self.deadlines.get(name))

    def element(self, element_id: str) -> Element | None:
        """The drawn node with this id, in the process or in anything it calls."""
        found = (d.elements.get(element_id) for d in self.drawings.values())
        return next((element for element in found if element is not None), None)

    def caught(self, element_id: str, message: str) -> list[Element]:
        """The events by which a wait catches a message: itself, or those behind its gateway."""
        found = []
        for drawn in self.drawings.values():
            behind = [f.target for f in drawn.flows if f.source == element_id]
            events = (drawn.elements.get(name) for name in (element_id, *behind))
            found += [e for e in events if e is not None and e.event == f"message:{message}"]
        return found

    def catching(self, message: str) -> list[Element]:
        """The events of all drawings that catch a message."""
        drawn = (e for d in self.drawings.values() for e in d.elements.values())
        return [e for e in drawn if e.event == f"message:{message}"]

    def stage_of(self, activity: str, path: tuple[tuple[str, str], ...] = ()) -> str | None:
        """The stage an activity belongs to: its own property, or that of the call it runs in."""
        for element_id in (activity, *(step for step, _ in reversed(path))):
            element = self.element(element_id)
            if element is not None and "stage" in element.properties:
                return element.properties["stage"]
        return None

    def line_of(self, activity: str, path: tuple[tuple[str, str], ...] = ()) -> str:
        """The line of the matrix in which an activity stands: the calls it runs in, then itself."""
        found = ((step, self.element(step)) for step, _ in path)
        return "/".join((*(step for step, e in found if e is not None and e.called), activity))

    def letters(
        self, activity: str, path: tuple[tuple[str, str], ...] = ()
    ) -> Mapping[Column, str]:
        """Who does what for an activity: its own row, its call's, or R and A of its stage."""
        written = self._written(activity, path)
        if not self.raci.changes:
            return written
        changed = self.raci.changes.get(self.line_of(activity, path))
        return written if changed is None else merged(written, changed)

    def _written(self, activity: str, path: tuple[tuple[str, str], ...]) -> Mapping[Column, str]:
        for element_id in (activity, *(step for step, _ in reversed(path))):
            if element_id in self.raci.rows:
                return self.raci.rows[element_id]
        stage_id = self.stage_of(activity, path)
        for stage in self.stages:
            if stage.id == stage_id and stage.milestone in self.raci.rows:
                row = self.raci.rows[stage.milestone]
                kept = ((column, cell.strip("CI")) for column, cell in row.items())
                return {column: letters for column, letters in kept if letters}
        return {}


def merged(row: Mapping[Column, str], changed: Mapping[Column, str]) -> Mapping[Column, str]:
    """A row with some of its letters changed."""
    return {column: letters for column, letters in {**row, **changed}.items() if letters}

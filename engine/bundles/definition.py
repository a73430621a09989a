"""A process folder as typed values: what `load` returns and everyone else reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Literal

from engine.bundles.drawn import Drawing, Element
from engine.bundles.letter import LetterTemplate
from engine.bundles.questions import Question
from engine.legal_clock import Counting
from engine.text import NO_TEXT, Text

Letter = Literal["R", "A", "C", "I"]
Evidence = Literal["V", "S", "P", "unverified"]
"""How well a legal fact is known: read in the source, in a secondary source, partly, not at all."""


class Silence(StrEnum):
    """What it means when a term passes without an answer."""

    NONE = "none"
    PROCEED_WITHOUT = "proceed_without"
    ASSENT = "assent"
    NEGATIVE = "negative"
    ESCALATE = "escalate"


class Nature(StrEnum):
    """Who decides an activity: an office on its competence, or a political body."""

    TECHNICAL = "technical"
    POLITICAL = "political"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the matrix and a lane of the drawing: a role in a capacity."""

    capacity: str
    role: str

    def __str__(self) -> str:
        return f"{self.capacity}.{self.role}"


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the procedure; one aside is off the road and shown only while somebody is there."""

    id: str
    title: Text
    milestone: str
    """What ends it; empty for a stage aside, which leads to no milestone."""
    expected: "Term | None" = None
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
class Term:
    """A length of time: `30 days`, `5 working days`, `3 months`, `1 year`, or `case:<variable>`."""

    amount: int | None
    unit: Literal["days", "working_days", "months", "years", "date"]
    variable: str | None = None
    """For `case:<variable>`: the case variable that holds a date, or a number of days."""


@dataclass(frozen=True, slots=True)
class Law:
    """A legal basis with the days on which it is in force and how well it is known."""

    text: str
    evidence: Evidence
    valid_from: date | None = None
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the article is in force on a day, as far as anybody has said."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Suspension:
    """A ground on which a term may be stopped: by whom, how often, how long at most."""

    id: str
    title: Text
    law: Law
    by: tuple["Column", ...]
    times: int | None = None
    """How often; None: as often as needed."""
    at_most: int | None = None
    """Days in all on this ground; the clock goes on by itself after them. None: no limit."""
    resumes_after: int = 0
    """Days that pass between the answer and the moment the clock goes on (art. 10-bis)."""


@dataclass(frozen=True, slots=True)
class Interruption:
    """How a term is thrown back to zero: by whom, how often, and how long it is then."""

    title: Text
    law: Law
    by: tuple["Column", ...]
    times: int | None = 1
    length: Term | None = None
    """Of the term that begins again; None: the whole term once more."""
    restarts: Literal["on_receipt", "at_once"] = "on_receipt"


@dataclass(frozen=True, slots=True)
class Extension:
    """How a term may be lengthened: by whom, up to how many days, with whose consent."""

    title: Text
    law: Law
    by: tuple["Column", ...]
    at_most: int
    """Days in all."""
    times: int | None = None
    consents: tuple["Column", ...] = ()
    """Capacities and roles whose bodies must have consented, each by an act that is named."""


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
class Point:
    """When to remind: after a share of the days of a term, or some days before its last one."""

    amount: int
    unit: Literal["percent", "days", "working_days"]


REMIND = (Point(50, "percent"), Point(80, "percent"), Point(3, "days"))
"""The points at which people are reminded of a term that does not say others."""


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """Who is asked to step in, this long after a term has passed without the act."""

    after: Term
    to: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    name: str
    title: Text
    length: Term
    starts_at: str | None
    """A milestone, or `case:<variable>`, a day that the case has written (of a first sitting, of a
    publication); absent when the term starts as the drawing arms it."""
    first_day: Literal["excluded", "included"]
    roll: Literal["next_non_holiday", "next_working_day", "none"]
    silence: Silence
    nature: Literal["statutory", "agreed", "internal"]
    legal_basis: str
    evidence: Evidence
    consequence: Text
    """One sentence: what happens if the term passes."""
    patron: Literal["shown", "shifts"] = "shown"
    valid_from: date | None = None
    valid_to: date | None = None
    target: Term | None = None
    """By when it should be done, beside the last day the law allows."""
    suspensions: tuple[Suspension, ...] = ()
    interruption: Interruption | None = None
    extension: Extension | None = None
    profiles: Mapping[str, "DeadlineRule"] = field(default_factory=dict)
    """Profile → the same term as that profile has it."""
    remind: tuple[Point, ...] = REMIND
    escalation: tuple[EscalationStep, ...] = ()
    suffers: tuple[Column, ...] = ()
    """Whom its silence would hurt; where nobody is named, those whose silence it is."""
    bounds: Literal["work", "state"] = "work"
    """By when something is to be done, or how long a state lasts: then no work is due by it."""

    @property
    def is_limit(self) -> bool:
        """Whether it says how long something lasts, and not by when anybody has to act."""
        return self.bounds == "state"

    @property
    def law(self) -> Law:
        return Law(self.legal_basis, self.evidence, self.valid_from, self.valid_to)

    @property
    def counting(self) -> Counting:
        """How its days are counted."""
        return Counting(self.first_day, self.roll, self.patron)

    def suspension(self, ground: str) -> Suspension | None:
        """The ground with this id."""
        return next((s for s in self.suspensions if s.id == ground), None)


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: Text
    help: Text = NO_TEXT


@dataclass(frozen=True, slots=True)
class ShowWhen:
    field: str
    among: tuple[str, ...]
    """Values as text; yes/no fields use `yes` and `no`."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing an officer fills in; the field types of the JSON interface."""

    name: str
    type: Literal[
        "text", "long_text", "integer", "decimal", "money", "date", "choice", "choices", "yes_no",
        "organisation", "officer", "file", "group", "list", "section", "note",
    ]  # fmt: skip
    label: Text
    help: Text = NO_TEXT
    required: bool = True
    options: tuple[Option, ...] = ()
    options_from: str | None = None
    """`parties:<capacity>` (value = party id), `organisations:<kind>`, `officers:<capacity>` or
    `case:<variable>`. On a list: one row for each of them, none more, under the name `row`."""
    show_when: ShowWhen | None = None
    min: str | None = None
    max: str | None = None
    pattern: str | None = None
    pattern_help: Text = NO_TEXT
    example: Any = None
    prefill: str | None = None
    """Case variable whose value is offered at first opening."""
    usual: bool = False
    """What the same body answered the last time, in any case, is offered at first opening."""
    fields: tuple["Field", ...] = ()
    min_items: int = 0
    max_items: int | None = None
    kind: Text = NO_TEXT
    """For a file: the kind of document it becomes."""
    visibility: Literal["parties", "own", "public"] = "parties"
    """For a file: who may read it: all parties, its own organisation only, everybody."""
    table: str | None = None
    """For a note: case variable (a list or dictionary of rows) shown as a table."""
    columns: tuple[Option, ...] = ()
    """For a note with a table: value = key of the row, label = heading; `key:money` formats it."""
    event: Text = NO_TEXT
    """For a date: what happens that day (a sitting); it goes into people's own calendars."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A check across fields: a restricted expression that must be true, and what to say if not."""

    must: str
    field: str
    message: Text


@dataclass(frozen=True, slots=True)
class Need:
    """What must be over before an act may be done: a term, or a milestone (an opinion given)."""

    term: str | None
    milestone: str | None
    what: Text
    legal_basis: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Form:
    """One activity as its officer meets it: explanation, term, fields."""

    activity: str
    title: Text
    what: Text
    why: Text
    next: Text
    help: Text
    nature: Nature
    legal_basis: str
    """`organisational` where no law asks for it."""
    evidence: Evidence
    deadline: str | None
    approval: str | None
    """Who approves what was prepared: `A`, whoever answers, or the column that does."""
    fields: tuple[Field, ...]
    rules: tuple[Rule, ...] = ()
    documents: tuple[str, ...] = ()
    """Variables or document kinds to have in front while filling it in."""
    needs: tuple[Need, ...] = ()
    letters: tuple[str, ...] = ()
    """Letters to send or acts to adopt with it, of which a draft is offered."""


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
    profiles: tuple[Profile, ...] = ()
    """The first is the ordinary one, under which every case begins."""
    scenarios: tuple[str, ...] = ()
    children: Mapping[str, ChildrenRule] = field(default_factory=dict)
    raises: Mapping[str, RaiseRule] = field(default_factory=dict)
    guide: Text = NO_TEXT  # one page for officers: guide.it.md and guide.en.md
    words: Mapping[str, str] = field(default_factory=dict)
    """What scripts write into tables in Italian → in English."""
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

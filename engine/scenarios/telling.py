"""One story being told: its steps through the commands, and what must come out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from engine.actor import Actor
from engine.asked import form_of
from engine.bundles.definition import Bundle
from engine.bundles.form import Field, Form
from engine.bundles.forms import examples
from engine.choices import Choice, choices
from engine.clock import day_of
from engine.commands import (
    add_party,
    choose_profile,
    complete_task,
    deliver_message,
    give_documents,
    go_on_without,
    mark_delivered,
    mark_failed,
    raise_case,
    remove_party,
    reopen_case,
    resume_case,
    start_case,
    store_upload,
    suspend_case,
    take_back,
    withdraw_case,
)
from engine.errors import EngineError, FormInvalid
from engine.facade import Engine
from engine.legal_clock import day_after
from engine.model import (
    CaseEngineState,
    DeadlineState,
    HistoryEntry,
    Party,
    WorkItem,
    WorkKind,
)
from engine.policy import seats_of_item
from engine.queries import case_file
from engine.scenarios.cast import Cast, StoryBroken
from engine.scenarios.looking import Tables
from engine.scenarios.opened import child_of, raised_from, tend_all
from engine.scenarios.stage import BEGIN, Stage
from engine.scenarios.trace import trace_line
from engine.training import tick
from engine.unit_of_work import Reading

ACTS = (
    "complete", "approve", "send_back", "take_back", "opinion", "give_documents", "go_on_without",
    "message", "command", "advance_clock",
    "service", "raise", "another",
)  # fmt: skip
PAPER = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
CASE_COMMANDS = {
    "suspend_case": suspend_case,
    "resume_case": resume_case,
    "withdraw_case": withdraw_case,
    "reopen_case": reopen_case,
}


def why(broken: Exception) -> str:
    """What went wrong, with every wrong field."""
    if isinstance(broken, FormInvalid):
        return f"{broken} {'; '.join(_sentences(broken.fields))}"
    return f"{type(broken).__name__}: {broken}"


def _sentences(fields: Mapping[str, Any], above: str = "") -> list[str]:
    """Each wrong field with what is wrong, for the person who wrote the story."""
    told: list[str] = []
    for name, under in fields.items():
        if isinstance(under, Mapping):
            told += _sentences(under, f"{above}{name}.")
        else:
            told += [f"{above}{name}: {sentence.en}" for sentence in under]
    return told


@dataclass(slots=True)
class Telling:
    """One story being told."""

    stage: Stage
    bundle: Bundle
    story: Mapping[str, Any]
    case_id: str = ""
    others: dict[str, str] = field(default_factory=dict)
    """Further cases of the same procedure that the story starts, by the names it gives them."""
    before: Callable[[Actor, WorkItem], None] | None = None
    """Looks at a piece of work before it is done, with whoever does it."""

    @property
    def engine(self) -> Engine:
        return self.stage.engine

    @property
    def cast(self) -> Cast:
        """Whom the story means, in the case it is in."""
        return Cast(self.stage, self.story.get("parties", {}), self.tables)

    @property
    def tables(self) -> Tables:
        """What is written about the case it is in."""
        return Tables(self.engine, self.case_id)

    def run(self) -> None:
        """Live the story, then look at what came out; StoryBroken at the first difference."""
        self.stage.begin(self.story.get("begins", BEGIN.date()))
        self.case_id = self._started(self.story["start"])
        self._register()
        for number, step in enumerate(self.story.get("steps", ()), 1):
            try:
                self._step(step)
            except (StoryBroken, EngineError) as broken:
                raise StoryBroken(f"step {number} {_short(step)}: {why(broken)}") from broken
        self._expect(self.story.get("expect", {}))

    # -- steps ---------------------------------------------------------------------------------
    def _started(self, start: Mapping[str, Any]) -> str:
        by = self.cast.actor(start["by"], before_start=True)
        parties = [
            {"organisation": self.cast.body(p), "capacity": p["capacity"]}
            for p in self.story.get("parties", {}).values()
        ]
        data = self._answers(self.bundle.start_form, by, start.get("data", {}), (), {})
        return self.engine.run(
            by, start_case, process=self.bundle.key,
            title=start.get("title", self.story.get("title", self.bundle.title.it)),
            parties=parties, data=data,
        )  # fmt: skip

    def _register(self) -> None:
        """Whom a term would ask to step in is in the register, so that the trace shows it."""
        rules = self.bundle.deadlines.values()
        asked = {column for rule in rules for step in rule.escalation for column in step.to}
        for party in self.tables.parties():
            for column in sorted(asked, key=str):
                if column.capacity == party.capacity:
                    self.stage.appoint(party.organisation_id, column.role)

    def _step(self, step: Mapping[str, Any]) -> None:
        if "child" in step:
            inner = self._child(str(step["child"]))
            inner._step({key: value for key, value in step.items() if key != "child"})
        elif "raised" in step:
            inner = self._raised(str(step["raised"]))
            inner._step({key: value for key, value in step.items() if key != "raised"})
        elif "in" in step:
            inner = replace(self, case_id=self.others[str(step["in"])])
            inner._step({key: value for key, value in step.items() if key != "in"})
        else:
            self._act(step)
        tend_all(self.engine, self.bundle)

    def _act(self, step: Mapping[str, Any]) -> None:
        if "complete" in step:
            self._complete(step)
        elif "approve" in step:
            self._decide(step, "approve")
        elif "send_back" in step:
            self._decide(step, "return")
        elif "opinion" in step:
            item = self._heard(step, "opinion")
            by, data = self.cast.actor(step["by"]), step.get("data", {})
            form = form_of(self.bundle, item)
            if form is not None:
                data = self._answers(form, by, data, self.tables.parties(), {})
            self._done(by, item, data)
        elif "give_documents" in step:
            item = self._heard(step, "give_documents")
            self.engine.run(
                self.cast.actor(step["by"]), give_documents, work_item_id=item.id,
                reply=step.get("reason", "scenario"),
            )  # fmt: skip
        elif "go_on_without" in step:
            item = self._heard(step, "go_on_without")
            self.engine.run(
                self.cast.actor(step["by"]), go_on_without, work_item_id=item.id,
                reason=step.get("reason", "scenario"),
            )  # fmt: skip
        elif "take_back" in step:
            item = self.cast.item(step["take_back"], step["by"], step.get("party"))
            self.engine.run(self.cast.actor(step["by"]), take_back, work_item_id=item.id)
        elif {"message", "raise", "command"} & step.keys():
            self._act_on_case(step)
        elif "another" in step:
            self.others[str(step["another"])] = self._started({**self.story["start"], **step})
        elif "advance_clock" in step:
            self._advance(str(step["advance_clock"]))
        elif "expect_open" in step:
            self._expect_open(step["expect_open"])
        elif "expect_refused" in step:
            self._expect_refused(step["expect_refused"])
        elif "service" in step:
            self._service(step)
        else:
            raise StoryBroken("no such kind of step")

    def _act_on_case(self, step: Mapping[str, Any]) -> None:
        """Do what an officer does from the page of the case, which must have offered it to him."""
        offered = self._offered(self.cast.actor(step["by"]))
        if "message" in step:
            act = f"message:{step['message']}"
            self._message(step)
        elif "raise" in step:
            act = f"raise:{step['raise']}"
            self._raise(step)
        else:
            act = step["command"].removesuffix("_case")
            self._command(step)
        # A profile is chosen on the page of the terms.
        if act not in offered | {"choose_profile"}:
            raise StoryBroken(f"the page of the case does not offer {act} to {step['by']}")

    def _offered(self, by: Actor) -> frozenset[str]:
        try:
            file = self.engine.read(case_file, actor=by, case_id=self.case_id)
        except EngineError:  # what is refused to him is refused by the act itself too
            return frozenset()
        return file.may | {f"raise:{offer.name}" for offer in file.raises}

    def _child(self, alias: str) -> "Telling":
        """The case that was opened for a party: the steps in it are told in its own words."""
        found = child_of(self.engine, self.cast.party(alias).id)
        if found is None:
            raise StoryBroken(f"no case was opened for {alias}")
        return replace(self, case_id=found[0], bundle=found[1])

    def _raised(self, name: str) -> "Telling":
        """The newest case that was raised under a name."""
        found = raised_from(self.engine, self.case_id, name)
        if found is None:
            raise StoryBroken(f"no {name} was raised")
        return replace(self, case_id=found[0], bundle=found[1])

    def _raise(self, step: Mapping[str, Any]) -> None:
        by, rule = self.cast.actor(step["by"]), self.bundle.raises[step["raise"]]
        start = self.engine.read(lambda r: r.latest(rule.process))
        assert start is not None, f"{rule.process} is published with the story"
        picked = [
            {"organisation": self.cast.party(alias).organisation_id, "capacity": capacity}
            for capacity, aliases in step.get("choose", {}).items()
            for alias in aliases
        ]
        data = self._answers(start.bundle.start_form, by, step.get("data", {}), (), {})
        self.engine.run(
            by, raise_case, case_id=self.case_id, name=rule.name,
            title=step.get("title", rule.title.it), parties=picked, data=data,
        )  # fmt: skip

    def _complete(self, step: Mapping[str, Any]) -> None:
        by = self.cast.actor(step["by"])
        item = self.cast.item(step["complete"], step["by"], step.get("party"))
        form = self.bundle.forms.get(item.activity)
        parties, variables = self._context(item)
        data = step.get("data", {})
        if form is not None:
            data = self._answers(form, by, data, parties, variables)
        if form is not None and form.approval is not None:
            for seat in seats_of_item(self.bundle, parties, item):
                if seat.letter == "A":
                    self.stage.appoint(seat.organisation_id, seat.role)
        self._done(by, item, data)

    def _done(self, by: Actor, item: WorkItem, data: Mapping[str, Any]) -> None:
        if self.before is not None:
            self.before(by, item)
        self.engine.run(by, complete_task, work_item_id=item.id, data=data)

    def _decide(self, step: Mapping[str, Any], decision: str) -> None:
        """Whoever answers for an activity looks at what was prepared in it."""
        activity = step["approve" if decision == "approve" else "send_back"]
        item = self.cast.item(activity, step["by"], step.get("party"), kind=WorkKind.APPROVAL)
        data = {"decision": decision, **self._resolved(step.get("data", {}))}
        self._done(self.cast.actor(step["by"]), item, data)

    def _heard(self, step: Mapping[str, Any], act: str) -> WorkItem:
        """The opinion a step is about: that of the body that acts, or of the party it names."""
        alias = step.get("party") or step["by"].partition(".")[0]
        return self.cast.item(step[act], step["by"], alias, kind=WorkKind.CONSULTATION)

    def _message(self, step: Mapping[str, Any]) -> None:
        by = self.cast.actor(step["by"])
        rule = self.bundle.messages.get(step["message"])
        data: Mapping[str, Any] = step.get("data", {})
        if rule is not None and rule.form is not None:
            parties, _ = self._context(None)
            data = self._answers(rule.form, by, data, parties, self.tables.case().variables)
        party = self.cast.party(step["party"]).id if "party" in step else None
        self.engine.run(
            by, deliver_message, case_id=self.case_id, name=step["message"], data=data,
            party_id=party, key=step.get("key"),
        )  # fmt: skip

    def _command(self, step: Mapping[str, Any]) -> None:
        by, name = self.cast.actor(step["by"]), step["command"]
        reason = step.get("reason", "scenario")
        if name in CASE_COMMANDS:
            self.engine.run(by, CASE_COMMANDS[name], case_id=self.case_id, reason=reason)
        elif name == "choose_profile":
            self.engine.run(
                by, choose_profile, case_id=self.case_id, profile=step["profile"], reason=reason
            )
        elif name == "remove_party":
            party = self.cast.party(step["party"])
            self.engine.run(
                by, remove_party, case_id=self.case_id, party_id=party.id, reason=reason
            )
        elif name == "add_party":
            self.engine.run(
                by, add_party, case_id=self.case_id, organisation_id=self.cast.body(step),
                capacity=step["capacity"], reason=reason,
            )  # fmt: skip
        else:
            raise StoryBroken(f"no such command: {name}")

    def _service(self, step: Mapping[str, Any]) -> None:
        """What an outside service says to a service task: its answer, or that it fails."""
        outside, topic = Actor.system("scenarios"), step["service"]
        asked = [row for row in self.tables.asked() if row.payload.get("topic") == topic]
        if len(asked) != 1:
            raise StoryBroken(f"{len(asked)} service tasks ask for {topic}")
        if "fails" in step:
            self.engine.run(
                outside, mark_failed, delivery_id=asked[0].id, error=step["fails"], final=True
            )
        else:
            self.engine.run(outside, mark_delivered, delivery_id=asked[0].id, result=step["answer"])

    def _advance(self, words: str) -> None:
        """Let time pass, stopping at every last day on the way."""
        amount, unit = words.split(" ", 1)
        today = day_of(self.stage.clock.now())
        units = {"working days": "working_days"}
        kind: Any = units.get(unit.rstrip(), unit if unit.endswith("s") else unit + "s")
        target = day_after(today, int(amount), kind)
        while (now := day_of(self.stage.clock.now())) < target:
            due = self._next_due()
            stop = (
                min(target, max(due + timedelta(days=1), now + timedelta(days=1)))
                if due
                else target
            )
            self.stage.clock.advance(timedelta(days=(stop - now).days))
            self._fire()

    def _next_due(self) -> date | None:
        """The last day before something happens by itself."""
        clocks = self.tables.running()
        days = [d.due_on for d in clocks if d.state == DeadlineState.RUNNING and d.due_on]
        days += [d.resumes_on - timedelta(days=1) for d in clocks if d.resumes_on is not None]
        return min(days, default=None)

    def _fire(self) -> None:
        tick(self.engine)
        tend_all(self.engine, self.bundle)

    def _expect_open(self, wanted: Sequence[str]) -> None:
        found = sorted(self.cast.named(item) for item in self.tables.items())
        if found != sorted(wanted):
            raise StoryBroken(f"open is {found}")

    def _expect_refused(self, refused: Mapping[str, Any]) -> None:
        try:
            self._step({k: v for k, v in refused.items() if k != "error"})
        except EngineError as error:
            if type(error).__name__ != refused["error"]:
                raise StoryBroken(f"refused with {why(error)}") from error
            return
        raise StoryBroken("it was not refused")

    def _expect(self, expected: Mapping[str, Any]) -> None:
        case = self.tables.case()
        found = {
            "state": case.state,
            "outcome": case.outcome,
            "milestones": self.tables.milestones(),
            "parties_left": sorted(
                self.cast.alias(p) for p in self.tables.parties() if p.left_at is not None
            ),
        }
        for key, value in expected.items():
            wanted = sorted(value) if key == "parties_left" else value
            if found.get(key) != wanted:
                raise StoryBroken(f"{key} is {found.get(key)!r}, not {value!r}")

    # -- answers -------------------------------------------------------------------------------
    def _answers(
        self,
        form: Form,
        by: Actor,
        given: Mapping[str, Any],
        parties: Sequence[Party],
        variables: Mapping[str, Any],
    ) -> dict[str, Any]:
        """What the story says, and the form's examples and a small file where these are asked."""
        offered = self.engine.read(_choices, form, parties, variables)

        def upload(wanted: Field) -> str:
            name = f"{wanted.name}.pdf"
            return str(self.engine.run(by, store_upload, filename=name, content=PAPER)["id"])

        return examples(form, offered, upload, given=self._resolved(given))

    def _resolved(self, value: Any) -> Any:
        """`@chivasso` is the id of that party; days become text."""
        if isinstance(value, Mapping):
            return {str(self._resolved(k)): self._resolved(v) for k, v in value.items()}
        if isinstance(value, list):
            return [self._resolved(v) for v in value]
        if isinstance(value, str) and value.startswith("@"):
            return self.cast.party(value[1:]).id
        if isinstance(value, date):
            return value.isoformat()
        return value

    def _context(self, item: WorkItem | None) -> tuple[list[Party], dict[str, Any]]:
        parties = self.tables.parties()
        if item is None:
            return parties, {}
        token = item.token_id
        variables = self.engine.run(
            Actor.system("scenarios"),
            lambda work: work.running(work.case(self.case_id)).instance.variables(token),
        )
        return parties, variables

    def flows(self) -> set[tuple[str, str]]:
        """The sequence flows this story passed."""
        cases = (self.case_id, *self.others.values())
        statement = select(CaseEngineState.flows).where(CaseEngineState.case_id.in_(cases))
        told = self.engine.read(lambda r: list(r.session.scalars(statement)))
        ways = {way for flows in told for way in flows or {}}
        return {(a, b) for a, _, b in (way.partition(">") for way in ways)}

    def trace(self) -> str:
        """What happened, one line an event, the same every time."""
        statement = select(HistoryEntry).where(HistoryEntry.case_id == self.case_id)
        entries = self.engine.read(
            lambda r: list(r.session.scalars(statement.order_by(HistoryEntry.seq)))
        )
        aliases = {p.id: self.cast.alias(p) for p in self.tables.parties()}
        own = "".join(trace_line(entry, aliases) for entry in entries)
        further = (replace(self, case_id=case, others={}) for case in self.others.values())
        named = zip(self.others, further, strict=True)
        return own + "".join(f"\n# {name}\n{other.trace()}" for name, other in named)


def _choices(
    reading: Reading, form: Form, parties: Sequence[Party], variables: Mapping[str, Any]
) -> dict[str, tuple[Choice, ...]]:
    return choices(
        reading.session, form.fields, parties=parties, variables=variables, today=reading.today
    )


def _short(step: Mapping[str, Any]) -> str:
    shown = (*ACTS, "by", "party")
    return " ".join(f"{key}={value}" for key, value in step.items() if key in shown)

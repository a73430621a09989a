"""A story of a process folder lived at the desks: the player knows no procedure, only pages.

The same file that `engine.scenarios` plays through the commands is read here step by step. Each
step is carried out by the officer it names, who signs in, finds the work in the day's list, reads
the form, writes what the story says and what the page does not know yet, and presses the button.
What the page has filled in already stays as it is: that is what an officer would do.
"""

import csv
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import FilePayload, Locator, Page, expect

from engine.asked import approval_form, consultation_form
from engine.bundles.definition import Bundle
from engine.bundles.form import Field, Form
from engine.bundles.forms.visibility import WITHOUT_VALUE
from engine.legal_clock import day_after
from engine.model import LIVE, WorkItem, WorkItemState
from engine.scenarios.stage import BEGIN
from tests.architecture.source import ROOT
from tests.journeys.browser_office import PATIENCE, BrowserOffice, Person, written
from tests.journeys.product import Wire

WEEK = 7
MOST_DAYS = 30
"""The clock is moved by a month at most, so that a page is never waited for too long."""
SLOW = 180_000  # milliseconds for the page of a clock that has moved by a month
ALL = "all"

NUMBERED = re.compile(r"\b(numero|protocollo|repertorio|atto)\b", re.IGNORECASE)
"""Labels under which an act or an entry of a register is written down."""

ANSWERS = "input:not([type=hidden]), textarea, select"
IS_BLANK = """all => all.map(
    one => ["radio", "checkbox"].includes(one.type) ? !one.checked : !one.value.trim()
)"""
_LISTED = ROOT / "engine" / "reference" / "municipalities.csv"
TOWNS = {
    f"mun-{row['istat_code']}": row
    for row in csv.DictReader(_LISTED.read_text(encoding="utf-8").splitlines())
}


class StoryBroken(AssertionError):
    """A story cannot be lived as it is written."""


@dataclass(slots=True)
class Lived:
    """What a life produced."""

    acts: int = 0
    days: int = 0
    moves: int = 0
    written: int = 0
    known: int = 0
    by_hand: int = 0
    entries: int = 0
    """Numbers of acts and of registers that officers wrote down."""


@dataclass(slots=True)
class Life:
    """One story at the desks."""

    office: BrowserOffice
    bundle: Bundle
    story: Mapping[str, Any]
    witness: Wire
    """Reads through the interface what is to be told at the end, and how bodies are called."""
    procedure: Callable[[str], Bundle]
    """The folder of another procedure whose case is opened from this one."""
    seen: Callable[[Person, str], None] = lambda _person, _name: None
    """Looks at a page when something is met for the first time."""
    told: Lived = field(default_factory=Lived)
    case_id: str = ""
    number: str = ""
    shift: timedelta = timedelta(0)
    met: set[str] = field(default_factory=set)
    names: dict[str, str] = field(default_factory=dict)
    raised: dict[str, "Life"] = field(default_factory=dict)
    others: dict[str, "Life"] = field(default_factory=dict)
    """Further cases of the same procedure, by the names the story gives them."""
    only_said: bool = False
    """Nothing is answered that the story does not say."""

    def run(self) -> None:
        """Live the story from its first day to its end."""
        self._learn_names()
        self._begin()
        for number, step in enumerate(self.story.get("steps", ()), 1):
            try:
                self._step(step)
            except Exception as broken:
                raise StoryBroken(f"step {number} {dict(step)}: {broken}") from broken

    def comes_out(self, expected: Mapping[str, Any]) -> None:
        """Compare how the case ended with what the story says."""
        case = self.witness.read(f"/cases/{self.case_id}")
        for name in ("state", "outcome"):
            if name in expected and case[name] != expected[name]:
                raise StoryBroken(f"{name} is {case[name]}, not {expected[name]}")

    # --- the beginning

    def _learn_names(self) -> None:
        for kind in ("cmto", "region", "consulted_body", "ministry", "college_of_spokespersons",
                     "zone_assembly", "planning_office", "union", "professional_order",
                     "university"):  # fmt: skip
            for row in self.witness.every(f"/organisations?kind={kind}"):
                self.names[row["id"]] = row["name"]
        self.names |= {key: row["name"] for key, row in TOWNS.items()}

    def _begin(self) -> None:
        """On the weekday of the story; where that day is over, some weeks later."""
        begins = self.story.get("begins", BEGIN.date())
        late = (self._today() - begins).days
        self.shift = timedelta(days=max(0, -(-late // WEEK)) * WEEK)
        self._until(begins + self.shift)
        self._start(self.story["start"])

    def _start(self, start: Mapping[str, Any]) -> None:
        """Open the case from the page of its procedure."""
        person = self._person(start["by"])
        person.goes_to("Procedimenti")
        person.follows(self.bundle.title.it).is_on(self.bundle.title.it)
        self._look(person, "process")
        person.follows("Avvia un caso").is_on("Avvia un caso")
        self._choose_bodies(person)
        title = start.get("title", start.get("data", {}).get("plan_title", self.bundle.title.it))
        person.answers({"Titolo del caso": title})
        self._fill(person, self.bundle.start_form.fields, start.get("data", {}), "data.")
        self._look(person, "start")
        self._press(person, "start")
        self.case_id = person.path.rpartition("/")[2]
        self.number = self._number(person)
        self.told.acts += 1

    def _number(self, person: Person) -> str:
        found = re.search(r"[A-Z]+-\d{4}-\d+", person.main.inner_text())
        assert found, person.main.inner_text()
        return found[0]

    def _choose_bodies(self, person: Person) -> None:
        given: list[Mapping[str, Any]] = list(self.story.get("parties", {}).values())
        town = next((TOWNS[self._body(p)] for p in given if "istat" in p), None)
        zone = person.main.get_by_role("link", name=re.compile(r"^Zona \d+"))
        if town is not None and zone.count():
            person.follows(f"Zona {town['zone_number']}")
            person.is_on("Avvia un caso")
        for party in given:
            box = person.main.locator(
                f'[name="party.{party["capacity"]}"][value="{self._body(party)}"]'
            )
            if box.count():
                box.check()
        for capacity in self.bundle.capacities:
            if (capacity.default or "").startswith("first:"):
                leads = person.main.locator(f'select[name="party.{capacity.id}"]')
                leads.select_option(value=self._organisation(capacity.id))

    # --- the steps

    def _step(self, step: Mapping[str, Any]) -> None:
        for where, inner in (
            ("child", self._child), ("raised", self.raised.get), ("in", self.others.get)
        ):  # fmt: skip
            if where in step:
                life = inner(step[where])
                if life is None:
                    raise StoryBroken(f"there is no case {step[where]} yet")
                life._step({k: v for k, v in step.items() if k != where})
                return
        for act, carry_out in (
            ("complete", self._complete),
            ("approve", self._decide),
            ("send_back", self._decide),
            ("opinion", self._opinion),
            ("take_back", self._take_back),
            ("give_documents", self._give_documents),
            ("go_on_without", self._go_on_without),
            ("message", self._message),
            ("raise", self._raise),
            ("another", self._another),
            ("command", self._command),
            ("service", self._service),
            ("advance_clock", self._wait),
            ("expect_open", self._expect_open),
            ("expect_refused", self._expect_refused),
        ):
            if act in step:
                carry_out(step)
                return
        raise StoryBroken("this kind of step is not lived yet")

    def _complete(self, step: Mapping[str, Any]) -> None:
        activity = step["complete"]
        self._do(self.bundle.forms[activity], activity, step, step.get("data", {}))

    def _decide(self, step: Mapping[str, Any]) -> None:
        """Whoever answers for an activity looks at what was prepared in it."""
        approves = "approve" in step
        activity = step["approve" if approves else "send_back"]
        said = {"decision": "approve" if approves else "return", **step.get("data", {})}
        # A decision is never made up: what the story leaves out is left blank.
        life = replace(self, only_said=True)
        life._do(approval_form(self.bundle.forms[activity]), f"approve-{activity}", step, said)

    def _opinion(self, step: Mapping[str, Any]) -> None:
        """A body that is heard says what it thinks."""
        activity = step["opinion"]
        self._do(self._asked(activity), f"opinion-{activity}", step, step.get("data", {}))

    def _asked(self, activity: str) -> Form:
        """The form by which an opinion is given, as it is asked the first time."""
        asked = WorkItem(activity=activity, path=[], rounds=0, state=WorkItemState.OPEN)
        return consultation_form(self.bundle, asked)

    def _take_back(self, step: Mapping[str, Any]) -> None:
        """Whoever submitted it takes it out of the approval again."""
        activity = step["take_back"]
        title = self.bundle.forms[activity].title.it
        person = self._among_work(step, title)
        self._look(person, f"take-back-{activity}")
        person.presses("Ritira e correggi").reads("Ritirata dall’approvazione")
        self.told.acts += 1

    def _give_documents(self, step: Mapping[str, Any]) -> None:
        """Whoever does the work gives a body that is heard what it asked for."""
        self._about_opinion(step, step["give_documents"], "Dai i documenti…", "documents")

    def _go_on_without(self, step: Mapping[str, Any]) -> None:
        """Whoever answers for the work goes on though a body has not answered in time."""
        self._about_opinion(step, step["go_on_without"], "Prosegui senza il parere…", "without")

    def _about_opinion(self, step: Mapping[str, Any], activity: str, link: str, what: str) -> None:
        person = self._among_work({**step, "party": None}, self.bundle.forms[activity].title.it)
        heard = person.main.locator("section").filter(
            has=person.page.get_by_role("heading", name="Chi è sentito")
        )
        body = self._named(step.get("party") or step["by"].partition(".")[0])
        row = heard.get_by_role("listitem").filter(has_text=body)
        row.get_by_role("link", name=link).click()
        person._is_ready()
        self._reason(person, step, f"{what}-{activity}")

    def _among_work(self, step: Mapping[str, Any], title: str) -> Person:
        """Open a piece of work from the file of its case: it need not be in the day's list."""
        person = self._on_case(step["by"]).opens_part("Attività")
        rows = person.main.get_by_role("row").filter(
            has=person.page.get_by_role("link", name=title, exact=True)
        )
        if rows.count() > 1:
            rows = rows.filter(has_text=self._named(step["party"]) if step.get("party") else "")
        rows.first.get_by_role("link", name=title, exact=True).click()
        return person.is_on(title)

    def _reason(self, person: Person, step: Mapping[str, Any], name: str) -> None:
        """Say why, and carry the act out."""
        person.answers({"Motivo": step.get("reason", "Deciso dal Consiglio comunale.")})
        self._look(person, name)
        self._press(person, "carry_out", then=r"/cases/[^/]+(/deadlines)?$")
        self.told.acts += 1

    def _do(self, form: Form, name: str, step: Mapping[str, Any], said: Mapping[str, Any]) -> None:
        person = self._finds(form, step["by"], step.get("party"))
        self._look(person, name)
        self._fill(person, form.fields, said, "")
        self._press(person, "complete")
        self.told.acts += 1

    def _expect_open(self, step: Mapping[str, Any]) -> None:
        """What is open is what the story says, once the worker has brought what was on its way."""
        wanted = sorted(name.partition("@")[0].rpartition(":")[2] for name in step["expect_open"])
        until = time.monotonic() + PATIENCE / 1000
        while True:
            items = self.witness.every(f"/cases/{self.case_id}/work-items")
            found = sorted(one["activity"] for one in items if one["state"] in LIVE)
            if found == wanted:
                return
            if time.monotonic() > until:
                raise StoryBroken(f"open is {found}")
            time.sleep(0.5)

    def _expect_refused(self, step: Mapping[str, Any]) -> None:
        """The page does not offer it, or refuses it: then the browser has a reason to complain."""
        before = len(self.office.complaints)
        try:
            self._step({k: v for k, v in step["expect_refused"].items() if k != "error"})
        except (StoryBroken, PlaywrightError):
            del self.office.complaints[before:]
            return
        raise StoryBroken("it was not refused")

    def _raise(self, step: Mapping[str, Any]) -> None:
        """Open a case of another procedure from the page of this one."""
        rule = self.bundle.raises[step["raise"]]
        other = self.procedure(rule.process)
        person = self._on_case(step["by"])
        person.follows(f"{rule.title.it}…").is_on(rule.title.it)
        person.answers({"Titolo": step.get("title", rule.title.it)})
        for capacity, aliases in step.get("choose", {}).items():
            boxes = person.main.locator(f"#{_id(f'data.party_{capacity}')}")
            for alias in aliases:
                boxes.get_by_label(self._named(alias)).first.check()
        self._fill(person, other.start_form.fields, step.get("data", {}), "data.")
        self._look(person, f"raise-{rule.name}")
        self._press(person, "carry_out")
        self.told.acts += 1
        self.raised[rule.name] = replace(
            self, bundle=other, case_id=person.path.rpartition("/")[2], number=self._number(person),
            raised={},
        )  # fmt: skip

    def _another(self, step: Mapping[str, Any]) -> None:
        """Open a further case of the same procedure, begun as the first was."""
        life = replace(self, case_id="", number="", raised={})
        life._start({**self.story["start"], **step})
        self.others[str(step["another"])] = life

    def _child(self, alias: str) -> "Life":
        """The case that was opened for a party, once a worker has opened it."""
        body = self._organisation(alias)
        until = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < until:
            for row in self.witness.every(f"/cases/{self.case_id}/children"):
                if row["case_id"] and row["organisation"] in (body, self.names[body]):
                    case = self.witness.read(f"/cases/{row['case_id']}")
                    other = self.procedure(case["process"])
                    return replace(
                        self, bundle=other, case_id=case["id"], number=case["number"], raised={}
                    )
            time.sleep(0.5)
        raise StoryBroken(f"no case was opened for {alias}")

    def _finds(self, form: Form, by: str, party: str | None) -> Person:
        """Find the work in the day's list of the officer; a message may still be on its way."""
        person = self._person(by)
        title = form.title.it
        until = time.monotonic() + 30
        while True:
            person.goes_to("Oggi").is_on("Oggi")
            rows = person.main.get_by_role("listitem").filter(has_text=self.number)
            rows = rows.filter(has=person.page.get_by_role("link", name=title, exact=True))
            if rows.count() > 1:
                rows = rows.filter(has_text=self._named(party) if party else person.body)
            if rows.count():
                break
            if time.monotonic() > until:
                raise StoryBroken(f"{person.name} does not find “{title}” for {self.number}")
            time.sleep(0.5)
        rows.get_by_role("link", name=title, exact=True).click()
        return person.is_on(title)

    def _message(self, step: Mapping[str, Any]) -> None:
        rule = self.bundle.messages[step["message"]]
        person = self._on_case(step["by"])
        person.follows(f"{rule.title.it}…").is_on(rule.title.it)
        self._look(person, f"message-{step['message']}")
        if rule.form is not None:
            self._fill(person, rule.form.fields, step.get("data", {}), "data.")
        self._press(person, "carry_out")
        self.told.acts += 1

    def _command(self, step: Mapping[str, Any]) -> None:
        words = {
            "suspend_case": "Sospendi…",
            "resume_case": "Riprendi…",
            "withdraw_case": "Ritira…",
            "reopen_case": "Riapri…",
            "remove_party": "Togli un ente…",
            "add_party": "Aggiungi un ente…",
        }
        name = step["command"]
        person = self._on_case(step["by"])
        if name == "choose_profile":
            person.opens_part("Termini")
            person.follows("Cambia profilo").is_on("rofilo")
            title = next(p.title.it for p in self.bundle.profiles if p.id == step["profile"])
            self._pick(person, "data.profile", title)
        else:
            person.follows(words[name])
            self._is_asked(person)
        if name == "remove_party":
            self._pick(person, "data.organisation", self._named(step["party"]))
        if name == "add_party":
            self._choose_capacity(person, step["capacity"])
            self._pick(person, "data.organisation", self.names[self._body(step)])
        self._reason(person, step, f"command-{name}")

    def _choose_capacity(self, person: Person, capacity: str) -> None:
        """First in which capacity, where a body may come in several."""
        if person.page.locator('[name="data.capacity"]').count():
            title = next(c.title.it for c in self.bundle.capacities if c.id == capacity)
            self._pick(person, "data.capacity", title)
            self._press(person, "carry_out", then=r"capacity=")

    def _is_asked(self, person: Person) -> None:
        """The page of the act is there, and not still the one that led to it."""
        button = person.page.locator('#form button[name=_action][value="carry_out"]')
        expect(button).to_be_visible()
        person._is_ready()

    def _pick(self, person: Person, name: str, words: str) -> None:
        """Choose among what a page offers: from a list, or with a button."""
        place = person.main.locator(f'select[name="{name}"]')
        if place.count():
            label = place.locator("option").filter(has_text=words).first.inner_text()
            place.select_option(label=label.strip())
        else:
            person.main.get_by_role("radio", name=re.compile(f"^{re.escape(words)}")).check()

    def _service(self, step: Mapping[str, Any]) -> None:
        """An outside service that is not connected: whoever does it by hand instead has work.

        Where the story lets the service fail its next step tells who does it. Where the story
        lets it answer, nothing can answer here: the officer does what is drawn for the failure,
        and chooses what the service would have said.
        """
        if "fails" in step:
            return
        drawn = set(self._by_hand(step["service"]))
        until = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < until:
            items = self.witness.every(f"/cases/{self.case_id}/work-items")
            open_ = [i for i in items if i["state"] in LIVE and i["activity"] in drawn]
            if open_:
                activity = open_[0]["activity"]
                by = self._told_of(activity) or self._does(activity, open_[0]["organisation"])
                answer = step.get("answer", {}).values()
                said = {
                    one.name: option.value
                    for one in self.bundle.forms[activity].fields
                    for option in one.options
                    if option.value in answer
                }
                self._complete({"complete": activity, "by": by, "data": said})
                self.told.by_hand += 1
                return
            time.sleep(0.5)
        raise StoryBroken(f"nobody has work instead of {step['service']}: {sorted(drawn)}")

    def _by_hand(self, topic: str) -> Iterator[str]:
        """What is drawn for the failure of a service."""
        for drawing in self.bundle.drawings.values():
            services = [
                e.id for e in drawing.elements.values() if e.properties.get("topic") == topic
            ]
            edges = [e.id for e in drawing.elements.values() if e.attached_to in services]
            for flow in drawing.flows:
                if flow.source in edges and flow.target in self.bundle.forms:
                    yield flow.target

    def _does(self, activity: str, body: str) -> str:
        """Who does it in a body: by its own row of the matrix, or by that of a call it lies in."""
        columns = [
            str(column)
            for element in (activity, *self._callers(activity))
            for column, cell in self.bundle.raci.rows.get(element, {}).items()
            if "R" in cell
        ]
        found = next((c for c in columns if self._organisation(c.partition(".")[0]) == body), None)
        if found is None:
            raise StoryBroken(f"nobody of {body} does {activity}: {columns}")
        return found

    def _callers(self, activity: str) -> Iterator[str]:
        """The elements that call the drawing in which an activity stands."""
        drawings = self.bundle.drawings
        home = next(key for key, drawing in drawings.items() if activity in drawing.elements)
        for drawing in drawings.values():
            yield from (e.id for e in drawing.elements.values() if e.called == home)

    def _told_of(self, activity: str) -> str:
        """Who does it in the story, where the story tells it."""
        steps = self.story["steps"]
        return next((s["by"] for s in steps if s.get("complete") == activity), "")

    # --- the clock

    def _wait(self, step: Mapping[str, Any]) -> None:
        amount, unit = str(step["advance_clock"]).split(" ", 1)
        today = self._today()
        if unit.startswith("day"):
            self._until(today + timedelta(days=int(amount)))
        else:
            kind: Any = {"working days": "working_days"}.get(unit, unit.rstrip("s") + "s")
            self._until(day_after(today, int(amount), kind))

    def _until(self, day: date) -> None:
        """Move the clock of the exercise with its button, a month at a time."""
        while (left := (day - self._today()).days) > 0:
            days = min(left, MOST_DAYS)
            keeper = self._person(self.story["start"]["by"])
            keeper.page.set_default_timeout(SLOW)
            keeper.waits(days)
            keeper.page.set_default_timeout(PATIENCE)
            self.told.days += days
            self.told.moves += 1

    def _today(self) -> date:
        keeper = self._person(self.story["start"]["by"])
        return keeper.goes_to("Oggi").is_on("Oggi").today()

    # --- who

    def _person(self, who: str) -> Person:
        alias, _, role = who.partition(".")
        return self.person(self._organisation(alias), role)

    def person(self, organisation: str, role: str) -> Person:
        """Who holds a role in a body, at their desk."""
        self.office.bodies = {
            **self.office.bodies, organisation: (organisation, self.names[organisation]),
        }  # fmt: skip
        return self.office.person(organisation, role)

    def _organisation(self, alias: str) -> str:
        """The body of a party: named by the story, or what the procedure says by itself."""
        given = self.story.get("parties", {})
        if alias in given:
            return self._body(given[alias])
        capacity = next((c for c in self.bundle.capacities if c.id == alias), None)
        default = str(capacity.default) if capacity is not None else ""
        if default.startswith("first:"):
            wanted = default.partition(":")[2]
            return next(self._body(p) for p in given.values() if p["capacity"] == wanted)
        if alias in self.names:  # by its id: one that joined later, CMTo, the Region
            return alias
        found = [
            party["organisation"]
            for party in self.witness.read(f"/cases/{self.case_id}")["parties"]
            if party["capacity"] == alias
        ]
        if len(found) != 1:
            raise StoryBroken(f"{len(found)} bodies are {alias}")
        return str(found[0])

    def _body(self, named: Mapping[str, Any]) -> str:
        if "organisation" in named:
            return str(named["organisation"])
        if "istat" in named:
            return f"mun-{named['istat']}"
        return self._instead(named)

    def _instead(self, named: Mapping[str, Any]) -> str:
        """For a body that the story invents, one of its kind: of its zone, or any left over."""
        kind = named["kind"]
        free = [
            str(row["id"])
            for row in sorted(
                self.witness.every(f"/organisations?kind={kind}"), key=lambda row: str(row["zone"])
            )
        ]
        parties: Mapping[str, Mapping[str, Any]] = self.story.get("parties", {})
        invented = [one for one in parties.values() if one.get("kind") == kind]
        position = next((n for n, one in enumerate(invented) if one is named), 0)
        if position >= len(free):
            raise StoryBroken(f"this installation has no {named}")
        return free[position]

    def _named(self, alias: str) -> str:
        return self.names[self._organisation(alias)]

    def _on_case(self, by: str) -> Person:
        """The person opens the case from the list of cases."""
        person = self._person(by)
        person.goes_to("Casi").is_on("Casi")
        row = person.main.get_by_role("row").filter(has_text=self.number)
        row.get_by_role("link").first.click()
        person.reads(self.number)
        person.is_on("")
        return person

    # --- forms

    def _fill(
        self, person: Person, fields: Sequence[Field], given: Mapping[str, Any], prefix: str
    ) -> None:
        """Go down the form as an officer does: what is not asked is passed over."""
        unknown = set(given) - {one.name for one in fields}
        if unknown:
            raise StoryBroken(f"the form does not ask for {sorted(unknown)}")
        for one in fields:
            if one.type in WITHOUT_VALUE:
                continue
            place = person.page.locator(f"#{_id(prefix + one.name)}")
            if not place.count() or not place.is_visible():
                if one.name in given:
                    raise StoryBroken(f"{one.name} is not asked on the page")
                continue
            self._answer(person, one, given.get(one.name), one.name in given, prefix)

    def _answer(self, person: Person, one: Field, value: Any, said: bool, prefix: str) -> None:
        name = prefix + one.name
        if one.type == "group":
            self._fill(person, one.fields, value if said else {}, f"{name}.")
        elif one.type == "list":
            self._rows(person, one, value, said, name)
        elif said:
            self._write(person, one, value, name)
        elif self.only_said:
            return
        elif self._is_known(person, one, name):
            self.told.known += 1
        else:
            self._example(person, one, name)

    def _is_known(self, person: Person, one: Field, name: str) -> bool:
        """Whether the page has an answer already."""
        controls = person.page.locator(f'[name="{name}"]')
        if one.type in ("choices", "yes_no") or controls.first.get_attribute("type") == "radio":
            return controls.and_(person.page.locator(":checked")).count() > 0
        if one.type == "file":
            return controls.first.get_attribute("type") == "hidden"
        return bool(controls.first.input_value().strip())

    def _example(self, person: Person, one: Field, name: str) -> None:
        """What the form gives as an example, or the plainest answer where one is needed."""
        example = None if one.options_from and one.example != ALL else one.example
        if one.type == "file":
            if one.required:
                self._write(person, one, f"{one.name}.pdf", name)
        elif one.type == "date":
            if one.example or one.required:
                today = person.today()
                told = date.fromisoformat(str(one.example)) if one.example else today
                self._write(person, one, max(told, today), name, shifted=True)
        elif example is not None:
            self._write(person, one, example, name)
        elif one.required:
            self._write(person, one, self._plainest(one), name)

    def _plainest(self, one: Field) -> Any:
        if one.type == "integer":
            return int(one.min or min(1, int(one.max or 1)))
        if one.type in ("decimal", "money"):
            return one.min or one.max or "1.00"
        if one.type in ("choice", "organisation", "officer"):
            return _FIRST
        if one.type == "choices":
            return [_FIRST] * max(1, one.min_items)
        return "yes" if one.type == "yes_no" else one.label.it

    def _write(
        self, person: Person, one: Field, value: Any, name: str, *, shifted: bool = False
    ) -> None:
        self.told.written += 1
        if one.type == "text" and NUMBERED.search(one.label.it):
            self.told.entries += 1
        page, controls = person.page, person.page.locator(f'[name="{name}"]')
        if one.type == "file":
            controls.first.set_input_files(
                paper(str(value), f"{one.label.it}, {person.body}, {person.today()}")
            )
        elif one.type == "date":
            day = value if isinstance(value, date) else date.fromisoformat(str(value))
            controls.first.fill(written(day if shifted else day + self.shift))
        elif one.type == "choices":
            self._tick(page, controls, value)
        elif one.type == "yes_no" or controls.first.get_attribute("type") == "radio":
            self._radio(page, controls, value)
        elif one.type in ("choice", "organisation", "officer"):
            self._select(controls.first, value)
        elif one.type in ("decimal", "money"):
            controls.first.fill(str(value).replace(".", ","))
        else:
            controls.first.fill(str(value))

    def _radio(self, page: Page, controls: Locator, value: Any) -> None:
        if value is _FIRST:
            controls.first.check()
            return
        wanted = {True: "yes", False: "no"}.get(value, str(value))
        if wanted.startswith("@"):
            self._labelled(page, controls, self._named(wanted[1:])).check()
        else:
            controls.and_(page.locator(f'[value="{wanted}"]')).check()

    def _labelled(self, page: Page, controls: Locator, words: str) -> Locator:
        """The one among the answers of a question whose label reads so."""
        return controls.and_(page.get_by_label(re.compile(re.escape(words))))

    def _tick(self, page: Page, controls: Locator, value: Any) -> None:
        if value == ALL:
            for box in controls.all():
                box.check()
            return
        for number, one in enumerate(value):
            if one is _FIRST:
                controls.nth(number).check()
            elif str(one).startswith("@"):
                self._labelled(page, controls, self._named(one[1:])).check()
            else:
                controls.and_(page.locator(f'[value="{one}"]')).check()

    def _select(self, control: Locator, value: Any) -> None:
        if value is _FIRST:
            control.select_option(index=1)
        elif str(value).startswith("@"):
            words = self._named(str(value)[1:])
            label = control.locator("option").filter(has_text=words).first.inner_text()
            control.select_option(label=label.strip())
        else:
            control.select_option(value=str(value))

    def _rows(self, person: Person, one: Field, value: Any, said: bool, name: str) -> None:
        """Rows that the case gives are answered one by one; others are added until all are said."""
        place = person.page.locator(f"#{_id(name)}")
        rows = place.locator(f":scope > fieldset[id^='{_id(name)}-row-']")
        if one.options_from:
            self._given_rows(person, one, value if said else None, name, rows)
            return
        if not said:
            if not all(rows.locator(ANSWERS).evaluate_all(IS_BLANK)):
                # The case has written rows already: they stay, and only what lacks is added.
                value = [_decided(one) for _ in range(rows.count())]
            elif isinstance(one.example, list):
                value = one.example
            else:
                value = [{} for _ in range(max(one.min_items, 1 if one.required else 0))]
        for number, row in enumerate(value):
            if rows.count() <= number:
                place.locator(f"#{_id(name)}-add").click()
                expect(rows).to_have_count(number + 1)
            self._fill(person, one.fields, row, f"{name}.{number}.")
        while rows.count() > len(value):
            number = rows.count() - 1
            person.page.locator(f"#{_id(name)}-remove-{number}").click()
            expect(rows).to_have_count(number)

    def _given_rows(self, person: Person, one: Field, said: Any, name: str, rows: Locator) -> None:
        if said == [] and rows.count():
            raise StoryBroken(f"the page lets nobody take out the rows of {one.name}")
        wanted: dict[str, Mapping[str, Any]] = {}
        for row in said or ():
            key = str(row["row"])
            if key.startswith("@"):
                head = rows.filter(has=person.page.get_by_text(self._named(key[1:])))
                key = head.locator('input[type=hidden][name$=".row"]').input_value()
            wanted[key] = {k: v for k, v in row.items() if k != "row"}
        for number in range(rows.count()):
            key = person.page.locator(f'[name="{name}.{number}.row"]').input_value()
            if said is None or key in wanted:
                row = wanted.pop(key, {}) if said is not None else _decided(one)
                self._fill(person, one.fields, row, f"{name}.{number}.")
        if wanted:
            raise StoryBroken(f"{one.name} has no rows {sorted(wanted)}")

    # --- pressing and looking

    def _press(self, person: Person, action: str, *, then: str = r"/cases/[^/]+$") -> None:
        """Press the button of the form; a refusal is told with its words."""
        page = person.page
        with page.expect_navigation():
            page.locator(f'#form button.btn[name=_action][value="{action}"]').click()
        if not re.search(then, page.url):
            words = page.locator(".c-note.is-late[role=alert]").all_inner_texts() or [page.url]
            raise StoryBroken(f"{person.name} is refused: {' '.join(words)}")
        person._is_ready()

    def _look(self, person: Person, name: str) -> None:
        if name not in self.met:
            self.met.add(name)
            self.seen(person, name)


_FIRST = object()


def _decided(rows: Field) -> dict[str, Any]:
    """What is decided about each row of the case: how it stood before is no answer."""
    asked = (one for one in rows.fields if one.type == "choice" and one.show_when is None)
    return {one.name: one.example for one in asked if one.example and not one.options_from}


def in_figures(life: Life) -> str:
    """What a life produced, in one line."""
    told, case = life.told, f"/cases/{life.case_id}"
    ended = [item for item in life.witness.every(f"{case}/work-items") if item["completed_at"]]
    return (
        f"{told.acts} acts of {len({i['organisation'] for i in ended})} bodies"
        f" ({len(ended)} pieces of work done), {len(life.witness.every(f'{case}/documents'))}"
        f" documents, {told.entries} numbers of acts and registers,"
        f" {len(life.witness.every(f'{case}/deadlines'))} dates,"
        f" {len(life.witness.every(f'{case}/history'))} entries of the history,"
        f" {told.days} days in {told.moves} moves of the clock,"
        f" {told.written} answers written and {told.known} known before"
    )


def _id(name: str) -> str:
    return name.replace(".", "-")


def paper(name: str, words: str) -> FilePayload:
    """A real PDF of one page that says what it is."""
    said = words.encode("latin-1", "replace").replace(b"(", b"").replace(b")", b"")
    stream = b"BT /F1 18 Tf 72 760 Td (" + said + b") Tj ET"
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
            b" /Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    content, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    start = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    content += b"".join(b"%010d 00000 n \n" % place for place in places)
    content += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(parts) + 1, start,
    )  # fmt: skip
    return {"name": name, "mimeType": "application/pdf", "buffer": content}

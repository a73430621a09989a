"""What the matrix files say, read without the code under test.

Nothing here imports the engine: raci.csv, process.toml, the forms, the drawing and roles.csv are
read as a lawyer would read them, so that a mistake of `engine/policy/` cannot be its own proof.
"""

import csv
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, cached_property
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parents[2]
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"

SEVERAL = "several"
"""Two bodies would do and the person has not said for which: he is asked."""


# --- people, as data


@dataclass(frozen=True)
class Seat:
    """A mandate: a role in a body, its days counted from the day of the test."""

    body: str
    role: str
    since: int = -300
    until: int | None = None


@dataclass(frozen=True)
class Deputy:
    """A substitution of somebody's first mandate."""

    of: str
    since: int = -3
    until: int = 3
    process: str | None = None


@dataclass(frozen=True)
class Person:
    """Somebody who tries everything."""

    name: str
    situation: str
    seats: tuple[Seat, ...] = ()
    deputies: tuple[Deputy, ...] = ()
    active: bool = True
    chosen: int | None = None
    """The place of the mandate he has chosen to act for; None: all of his."""
    machine: bool = False


@dataclass(frozen=True)
class Held:
    """What a person may act under today."""

    body: str
    kind: str
    role: str
    own: bool
    process: str | None
    place: str
    """Whose mandate it is, and which of his."""


# --- what is acted upon, as data


@dataclass(frozen=True)
class Case:
    """A case: its procedure and who takes part in which capacity."""

    process: str
    parties: tuple[tuple[str, str], ...]
    """(body, capacity)"""


@dataclass(frozen=True)
class Subject:
    """One thing a command is tried on, with all that the rules may ask about it."""

    label: str
    id: str = ""
    case: Case | None = None
    activity: str = ""
    branch: str | None = None
    """The body in whose branch the activity stands."""
    party: str | None = None
    """The body that is spoken of."""
    term: str = ""
    ground: str = ""
    message: str = ""
    body: str = ""
    role: str = ""
    owner: str | None = None
    """The person it belongs to."""
    holder: str | None = None
    to: str = ""
    exists: bool = True
    public: bool = False
    """Everybody signed in may know that it is there."""
    extra: Mapping[str, str] = field(default_factory=dict)


# --- the files


@cache
def natures() -> dict[tuple[str, str], str]:
    """(kind, role) → political, technical or both."""
    with (ROOT / "engine/reference/roles.csv").open(encoding="utf-8", newline="") as file:
        return {(row["capacity"], row["role"]): row["nature"] for row in csv.DictReader(file)}


class Matrix:
    """A process folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said = tomllib.loads((folder / "process.toml").read_text(encoding="utf-8"))

    @cached_property
    def rows(self) -> dict[str, dict[str, str]]:
        """Activity or milestone → column → letters."""
        with (self.folder / "raci.csv").open(encoding="utf-8", newline="") as file:
            _, *rows = csv.reader(file)
        return {
            line: {c: cell for c, cell in zip(self.columns, cells, strict=True) if cell}
            for line, *cells in rows
        }

    @cached_property
    def columns(self) -> list[str]:
        """`capacity.role`, in the order of the file."""
        with (self.folder / "raci.csv").open(encoding="utf-8", newline="") as file:
            return next(csv.reader(file))[1:]

    @cached_property
    def stages(self) -> dict[str, str]:
        """Activity → the milestone of its stage."""
        milestones = {s["id"]: s.get("milestone", "") for s in self.said.get("stage", ())}
        tree = ElementTree.parse(self.folder / "process.bpmn")
        found = {}
        for task in tree.iter(f"{BPMN}userTask"):
            for prop in task.iter():
                if prop.get("name") == "stage":
                    found[str(task.get("id"))] = milestones.get(str(prop.get("value")), "")
        return found

    def letters(self, activity: str) -> dict[str, str]:
        """Its own row, else R and A of the milestone of its stage (house decision 8)."""
        if activity in self.rows:
            return self.rows[activity]
        inherited = self.rows.get(self.stages.get(activity, ""), {})
        cells = {c: "".join(x for x in cell if x in "RA") for c, cell in inherited.items()}
        return {column: cell for column, cell in cells.items() if cell}

    def nature(self, activity: str) -> str:
        form = self.folder / "forms" / f"{activity}.toml"
        return str(tomllib.loads(form.read_text(encoding="utf-8"))["nature"])

    @property
    def accountable(self) -> str:
        return str(self.said["accountable"])


@cache
def matrix(folder: Path) -> Matrix:
    return Matrix(folder)


# --- the rules


class Rules:
    """The vocabulary of commands.csv and routes.csv."""

    def __init__(
        self, people: Iterable[Person], kinds: Mapping[str, str], folders: Mapping[str, Path],
        today: date,
    ) -> None:  # fmt: skip
        self.people = {person.name: person for person in people}
        self.kinds = kinds
        self.folders = folders
        self.today = today

    # what somebody may act under

    def held(self, person: Person) -> list[Held]:
        """His living mandates and those he substitutes, narrowed to the one he chose."""
        found = [
            Held(seat.body, self.kinds[seat.body], seat.role, True, None, f"{person.name}/{i}")
            for i, seat in enumerate(person.seats)
            if self._alive(seat.since, seat.until)
        ]
        for deputy in person.deputies:
            (seat, *_) = self.people[deputy.of].seats
            if self._alive(deputy.since, deputy.until) and self._alive(seat.since, seat.until):
                kind = self.kinds[seat.body]
                found.append(
                    Held(seat.body, kind, seat.role, False, deputy.process, f"{deputy.of}/0")
                )
        if not person.active:
            return []
        if person.chosen is not None:
            return found[person.chosen : person.chosen + 1]
        return found

    def _alive(self, since: int, until: int | None) -> bool:
        return since <= 0 and (until is None or until >= 0)

    def sees(self, person: Person, case: Case | None) -> bool:
        """His body takes part, or he acts for CMTo, which coordinates every case."""
        if case is None or person.machine:
            return True
        bodies = {body for body, _ in case.parties}
        return any(
            h.process in (None, case.process) and (h.kind == "cmto" or h.body in bodies)
            for h in self.held(person)
        )

    # the words

    def permits(self, rule: str, person: Person, subject: Subject) -> bool | str:
        """Whether a rule lets a person act on a subject; `several` when he must choose first."""
        if rule == "anybody":
            return True
        if rule == "the machine":
            return person.machine
        if rule == "whoever has the link":  # never by an account
            return False
        if person.machine:
            return True
        allowed = False
        for one in rule.split(" or "):
            said = self._one(one.strip(), person, subject)
            if isinstance(said, bool):
                if said:
                    return True
                continue
            if len(said) > 1:
                return SEVERAL
            allowed = allowed or bool(said)
        return allowed

    def _one(self, rule: str, person: Person, subject: Subject) -> bool | set[str]:
        """Yes or no, or the bodies for which he may."""
        held = self.held(person)
        if rule == "signed in":
            return True  # the door turns away who is not: routes.csv
        if rule == "its own":
            return subject.owner == person.name
        if rule == "active account":
            return person.active
        if rule == "looks after the account":
            return self._looks_after(person, subject)
        if rule == "sees the case":
            return self.sees(person, subject.case)
        if rule == "administrator of the installation":
            return any(h.own and (h.kind, h.role) == ("cmto", "administrator") for h in held)
        if rule == "administrator of the body":
            return self._administers(person, subject.body)
        if rule == "acts for CMTo":
            return any(h.kind == "cmto" and h.process is None for h in held)
        if rule == "may register the mandate":
            return self._registers(person, subject)
        if rule == "may name the substitute":
            place = f"{subject.holder}/0"
            holder = any(h.own and h.place == place for h in held)
            return holder or self._administers(person, subject.body)
        if rule == "holder of the mandate":
            return subject.holder == person.name
        if subject.case is None:
            return False  # nothing is there, so nobody may
        if rule.startswith("letter "):
            return self._letter(rule.removeprefix("letter "), person, subject)
        if rule.startswith("permission "):
            said = matrix(self.folders[subject.case.process]).said
            named = said.get("permissions", {})
            command = rule.removeprefix("permission ")
            # The body that answers for the case changes its letters, where nobody else is named.
            rest = self._answering(subject.case) if command == "amend_matrix" else ()
            columns = named.get(command, rest)
            own = subject.party if rule == "permission remove_party" else None
            return self._column(columns, person, subject.case, own)
        if rule == "named by the start rule":
            columns = matrix(self.folders[subject.case.process]).said["start"]["by"]
            return self._column(columns, person, subject.case, None)
        if rule == "named by the message":
            said = matrix(self.folders[subject.case.process]).said["message"][subject.message]
            own = subject.party if said.get("own_party") else None
            return self._column(said["by"], person, subject.case, own)
        if rule == "named by the raise rule":
            said = matrix(self.folders[subject.case.process]).said["raises"][subject.message]
            return self._column(said["by"], person, subject.case, None)
        if rule == "named by the clock rule":
            return self._clock(person, subject)
        raise LookupError(f"“{rule}” is no rule: see tests/authorisation/rules.py")

    def _answering(self, case: Case) -> set[str]:
        its = matrix(self.folders[case.process])
        capacity = its.accountable.partition(".")[0]
        return {c for c in its.columns if c.partition(".")[0] == capacity} | {its.accountable}

    def _administers(self, person: Person, body: str) -> bool:
        """Never a substitute: another administrator is appointed (decision record 0018, rule 4)."""
        return any(h.own and (h.body, h.role) == (body, "administrator") for h in self.held(person))

    def _looks_after(self, person: Person, subject: Subject) -> bool:
        """Whoever administers every body of somebody, and CMTo for everybody; never one's own."""
        target = self.people.get(subject.owner or "")
        if target is None or target.name == person.name:
            return False
        spans = [(seat.body, seat.until) for seat in target.seats]
        for deputy in target.deputies:
            spans.append((self.people[deputy.of].seats[0].body, deputy.until))
        living = {body for body, until in spans if until is None or until >= 0}
        bodies = living or {body for body, _ in spans}
        if bodies and all(self._administers(person, body) for body in bodies):
            return True
        return self.permits("administrator of the installation", person, subject) is True

    def _registers(self, person: Person, subject: Subject) -> bool:
        """Decision record 0018, rules 1 to 3."""
        if subject.to == person.name:
            return False
        if self._administers(person, subject.body):
            return True
        administrators = {
            other.name
            for other in self.people.values()
            if other.active
            for seat in other.seats
            if (seat.body, seat.role) == (subject.body, "administrator")
            and self._alive(seat.since, seat.until)
        }
        first = subject.role == "administrator" and not administrators
        installation = self.permits("administrator of the installation", person, subject) is True
        return installation and (first or administrators == {subject.to})

    def _bodies(self, column: str, case: Case, branch: str | None) -> list[str]:
        capacity = column.partition(".")[0]
        if branch is not None and (branch, capacity) in case.parties:
            return [branch]
        return [body for body, other in case.parties if other == capacity]

    def _letter(self, letters: str, person: Person, subject: Subject) -> set[str]:
        """The bodies for which he has one of the letters; an R needs a role of the right nature."""
        assert subject.case is not None
        its = matrix(self.folders[subject.case.process])
        found = set()
        for column, cell in its.letters(subject.activity).items():
            role = column.partition(".")[2]
            for letter in set(cell) & set(letters):
                for h in self._within(person, subject.case):
                    if h.role != role or h.body not in self._bodies(
                        column, subject.case, subject.branch
                    ):
                        continue
                    fits = natures()[(h.kind, role)] in ("both", its.nature(subject.activity))
                    if letter != "R" or fits:
                        found.add(h.body)
        return found

    def _within(self, person: Person, case: Case) -> Iterator[Held]:
        return (h for h in self.held(person) if h.process in (None, case.process))

    def _column(
        self, columns: Iterable[str], person: Person, case: Case, own: str | None
    ) -> set[str]:
        """Bodies of a list of columns; with `own`, others than the accountable for that alone."""
        accountable = matrix(self.folders[case.process]).accountable.partition(".")[0]
        found = set()
        for column in columns:
            capacity, _, role = column.partition(".")
            for h in self._within(person, case):
                if h.role != role or h.body not in self._bodies(column, case, None):
                    continue
                if own is None or own == h.body or capacity == accountable:
                    found.add(h.body)
        return found

    def _clock(self, person: Person, subject: Subject) -> set[str]:
        assert subject.case is not None
        rule = matrix(self.folders[subject.case.process]).said["deadline"][subject.term]
        kind, _, ground = subject.ground.partition(":")
        named = rule[kind]
        if kind == "suspension":
            named = next(one for one in named if one["id"] == ground)
        return self._column(named["by"], person, subject.case, None)


def later(today: date, days: int | None) -> date | None:
    """A day so many days from the day of the test."""
    return None if days is None else today + timedelta(days=days)

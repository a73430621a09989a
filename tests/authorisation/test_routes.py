"""Every address, asked by everybody: who may not sees, changes and learns nothing."""

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.authorisation.conftest import COUNTED
from tests.authorisation.people import OWN, STRANGER
from tests.authorisation.rehearsal import Rehearsal
from tests.authorisation.rules import SEVERAL, Person, Subject
from tests.authorisation.test_commands import rows as command_rows
from tests.authorisation.world import NOWHERE, World, token_of
from webapp import create_app, security

TABLE = Path(__file__).parent / "routes.csv"
ANONYMOUS = Person("anonymous", "nobody in particular")
PAGES = (
    f"{OWN}.officer", f"{OWN}.administrator", f"{STRANGER}.officer", "cmto.administrator",
    "cmto.coordinator", f"expired.{OWN}.officer", f"deactivated.{OWN}.officer",
)  # fmt: skip
MACHINES = (
    *PAGES, f"substitute.{OWN}.officer", f"substitute-ended.{OWN}.officer",
    f"substitute-elsewhere.{OWN}.officer", "substitute.cmto.administrator", "two-towns",
)  # fmt: skip
"""The situations; what each role may do behind an address is the business of test_commands.py."""

# A form that would do nearly everywhere, so that a refusal is about the right and not the form.
FORM = {
    "reason": "Prova", "act": "n. 1", "person": "no-mandate", "role": "officer",
    "valid_from": "23/11/2026", "valid_to": "30/11/2026", "last_day": "23/11/2026",
    "to": NOWHERE, "name": "Prova", "day": "15/2", "process": "all", "code": "",
    "email": "prova@example.org", "title": "Prova", "ground": "supplements", "days": "5",
    "profile": "accelerated", "language": "en", "advance_days": "1", "login": "nobody",
    "password": "x", "action": "complete",
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A line of the table: who may ask an address about what."""

    route: str
    about: str
    rule: str
    then: str

    @property
    def method(self) -> str:
        return self.route.partition(" ")[0]

    @property
    def path(self) -> str:
        return self.route.partition(" ")[2]

    @property
    def reads(self) -> bool:
        return self.method == "GET"

    @property
    def for_machines(self) -> bool:
        return self.path.startswith("/api/")


def rows() -> list[Row]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [Row(**row) for row in csv.DictReader(file)]


@dataclass
class Door:
    """The web of an office whose every request is taken back."""

    world: World
    app: Flask
    rehearsal: Rehearsal
    clients: dict[str, FlaskClient]

    def ask(
        self, person: Person, row: Row, subject: Subject
    ) -> tuple[TestResponse, str, list[str]]:
        """The answer, what a person reads in it, and the tables it would have written."""
        address = self._address(row, subject)
        options: dict[str, Any] = {"method": row.method}
        if row.for_machines:
            if person is not ANONYMOUS:
                options["headers"] = {"Authorization": f"Bearer {token_of(person)}"}
            if not row.reads:
                options["json"] = {}
        elif not row.reads:
            options["data"] = FORM | {"work_item": subject.id, "mandate": "", "secret": subject.id}
        client = self._client(person, row)
        with self.rehearsal.undone() as written:
            answer = client.open(address, **options)
            seen, kept = answer, answer.headers.get("Location", "")
            if answer.status_code == 303 and "kept=" in kept:
                seen = client.get(kept)  # a refused form is shown at an address of its own
            return seen, _plain(seen, subject), list(written)

    def _address(self, row: Row, subject: Subject) -> str:
        rule = self.rule(row)
        values = {name: _value(name, subject) for name in rule.arguments}
        if "any(" in row.path:
            values["kind"] = "csv"
        if "/letters/" in row.path:
            values["name"] = "invitation"
        _, path = rule.build(values, append_unknown=False) or ("", "/")
        return path

    def rule(self, row: Row) -> Rule:
        """The rule of a line."""
        return next(
            r for r in self.app.url_map.iter_rules()
            if r.rule == row.path and row.method in (r.methods or ())
        )  # fmt: skip

    def _client(self, person: Person, row: Row) -> FlaskClient:
        if row.for_machines or person is ANONYMOUS:
            return self.app.test_client()
        client = self.clients.get(person.name)
        if client is None:
            client = self.clients[person.name] = self.app.test_client()
        # Each request begins with the cookie alone: some would sign the person out.
        with client.session_transaction() as session:
            session.clear()
            session["_user_id"], session["_fresh"] = self.world.secrets[person.name], True
        return client


def _value(name: str, subject: Subject) -> Any:
    fixed = {
        "name": subject.message or "switch-to-association", "kind": "suspend",
        "day": "2026-12-23", "number": 10, "process": "joint_visit",
        "drawing_id": subject.id.replace("-", "_"),
        "upload_id": NOWHERE, "filename": "none.css",
    }  # fmt: skip
    if name == "case_id":
        return subject.extra.get("case_id", subject.id or NOWHERE)
    return fixed.get(name, subject.id or NOWHERE)


def _plain(answer: TestResponse, subject: Subject) -> str:
    """What the answer says, without what differs between two requests anyway."""
    text = answer.get_data(as_text=True) + answer.headers.get("Location", "")
    text = re.sub(r'name="csrf_token" value="[^"]*"', "", text)
    text = re.sub(r"kept=[^&\"]+", "kept", text)
    for id_ in (subject.id, *subject.extra.values()):
        text = text.replace(id_, NOWHERE) if id_ else text
    return text


@pytest.fixture
def door(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    engine = world.office.engine
    app = create_app(engine.settings, engine)
    app.config["WTF_CSRF_ENABLED"] = False  # that forged forms are refused is tried below
    monkeypatch.setattr(security.limiter, "enabled", False)
    rehearsal = Rehearsal(engine)
    yield Door(world, app, rehearsal, {})
    rehearsal.close()


def test_every_address_stands_in_the_table_and_nothing_else_does(door: Door) -> None:
    there = {
        f"{method} {rule.rule}"
        for rule in door.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}
    }
    listed = [row.route for row in rows()]
    doubled = [route for route, times in Counter(listed).items() if times > 1]

    assert not doubled, f"twice in {TABLE.name}: {doubled}"
    assert not there - set(listed), (
        f"who may ask {sorted(there - set(listed))}? Add a line to {TABLE.name}: `command NAME` "
        "where the address gives a command, else the rule in the words of rules.py"
    )
    assert not set(listed) - there, f"take out the lines of {sorted(set(listed) - there)}"


@pytest.mark.slow
def test_who_may_not_sees_changes_and_learns_nothing(
    door: Door, record_property: Callable[[str, Any], None]
) -> None:
    wrong, count = [], 0
    for row in rows():
        names = MACHINES if row.for_machines else PAGES
        people = [*(door.world.rules.people[name] for name in names), ANONYMOUS]
        subjects = _few(door.world.subjects[row.about])
        for person in people:
            for subject in subjects:
                count += 1
                answer, words, written = door.ask(person, row, subject)
                problem = _problem(door.world, row, person, subject, answer, written)
                if problem is None and _hidden(door.world, row, person, subject):
                    nothing = replace(subject, id=NOWHERE, extra={})
                    missing, said, _ = door.ask(person, row, nothing)
                    if (answer.status_code, words) != (missing.status_code, said):
                        problem = f"one that is not there reads otherwise ({missing.status})"
                if problem:
                    said = f"{row.route} · {person.situation} ({person.name}) · {subject.label}"
                    wrong.append(f"{said}: {problem}; got {answer.status} {written[:4]}")
    record_property(COUNTED, f"{count} combinations of address, person and thing")
    assert not wrong, f"{len(wrong)} of {count} are wrong:\n" + "\n".join(wrong)


def _few(subjects: list[Subject]) -> list[Subject]:
    """One of one's own, one of others, one that is foreign, one that is not there."""
    foreign = [s for s in subjects if s.label.startswith("foreign")]
    kept = [*subjects[:2], *foreign[:1], *(s for s in subjects if not s.exists)]
    return [s for place, s in enumerate(kept) if s not in kept[:place]]


def _rule(row: Row) -> str:
    """The words of the rule, by the command behind an address where there is one."""
    if not row.rule.startswith("command "):
        return row.rule
    name = row.rule.removeprefix("command ")
    return next(one.rule for one in command_rows() if one.command == name)


def _inside(person: Person) -> bool:
    return person is not ANONYMOUS and person.active


def _permits(world: World, row: Row, person: Person, subject: Subject) -> bool:
    rule = _rule(row)
    if rule == "anybody" and not row.rule.startswith("command "):
        return True
    return _inside(person) and world.rules.permits(rule, person, subject) in (True, SEVERAL)


def _hidden(world: World, row: Row, person: Person, subject: Subject) -> bool:
    if not subject.exists or subject.public or not _inside(person):
        return False
    unseen = subject.case is not None and not world.rules.sees(person, subject.case)
    return unseen and not _permits(world, row, person, subject)


def _problem(
    world: World, row: Row, person: Person, subject: Subject, answer: TestResponse,
    written: list[str],
) -> str | None:  # fmt: skip
    status = answer.status_code
    if status >= 500 and row.path != "/readyz":
        return "it broke"
    if row.reads and written and row.path not in READS_THAT_WRITE:
        return "a question wrote something"
    allowed = _permits(world, row, person, subject)
    if not allowed and written:
        return "he may not, and it wrote something"
    if not allowed and not _inside(person):
        to_sign_in = status == 302 and "/sign-in" in answer.headers["Location"]
        return None if status == 401 or to_sign_in else "he is not signed in"
    expected = [int(code) for code in row.then.split()] or [200]
    if not row.reads:
        # What is wrong with the form may be said first; nothing of it may happen.
        turned_away = status in (401, 403) and status not in expected
        return "he may" if allowed and subject.exists and turned_away else None
    if not allowed and status not in (403, 404):
        return "he may not see this"
    if allowed and subject.exists and status not in expected:
        return f"he may: {expected}"
    return None


READS_THAT_WRITE = {"/mandates/<mandate_id>/open"}
"""Opening work under another mandate is a link: it notes for whom this browser acts."""


NEEDS_NO_TOKEN = {"/sign-in/resume", "/answer/<secret>", "/answer/<secret>/draft"}
"""The first gives back what was typed to who has signed in meanwhile, which made the token
worthless; who answers by a link has no session that a forged form could use."""


def test_forged_forms_are_refused_everywhere(door: Door) -> None:
    door.app.config["WTF_CSRF_ENABLED"] = True
    chief = door.world.rules.people["cmto.administrator"]
    believed = []
    for row in rows():
        if row.reads or row.path in NEEDS_NO_TOKEN:
            continue
        subject = door.world.subjects[row.about][0]
        page = Row(row.route, row.about, row.rule, row.then)
        client = door._client(chief, Row(f"{row.method} /", row.about, row.rule, row.then))
        with door.rehearsal.undone() as written:
            answer = client.open(door._address(page, subject), method=row.method, data=FORM)
            if answer.status_code != 400 or written:
                believed.append(f"{row.route}: {answer.status} {written}")
    assert not believed, "\n".join(believed)

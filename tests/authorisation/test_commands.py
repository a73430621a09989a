"""Every command, tried by everybody on everything: what happens is what the matrix files say."""

import csv
import inspect
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine import commands
from engine.errors import EngineError, NotAllowed, NotFound, SeveralMandates
from engine.text import Text
from tests.authorisation.attempts import ARGUMENTS
from tests.authorisation.conftest import COUNTED
from tests.authorisation.rules import SEVERAL, Person, Subject
from tests.authorisation.world import NOWHERE, World

TABLE = Path(__file__).parent / "commands.csv"
SAMPLE = 400
"""So many attempts are repeated on PostgreSQL, the same ones every time."""


@dataclass(frozen=True)
class Row:
    """A line of the table: who may give a command about what, and what happens then."""

    command: str
    about: str
    rule: str
    otherwise: str
    then: str


def rows() -> list[Row]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [Row(**row) for row in csv.DictReader(file)]


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended, and in which words if it was refused."""

    kind: str
    words: tuple[str, ...] = ()


def test_every_command_stands_in_the_table_and_nothing_else_does() -> None:
    listed = [row.command for row in rows()]
    doubled = [name for name, times in Counter(listed).items() if times > 1]
    there = {name for name in commands.__all__ if inspect.isfunction(getattr(commands, name))}
    new, gone = there - set(listed), set(listed) - there

    assert not doubled, f"twice in {TABLE.name}: {doubled}"
    assert not new, (
        f"who may give {sorted(new)}? Add a line to {TABLE.name} that says who "
        "may (the words are in rules.py) and a line to ARGUMENTS in attempts.py that says how"
    )
    assert not gone, f"{sorted(gone)} are no commands any more: take their lines out"
    assert set(ARGUMENTS) == set(listed), "ARGUMENTS of attempts.py and the table differ"


@pytest.mark.slow
def test_what_everybody_may_do_is_what_the_matrix_files_say(
    world: World, record_property: Callable[[str, Any], None]
) -> None:
    wrong, count = _tried(world, list(_combinations(world)))
    record_property(COUNTED, f"{count} combinations of command, person and thing")
    assert not wrong, f"{len(wrong)} of {count} are wrong:\n" + "\n".join(wrong[:60])
    assert count > 10_000


def test_postgresql_says_the_same(
    postgres_world: World, record_property: Callable[[str, Any], None]
) -> None:
    every = list(_combinations(postgres_world))
    wrong, count = _tried(postgres_world, random.Random(5).sample(every, SAMPLE))
    record_property(COUNTED, f"{count} of {len(every)} on PostgreSQL")
    assert not wrong, "\n".join(wrong)


Combination = tuple[Row, Person, Subject]


def _combinations(world: World) -> Iterator[Combination]:
    for row in rows():
        # Where it does not matter who asks, a few are enough: checking a password takes its time.
        people = world.people[::12] if row.rule == "anybody" else world.people
        for subject in world.subjects[row.about]:
            for person in people:
                # The machine is nobody: it has no work, no account and no office of its own.
                if not person.machine or row.rule == "the machine":
                    yield row, person, subject


def _tried(world: World, combinations: list[Combination]) -> tuple[list[str], int]:
    actors = {person.name: world.actor(person) for person in world.people}
    missing: dict[tuple[str, str, str], Outcome] = {}

    def attempt(row: Row, person: Person, subject: Subject) -> Outcome:
        given = ARGUMENTS[row.command](world, subject, person)
        return _outcome(world, actors[person.name], row.command, given, subject.id)

    wrong = []
    for row, person, subject in combinations:
        found = attempt(row, person, subject)
        permitted = world.rules.permits(row.rule, person, subject)
        problem = None
        if permitted == SEVERAL:
            if found.kind != "SeveralMandates":
                problem = "he should have been asked for which body"
        elif permitted:
            # What the machine repeats, and what anybody may do, is no error where nothing is left.
            idle = row.rule in ("the machine", "anybody")
            expected = row.then.split() if subject.exists or idle else ["unknown"]
            expected += ["unknown"] if idle and not subject.exists else []
            if found.kind not in expected:
                problem = f"he may: {' or '.join(expected)}"
        elif found.kind not in ("refused", "unknown"):
            problem = "he may not"
        elif subject.exists and _hidden(world, row, person, subject):
            nothing = next((s for s in world.subjects[row.about] if not s.exists), None)
            assert nothing is not None, f"“{row.about}” needs a missing one to compare with"
            key = (row.command, person.name, nothing.label)
            if key not in missing:
                missing[key] = attempt(row, person, nothing)
            if found != missing[key]:
                problem = f"a missing one reads otherwise: {missing[key]}"
        elif subject.exists and found.kind != row.otherwise:
            problem = f"he should read: {row.otherwise}"
        if problem:
            wrong.append(
                f"{row.command} · {person.situation} ({person.name}) · {subject.label}: "
                f"{problem}; got {found}"
            )
    return wrong, len(combinations)


def _hidden(world: World, row: Row, person: Person, subject: Subject) -> bool:
    """Whether the person must not learn that this is there."""
    seen = subject.public or world.rules.sees(person, subject.case)
    return row.otherwise == "unknown" or not seen


def _outcome(world: World, actor: Any, command: str, given: dict[str, Any], id_: str) -> Outcome:
    """Carry it out, look, and undo it."""
    try:
        world.office.engine.preview(
            actor, getattr(commands, command), lambda _reading, _now: None, **given
        )
    except SeveralMandates:
        return Outcome("SeveralMandates")
    except EngineError as refusal:
        kind = _kind(refusal)
        return Outcome(kind, _words(refusal, id_))
    return Outcome("done")


def _kind(refusal: EngineError) -> str:
    if isinstance(refusal, NotFound):
        return "unknown"
    return "refused" if isinstance(refusal, NotAllowed) else refusal.code


def _words(refusal: EngineError, id_: str) -> tuple[str, ...]:
    said: list[Text] = [refusal.message, refusal.hint]
    found = [refusal.code, *(words for text in said for words in text), str(refusal.details)]
    return tuple(words.replace(id_, NOWHERE) if id_ else words for words in found)

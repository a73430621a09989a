"""People that many stories need, and a way to count what a question costs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from engine import Actor
from engine.model import Organisation
from tests.office import CASTAGNETO, CHIVASSO, Office


@pytest.fixture
def coordinator(office: Office) -> Actor:
    return office.officer("davide", ("cmto", "coordinator"))


@pytest.fixture
def director(office: Office) -> Actor:
    return office.officer("silvia", ("cmto", "director"))


@pytest.fixture
def elena(office: Office) -> Actor:
    return office.officer("elena", (CHIVASSO, "officer"))


@pytest.fixture
def anna(office: Office) -> Actor:
    return office.officer("anna", (CASTAGNETO, "officer"))


@pytest.fixture
def visit(office: Office, coordinator: Actor, elena: Actor, anna: Actor) -> str:
    """A visit of Chivasso and Castagneto Po that waits for their answers."""
    return invited(office, coordinator)


def invited(office: Office, coordinator: Actor, *towns: str) -> str:
    """A visit whose invitations have gone out."""
    case_id = office.visit(coordinator, *(towns or (CHIVASSO, CASTAGNETO)))
    prepare = office.item(case_id, "prepare")
    office.complete(coordinator, prepare, visit_on="2027-03-01", budget="1200.50")
    return case_id


def called(office: Office, organisation_id: str) -> str:
    """The name of a body in the register."""
    with office.session() as session:
        return session.get_one(Organisation, organisation_id).name


def in_full(office: Office, organisation_id: str) -> str:
    """The name of a municipality that acts."""
    return f"Comune di {called(office, organisation_id)}"


class Count:
    """How many SELECTs were sent."""

    value = 0


@pytest.fixture
def counting(office: Office) -> Callable[[], Any]:
    """`with counting() as count:` counts the statements of a question."""

    @contextmanager
    def count() -> Iterator[Count]:
        found = Count()

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            found.value += statement.lstrip().upper().startswith("SELECT")

        event.listen(office.engine.database, "before_cursor_execute", note)
        try:
            yield found
        finally:
            event.remove(office.engine.database, "before_cursor_execute", note)

    return count


@pytest.fixture
def cost(office: Office, counting: Callable[[], Any]) -> Callable[..., int]:
    """The number of statements of one question, once the procedures are in memory."""

    def measure(query: Callable[..., Any], **kwargs: Any) -> int:
        office.engine.read(query, **kwargs)
        with counting() as count:
            office.engine.read(query, **kwargs)
        return int(count.value)

    return measure

"""People that many stories need."""

import pytest

from engine import Actor
from tests.office import CASTAGNETO, CHIVASSO, Office


@pytest.fixture
def coordinator(office: Office) -> Actor:
    return office.officer("davide", ("cmto", "coordinator"))


@pytest.fixture
def elena(office: Office) -> Actor:
    return office.officer("elena", (CHIVASSO, "officer"))


@pytest.fixture
def anna(office: Office) -> Actor:
    return office.officer("anna", (CASTAGNETO, "officer"))


@pytest.fixture
def visit(office: Office, coordinator: Actor, elena: Actor, anna: Actor) -> str:
    """A visit of Chivasso and Castagneto Po that waits for their answers."""
    case_id = office.visit(coordinator, CHIVASSO, CASTAGNETO)
    prepare = office.item(case_id, "prepare")
    office.complete(coordinator, prepare, visit_on="2027-03-01", budget="1200.50")
    return case_id

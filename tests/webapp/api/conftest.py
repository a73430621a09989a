"""What the tests of the JSON interface may ask for: officers with a token."""

from collections.abc import Callable

import pytest

from engine.commands import create_token
from tests.office import CASTAGNETO, CHIVASSO
from tests.webapp.api.caller import Caller
from tests.webapp.conftest import Web

CallerOf = Callable[..., Caller]


@pytest.fixture
def caller_of(web: Web) -> CallerOf:
    """A person of this name, with these mandates, calling with a token of his own."""

    def made(name: str, *seats: tuple[str, str]) -> Caller:
        actor = web.office.officer(name, *seats)
        return Caller(web.app, web.office.engine.run(actor, create_token, name="test"))

    return made


@pytest.fixture
def davide(caller_of: CallerOf) -> Caller:
    """A coordinator of the metropolitan city."""
    return caller_of("davide", ("cmto", "coordinator"))


@pytest.fixture
def elena(caller_of: CallerOf) -> Caller:
    """An officer of Chivasso."""
    return caller_of("elena", (CHIVASSO, "officer"))


def visit_body(*towns: str) -> dict[str, object]:
    """What starts a joint visit."""
    return {
        "process": "joint-visit",
        "title": "Ex cava",
        "parties": [
            {"organisation": town, "capacity": "municipality"}
            for town in towns or (CHIVASSO, CASTAGNETO)
        ],
        "data": {"place": "Ex cava"},
    }

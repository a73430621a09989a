"""What the tests of the web may ask for: an office with its pages, and people who can sign in."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from flask import Flask

from engine import Actor
from engine.commands.access.hashing import hash_password
from engine.model import Officer
from engine.unit_of_work import UnitOfWork
from tests.office import CASTAGNETO, CHIVASSO, SYSTEM, Office, open_office
from tests.webapp.visitor import PASSWORD, Visitor
from webapp import create_app


@dataclass(slots=True)
class Web:
    """An office, its web application, and the people who use it."""

    office: Office
    app: Flask

    def visitor(self) -> Visitor:
        """Somebody with a browser, not signed in."""
        return Visitor(self.app)

    def officer(self, name: str, *seats: tuple[str, str]) -> Actor:
        """A person with mandates and the password of all tests."""
        actor = self.office.officer(name, *seats)

        def give_password(work: UnitOfWork) -> None:
            officer = work.session.get_one(Officer, self.office.people[name])
            officer.password_hash = _password_hash()

        self.office.engine.run(SYSTEM, give_password)
        return actor

    def signed_in(self, name: str, *seats: tuple[str, str]) -> Visitor:
        """The person's browser after the front door."""
        self.officer(name, *seats)
        visitor = self.visitor().sign_in(name)
        assert visitor.status == 200, visitor.text
        return visitor


@cache
def _password_hash() -> str:
    return hash_password(PASSWORD)


@pytest.fixture
def web(furnished_sqlite_url: str, tmp_path: Path) -> Iterator[Web]:
    """The pages over an office with the joint-visit process; pages do not care which database."""
    office = open_office(furnished_sqlite_url, tmp_path)
    yield Web(office, create_app(office.engine.settings, office.engine))
    office.engine.close()


@dataclass(slots=True)
class Visit:
    """A running case and its web."""

    web: Web
    case_id: str
    prepared_id: str

    def answer(self, town: str) -> str:
        """The id of the town's answer, still to be given."""
        return self.web.office.item(self.case_id, "answer", town).id


@pytest.fixture
def visit(web: Web) -> Visit:
    """A joint visit to which Chivasso and Castagneto Po are invited, ten days to answer."""
    office = web.office
    coordinator = web.officer("davide", ("cmto", "coordinator"))
    web.officer("elena", (CHIVASSO, "officer"))
    web.officer("carlo", (CASTAGNETO, "officer"))
    case_id = office.visit(coordinator, CHIVASSO, CASTAGNETO)
    prepare = office.item(case_id, "prepare")
    office.complete(coordinator, prepare, visit_on="2027-03-01", budget="1200.50")
    return Visit(web, case_id, prepare.id)

"""The office that everybody tries, and how many attempts there were."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.authorisation.world import World, make_world
from tests.office import open_office

COUNTED = "authorisation"
"""The property of a test that says how much it tried."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many combinations stood the test."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, words in report.user_properties:
                if name == COUNTED:
                    terminalreporter.write_line(f"authorisation: {words} ({outcome})")


@pytest.fixture
def world(migrated_sqlite_url: str, tmp_path: Path) -> Iterator[World]:
    """The office on SQLite."""
    office = open_office(migrated_sqlite_url, tmp_path, TRAINING="yes")
    yield make_world(office)
    office.engine.close()


@pytest.fixture
def postgres_world(migrated_postgres_url: str, tmp_path: Path) -> Iterator[World]:
    """The same office on PostgreSQL."""
    office = open_office(migrated_postgres_url, tmp_path, TRAINING="forced")
    yield make_world(office)
    office.engine.close()

"""The checker of the drill finds what it is there to find."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from engine import Actor
from engine.commands import start_case
from tests.faults.checker import check
from tests.faults.drill import FOLDER
from tests.faults.load import Act
from tests.office import CASTAGNETO, CHIVASSO, Office, open_office
from workers.embedded import Embedded
from workers.gateways import Outside
from workers.gateways.mail import MailFolder


class Register:
    """Answers as the register of the drill does."""

    def __init__(self) -> None:
        self.record: list[dict[str, Any]] = []

    def call(self, delivery_id: str, parameters: Any) -> dict[str, str]:
        number = f"{len(self.record) + 1}/2026"
        self.record.append({"key": delivery_id, "number": number, "first": True})
        return {"number": number}


class Done:
    """Two cases as a drill leaves them, and what the officers were told."""

    def __init__(self, office: Office, url: str, folder: Path) -> None:
        self.dsn = url.replace("postgresql+psycopg://", "postgresql://")
        self.register = Register()
        self.acts: list[Act] = []
        office.deploy(FOLDER)
        boss = office.officer("davide", ("cmto", "coordinator"))
        elena = office.officer("elena", (CHIVASSO, "officer"))
        office.officer("anna", (CASTAGNETO, "officer"))
        outside = Outside(MailFolder("a@b.example", folder), {"protocol": self.register})
        for number, by in enumerate(("2026-01-09", "2099-01-09")):
            self._case(office, boss, elena, f"Drill {number}", by)
        Embedded(office.engine, office.engine.settings, outside).run_once()
        self.mails = [{"id": f"<{file.stem}@b.example>"} for file in folder.glob("*.eml")]

    def _case(self, office: Office, boss: Actor, elena: Actor, title: str, by: str) -> None:
        parties = [{"organisation": t, "capacity": "municipality"} for t in (CHIVASSO, CASTAGNETO)]
        case_id = office.engine.run_once(
            boss, f"start {title}", start_case, process="drill", title=title, parties=parties,
            data={"subject": title, "answer_by": by},
        )  # fmt: skip
        self.acts.append(Act(f"start {title}", "start", title, "acknowledged", 201))
        office.complete(boss, office.item(case_id, "prepare"), place="Ex cava")
        office.complete(elena, office.item(case_id, "answer", CHIVASSO), coming=True)

    def findings(self) -> list[str]:
        """What the checker says now."""
        return check(self.dsn, self.acts, self.mails, self.register.record).findings

    def tamper(self, statement: LiteralString) -> None:
        """Do what must not happen."""
        with psycopg.connect(self.dsn) as connection:
            assert connection.execute(statement).rowcount > 0


@pytest.fixture
def done(migrated_postgres_url: str, tmp_path: Path) -> Iterator[Done]:
    office = open_office(migrated_postgres_url, tmp_path)
    yield Done(office, migrated_postgres_url, tmp_path / "mail")
    office.engine.close()


def test_a_house_in_order_has_no_findings(done: Done) -> None:
    assert done.findings() == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DELETE FROM history_entry WHERE type = 'CaseStarted'", "found 0 times"),
        ("UPDATE history_entry SET actor = 'x' WHERE type = 'CaseStarted'", "breaks the chain"),
        ("UPDATE procedure_case SET history_count = history_count - 1", "the history ends at"),
        ("UPDATE work_item SET state = 'cancelled' WHERE state = 'open'", "activities: tokens"),
        ("UPDATE deadline SET state = 'met' WHERE state = 'running'", "terms: tokens"),
        ("UPDATE deadline SET state = 'running' WHERE state = 'expired'", "still runs"),
        ("DELETE FROM ledger_entry WHERE kind = 'expired'", "is expired: fired 1 times"),
        ("UPDATE delivery SET state = 'failed' WHERE kind = 'SendMail'", "is failed"),
        ("DELETE FROM delivery WHERE kind = 'SendMail'", "does not know of it"),
        ("UPDATE procedure_case SET variables = '{}'", "the register gave"),
        ("DELETE FROM remembered_answer", "key of start"),
    ],
)
def test_what_is_wrong_is_found(done: Done, statement: LiteralString, found: str) -> None:
    done.tamper(statement)
    assert [finding for finding in done.findings() if found in finding]


def test_an_act_that_happened_twice_or_was_refused_and_happened_is_found(done: Done) -> None:
    done.acts[0].outcome = "refused"
    assert [finding for finding in done.findings() if "allowed {0}" in finding]


def test_a_mail_that_nobody_has_is_found(done: Done) -> None:
    done.mails.pop()
    assert [finding for finding in done.findings() if "nobody has it" in finding]


def test_a_register_that_acted_twice_is_found(done: Done) -> None:
    done.register.record.append(done.register.record[0])
    assert [finding for finding in done.findings() if "2 acts of the register" in finding]

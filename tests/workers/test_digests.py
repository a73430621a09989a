"""Digests reach a real mail server once, whoever is killed on the way."""

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from engine.commands import _notices, choose_mail
from engine.model import Case, Notice, WorkItem
from engine.text import Text
from engine.unit_of_work import UnitOfWork
from tests.architecture.source import ROOT
from tests.office import CASTAGNETO, CHIVASSO, SYSTEM, Office, open_office
from tests.workers.conftest import Postbox
from workers.embedded import Embedded

PEOPLE, NOTICES = 60, 3


def readers(office: Office, count: int) -> list[str]:
    """Officers who want their turns in the digest of eight o'clock, and what they are told."""
    office.deploy()
    coordinator = office.officer("davide", ("cmto", "coordinator"))
    case_id = office.visit(coordinator, CHIVASSO, CASTAGNETO)
    people = [office.officer(f"p{n}", (CHIVASSO, "council_clerk")) for n in range(count)]
    for who in people:
        office.engine.run(who, choose_mail, choices={"turn": "digest"}, digest_hour=8)

    def act(work: UnitOfWork) -> None:
        case = work.session.get_one(Case, case_id)
        item = work.session.scalars(select(WorkItem).where(WorkItem.case_id == case_id)).one()
        for number in range(NOTICES):
            for who in people:
                words = Text(f"{case.number}: avviso [{number}]", f"{case.number}: notice")
                _notices.tell_officer(work, case, item, "turn", words, str(who.officer_id))

    office.engine.run(SYSTEM, act)
    return [f"p{n}@example.org" for n in range(count)]


def arrived(postbox: Postbox) -> Counter[tuple[str, str]]:
    """Who got which notice how often."""
    found: Counter[tuple[str, str]] = Counter()
    for message in postbox.messages:
        plain = message.get_body(("plain",))
        assert plain is not None
        for mark in re.findall(r"avviso \[(\d+)\]", plain.get_content()):
            found[str(message["To"]), mark] += 1
    return found


def test_a_digest_goes_through_the_outbox_to_the_mail_server(
    database_url: str, postbox: Postbox, tmp_path: Path
) -> None:
    office = open_office(database_url, tmp_path, SMTP_URL=postbox.url)
    people = readers(office, 2)
    embedded = Embedded(office.engine, office.engine.settings)
    embedded.run_once()
    assert arrived(postbox) == {}

    office.clock.advance(timedelta(days=1))
    embedded.run_once()
    embedded.run_once()
    office.engine.close()

    assert arrived(postbox) == {(to, str(n)): 1 for to in people for n in range(NOTICES)}
    digest = next(m for m in postbox.messages if m["To"] == people[0])
    assert "3 avvisi, SOP-2026-001" in digest["Subject"]
    assert [part.get_content_type() for part in digest.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.slow
def test_clocks_killed_while_they_write_digests_lose_and_double_nothing(
    database_url: str, postbox: Postbox, tmp_path: Path
) -> None:
    office = open_office(database_url, tmp_path, SMTP_URL=postbox.url)
    people = readers(office, PEOPLE)
    with Session(office.engine.database) as session, session.begin():
        session.execute(
            update(Notice)
            .where(Notice.mail_at.is_not(None))
            .values(mail_at=datetime.now(UTC) - timedelta(days=400))
        )
    dice = random.Random(8)
    kills = 0
    while kills < 40 and waiting(office):
        clocks = [clock(office) for _ in range(2)]
        # Until they have begun nothing can be cut short.
        before, patience = waiting(office), time.monotonic() + 30
        while waiting(office) == before and before and time.monotonic() < patience:
            time.sleep(0.005)
        time.sleep(dice.uniform(0, 0.04))
        for process in clocks:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
    assert kills >= 2
    assert waiting(office) == 0

    office.clock.at = datetime.now(UTC) + timedelta(seconds=1)
    Embedded(office.engine, office.engine.settings).run_once()
    office.engine.close()
    assert arrived(postbox) == {(to, str(n)): 1 for to in people for n in range(NOTICES)}
    assert len([m for m in postbox.messages if m["To"] in people]) == PEOPLE


def waiting(office: Office) -> int:
    with office.session() as session:
        statement = select(func.count()).select_from(Notice).where(Notice.mail_at.is_not(None))
        return session.scalar(statement) or 0


def clock(office: Office) -> subprocess.Popen[bytes]:
    """A clock process of the same installation."""
    settings = office.engine.settings
    environment = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "DATA_DIR": str(settings.data_dir),
        "SECRET_KEY": settings.secret_key,
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "workers", "clock"]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)

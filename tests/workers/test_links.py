"""The link of a message is made when it leaves: in the mailbox it opens, in the house it is not."""

import re
from datetime import date, timedelta
from pathlib import Path

from redis import Redis
from sqlalchemy import select

from engine.commands import invite_person
from engine.model import DeliveryRow, Invitation
from engine.sealing import digest_of
from tests.office import CHIVASSO, open_office
from tests.workers.conftest import Postbox
from workers.embedded import Embedded
from workers.relay import relay_due


def test_the_mailbox_alone_has_the_secret(
    database_url: str, postbox: Postbox, tmp_path: Path, redis_url: str
) -> None:
    office = open_office(database_url, tmp_path, SMTP_URL=postbox.url)
    boss = office.officer("ada", (CHIVASSO, "administrator"))
    office.engine.run(
        boss, invite_person, name="Zoe Riva", email="zoe@comune.example",
        organisation_id=CHIVASSO, role="officer", act="decreto n. 9",
        valid_from=date(2026, 11, 23),
    )  # fmt: skip

    # Killed after the relay and before the worker: what lies in the queue opens nothing.
    queue = Redis.from_url(redis_url)
    assert relay_due(office.engine, queue) == 1
    kept = b"".join(queue.dump(key) or b"" for key in queue.keys("*"))
    office.clock.advance(timedelta(minutes=6))
    Embedded(office.engine, office.engine.settings).run_once()

    (message,) = postbox.messages
    assert message["To"] == "zoe@comune.example"
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # it has one
    links = set(re.findall(r"http://\S+/join/([\w-]{43})", text))
    assert len(links) == 1
    (secret,) = links
    assert "Ada ti invita" in text
    assert "Ada invites you" in text
    with office.session() as session:
        assert session.scalars(select(Invitation.digest)).one() == digest_of(secret)
        rows = [str(row.payload) for row in session.scalars(select(DeliveryRow))]
    assert not [row for row in rows if secret in row]
    assert secret.encode() not in kept
    office.engine.close()

"""The history of the register: who changed which body, mandate or identifier, when and why."""

from datetime import date

import pytest
from sqlalchemy import event

from engine import Actor
from engine.commands import (
    add_closing_day,
    correct_body,
    end_mandate,
    grant_mandate,
    grant_substitution,
    register_body,
)
from engine.errors import Invalid, NotAllowed
from engine.queries import RegisterEntry, register_history
from tests.office import CASTAGNETO, CHIVASSO, Office

TODAY, LATER, FRIDAY = date(2026, 11, 23), date(2027, 1, 1), date(2026, 11, 27)


@pytest.fixture
def rita(office: Office) -> Actor:
    """Who keeps the register."""
    return office.officer("rita", ("cmto", "administrator"))


@pytest.fixture
def changes(office: Office, rita: Actor) -> None:
    """A seat that rotates, a new PEC, a closing day, a mandate given and ended, a substitution."""
    run = office.engine.run
    key = run(
        rita, register_body, kind="planning_office", facts={"name": "Ufficio", "seat": CHIVASSO},
        valid_from=TODAY, reason="convenzione n. 3",
    )  # fmt: skip
    office.pass_days(1)
    run(
        rita, correct_body, organisation_id=key, facts={"seat": CASTAGNETO, "join": [CHIVASSO]},
        valid_from=LATER, reason="turno",
    )  # fmt: skip
    run(
        rita, correct_body, organisation_id=CHIVASSO, facts={"pec": "c@pec.example.it"},
        valid_from=TODAY, reason="errore",
    )  # fmt: skip
    run(
        rita, add_closing_day, organisation_id=CHIVASSO, day=date(2026, 12, 7), name="Ponte",
        act="ordinanza n. 1",
    )  # fmt: skip
    ada = office.officer("ada", (CHIVASSO, "administrator"))
    office.officer("zoe")
    mandate = run(
        ada, grant_mandate, person="zoe", organisation_id=CHIVASSO, role="officer",
        act="decreto n. 9", valid_from=TODAY,
    )  # fmt: skip
    office.pass_days(1)
    office.officer("ugo", (CHIVASSO, "officer"))
    run(
        ada, grant_substitution, mandate_id=mandate, substitute="ugo", act="atto n. 3",
        valid_from=date(2026, 11, 25), valid_to=FRIDAY,
    )  # fmt: skip
    run(
        ada, end_mandate, mandate_id=mandate, last_day=FRIDAY, act="decreto n. 10",
        reason="dimissioni",
    )  # fmt: skip


def told(rows: tuple[RegisterEntry, ...]) -> list[str]:
    return [row.type for row in rows]


def test_every_change_says_who_what_since_when_and_why(
    office: Office, rita: Actor, changes: None
) -> None:
    rows = office.engine.read(register_history, actor=rita).items
    assert told(rows) == [
        "MandateEnded", "SubstitutionGranted", "MandateGranted", "ClosingDayAdded",
        "BodyCorrected", "BodyCorrected", "BodyRegistered",
    ]  # fmt: skip
    ended, _substituted, granted, closing, pec, seat, registered = rows
    assert (granted.actor, granted.mandate.it, granted.act, granted.valid_from) == (
        "Ada", "Chivasso, Amministrazione degli incarichi", "decreto n. 9", TODAY,
    )  # fmt: skip
    assert granted.organisation_id == CHIVASSO and granted.organisation.it == "Chivasso"
    assert granted.changes[0].en and granted.changes[0].it
    assert (ended.valid_to, ended.reason, ended.act) == (FRIDAY, "dimissioni", "decreto n. 10")
    assert (closing.organisation.it, closing.act) == ("Chivasso", "ordinanza n. 1")
    assert [c.it for c in pec.changes] == ["PEC: c@pec.example.it"]
    assert (pec.reason, pec.text.en) == ("errore", "Chivasso corrected, from 23/11/2026.")
    assert [c.it for c in seat.changes] == ["sede: Castagneto Po", "adesione (Chivasso): sì"]
    assert seat.valid_from == LATER
    assert registered.reason == "convenzione n. 3"
    assert "convenzione" not in registered.text.it  # it has a place of its own


def test_it_is_narrowed_and_read_in_parts_at_a_constant_cost(
    office: Office, rita: Actor, changes: None
) -> None:
    def read(**named: object) -> list[str]:
        return told(office.engine.read(register_history, actor=rita, **named).items)  # type: ignore[arg-type]

    assert read(kind="bodies") == ["BodyCorrected", "BodyCorrected", "BodyRegistered"]
    assert read(kind="accounts") == []
    assert read(organisation_id=CHIVASSO) == [
        "MandateEnded", "SubstitutionGranted", "MandateGranted", "ClosingDayAdded", "BodyCorrected",
    ]  # fmt: skip
    assert read(who="AD") == ["MandateEnded", "SubstitutionGranted", "MandateGranted"]
    assert read(until=TODAY) == ["BodyRegistered"]
    assert read(since=date(2026, 11, 25)) == ["MandateEnded", "SubstitutionGranted"]
    assert read(since=TODAY, until=date(2026, 11, 24), kind="mandates") == ["MandateGranted"]
    with pytest.raises(Invalid):
        read(kind="all")
    with pytest.raises(Invalid):
        read(after="x")

    seen: list[str] = []
    asked: list[str] = []
    event.listen(office.engine.database, "before_cursor_execute", lambda *a: asked.append(a[2]))
    costs, after = set(), None
    for _ in range(7):
        asked.clear()
        part = office.engine.read(register_history, actor=rita, after=after, limit=1)
        costs.add(sum(1 for words in asked if words.startswith("SELECT")))
        seen, after = [*seen, *told(part.items)], part.next
    assert seen == read() and after is None
    assert max(costs) <= 3


def test_only_who_keeps_the_register_reads_it(office: Office, rita: Actor, changes: None) -> None:
    for who, seats in (
        ("ada", ()), ("davide", (("cmto", "coordinator"),)), ("sara", (("region", "official"),)),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            office.engine.read(register_history, actor=office.officer(who, *seats))

"""The register of bodies: dated, corrected with a reason, and nothing in it is lost."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from engine import Actor
from engine.commands import correct_body, register_body
from engine.errors import FormInvalid, Invalid, NotAllowed, OrganisationNotFound, PartiesInvalid
from engine.model import HistoryEntry
from engine.queries import OrganisationView, organisation, organisations
from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE, Office

TODAY = date(2026, 11, 23)


@pytest.fixture
def keeper(office: Office) -> Actor:
    """Who keeps the register."""
    return office.officer("rita", ("cmto", "administrator"))


def seen(office: Office, key: str) -> OrganisationView:
    return office.engine.read(organisation, organisation_id=key)


def register(office: Office, by: Actor, kind: str, **facts: Any) -> str:
    return office.engine.run(
        by, register_body, kind=kind, facts=facts, valid_from=TODAY, reason="decreto n. 4"
    )


def correct(office: Office, by: Actor, key: str, since: date = TODAY, **facts: Any) -> None:
    office.engine.run(
        by, correct_body, organisation_id=key, facts=facts, valid_from=since, reason="errore"
    )


def test_a_planning_office_with_members_seat_and_posts(office: Office, keeper: Actor) -> None:
    key = register(
        office, keeper, "planning_office", name={"it": "Ufficio di piano", "en": "Planning office"},
        zone=10, join=[CHIVASSO, CASTAGNETO], seat=CHIVASSO, posts={"planner": 2, "head": 1},
        pec="udp@pec.example.it",
    )  # fmt: skip
    office.officer("paola", (key, "planner"))

    view = seen(office, key)
    assert view.name == ("Ufficio di piano", "Planning office")
    assert [row.id for row in view.members] == [CASTAGNETO, CHIVASSO]
    assert view.seat is not None
    assert view.seat.id == CHIVASSO
    assert {(p.role, p.needed, p.filled) for p in view.posts} == {
        ("planner", 2, 1), ("head", 1, 0),
    }  # fmt: skip
    assert [row.id for row in seen(office, CHIVASSO).member_of] == [key]
    with office.session() as session:
        (entry,) = session.scalars(
            select(HistoryEntry).where(HistoryEntry.type == "BodyRegistered")
        )
    assert entry.acting_for == "Città metropolitana di Torino, Amministrazione del sistema"


def test_the_seat_rotates_on_the_day_that_was_written_down(office: Office, keeper: Actor) -> None:
    key = register(
        office, keeper, "planning_office", name="UDP", join=[CHIVASSO, CASTAGNETO], seat=CHIVASSO
    )
    correct(office, keeper, key, date(2026, 11, 25), seat=CASTAGNETO, leave=[RONDISSONE])
    office.pass_days(1)
    assert seen(office, key).seat.id == CHIVASSO  # type: ignore[union-attr]
    assert [f.to_come for f in seen(office, key).facts][:2] == [True, True]
    office.pass_days(1)
    assert seen(office, key).seat.id == CASTAGNETO  # type: ignore[union-attr]
    assert not any(f.to_come for f in seen(office, key).facts)


def test_a_correction_keeps_what_held_before(office: Office, keeper: Actor) -> None:
    correct(office, keeper, CHIVASSO, zone=9, pec="comune@pec.example.it")
    correct(office, keeper, CHIVASSO, zone=11)
    correct(office, keeper, CHIVASSO, date(2026, 1, 1), zone=8)

    view = seen(office, CHIVASSO)
    assert (view.zone, view.pec) == (11, "comune@pec.example.it")
    zones = [(f.value, f.valid_from) for f in view.facts if f.kind == "zone"]
    assert zones == [(11, TODAY), (9, TODAY), (8, date(2026, 1, 1)), (10, None)]


def test_members_come_and_go_and_a_body_closes(office: Office, keeper: Actor) -> None:
    key = register(office, keeper, "union", name="Unione Po", join=[CHIVASSO, CASTAGNETO])
    correct(office, keeper, key, leave=[CASTAGNETO])
    assert [row.id for row in seen(office, key).members] == [CHIVASSO]

    correct(office, keeper, RONDISSONE, closed=True)
    assert seen(office, RONDISSONE).closed_on == TODAY
    with pytest.raises(PartiesInvalid):
        office.visit(office.officer("davide", ("cmto", "coordinator")), CHIVASSO, RONDISSONE)
    correct(office, keeper, RONDISSONE, closed=False)
    assert seen(office, RONDISSONE).closed_on is None


def test_firms_departments_and_their_codes_are_found(office: Office, keeper: Actor) -> None:
    firm = register(
        office, keeper, "firm", name="Studio Po s.r.l.", legal_form="s.r.l.",
        fiscal_code="01907990012", representative={"name": "Pia Rossi", "act": "visura camerale"},
    )  # fmt: skip
    department = register(office, keeper, "cmto_department", name="Territorio", part_of="cmto")

    assert seen(office, firm).representative == {"name": "Pia Rossi", "act": "visura camerale"}
    assert [row.id for row in seen(office, "cmto").parts] == [department]
    for words in ("01907990012", "studio po"):
        assert [row.id for row in office.engine.read(organisations, q=words).items] == [firm]


@pytest.mark.parametrize(
    ("kind", "facts", "field"),
    [
        ("firm", {"name": ""}, "name"),
        ("firm", {"name": "A", "fiscal_code": "01907990013"}, "fiscal_code"),
        ("firm", {"name": "A", "pec": "nowhere"}, "pec"),
        ("firm", {"name": "A", "zone": 10}, "zone"),
        ("firm", {"name": "A", "representative": {"name": "B"}}, "representative"),
        ("municipality", {"name": "A", "istat_code": "001082"}, "istat_code"),
        ("municipality", {"name": "A", "zone": 99}, "zone"),
        ("municipality", {"name": "A", "population": "many"}, "population"),
        ("union", {"name": "A", "join": ["region"]}, "join"),
        ("union", {"name": "A", "seat": "cmto"}, "seat"),
        ("planning_office", {"name": "A", "posts": {"mayor": 1}}, "posts"),
        ("planning_office", {"name": "A", "posts": {"head": -1}}, "posts"),
        ("cmto_department", {"name": "A", "part_of": "region"}, "part_of"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    office: Office, keeper: Actor, kind: str, facts: dict[str, Any], field: str
) -> None:
    with pytest.raises(FormInvalid) as refusal:
        register(office, keeper, kind, **facts)
    assert list(refusal.value.fields) == [field]


def test_only_the_keepers_of_the_register_write_in_it(office: Office, keeper: Actor) -> None:
    for seat in (("cmto", "coordinator"), (CHIVASSO, "administrator")):
        other = office.officer("zoe", seat)
        with pytest.raises(NotAllowed):
            register(office, other, "firm", name="A")
        with pytest.raises(NotAllowed):
            correct(office, other, CHIVASSO, pec="a@b.it")
    with pytest.raises(OrganisationNotFound):
        correct(office, keeper, "unknown", pec="a@b.it")
    with pytest.raises(Invalid):
        register(office, keeper, "castle", name="A")
    with pytest.raises(Invalid):
        correct(office, keeper, CHIVASSO)

"""Zones and bodies, as the register of the Metropolitan City has them."""

import pytest

from engine import Actor
from engine.errors import NotFound, OrganisationNotFound
from engine.queries import organisation, organisations, zone, zones
from tests.office import CHIVASSO, Office


def test_the_zones_and_their_municipalities(office: Office) -> None:
    rows = office.engine.read(zones)

    assert [row.number for row in rows] == list(range(1, 12))
    assert sum(row.municipalities for row in rows) == 312
    ten = office.engine.read(zone, number=10)
    assert len(ten.members) == ten.municipalities == rows[9].municipalities
    assert CHIVASSO in {m.id for m in ten.members}
    members = {m.id for m in ten.members}
    assert ten.neighbours
    assert all(a < b and {a, b} <= members for a, b in ten.neighbours)


def test_a_body_with_its_neighbours_and_its_people(office: Office, elena: Actor) -> None:
    view = office.engine.read(organisation, organisation_id=CHIVASSO)

    assert (view.name.it, view.istat_code, view.zone) == ("Chivasso", "001082", 10)
    assert view.neighbours == tuple(row.id for row in view.neighbour_rows)
    assert view.neighbours
    assert [(m.name, m.role_title.en) for m in view.mandates] == [("Elena", "Municipal office")]


def test_bodies_are_found_by_kind_zone_and_words(office: Office) -> None:
    page = office.engine.read(organisations, kind="municipality", zone=10, limit=200)
    assert page.total == len(page.items)
    found = office.engine.read(organisations, kind="municipality", q="chivas")
    assert [row.id for row in found.items] == [CHIVASSO]
    assert office.engine.read(organisations, q="001082").items[0].id == CHIVASSO

    seen, after = [], None
    for _ in range(page.total):
        part = office.engine.read(organisations, kind="municipality", zone=10, limit=7, after=after)
        seen += list(part.items)
        after = part.next
        if after is None:
            break
    assert tuple(seen) == page.items


def test_what_is_not_in_the_register(office: Office) -> None:
    with pytest.raises(OrganisationNotFound):
        office.engine.read(organisation, organisation_id="nowhere")
    with pytest.raises(NotFound):
        office.engine.read(zone, number=12)

"""Zones, municipalities, offices."""

import pytest

from tests.office import CHIVASSO
from tests.webapp.conftest import Web


def test_all_zones_add_up_to_the_metropolitan_city(web: Web) -> None:
    elena = web.signed_in("elena", (CHIVASSO, "officer")).open("/zones")

    assert len(elena.page.xpath("//tbody/tr")) == 11
    assert "312" in elena.texts("//tfoot")[0]


def test_from_a_zone_to_a_town_its_neighbours_and_its_people(web: Web) -> None:
    elena = web.signed_in("elena", (CHIVASSO, "officer")).open("/zones/10")
    elena.follow("Chivasso")

    assert elena.heading.endswith("Chivasso")
    assert "Elena" in elena.text
    elena.follow("Castagneto Po")
    assert elena.heading.endswith("Castagneto Po")


@pytest.mark.parametrize("address", ["/zones/99", "/organisations/mun-000000"])
def test_what_is_not_there_is_not_found(web: Web, address: str) -> None:
    assert web.signed_in("elena", (CHIVASSO, "officer")).open(address).status == 404

"""The list of roles that come with the product."""

from engine.bundles.roles import role_nature, role_title, roles


def test_every_role_has_both_titles_and_a_nature() -> None:
    assert all(r.title.it and r.title.en for r in roles().values())
    assert {r.nature for r in roles().values()} == {"technical", "political", "both"}


def test_politics_and_offices_are_told_apart() -> None:
    assert role_nature("municipality", "mayor") == "political"
    assert role_nature("cmto", "coordinator") == "technical"
    assert role_nature("municipality", "officer") == "both", "it records the council's acts"
    assert role_nature("region", "director") == "both"


def test_an_unlisted_role_is_technical_and_goes_by_its_name() -> None:
    assert role_nature("municipality", "gardener") == "technical"
    assert role_title("municipality", "gardener").it == "gardener"

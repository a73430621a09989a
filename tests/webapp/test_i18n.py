"""The language of a page: asked for, remembered, the officer's own."""

from tests.office import CHIVASSO
from tests.webapp.conftest import Web


def test_a_language_asked_for_is_remembered_by_the_browser(web: Web) -> None:
    visitor = web.visitor().open("/sign-in")
    assert visitor.page.get("lang") == "it"

    visitor.open("/sign-in?lang=en")
    assert visitor.page.get("lang") == "en"

    assert visitor.open("/privacy").page.get("lang") == "en"


def test_an_unknown_language_changes_nothing(web: Web) -> None:
    assert web.visitor().open("/sign-in?lang=xx").page.get("lang") == "it"


def test_the_other_language_keeps_the_page_and_its_filters(web: Web) -> None:
    elena = web.signed_in("elena", (CHIVASSO, "officer")).open("/worklist?scope=done&zone=10")

    (other,) = set(elena.page.xpath("//a[@hreflang='en']/@href"))
    elena.open(other)

    assert elena.page.get("lang") == "en"
    assert "zone=10" in elena.address
    assert "scope=done" in elena.address

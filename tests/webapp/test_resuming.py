"""What was typed when a session ended comes back, and only to the form it was typed in."""

import json

from tests.office import CASTAGNETO, CHIVASSO
from tests.webapp.conftest import Visit
from tests.webapp.visitor import PASSWORD, Visitor


def _writing(visit: Visit) -> Visitor:
    """Carlo in front of the answer of his town, and his session gone."""
    visitor = visit.web.visitor().sign_in("carlo").open(f"/work-items/{visit.answer(CASTAGNETO)}")
    shown = visitor.answer
    visitor.client.delete_cookie("concerto")
    visitor.answer = shown
    return visitor


def test_what_was_typed_waits_behind_the_front_door(visit: Visit) -> None:
    visitor = _writing(visit)

    visitor.press("Completa", coming="yes", people="undici")
    assert visitor.status == 401
    assert "Quello che hai scritto non è perso" in visitor.text

    visitor.press("Entra", login="carlo", password="sbagliata")
    assert visitor.status == 403
    visitor.press("Entra", login="carlo", password=PASSWORD)
    assert visitor.heading == "Riprendi da dove eri"

    visitor.press("Torna al modulo")
    assert visitor.page.xpath("//input[@name='people']/@value") == ["undici"]
    assert "Completa" in visitor.text, "nothing was completed on the way"


def test_who_signed_in_again_elsewhere_goes_on_at_once(visit: Visit) -> None:
    visitor = _writing(visit)
    form = visitor.answer
    visitor.sign_in("carlo")
    visitor.answer = form

    visitor.press("Completa")

    assert visitor.status == 400
    assert visitor.heading == "Riprendi da dove eri"


def test_another_site_puts_no_words_into_our_forms(visit: Visit) -> None:
    client = visit.web.visitor().client
    address = f"/work-items/{visit.answer(CHIVASSO)}"
    evil = {"_action": "complete", "people": "evil"}

    answer = client.post(address, data=evil, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 400
    assert "evil" not in answer.get_data(as_text=True)


def test_a_bag_that_was_tampered_with_is_empty(visit: Visit) -> None:
    for bag in ("{", json.dumps([1, 2]), json.dumps([["_action", "complete"]])):
        visitor = visit.web.visitor().open("/sign-in?next=/worklist")
        visitor.press("Entra", login="carlo", password=PASSWORD, typed=bag)
        assert visitor.heading == "Riprendi da dove eri"
        assert visitor.page.xpath("//main//input[@type='hidden']/@name") == ["csrf_token"]

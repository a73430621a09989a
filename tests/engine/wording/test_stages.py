"""Where a case stands, said in a few words."""

from datetime import date

from engine.text import Text, both
from engine.wording import name_in_full, next_step_text, party_text, peer_text, stage_text

TOWN = name_in_full("municipality", both("Chivasso"))
VOTE = Text("Registra il voto", "Record the vote")


def test_a_stage_says_its_day_and_its_count() -> None:
    done = stage_text("done", reached_on=date(2026, 6, 3), done=6, total=7)
    current = stage_text("current", done=2, total=8, due_on=date(2026, 12, 9))
    blocked = stage_text("blocked", waits_for=Text("Approvazioni", "Approvals"))

    assert done.it == "03/06/2026 · 6 su 7"
    assert current == ("2 su 8 · entro mer 09/12/2026", "2 of 8 · by Wed 9 December 2026")
    assert blocked == ("prima serve: Approvazioni", "needs first: Approvals")
    assert stage_text("todo") == ("", "")
    assert stage_text("todo", missed=True).it == "non raggiunta"
    assert stage_text("todo", overtaken=True) == ("non conclusa", "not completed")


def test_the_next_step_names_whose_turn_it_is() -> None:
    assert next_step_text(mine=VOTE, others=VOTE, body=TOWN) == VOTE
    assert next_step_text(others=VOTE, body=TOWN) == (
        "Tocca al Comune di Chivasso: Registra il voto",
        "It is the turn of the Municipality of Chivasso: Record the vote",
    )
    assert next_step_text(others=VOTE, bodies=3).en.startswith("It is the turn of 3 bodies")
    assert "chiedi a Anna" in next_step_text(mine=VOTE, state="suspended", by="Anna").it
    assert "aspetta una data" in next_step_text().it
    awaited = next_step_text(awaited=VOTE, awaited_on=date(2026, 12, 21))
    assert awaited.en.endswith("Awaited on 21 December 2026: Record the vote.")
    assert next_step_text(state="completed").en == "There is nothing more to do."


def test_a_body_is_described_by_what_it_does_now() -> None:
    assert party_text(opening=VOTE, late=True).it == "in ritardo: «Registra il voto»"
    assert party_text(opening=VOTE, more=2).en == "“Record the vote” and 2 more"
    assert party_text(left_on=date(2026, 11, 23)).it == "uscito il 23/11/2026"
    assert party_text().en == "nothing to do now"
    assert party_text(waits=False).it == "concluso"


def test_the_other_bodies_show_how_far_they_are() -> None:
    day = date(2026, 11, 12)

    assert peer_text("done", day) == ("concluso 12/11", "done 12 November")
    assert peer_text("waiting", day).it == "da fare dal 12/11"
    assert peer_text("doing", None) == ("in corso", "in hand")

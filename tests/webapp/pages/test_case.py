"""The case page: whoever arrives after a month sees where it stands and who is holding it."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from engine import Actor
from engine.commands import start_case
from engine.model import Case, WorkItem, WorkItemState
from engine.unit_of_work import UnitOfWork
from tests.architecture.source import ROOT
from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE, SYSTEM
from tests.webapp.conftest import Web
from tests.webapp.visitor import Visitor

COORDINATOR = ("cmto", "coordinator")
TABS = ("", "/work", "/documents", "/deadlines", "/raci", "/diagram", "/history")


@dataclass
class Visit:
    """A joint visit of two towns, as Davide of CMTo sees it."""

    web: Web
    davide: Actor
    case_id: str

    def opened(self, name: str = "davide", tab: str = "") -> Visitor:
        return self.web.visitor().sign_in(name).open(f"/cases/{self.case_id}{tab}")

    def prepare(self) -> None:
        item = self.web.office.item(self.case_id, "prepare")
        self.web.office.complete(self.davide, item, visit_on="2027-03-01", budget="1200.50")


@pytest.fixture
def visit(web: Web) -> Visit:
    davide = web.officer("davide", COORDINATOR)
    return Visit(web, davide, web.office.visit(davide, CHIVASSO, CASTAGNETO))


def test_my_next_step_stands_before_the_tabs(visit: Visit) -> None:
    page = visit.opened()

    assert page.heading == "Ex cava"
    assert page.texts("//section[contains(@class,'c-next')]//h2") == ["Prepara l’invito"]
    page.follow("Apri l’attività")
    assert page.heading == "Prepara l’invito"


def test_a_case_that_goes_on_after_its_outcome_still_says_whose_turn_it_is(visit: Visit) -> None:
    def come_into_force(work: UnitOfWork) -> None:
        case = work.session.get_one(Case, visit.case_id)
        case.enter("completed", "decided", at=case.started_at)

    visit.web.office.engine.run(SYSTEM, come_into_force)
    page = visit.opened()

    page.follow("Apri l’attività")
    assert page.heading == "Prepara l’invito"
    assert "Concluso" not in " ".join(visit.opened().texts("//dl"))


def test_a_draft_is_taken_up_again_from_the_case(visit: Visit) -> None:
    visit.opened().follow("Apri l’attività").press("Salva e chiudi", budget="10")
    assert visit.opened().follow("Riprendi la bozza").heading == "Prepara l’invito"


def test_when_it_is_anothers_turn_it_says_whose(visit: Visit) -> None:
    visit.prepare()
    page = visit.opened()
    step = " ".join(page.texts("//section[contains(@class,'c-next')]"))

    assert "Tocca a un altro ente" in step
    assert "Chivasso" in step or "Castagneto Po" in step
    assert not page.page.xpath("//section[contains(@class,'c-next')]//a")


def test_when_nobody_has_anything_to_do_it_says_what_is_awaited(visit: Visit) -> None:
    def take_work_away(work: UnitOfWork) -> None:
        for item in work.session.scalars(select(WorkItem)):
            item.state = WorkItemState.CANCELLED

    visit.web.office.engine.run(SYSTEM, take_work_away)
    step = " ".join(visit.opened().texts("//section[contains(@class,'c-next')]"))

    assert "Nessuno deve fare nulla ora" in step
    assert "un altro ente" not in step


def test_stages_parties_and_people_are_told(visit: Visit) -> None:
    visit.web.officer("elena", (CHIVASSO, "officer"))
    visit.prepare()
    page = visit.opened()

    # Castagneto Po has nobody behind its letter: the stage asks for something.
    assert "Azione richiesta" in page.texts("//ol[@class='c-stages']/li")[0]
    assert page.texts("//ol[@class='c-stages']//*[@class='c-t']") == ["Inviti", "Decisione"]
    assert page.page.xpath("//ol[@class='c-stages']/li[@aria-current='step']")
    bodies = " ".join(page.texts("//table//th[@role='rowheader']"))
    assert "Chivasso" in bodies
    assert "Castagneto Po" in bodies
    assert "Davide" in " ".join(page.texts("//ul[@class='c-people']"))


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("language", ["it", "en"])
def test_every_tab_opens_in_both_languages(visit: Visit, tab: str, language: str) -> None:
    visit.prepare()
    page = visit.opened(tab=f"{tab}?lang={language}")
    assert page.status == 200
    assert page.heading == "Ex cava"
    assert page.page.xpath("//html/@lang") == [language]
    assert len(page.page.xpath("//nav[contains(@class,'c-tabs')]//a[@aria-current='page']")) == 1
    ids = page.page.xpath("//@id")
    assert sorted(ids) == sorted(set(ids))


def test_the_terms_say_why_their_date(visit: Visit) -> None:
    visit.prepare()
    page = visit.opened(tab="/deadlines")

    assert "Risposta all'invito" in page.text
    assert "10 giorni dal 23 novembre 2026" in page.text
    assert "gio 03/12/2026" in page.text


def test_a_term_that_passed_is_not_among_those_that_were_met(visit: Visit) -> None:
    visit.prepare()
    visit.web.office.pass_days(11)
    page = visit.opened(tab="/deadlines")

    groups = page.texts("//section[@aria-labelledby='terms-title']/h3")
    assert "Passati 2" in groups
    assert not any(words.startswith("Rispettati") for words in groups)


def test_the_drawing_is_told_in_words_and_given_to_the_script(visit: Visit) -> None:
    visit.prepare()
    page = visit.opened(tab="/diagram")
    assert "0 di 2" in " ".join(page.texts("//*[@id='drawing-1-words']"))

    (address,) = page.page.xpath("//@data-diagram-url")
    state = page.client.get(address).get_json()
    assert "<bpmn:definitions" in state["xml"]
    assert "prepare" in state["done"]
    assert [token["id"] for token in state["current"]] == ["answer"]


def test_an_unknown_drawing_is_not_to_be_found(visit: Visit) -> None:
    assert visit.opened(tab="/diagram/nothing").status == 404


def test_the_history_can_be_narrowed_to_the_clock(visit: Visit) -> None:
    visit.prepare()
    page = visit.opened(tab="/history")
    everything = len(page.texts("//ol[@class='c-time']/li"))

    page.follow("Solo termini")
    clock = page.texts("//ol[@class='c-time']/li")
    assert 0 < len(clock) < everything


def test_the_list_finds_cases_by_words_and_state(visit: Visit) -> None:
    browser = visit.web.visitor().sign_in("davide").open("/cases?q=cava")
    assert browser.texts("//tbody//th/a") == ["Ex cava"]

    browser.open("/cases?state=withdrawn")
    assert "Nessun caso con questi filtri" in browser.text
    browser.follow("Togli tutti i filtri")
    assert browser.texts("//tbody//th/a") == ["Ex cava"]
    assert browser.open("/cases?zone=x&state=none").status == 200


def test_suspending_asks_why_and_stops_the_work(visit: Visit) -> None:
    page = visit.opened().follow("Sospendi…")
    page.press("Sospendi il caso")
    assert page.status == 422
    assert page.page.xpath("//*[@id='error-summary']//a/@href") == ["#data-reason"]

    page.press("Sospendi il caso", **{"data.reason": "Manca la perizia."})
    assert page.address == f"/cases/{visit.case_id}"
    assert "Manca la perizia." in page.text
    assert "Sospeso da Davide, lun 23/11/2026" in " ".join(page.text.split())
    assert page.page.xpath("//main//a[contains(., 'Sospendi…')]") == []

    page.follow("Riprendi il caso…").press(
        "Riprendi il caso", **{"data.reason": "La perizia è arrivata."}
    )
    assert "Il caso è sospeso" not in page.text
    assert "Il caso è ripreso." in page.text


def test_a_case_that_moved_on_meanwhile_is_not_changed_blindly(visit: Visit) -> None:
    page = visit.opened().follow("Sospendi…")
    visit.prepare()

    page.press("Sospendi il caso", **{"data.reason": "Manca la perizia."})

    assert page.status == 412
    assert "Manca la perizia." in page.text
    assert "sospeso" not in visit.opened().texts("//header[@class='c-ident']")[0]


def test_withdrawing_ends_the_case_and_reopening_takes_it_up(visit: Visit) -> None:
    visit.prepare()
    page = visit.opened().follow("Ritira…")
    page.press("Ritira il caso", **{"data.reason": "Non serve più."})
    assert "Il caso è ritirato." in page.text
    assert not page.page.xpath("//section[contains(@class,'c-next')]")

    page.follow("Riapri…").press("Riapri il caso", **{"data.reason": "Serve di nuovo."})
    assert "Il caso è riaperto." in page.text


def test_a_body_is_added_and_another_leaves(visit: Visit) -> None:
    visit.prepare()
    page = visit.opened().follow("Aggiungi un ente…")
    if page.page.xpath("//select[@name='data.capacity']"):
        page.press("Aggiungi un ente", **{"data.capacity": "municipality"})
    assert not page.page.xpath(f"//option[@value='{CHIVASSO}']")
    page.press(
        "Aggiungi come Comune", **{"data.organisation": RONDISSONE, "data.reason": "Confina."}
    )
    assert page.address == f"/cases/{visit.case_id}"
    assert "Rondissone" in " ".join(page.texts("//table//th[@role='rowheader']"))

    page.follow("Togli un ente…")
    (leaving,) = page.page.xpath("//option[contains(., 'Castagneto')]/@value")
    page.press(
        "Togli l’ente dal caso", **{"data.organisation": leaving, "data.reason": "Non partecipa."}
    )
    assert "L’ente ha lasciato il caso." in page.text
    left = page.texts("//tr[contains(@class,'is-left')]//th")
    assert any("Castagneto" in name for name in left)


def test_an_officer_of_a_town_is_not_offered_what_he_may_not_do(visit: Visit) -> None:
    visit.web.officer("elena", (CHIVASSO, "officer"))
    page = visit.opened("elena")
    links = " ".join(page.texts("//main//a"))

    assert "Sospendi…" not in links
    page.open(f"/cases/{visit.case_id}/suspend")
    assert page.status == 403
    assert "Può farlo: Città metropolitana" in page.text


def test_a_foreign_case_is_not_to_be_found(visit: Visit) -> None:
    visit.web.officer("carla", (RONDISSONE, "officer"))
    for tab in TABS:
        assert visit.opened("carla", tab).status == 404


def test_a_switch_to_the_lighter_road_is_looked_at_before_it_is_done(web: Web) -> None:
    davide, office = web.officer("davide", COORDINATOR), web.office
    agreement = ROOT / "processes" / "tripartite-agreement"
    for folder in (agreement.parent / "dispute", agreement):
        office.deploy(folder, agreement.parent / "shared")
    case_id = office.engine.run(
        davide, start_case, process="tripartite-agreement", title="Ufficio di piano",
        parties=[{"organisation": t, "capacity": "municipality"} for t in (CHIVASSO, CASTAGNETO)],
        data={"area_name": "Po", "purpose": "Insieme.", "legal_basis": "agreement_art_15"},
    )  # fmt: skip
    before = {item.id for item in office.items(case_id)}
    page = web.visitor().sign_in("davide").open(f"/cases/{case_id}/messages/switch-to-association")
    assert not page.page.xpath("//*[@id='changed-work']")

    page = page.press("Mostra che cosa cambia", **{"data.reason": "La legge manca."})
    shown = " ".join(page.texts("//*[@id='changed-work']"))
    assert (
        page.texts("//*[@id='changed-work']//li")
        == [
            "Manifesta l’interesse del Comune, Comune di Chivasso",
            "Manifesta l’interesse del Comune, Comune di Castagneto Po",
        ]
        * 2
    ), "what ends, and what begins anew with a new term"
    with office.session() as session:
        assert session.get_one(Case, case_id).state == "open", "it was only looked at"
    assert "mer 23/12/2026 non corre più –" in " ".join(page.texts("//*[@id='moved']"))
    assert "La legge manca." in " ".join(page.texts("//textarea"))
    assert {item.id for item in office.items(case_id)} == before
    page.press("Passa all’associazione volontaria", **{"data.reason": "La legge manca."})
    assert not before & {item.id for item in office.items(case_id)}
    with office.session() as session:
        ends = session.get_one(Case, case_id).is_ended
    assert not ends and "Il caso si conclude." not in shown, "first they are asked again"

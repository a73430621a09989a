"""The task page: somebody who does this once a year does it right the first time."""

import re
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from lxml.html import fromstring

from engine import Actor
from engine.commands import suspend_case
from engine.model import WorkItem
from engine.queries import Field
from engine.text import both
from tests.office import CASTAGNETO, CHIVASSO
from tests.webapp.conftest import Web
from tests.webapp.visitor import Visitor
from webapp import forms

COORDINATOR = ("cmto", "coordinator")
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@dataclass
class Visit:
    """A joint visit at its first step, prepared by Davide of CMTo."""

    web: Web
    davide: Actor
    case_id: str

    def item(self, activity: str, town: str | None = None) -> WorkItem:
        return self.web.office.item(self.case_id, activity, town)

    def opened(self, name: str, activity: str, town: str | None = None) -> Visitor:
        visitor = self.web.visitor().sign_in(name)
        return visitor.open(f"/work-items/{self.item(activity, town).id}")

    def prepared(self) -> "Visit":
        item = self.item("prepare")
        self.web.office.complete(self.davide, item, visit_on="2027-03-01", budget="1200.50")
        return self


@pytest.fixture
def visit(web: Web) -> Visit:
    davide = web.officer("davide", COORDINATOR)
    return Visit(web, davide, web.office.visit(davide, CHIVASSO, CASTAGNETO))


def test_what_somebody_wrote_is_read_and_cannot_be_changed(web: Web) -> None:
    note = Field(name="reply", type="note", label=both("Replica"), table="reply_text")
    rows = ({"text": "Due righe:\n<b>la seconda</b>."},)

    with web.app.test_request_context():
        drawn = forms.draw((note,), {}, forms.Sources({}, tables={"reply": rows}))
        parts = web.app.jinja_env.get_template("parts/forms.html").make_module({}).__dict__
        page: Any = fromstring(str(parts["fields"](drawn, "form")))

    (words,) = page.xpath("//figure//blockquote")
    assert words.text_content() == rows[0]["text"]
    assert page.xpath("//figcaption")[0].text_content() == "Replica"
    assert not page.xpath("//textarea | //input")


def test_the_page_says_what_for_whom_by_when_and_who_helps(visit: Visit) -> None:
    visit.prepared().web.officer("elena", (CHIVASSO, "officer"))

    page = visit.opened("elena", "answer", CHIVASSO)

    assert page.heading == "Rispondi all’invito"
    assert "Esegui tu, per Chivasso" in page.text.replace("Comune di ", "")
    assert page.texts("//section[contains(@class,'c-explain')]//h2") == [
        "Che cosa",
        "Perché",
        "Che cosa succede dopo",
        "Chi ti aiuta",
    ]
    (mail,) = page.page.xpath("//section[contains(@class,'c-explain')]//a/@href")
    assert re.fullmatch(
        r"mailto:davide@\S+\?subject=[A-Z]+-\d+-\d+%3A%20Rispondi%20all%E2%80%99invito", mail
    ), "the question carries the case with it"
    assert "Castagneto Po" in page.text
    assert page.texts("//legend")[0] == "Partecipate?"
    # The field that depends on the answer is there for scripts, hidden for everybody.
    assert page.page.xpath("//*[@data-show-when='coming' and @hidden]//input[@name='people']")


def test_wrong_answers_stay_and_say_what_would_be_right(visit: Visit) -> None:
    page = visit.opened("davide", "prepare")

    page.press("Completa", visit_on="31/2/2027", budget="molti euro")

    assert page.status == 422
    assert page.page.xpath("//input[@name='visit_on']/@value") == ["31/2/2027"]
    assert page.page.xpath("//input[@name='budget']/@value") == ["molti euro"]
    assert page.page.xpath("//*[@id='error-summary']//a/@href") == ["#visit_on", "#budget"]
    assert page.page.xpath("//input[@name='budget']/@aria-invalid") == ["true"]
    assert "gg/mm/aaaa" in page.text
    assert visit.item("prepare").state == "open"


def test_what_was_refused_is_still_there_for_whoever_comes_back_later(visit: Visit) -> None:
    visit.opened("davide", "prepare").press("Completa", visit_on="1/3/2027", budget="molti euro")

    page = visit.opened("davide", "prepare")

    assert page.page.xpath("//input[@name='visit_on']/@value") == ["01/03/2027"]
    assert page.page.xpath("//input[@name='budget']/@value") == ["molti euro"]


def test_a_refused_act_does_not_overwrite_what_a_colleague_wrote_meanwhile(visit: Visit) -> None:
    first, second = visit.opened("davide", "prepare"), visit.opened("davide", "prepare")
    first.press("Salva e chiudi", budget="100")

    second.press("Completa", visit_on="31/2/2027", budget="200")

    assert second.status == 412 and "un’altra finestra" in second.text
    assert second.page.xpath("//input[@name='budget']/@value") == ["200,00"]
    assert visit.opened("davide", "prepare").page.xpath("//input[@name='budget']/@value") == [
        "100,00"
    ]


def test_completing_with_italian_dates_and_amounts_leads_to_the_case(visit: Visit) -> None:
    page = visit.opened("davide", "prepare")

    page.press("Completa", visit_on="1/3/2027", budget="1.200,50")

    assert page.status == 200
    assert page.address == f"/cases/{visit.case_id}"
    assert "Completata: Prepara l’invito." in page.text
    assert [item.activity for item in visit.web.office.items(visit.case_id)] == ["answer", "answer"]


def test_a_completed_task_shows_what_was_registered(visit: Visit) -> None:
    item = visit.item("prepare")
    visit.prepared()
    page = visit.web.visitor().sign_in("davide").open(f"/work-items/{item.id}")

    assert page.texts("//dl[@class='c-kv']/dt")[:2] == ["Data", "Spesa"]
    assert page.texts("//dl[@class='c-kv']/dd")[:2] == ["01/03/2027", "1.200,50 €"]
    assert "Completa" not in page.texts("//main//button")


def test_a_draft_is_kept_and_seen_by_the_colleague(visit: Visit) -> None:
    visit.opened("davide", "prepare").press("Salva e chiudi", visit_on="1/3/2027", budget="sei")
    visit.web.officer("paola", COORDINATOR)

    page = visit.opened("paola", "prepare")

    assert "Bozza salvata da Davide" in page.text
    assert page.page.xpath("//input[@name='visit_on']/@value") == ["01/03/2027"]
    assert page.page.xpath("//input[@name='budget']/@value") == ["sei"]


def test_two_windows_do_not_overwrite_each_other(visit: Visit) -> None:
    first, second = visit.opened("davide", "prepare"), visit.opened("davide", "prepare")
    first.press("Salva e chiudi", budget="100")

    second.press("Salva e chiudi", budget="200")

    assert second.status == 412
    assert "un’altra finestra" in second.text
    assert second.page.xpath("//input[@name='budget']/@value") == ["200,00"]
    # Having been told, the officer decides.
    second.press("Salva e chiudi")
    assert visit.opened("davide", "prepare").page.xpath("//input[@name='budget']/@value") == [
        "200,00"
    ]


def test_the_page_saves_by_itself_while_the_officer_writes(visit: Visit) -> None:
    page = visit.opened("davide", "prepare")
    (form,) = page.page.xpath("//form[@data-autosave-url]")
    sent = {
        "csrf_token": form.xpath(".//input[@name='csrf_token']/@value")[0],
        "draft_version": form.xpath(".//input[@name='draft_version']/@value")[0],
        "budget": "1.000",
    }

    saved = page.client.post(form.get("data-autosave-url"), data=sent)
    again = page.client.post(form.get("data-autosave-url"), data=sent)

    assert saved.get_json() == {"message": "Bozza salvata adesso.", "draft_version": 1}
    assert again.status_code == 412
    assert again.content_type == "application/problem+json"


def test_without_scripts_a_button_brings_up_the_next_fields(visit: Visit) -> None:
    visit.prepared().web.officer("elena", (CHIVASSO, "officer"))
    page = visit.opened("elena", "answer", CHIVASSO)

    page.press("Aggiorna i campi", coming="yes")

    assert page.status == 200
    assert not page.page.xpath("//*[@data-show-when='coming' and @hidden]")
    assert page.page.xpath("//input[@name='coming' and @checked]/@value") == ["yes"]
    page.press("Completa", people="3")
    assert f"/cases/{visit.case_id}" == page.address


def decided(visit: Visit) -> Visitor:
    """Davide before the decision, every town having answered."""
    visit.prepared()
    for name, town in (("elena", CHIVASSO), ("bruno", CASTAGNETO)):
        officer = visit.web.officer(name, (town, "officer"))
        visit.web.office.complete(officer, visit.item("answer", town), coming="no")
    visit.web.officer("paola", ("cmto", "director"))
    return visit.opened("paola", "decide")


def test_a_file_travels_with_the_form_and_need_not_be_sent_twice(visit: Visit) -> None:
    page = decided(visit)

    page.press("Completa", minutes=[(BytesIO(PDF), "verbale.pdf")])
    assert page.status == 422
    assert "verbale.pdf" in page.text
    assert page.page.xpath("//a[@href='#decision']")

    page.press("Completa", decision="go")
    assert page.status == 200
    page.open(f"/cases/{visit.case_id}/documents")
    (link,) = page.page.xpath("//*[@id='documents']//a/@href")
    file = page.client.get(link)
    assert file.data == PDF
    assert file.headers["Content-Disposition"] == "attachment; filename=verbale.pdf"
    assert file.headers["Content-Security-Policy"].startswith("sandbox")
    file.close()


def test_a_file_can_be_taken_away_and_a_wrong_one_is_refused(visit: Visit) -> None:
    page = decided(visit)
    page.press("Completa", minutes=[(BytesIO(PDF), "verbale.pdf")])
    page.press("Togli verbale.pdf")
    assert page.page.xpath("//input[@type='file' and @name='minutes']")

    page.press("Completa", decision="go", minutes=[(BytesIO(b""), "vuoto.pdf")])

    assert page.status == 422
    assert page.page.xpath("//*[@id='error-summary']//a/@href") == ["#minutes"]
    assert page.page.xpath("//input[@name='decision' and @checked]/@value") == ["go"]


def test_taking_and_releasing(visit: Visit) -> None:
    page = visit.opened("davide", "prepare").press("Prendi in carico")
    assert "in carico a te dal" in page.text
    assert visit.item("prepare").state == "held"

    page.press("Rilascia ai colleghi")
    assert "non è in carico a nessuno" in page.text


def test_what_a_colleague_holds_can_be_read_and_says_whom_to_ask(visit: Visit) -> None:
    visit.web.officer("paola", COORDINATOR)
    visit.opened("paola", "prepare").press("Prendi in carico")

    page = visit.opened("davide", "prepare")

    assert "in carico a Paola" in page.text
    assert "chiedi a Paola di rilasciarla" in page.text
    assert "Completa" not in page.texts("//main//button")


def test_handing_over_asks_to_whom_and_why(visit: Visit) -> None:
    visit.web.officer("paola", COORDINATOR)
    page = visit.opened("davide", "prepare").press("Prendi in carico").follow("Passa a un collega")

    page.press("Passa a un collega")
    assert page.status == 422
    assert page.page.xpath("//*[@id='error-summary']//a/@href") == [
        "#data-colleague",
        "#data-reason",
    ]

    (paola,) = page.page.xpath("//option[contains(., 'Paola')]/@value")
    page.press("Passa a un collega", **{"data.colleague": paola, "data.reason": "Sono in ferie."})
    assert page.address == "/worklist"
    assert "in carico a te" in visit.opened("paola", "prepare").text
    assert "Sono in ferie." in page.open(f"/cases/{visit.case_id}/history").text


def test_returning_keeps_the_reason(visit: Visit) -> None:
    visit.prepared().web.officer("elena", (CHIVASSO, "officer"))
    page = visit.opened("elena", "answer", CHIVASSO).follow("Restituisci")
    page.press("Restituisci", **{"data.reason": "Non è il nostro territorio."})

    assert page.address == "/worklist"
    assert visit.item("answer", CHIVASSO).state == "returned"
    assert "Non è il nostro territorio." in visit.opened("davide", "answer", CHIVASSO).text


def test_a_suspended_case_can_be_read_and_says_whom_to_ask(visit: Visit) -> None:
    visit.web.office.engine.run(
        visit.davide, suspend_case, case_id=visit.case_id, reason="Manca la perizia."
    )
    page = visit.opened("davide", "prepare")

    assert page.status == 200
    assert "Il caso è sospeso" in page.text
    assert "Manca la perizia." in page.text
    assert "rivolgiti a Davide" in page.text
    assert "Completa" not in page.texts("//main//button")


def test_the_work_of_a_foreign_case_is_not_to_be_found(visit: Visit) -> None:
    visit.web.officer("carla", ("mun-001217", "officer"))
    page = visit.opened("carla", "prepare")
    assert page.status == 404
    assert "Prepara l’invito" not in page.text


def test_the_page_reads_in_english(visit: Visit) -> None:
    page = visit.opened("davide", "prepare")
    page.open(f"{page.address}?lang=en")
    assert page.heading == "Prepare the invitation"
    assert page.texts("//label[@for='budget']")[0].startswith("Cost")


def test_work_of_another_mandate_switches_the_mandate(visit: Visit) -> None:
    visit.prepared()
    browser = visit.web.signed_in("elena", (CHIVASSO, "officer"), (CASTAGNETO, "officer"))
    browser.open("/mandates")
    (mandate,) = browser.page.xpath("//li[.//label[contains(., 'Castagneto')]]//input/@value")
    browser.press("Continua", mandate=mandate)

    browser.open(
        f"/work-items/{visit.item('answer', CHIVASSO).id}",
        headers={"Sec-Fetch-Site": "same-origin"},
    )

    assert browser.status == 200
    assert browser.heading == "Rispondi all’invito"
    assert "Chivasso" in " ".join(browser.texts("//section[contains(@class,'c-mandate')]"))

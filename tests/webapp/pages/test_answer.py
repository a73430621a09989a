"""A consulted body answers by a link, without account and without scripts."""

import io

import pytest
from sqlalchemy import select

from engine.commands import create_token, give_documents, start_case, store_upload
from engine.links import ANSWER, secret_of
from engine.model import AnswerLink, Organisation
from engine.unit_of_work import UnitOfWork
from tests.office import CASTAGNETO, CHIVASSO, HERE, POOLED_OFFICE, SYSTEM
from tests.webapp.conftest import Web
from tests.webapp.visitor import Visitor

PEC = "ordine@pec.architetti.example"
PAPER = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
WHO = {"name": "Maria Rossi", "role": "Presidente"}


@pytest.fixture
def case_id(web: Web) -> str:
    """The architects are asked; nobody of theirs has an account, their register has no PEC."""
    web.office.deploy(HERE / "engine" / "ask-the-orders", HERE.parent / "processes" / "shared")
    davide = web.officer("davide", ("cmto", "coordinator"))
    engine = web.office.engine
    paper = engine.run(davide, store_upload, filename="bozza.pdf", content=PAPER)
    return engine.run(
        davide, start_case, process="ask-the-orders", title="Formazione",
        parties=[{"organisation": "architects", "capacity": "professional_body"}],
        data={"question_others": "Che ne pensate?", "draft_file": paper["id"]},
    )  # fmt: skip


@pytest.fixture
def davide(web: Web, case_id: str) -> Visitor:
    """The coordinator after sending the link."""
    davide = web.visitor().sign_in("davide").open(f"/cases/{case_id}/work")
    assert "si attende la risposta" in davide.text
    davide.follow("Fai rispondere con un collegamento").press("Manda", **{"data.address": PEC})
    assert davide.status == 422
    assert "scrivi perché lo usi" in davide.text
    davide.press("Manda", **{"data.address": PEC, "data.why": "Dal sito dell’Ordine"})
    assert "Mandato a ordine@pec.architetti.example" in davide.text
    return davide


def link(web: Web) -> str:
    with web.office.session() as session:
        row = session.scalars(select(AnswerLink)).one()
    return f"/answer/{secret_of(web.office.engine.settings, ANSWER, row.id, row.sent_count)}"


def test_draft_file_answer_and_receipt(web: Web, case_id: str, davide: Visitor) -> None:
    maria = web.visitor().open(link(web))
    assert maria.heading == "Esprimi il parere"
    assert "Che ne pensate?" in maria.text
    assert "Perché questa data?" in maria.text
    assert not maria.page.xpath("//nav")  # no menu, no band, nothing else of the case
    hrefs = maria.page.xpath("//main//a/@href")
    assert all(href.startswith(("/answer/", "#")) for href in hrefs)
    (paper,) = [href for href in hrefs if "/documents/" in href]
    with maria.client.get(paper) as file:
        assert file.data == PAPER

    maria.press("Salva la bozza", **{"data.opinion": "favourable", "data.opinion_text": "Bene"})
    assert "la ritrovi con lo stesso collegamento" in maria.text
    back = web.visitor().open(link(web))  # another browser, hours later
    assert back.page.xpath("string(//textarea[@name='data.opinion_text'])").strip() == "Bene"
    assert "Bozza salvata" in davide.open(davide.address).text
    assert "Aperto la prima volta" in davide.text

    back.press("Invia la risposta", name="Maria Rossi")
    assert back.status == 422
    assert "Scrivi il tuo ruolo." in back.text
    sent = maria.client.post(
        link(web), content_type="multipart/form-data",
        data={
            **WHO, "_action": "complete", "data.opinion": "favourable",
            "data.opinion_text": "Bene", "data.opinion_file": (io.BytesIO(PAPER), "parere.pdf"),
        },
    )  # fmt: skip
    assert sent.status_code == 303
    maria.open(link(web))
    assert maria.heading == "Risposta ricevuta"
    assert "parere.pdf" in maria.text
    assert "Maria Rossi, Presidente" in maria.text
    assert not maria.page.xpath("//main//form")
    assert maria.client.get(paper).status_code == 404
    back.press("Invia la risposta", **WHO)  # the other browser, too late
    assert back.heading == "Risposta ricevuta"
    davide.open(f"/cases/{case_id}/history")
    assert "Maria Rossi" in davide.text
    assert f"Presidente, con collegamento inviato a {PEC}" in davide.text


def test_sent_again_revoked_and_unknown_look_the_same(
    web: Web, case_id: str, davide: Visitor
) -> None:
    first = link(web)
    davide.follow("Rinvia il collegamento").press("Rinvia", **{"data.why": "Non arrivato"})
    second = link(web)
    davide.follow("Revoca").press("Revoca", **{"data.reason": "Persona sbagliata"})
    assert "revocato" in davide.text
    pages = {web.visitor().open(address).text for address in (first, second, "/answer/" + "x" * 43)}
    assert len(pages) == 1
    refused = web.visitor().open(first).answer
    assert refused.status_code == 404
    assert refused.headers["Cache-Control"] == "no-store"
    assert refused.headers["Referrer-Policy"] == "strict-origin"
    assert "noindex" in refused.headers["X-Robots-Tag"]


def test_an_officers_browser_shows_no_more(
    web: Web, davide: Visitor, capfd: pytest.CaptureFixture[str]
) -> None:
    davide.open(link(web))
    assert not davide.page.xpath("//nav")
    assert "Davide" not in davide.answer.get_data(as_text=True)
    davide.press("Invia la risposta", name="", role="")
    assert davide.status == 422
    wrong = davide.page.xpath("//*[@id='error-summary']//a/@href")
    assert wrong == ["#data-opinion", "#name", "#role"], "all that is wrong, at once"
    assert davide.page.xpath("//input[@id='role'][@aria-invalid]/@aria-describedby")
    assert "kept=" not in davide.address  # the page of a secret is kept nowhere
    assert link(web) not in "".join(capfd.readouterr())


def test_one_link_is_slowed_down(web: Web, davide: Visitor) -> None:
    address, seen = link(web), set()
    client = web.visitor().client
    for _ in range(121):
        seen.add(client.post(f"{address}/draft", data={"data.opinion": "no_remarks"}).status_code)
    assert seen == {200, 429}


def test_the_interface_does_the_same_and_tells_no_secret(web: Web, case_id: str) -> None:
    def write(work: UnitOfWork) -> None:
        work.session.get_one(Organisation, "architects").pec = PEC

    web.office.engine.run(SYSTEM, write)
    item = web.office.item(case_id, "give_opinion")
    davide = web.office.actor("davide")
    token = web.office.engine.run(davide, create_token, name="test")
    head = {"Authorization": f"Bearer {token}"}
    client, place = web.visitor().client, f"/api/v1/work-items/{item.id}/answer-link"
    assert client.get(place, headers=head).get_json()["link"] is None
    sent = client.post(place, json={}, headers=head)
    assert (sent.status_code, sent.get_json()["link"]["state"]) == (200, "open")
    assert link(web).removeprefix("/answer/") not in sent.get_data(as_text=True)
    listed = client.get(f"/api/v1/cases/{case_id}/consultations", headers=head).get_json()
    assert listed["items"][0]["link"]["address"] == PEC
    gone = client.post(f"{place}/revoke", json={"reason": "Errore"}, headers=head)
    assert gone.get_json()["link"]["state"] == "revoked"
    stranger = web.office.officer("carlo", ("mun-001082", "officer"))
    token = web.office.engine.run(stranger, create_token, name="test")
    head = {"Authorization": f"Bearer {token}"}
    assert client.get(place, headers=head).status_code == 404
    assert client.post(place, json={}, headers=head).status_code == 404


def test_an_opinion_that_a_letter_asks_is_answered_and_shown(web: Web) -> None:
    """Documents first, then the opinion; the page of the case tells each step."""
    office = web.office
    office.deploy(POOLED_OFFICE)

    def write(work: UnitOfWork) -> None:
        work.session.get_one(Organisation, "region").pec = PEC

    office.engine.run(SYSTEM, write)
    web.officer("dora", ("cmto", "director"))
    dora = office.actor("dora")
    case_id = office.pooled(dora, CHIVASSO, CASTAGNETO)
    for who, town in (("elena", CHIVASSO), ("anna", CASTAGNETO)):
        web.officer(who, (town, "officer"))
        given = {"people": 2, "names": "Un istruttore."}
        office.complete(office.actor(who), office.item(case_id, "name_staff", town), **given)
        approval = office.item(case_id, "name_staff", kind="approval")
        office.complete(dora, approval, decision="approve")
    page = web.visitor().sign_in("dora").open(f"/cases/{case_id}/work")
    assert f"Mandato a {PEC}" in page.text

    rita = web.visitor().open(link(web))
    assert rita.heading == "Parere: Impegna i fondi"
    assert "sono sostenibili?" in rita.text
    rita.press(
        "Invia la risposta", **WHO,
        **{"data.opinion": "needs_documents", "data.wanted": "Il piano finanziario."},
    )  # fmt: skip
    assert rita.heading == "Risposta ricevuta"
    assert "Il piano finanziario." in rita.text
    page.open(f"/cases/{case_id}/work")
    assert "attende documenti" in page.text
    assert "Rinvia il collegamento" not in page.text

    opinion = office.item(case_id, "commit_funding", kind="consultation")
    office.engine.run(
        office.actor("elena"), give_documents, work_item_id=opinion.id, reply="Sono nel caso."
    )
    rita.open(link(web)).press("Invia la risposta", **WHO, **{"data.opinion": "no_remarks"})
    assert "Nessuna osservazione" in rita.text
    assert "Nessuna osservazione" in page.open(f"/cases/{case_id}/work").text

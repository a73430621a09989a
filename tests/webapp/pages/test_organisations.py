"""The register of bodies: found, read, corrected."""

from tests.office import CASTAGNETO, CHIVASSO
from tests.webapp.conftest import Web


def test_bodies_are_found_by_name_code_kind_and_zone(web: Web) -> None:
    elena = web.signed_in("elena", (CHIVASSO, "officer")).open("/organisations?zone=10")
    assert len(elena.page.xpath("//tbody/tr")) == 25, "24 municipalities and their assembly"
    elena.open("/organisations?q=001082&kind=municipality")
    assert elena.texts("//tbody/tr//a") == ["Chivasso"]
    assert "Registra un ente" not in elena.text
    elena.open("/organisations?q=nulla")
    assert "Nessun ente" in elena.text


def test_a_keeper_registers_an_office_and_corrects_it(web: Web) -> None:
    rita = web.signed_in("rita", ("cmto", "administrator")).open("/organisations")
    rita.follow("Registra un ente").follow("Ufficio di piano")
    rita.press(
        "Registra: Ufficio di piano",
        **{
            "data.name": "Ufficio di piano del Chivassese", "data.zone": "10",
            "data.join": CHIVASSO, "data.seat": CHIVASSO, "data.post": "planner",
            "data.count": "2", "data.reason": "convenzione n. 3",
        },
    )  # fmt: skip
    assert rita.heading == "Ufficio di piano del Chivassese"
    assert "0 su 2" in rita.text
    assert "convenzione n. 3" in rita.text

    rita.follow("Correggi i dati").press(
        "Correggi Ufficio di piano del Chivassese",
        **{"data.join": CASTAGNETO, "data.pec": "udp", "data.reason": "adesione"},
    )
    assert rita.status == 422
    assert "Scrivi un indirizzo PEC" in rita.text
    rita.press("Correggi Ufficio di piano del Chivassese", **{"data.pec": "udp@pec.example.it"})
    assert "La correzione è nel registro." in rita.text
    assert "Castagneto Po" in rita.text
    assert "dall’inizio del registro" not in rita.text


def test_only_keepers_see_the_forms(web: Web) -> None:
    ada = web.signed_in("ada", (CHIVASSO, "administrator"))
    assert ada.open("/organisations/new").status == 403
    assert ada.open(f"/organisations/{CHIVASSO}/correct").status == 403
    assert "Correggi i dati" not in ada.open(f"/organisations/{CHIVASSO}").text


def test_a_keeper_reads_who_changed_what_and_takes_it_as_a_file(web: Web) -> None:
    rita = web.signed_in("rita", ("cmto", "administrator"))
    rita.open(f"/organisations/{CHIVASSO}/correct").press(
        "Correggi Chivasso", **{"data.pec": "c@pec.example.it", "data.reason": "=errore"}
    )
    rita.open("/organisations").follow("Storia del registro")
    (row,) = rita.texts("//tbody/tr")
    assert "PEC: c@pec.example.it" in row
    assert "Rita, Città metropolitana di Torino" in row
    assert "=errore" in row
    with rita.client.get(rita.page.xpath("//a[text()='CSV']/@href")[0]) as file:
        words = file.get_data(as_text=True)
    assert "PEC: c@pec.example.it" in words
    assert "'=errore" in words  # no formula for whoever opens it

    rita.open(f"/organisations/history?about=bodies&organisation={CHIVASSO}&since=24/11/2026")
    assert "Con questi filtri non è cambiato niente." in rita.text
    assert rita.texts("//a[@class='c-chip']") == [
        "Dati degli enti: togli il filtro", "Chivasso: togli il filtro",
        "Dal 24/11/2026: togli il filtro",
    ]  # fmt: skip
    assert rita.open("/organisations/history?since=ieri").status == 422
    assert (
        web.signed_in("davide", ("cmto", "coordinator")).open("/organisations/history").status
        == 403
    )

"""A tripartite agreement of zone 10, from first interest to in force, at the desks of its officers.

Five municipalities begin. Montanaro declines; the council of Verolengo amends the text and all
adopt again; Castagneto Po leaves half-way; three municipalities, CMTo and the Region sign. The same
story without screens: `processes/tripartite-agreement/scenarios/five-municipalities.toml`.
"""

import hashlib
import os
import re
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.browser_office import BrowserOffice, Person, fill_in, pdf, product

PATIENCE = 30
"""Seconds within which a worker has said that nobody serves something."""
BODIES = {
    "chivasso": ("mun-001082", "Chivasso"),
    "castagneto_po": ("mun-001064", "Castagneto Po"),
    "san_sebastiano": ("mun-001253", "San Sebastiano da Po"),
    "verolengo": ("mun-001293", "Verolengo"),
    "montanaro": ("mun-001161", "Montanaro"),
    "cmto": ("cmto", "Città metropolitana di Torino"),
    "region": ("region", "Regione Piemonte"),
    "zone_assembly": ("zone-10", "Assemblea"),
}
MUNICIPALITIES = ("chivasso", "castagneto_po", "san_sebastiano", "verolengo", "montanaro")
JOINED = ("chivasso", "castagneto_po", "san_sebastiano", "verolengo")
SIGNERS = ("chivasso", "san_sebastiano", "verolengo")
LEVELS = (("cmto", "director"), ("region", "director"))
CONDITION_MET = ("P1", {"Esito": "Accolta", "Dove sta nel testo": "Clausola 3"})
MUNICIPAL_SUM = Decimal("84000.00")
HISTORY = (
    "Avviato il caso",
    "Verolengo: conclusa «Manifesta l’interesse del Comune», aderisce",
    "Montanaro: conclusa «Manifesta l’interesse del Comune», non aderisce",
    "Raggiunto: Manifestazione d",
    "Raggiunto: Verifica del perimetro",
    "Raggiunto: Redazione delle clausole",
    "Raggiunto: Responsabilità (RACI)",
    "Regione Piemonte: conclusa «Esprimi il parere», favorevole con condizioni",
    "Raggiunto: Pareri",
    "Verolengo: conclusa «Presenta osservazioni sulla bozza», ci sono osservazioni",
    "Raggiunto: Negoziazione",
    "Chivasso: conclusa «Registra la deliberazione», approvato, stesso testo",
    "Verolengo: conclusa «Registra la deliberazione», approvato con modifiche",
    "Città metropolitana di Torino: conclusa «Decidi come proseguire»",
    "Chivasso: conclusa «Registra la deliberazione», approvato, stesso testo",
    "Castagneto Po esce dal caso: Il Comune entra in un’altra Unione",
    "San Sebastiano da Po: conclusa «Registra la deliberazione», approvato, stesso testo",
    "Verolengo: conclusa «Registra la deliberazione», approvato, stesso testo",
    "Regione Piemonte: conclusa «Registra la deliberazione», approvato, stesso testo",
    "Raggiunto: Approvazioni",
    "Regione Piemonte: conclusa «Firma l’accordo»",
    "Raggiunto: Firme digitali",
    "Raggiunto: Repertorio e pubblicazione",
    "Raggiunto: In vigore",
    "Caso concluso: in vigore",
)


@pytest.fixture
def office(browser: Browser, tmp_path: Path) -> Iterator[BrowserOffice]:
    """The demo office in training, and a browser for each of its people."""
    pictures = os.environ.get("SCREENSHOTS")
    with product(tmp_path, "--training") as running:
        office = BrowserOffice(browser, running, BODIES, Path(pictures) if pictures else None)
        yield office
        office.close()


@pytest.mark.slow
def test_five_municipalities_bring_an_agreement_into_force(office: BrowserOffice) -> None:
    case = _the_coordinator_starts_the_case(office)
    _four_join_and_montanaro_declines(office, case)
    _the_text_is_drafted_and_opinions_are_heard(office, case)
    _verolengo_comments_on_the_costs(office, case)
    _verolengos_council_amends_and_all_go_back_to_the_table(office, case)
    _all_adopt_again_and_castagneto_po_leaves(office, case)
    _they_sign_and_the_agreement_is_registered(office, case)
    _the_agreement_comes_into_force(office, case)

    assert office.barriers == []
    assert office.complaints == []


def _the_coordinator_starts_the_case(office: BrowserOffice) -> str:
    monica = office.person("cmto", "coordinator")
    office.look(monica, "today-empty")
    monica.goes_to("Procedimenti")
    office.look(monica, "processes")
    monica.follows("Accordo tripartito").is_on("Accordo tripartito")
    office.look(monica, "process")
    monica.follows("Avvia un caso").is_on("Avvia un caso: Accordo tripartito")
    office.look(monica, "start-zone")
    monica.follows("Zona 10")
    for body in MUNICIPALITIES:
        monica.main.get_by_label(BODIES[body][1], exact=True).check()
    monica.presses("Mostra chi confina con i Comuni scelti")
    office.look(monica, "start-form")
    monica.answers(
        {
            "Titolo del caso": "Ufficio di piano Chivassese–Po",
            "Nome dell’ambito": "Chivassese–Po",
            "Perché un ufficio insieme": "Redigere insieme il piano e dividere i costi.",
            "Base giuridica prevista": "Accordo fra amministrazioni",
        }
    )
    monica.presses("Avvia il caso").is_on("Ufficio di piano Chivassese–Po")
    office.look(monica, "case-new")
    found = re.search(r"ATR-\d{4}-\d+", monica.main.inner_text())
    assert found, monica.main.inner_text()
    return found[0]


def _four_join_and_montanaro_declines(office: BrowserOffice, case: str) -> None:
    for body in JOINED:
        mayor = office.person(body, "mayor")
        if body == "chivasso":
            office.look(mayor, "today")
        mayor.does(
            "Manifesta l’interesse del Comune",
            case,
            {
                "Che cosa decide il Comune?": "Aderisce",
                "Chi ha deciso?": "Giunta",
                "Numero e data dell’atto": f"D.G.C. 41 del {office.in_days(-3)}",
                "Lettera o delibera": pdf("manifestazione.pdf"),
            },
        )
    office.person("montanaro", "mayor").does(
        "Manifesta l’interesse del Comune",
        case,
        {
            "Che cosa decide il Comune?": "Non aderisce",
            "Perché no? Puoi dirlo in una riga": "Lavora già con l’Unione.",
        },
    )
    monica = office.person("cmto", "coordinator").finds_work("Conferma il perimetro", case)
    office.look(monica, "task-perimeter")
    monica.answers({"CMTo concorda su questo ambito?": "Sì"}).completes()
    office.person("montanaro", "officer").has_no_work("Presenta osservazioni sulla bozza")


def _the_text_is_drafted_and_opinions_are_heard(office: BrowserOffice, case: str) -> None:
    monica = office.person("cmto", "coordinator")
    _monica_writes_the_clauses(office, case)
    monica.finds_work("Controlla la bozza", case)
    office.look(monica, "task-draft")
    monica.answers(
        {"La bozza è completa?": "Sì", "Testo della bozza, PDF": pdf("bozza.pdf")}
    ).completes()
    monica.does("Conferma le responsabilità", case, {"La matrice va bene?": "Sì, così"})
    monica.finds_work("Chiedi i pareri", case)
    monica.answers(
        {
            "Domanda all’assemblea della zona": "Si chiede il parere sull’accordo.",
            "Domanda alla Regione": "Si chiede un parere su norme e contributo.",
            "Domanda a ordini professionali e Politecnico": "Si chiedono osservazioni.",
        }
    ).completes()

    office.person("zone_assembly", "spokesperson").does(
        "Esprimi il parere",
        case,
        {"Qual è il parere?": "Favorevole", "Testo e motivi": "È coerente con la zona."},
    )
    sara = office.person("region", "official").finds_work("Esprimi il parere", case)
    office.look(sara, "task-opinion")
    sara.answers(
        {
            "Qual è il parere?": "Favorevole con condizioni",
            "Testo e motivi": "Favorevole, se la chiave di riparto si rivede ogni anno.",
            "Condizioni, numerate": [
                {"Condizione": "Revisione annuale della chiave.", "È vincolante?": "Sì"}
            ],
        }
    ).completes()


def _monica_writes_the_clauses(office: BrowserOffice, case: str) -> None:
    monica = office.person("cmto", "coordinator")
    monica.does(
        "Scrivi regole e responsabilità",
        case,
        {
            "1. Natura giuridica": "Ufficio comune fra gli enti firmatari.",
            "2. Modello operativo": "Una sede, un gruppo",
            "3. Organizzazione": "Un responsabile nominato dai Sindaci.",
            "4. Durata in anni": "5",
            "Promemoria di rinnovo: giorni prima della fine": "180",
            "5. Responsabilità tecniche": "L’ufficio istruisce e redige.",
            "6. Responsabilità politiche": "I Consigli adottano e approvano.",
            "7. Come si compongono i conflitti": "Con il Collegio dei portavoce.",
            "8. Recesso e adesione": "Si recede con sei mesi di preavviso.",
        },
    )
    monica.does(
        "Scrivi personale e sede",
        case,
        {
            "9. Posti": [
                {"Profilo": profile, "Quanti": "1", "Da dove": source, "Tempo, in %": "50"}
                for profile, source in (
                    ("Urbanista", "Assunzione"),
                    ("Coordinamento amministrativo", "Comando da un ente"),
                    ("Specialista GIS", "Ufficio messo in comune"),
                )
            ],
            "10. Comune della sede": "Chivasso",
            "Indirizzo": "Piazza C. A. Dalla Chiesa 8",
            "La sede ruota fra i Comuni?": "No",
        },
    )
    monica.finds_work("Scrivi costi e quote", case)
    monica.answers(
        {
            "11. Costi dell’anno": [
                {"Voce": "Personale", "Descrizione": "Tre posti", "Importo annuo": "130.000,00"},
                {"Voce": "Infrastruttura", "Descrizione": "Sede", "Importo annuo": "12.000"},
                {"Voce": "Supporto", "Descrizione": "Rilievi", "Importo annuo": "22000,00"},
            ],
            "12. Chi li copre": [
                {"Fonte": "Comuni, da dividere", "Importo annuo": "84.000,00"},
                {"Fonte": "Regione, pluriennale", "Importo annuo": "70.000,00"},
                {"Fonte": "In natura", "Importo annuo": "10.000,00"},
            ],
            "Chiave di riparto fra i Comuni": "Popolazione 2021",
        }
    )
    office.look(monica, "task-finance")
    monica.completes()


def _verolengo_comments_on_the_costs(office: BrowserOffice, case: str) -> None:
    _agree(office, case, "chivasso", "castagneto_po", "san_sebastiano")
    office.person("verolengo", "officer").does(
        "Presenta osservazioni sulla bozza",
        case,
        {
            "Il testo va bene al Comune?": "Ci sono osservazioni",
            "Osservazioni": [
                {
                    "Clausola": "Costi e quote",
                    "Che cosa cambieresti": "La quota va rivista ogni due anni.",
                }
            ],
        },
    )
    monica = office.person("cmto", "coordinator").finds_work("Rispondi alle osservazioni", case)
    office.look(monica, "task-comments")
    partly = {
        "Esito": "Accolta in parte",
        "Dove sta nel testo": "Clausola 11",
        "Perché no, o perché solo in parte": "Si rivede ogni tre anni.",
    }
    _answer_points(monica, CONDITION_MET, ("P2", partly))
    monica.answers(
        {
            "Cambia la somma a carico dei Comuni?": "No",
            "Come si prosegue?": "Il testo è pronto",
            "Testo dell’accordo, PDF": pdf("accordo.pdf", "primo testo"),
        }
    ).completes()


def _verolengos_council_amends_and_all_go_back_to_the_table(
    office: BrowserOffice, case: str
) -> None:
    _adopt(office, case, "chivasso", look=True)
    _give_opinions(office, case, "castagneto_po")
    _give_opinions(office, case, "verolengo")
    _convene(office, case, "verolengo")
    chiara = office.person("verolengo", "council_clerk")
    chiara.finds_work("Registra la deliberazione", case)
    office.look(chiara, "task-vote")
    chiara.answers(
        {
            "Come ha deciso l’organo?": "Approvato con modifiche",
            **_votes(office),
            "Che cosa è cambiato": "Clausola 11: revisione della quota ogni due anni.",
            "Delibera firmata": pdf("delibera-modifiche.pdf"),
        }
    ).completes()

    office.person("san_sebastiano", "officer").has_no_work("Rilascia i pareri dell’art. 49")
    monica = office.person("cmto", "coordinator").finds_work("Decidi come proseguire", case)
    office.look(monica, "task-divergence")
    monica.answers(
        {
            "Che cosa si fa?": "Rinegozia: tutti riadottano",
            "Motivo": "La modifica alla clausola 11 interessa tutti.",
        }
    ).completes()
    _agree(office, case, *JOINED)
    # What the council changed is a point like the others; the earlier answers are still there.
    monica.finds_work("Rispondi alle osservazioni", case)
    _answer_points(monica, ("P3", {"Esito": "Accolta", "Dove sta nel testo": "Clausola 11"}))
    monica.answers(
        {
            "Cambia la somma a carico dei Comuni?": "No",
            "Come si prosegue?": "Il testo è pronto",
            "Testo dell’accordo, PDF": pdf("accordo-2.pdf", "secondo testo"),
        }
    ).completes()


def _all_adopt_again_and_castagneto_po_leaves(office: BrowserOffice, case: str) -> None:
    _adopt(office, case, "chivasso")
    _give_opinions(office, case, "castagneto_po")
    lucia = office.person("castagneto_po", "officer")
    lucia.follows("Togli un ente…").is_on("Togli l’ente dal caso")
    office.look(lucia, "act-leave")
    lucia.answers(
        {
            "Ente": "Comune di Castagneto Po (Comune)",
            "Motivo": "Il Comune entra in un’altra Unione.",
        }
    )
    lucia.presses("Togli l’ente dal caso").reads("L’ente ha lasciato il caso.")
    office.person("cmto", "coordinator").does(
        "Comunica il recesso e le quote",
        case,
        {"Che cosa comunichi agli enti": "Valgono le quote della tabella."},
    )
    _adopt(office, case, "san_sebastiano")
    _adopt(office, case, "verolengo")
    _adopt(office, case, "cmto", by=("coordinator", "director"), organ="Sindaco metropolitano")
    _adopt(office, case, "region", by=("official", "director"), organ="Giunta regionale")
    # A resolution takes effect after ten days on the notice board (TUEL art. 134 par. 3).
    office.person("cmto", "coordinator").goes_to("Oggi").waits(12)


def _they_sign_and_the_agreement_is_registered(office: BrowserOffice, case: str) -> None:
    for body, role in (*((body, "mayor") for body in SIGNERS), *LEVELS):
        signer = office.person(body, role).finds_work("Firma l’accordo", case)
        if body == "chivasso":
            office.look(signer, "task-signature")
        signer.answers(
            {
                "Chi ha firmato": signer.name,
                "Data della firma": office.in_days(0),
                "Tipo di firma": "PAdES",
                "File firmato": pdf(f"firmato-{body}.pdf"),
            }
        ).completes()
        _cmto_checks_the_signature(office, looks=body == "chivasso")
    monica = office.person("cmto", "coordinator")
    monica.finds_work("Registra e pubblica l’accordo", case)
    shares = _money(monica.main.get_by_role("table", name="Quote annue").inner_text())
    assert sum(shares) == MUNICIPAL_SUM
    assert len(shares) == len(SIGNERS)
    monica.answers(
        {
            "Numero di repertorio": "128/2026",
            "Numero di protocollo": "131204/2026",
            "Dove è pubblicato": "https://esempio.invalid/accordi/128",
            "In vigore dal": office.in_days(5),
            "Fino al": office.in_days(5 + 5 * 365),
            "Accordo firmato, testo finale": pdf("accordo-finale.pdf"),
        }
    ).completes()


def _cmto_checks_the_signature(office: BrowserOffice, *, looks: bool) -> None:
    """Nobody serves the check in an exercise: the worker says so, and then it is by hand."""
    monica = office.person("cmto", "coordinator")
    work = monica.main.get_by_role("link", name="Verifica a mano la firma", exact=True)
    until = time.monotonic() + PATIENCE
    monica.goes_to("Oggi").is_on("Oggi")
    while time.monotonic() < until and not work.count():
        time.sleep(0.5)
        monica.goes_to("Oggi").is_on("Oggi")
    work.click()
    monica.is_on("Verifica a mano la firma").reads("Non ancora collegato")
    if looks:
        office.look(monica, "task-signature-by-hand")
    monica.answers({"La firma è regolare?": "Sì"}).completes()


def _the_agreement_comes_into_force(office: BrowserOffice, case: str) -> None:
    monica = office.person("cmto", "coordinator")
    monica.waits(6)
    monica.goes_to("Oggi").is_on("Oggi").reads("Non hai niente da fare.")
    office.look(monica, "today-news")
    monica.goes_to("Avvisi").is_on("Avvisi")
    office.look(monica, "notices")
    monica.goes_to("Casi").is_on("Casi")
    office.look(monica, "cases")

    monica.follows("Ufficio di piano Chivassese–Po").is_on("Ufficio di piano Chivassese–Po")
    monica.reads(case).reads("In vigore")
    office.look(monica, "case")
    bodies = monica.main.get_by_role("table", name="Enti del caso")
    expect(bodies.get_by_role("row", name="Castagneto Po")).to_contain_text("uscito il")
    *shares, total = _money(bodies.inner_text())
    assert (len(shares), sum(shares), total) == (len(SIGNERS), MUNICIPAL_SUM, MUNICIPAL_SUM)
    stages = monica.main.get_by_role("navigation", name="Fasi").get_by_role("listitem")
    expect(stages).to_have_count(10)
    expect(stages.filter(has_text="Conclusa")).to_have_count(10)
    _every_part_of_the_file_can_be_read(office)
    _the_history_tells_the_story(office)
    _every_document_bears_its_fingerprint(monica)


def _every_part_of_the_file_can_be_read(office: BrowserOffice) -> None:
    monica = office.person("cmto", "coordinator")
    for tab in ("Attività", "Termini", "RACI", "Diagramma", "Documenti", "Cronologia", "Sintesi"):
        monica.opens_part(tab)
        if tab == "Diagramma":
            expect(monica.main.locator(".c-diagram[data-drawn]").first).to_be_attached()
            expect(monica.main.locator(".c-diagram:not([data-drawn])")).to_have_count(0)
        office.look(monica, f"case-{tab.lower()}")


def _the_history_tells_the_story(office: BrowserOffice) -> None:
    monica = office.person("cmto", "coordinator").opens_part("Cronologia")
    told = monica.reads_history()
    assert len(told) == int(re.sub(r"\D", "", monica.part("Cronologia").inner_text()))
    rest = iter(told)
    missing = [words for words in HISTORY if not any(words in event for event in rest)]
    assert missing == []
    names = [account["name"] for account in office.product.accounts]
    acts = [event for event in told if ": conclusa «" in event]
    assert [act for act in acts if not any(name in act for name in names)] == []


def _every_document_bears_its_fingerprint(monica: Person) -> None:
    """Four interests, a draft, two texts, seven resolutions, five signed copies, the final one."""
    monica.opens_part("Documenti")
    documents = monica.main.locator("#documents").get_by_role("listitem")
    expect(documents).to_have_count(20)
    expect(documents.filter(has_text="SHA-256")).to_have_count(20)
    signed = documents.filter(has_text="Accordo firmato").filter(has_text="Chivasso")
    sent = pdf("firmato-chivasso.pdf")["buffer"]
    digest = hashlib.sha256(sent).hexdigest()
    expect(signed).to_contain_text(f"{digest[:6]}…{digest[-4:]}")
    expect(signed).to_contain_text("firma non verificata")
    with monica.page.expect_download() as kept:
        signed.get_by_role("link").click()
    assert kept.value.path().read_bytes() == sent


def _answer_points(person: Person, *points: tuple[str, dict[str, str]]) -> None:
    """Each point has a row of its own, which the case gives."""
    for code, said in points:
        fill_in(person.main.get_by_role("group", name=re.compile(rf"^{code}\b")), said)


def _agree(office: BrowserOffice, case: str, *bodies: str) -> None:
    for body in bodies:
        office.person(body, "officer").does(
            "Presenta osservazioni sulla bozza", case, {"Il testo va bene al Comune?": "Sì"}
        )


def _adopt(
    office: BrowserOffice,
    case: str,
    body: str,
    *,
    by: tuple[str, str] = ("officer", "council_clerk"),
    organ: str = "Consiglio comunale",
    look: bool = False,
) -> None:
    """The round of one body: opinions, sitting, vote, notice board."""
    prepares, records = by
    _give_opinions(office, case, body, prepares)
    _convene(office, case, body, records, organ)
    office.person(body, records).does(
        "Registra la deliberazione",
        case,
        {
            "Come ha deciso l’organo?": "Approvato, stesso testo",
            **_votes(office),
            "Immediatamente eseguibile?": "No",
            "Delibera firmata": pdf(f"delibera-{body}.pdf"),
        },
    )
    publishes = office.person(body, prepares).finds_work("Pubblica all’albo pretorio", case)
    publishes.answers({"Pubblicata dal": office.in_days(0)})
    if look:
        office.look(publishes, "task-publish")
        publishes.answers({"Pubblicata dal": office.in_days(0)})
    publishes.completes()


def _give_opinions(office: BrowserOffice, case: str, body: str, role: str = "officer") -> None:
    office.person(body, role).does(
        "Rilascia i pareri dell’art. 49",
        case,
        {
            "Regolarità tecnica": "Favorevole",
            "Regolarità contabile": "Favorevole",
            "Data dei pareri": office.in_days(0),
        },
    )


def _convene(
    office: BrowserOffice,
    case: str,
    body: str,
    role: str = "council_clerk",
    organ: str = "Consiglio comunale",
) -> None:
    office.person(body, role).does(
        "Convoca la seduta",
        case,
        {
            "Data della seduta": office.in_days(0),
            "Data dell’avviso": office.in_days(-5),
            "Organo": organ,
        },
    )


def _votes(office: BrowserOffice) -> dict[str, str]:
    return {
        "Numero della delibera": "38",
        "Data della seduta": office.in_days(0),
        "Presenti": "10",
        "Favorevoli": "8",
        "Contrari": "1",
        "Astenuti": "1",
    }


def _money(words: str) -> list[Decimal]:
    """The amounts of a table as officers read them."""
    found = re.findall(r"([\d.]+,\d\d)", words)
    return [Decimal(one.replace(".", "").replace(",", ".")) for one in found]

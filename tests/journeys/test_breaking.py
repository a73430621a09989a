"""When something goes wrong at the desks: nothing twice, nothing half-done, nothing lost."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Route, expect

from tests.journeys.browser_office import BrowserOffice, Person, pdf, product

BODIES = {
    "chivasso": ("mun-001082", "Chivasso"),
    "verolengo": ("mun-001293", "Verolengo"),
    "ivrea": ("mun-001018", "Zona 11"),
    "cmto": ("cmto", "Città metropolitana di Torino"),
}
INTEREST = "Manifesta l’interesse del Comune"
JOIN = {
    "Che cosa decide il Comune?": "Aderisce",
    "Chi ha deciso?": "Giunta",
    "Numero e data dell’atto": "D.G.C. 41 del 12/11/2026",
}
EMPTY: FilePayload = {**pdf("vuoto.pdf"), "buffer": b""}
MEGABYTE = 1024 * 1024
NOBODY = "00000000-0000-7000-8000-000000000000"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def office(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserOffice]:
    """The demo office, where a file may have one megabyte."""
    with product(tmp_path_factory.mktemp("data"), "--training", MAX_UPLOAD_MB="1") as running:
        office = BrowserOffice(browser, running, BODIES)
        yield office
        office.close()


@pytest.fixture
def case(office: BrowserOffice) -> str:
    """A new case in which Chivasso and Verolengo are asked whether they join."""
    monica = office.person("cmto", "coordinator")
    monica.opens("/cases/new?process=tripartite-agreement&zone=10")
    for body in ("chivasso", "verolengo"):
        monica.main.get_by_label(BODIES[body][1], exact=True).check()
    monica.answers(
        {
            "Titolo del caso": "Ufficio di piano",
            "Nome dell’ambito": "Chivassese–Po",
            "Perché un ufficio insieme": "Dividere i costi.",
            "Base giuridica prevista": "Accordo fra amministrazioni",
        }
    )
    monica.presses("Avvia il caso").is_on("Ufficio di piano")
    found = re.search(r"ATR-\d{4}-\d+", monica.main.inner_text())
    assert found
    return found[0]


@pytest.fixture
def mayor(office: BrowserOffice, case: str) -> Person:
    """The mayor of Chivasso in front of the question."""
    return office.person("chivasso", "mayor").finds_work(INTEREST, case)


def test_a_double_click_completes_once(mayor: Person) -> None:
    mayor.answers(JOIN)

    mayor.main.get_by_role("button", name="Completa", exact=True).dblclick()

    mayor.reads(re.compile("^Completata"))
    assert _times_declared(mayor) == 1


def test_of_two_officers_the_second_learns_that_it_is_done(
    office: BrowserOffice, case: str, mayor: Person
) -> None:
    clerk = office.person("chivasso", "council_clerk").finds_work(INTEREST, case)
    mayor.answers(JOIN).completes()

    clerk.answers({**JOIN, "Numero e data dell’atto": "D.C.C. 7"}).presses("Completa")

    clerk.reads(re.compile("già|cambiat"))
    assert _times_declared(mayor) == 1


def test_a_stale_tab_is_refused_and_keeps_what_was_written(
    office: BrowserOffice, mayor: Person
) -> None:
    tab = office.another_tab(mayor)
    tab.presses("Prendi in carico").reads("Ora è in carico a te.")

    mayor.answers(JOIN).presses("Completa")

    expect(mayor.main.get_by_role("alert")).to_be_visible()
    expect(mayor.main.get_by_label("Numero e data dell’atto")).to_have_value(
        JOIN["Numero e data dell’atto"]
    )
    mayor.completes()
    tab.answers(JOIN).presses("Completa")
    tab.reads(re.compile("già"))
    assert _times_declared(mayor) == 1


def test_a_colleague_of_another_body_cannot_do_the_work(
    office: BrowserOffice, case: str, mayor: Person
) -> None:
    lucia = office.person("verolengo", "mayor").opens(mayor.path)

    expect(lucia.main.get_by_role("button", name="Completa", exact=True)).to_have_count(0)
    lucia.is_on(INTEREST)


def test_work_is_handed_to_a_colleague_once_and_back_is_no_second_time(
    office: BrowserOffice, case: str, mayor: Person
) -> None:
    clerk = office.person("chivasso", "council_clerk")
    mayor.answers({"Che cosa decide il Comune?": "Aderisce"}).reads(re.compile("^Bozza salvata"))
    mayor.follows("Passa a un collega").is_on("Passa a un collega")
    mayor.answers({"Motivo": "Sono in ferie."}).presses("Passa a un collega")
    mayor.reads(re.compile("^Correggi"))
    refused = mayor.path
    mayor.page.reload()
    expect(mayor.main.get_by_label("Motivo")).to_have_value("Sono in ferie.")
    colleague = mayor.main.get_by_label("Collega", exact=True)
    named = colleague.locator("option").filter(has_text=clerk.name)
    colleague.select_option(value=named.get_attribute("value"))

    mayor.main.get_by_role("button", name="Passa a un collega").dblclick()

    mayor.is_on("Attività").reads(re.compile("^Passata a un collega"))
    mayor.page.go_back()
    expect(mayor.main.get_by_label("Motivo")).to_have_value("Sono in ferie.")
    assert mayor.path == refused
    clerk.finds_work(INTEREST, case)
    expect(clerk.main.get_by_role("radio", name="Aderisce", exact=True)).to_be_checked()
    told = _history(clerk, case)
    assert sum("Sono in ferie." in event for event in told) == 1


def test_a_password_changed_twice_in_a_hurry_is_changed_once(office: BrowserOffice) -> None:
    clerk = office.person("ivrea", "mayor").opens("/account")
    elsewhere = office.another_browser(clerk).opens("/account")
    old, new = str(clerk.account["password"]), "una frase tutta nuova"
    passwords = {
        "Password di oggi": old, "Password nuova": new, "Ancora la password nuova": new,
    }  # fmt: skip
    clerk.answers(passwords | {"Ancora la password nuova": "un’altra"})
    clerk.presses("Cambia la password").reads(re.compile("Le due password nuove sono diverse"))
    clerk.answers(passwords)

    clerk.main.get_by_role("button", name="Cambia la password").dblclick()

    clerk.is_on("Il mio account").reads(re.compile("^La password è cambiata"))
    elsewhere.page.reload()
    expect(elsewhere.page.get_by_role("heading", level=1)).to_contain_text("Entra in Concerto")
    elsewhere.signs_in().reads(re.compile("^Nome utente o password non corretti"))
    elsewhere.account = {**elsewhere.account, "password": new}
    elsewhere.signs_in().is_on("Il mio account")
    elsewhere.page.go_back()
    elsewhere.is_on(re.compile("."))


def test_a_foreign_case_looks_like_one_that_never_was(office: BrowserOffice, mayor: Person) -> None:
    stranger = office.person("ivrea", "mayor")
    work = mayor.path
    mayor.page.get_by_role("navigation", name="Percorso").get_by_role("link", name="ATR").click()
    case = mayor.is_on("Ufficio di piano").path
    seen = []
    for path in (case, f"/cases/{NOBODY}", work, f"/work-items/{NOBODY}"):
        answer = stranger.page.goto(stranger.address + path)
        assert answer is not None
        seen.append((answer.status, stranger.main.inner_text()))

    assert seen[0] == seen[1]
    assert seen[2] == seen[3]
    assert {status for status, _words in seen} == {404}


@pytest.mark.parametrize(
    ("file", "complaint"),
    [
        pytest.param(
            {**pdf("grande.pdf"), "buffer": b"%PDF-1.7\n" + bytes(2 * MEGABYTE)},
            "supera i 1 MB",
            id="too-large",
        ),
        pytest.param(
            {"name": "lettera.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ" * 50},
            "non è di un tipo accettato",
            id="program",
        ),
        pytest.param(
            {**pdf("lettera.pdf"), "buffer": b"MZ" * 50}, "non è", id="program-under-another-name"
        ),
        pytest.param(EMPTY, "è vuoto", id="empty"),
    ],
)
def test_a_file_that_cannot_be_kept_is_refused_and_the_rest_stays(
    mayor: Person, file: FilePayload, complaint: str
) -> None:
    mayor.answers({**JOIN, "Lettera o delibera": file}).presses("Completa")

    mayor.reads(re.compile(complaint))
    expect(mayor.main.get_by_label("Numero e data dell’atto")).to_have_value(
        JOIN["Numero e data dell’atto"]
    )
    mayor.answers({"Lettera o delibera": pdf("lettera.pdf")}).completes()
    assert _times_declared(mayor) == 1


def test_an_act_does_not_overtake_its_own_draft(mayor: Person) -> None:
    def act_before_the_answer(route: Route) -> None:
        saved = route.fetch()
        mayor.presses("Completa")
        route.fulfill(response=saved)

    mayor.page.route("**/draft", act_before_the_answer, times=1)
    mayor.answers({"Lettera o delibera": EMPTY, "Che cosa decide il Comune?": "Aderisce"})

    mayor.reads(re.compile("è vuoto"))
    expect(mayor.main.get_by_text("Ricarica la pagina")).to_have_count(0)


def test_a_post_far_too_large_gets_a_page_that_says_so(mayor: Person) -> None:
    huge: FilePayload = {**pdf("enorme.pdf"), "buffer": b"%PDF-1.7\n" + bytes(7 * MEGABYTE)}

    mayor.answers({**JOIN, "Lettera o delibera": huge}).presses("Completa")

    mayor.is_on("Il file è troppo grande.").reads(re.compile("Riducilo"))
    mayor.follows("Torna alla pagina di prima").is_on(INTEREST)
    mayor.answers(JOIN).completes()


def test_a_session_that_ends_while_writing_loses_nothing(
    office: BrowserOffice, mayor: Person
) -> None:
    mayor.answers(JOIN)
    elsewhere = office.another_browser(mayor)
    elsewhere.opens("/account").main.get_by_role("button", name="Togli l’accesso :").click()
    elsewhere.is_on("Il mio account")

    mayor.presses("Completa")

    mayor.reads("Quello che hai scritto non è perso").signs_in().is_on("Riprendi da dove eri")
    mayor.presses("Torna al modulo").is_on(INTEREST)
    expect(mayor.main.get_by_label("Numero e data dell’atto")).to_have_value(
        JOIN["Numero e data dell’atto"]
    )
    mayor.completes()


def test_without_scripts_the_work_is_done_all_the_same(office: BrowserOffice, case: str) -> None:
    mayor = office.another_browser(office.person("verolengo", "mayor"), java_script_enabled=False)
    mayor.finds_work(INTEREST, case)
    mayor.answers({"Che cosa decide il Comune?": "Aderisce"})
    mayor.presses("Aggiorna i campi che seguono")
    mayor.answers({**JOIN, "Lettera o delibera": pdf("lettera.pdf")}).completes()


def _history(person: Person, case: str) -> list[str]:
    """Every event of a case, from wherever in it the person is."""
    trail = person.page.get_by_role("navigation", name="Percorso")
    trail.get_by_role("link", name=case).click()
    return person.opens_part("Cronologia").reads_history()


def _times_declared(person: Person) -> int:
    """How often the history of the case says that Chivasso declared."""
    person.opens_part("Cronologia")
    done = f"Chivasso: conclusa «{INTEREST}»"
    return sum(done in event for event in person.reads_history())

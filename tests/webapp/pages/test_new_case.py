"""Starting a case: zone, municipalities, form; without scripts, from a list."""

from pathlib import Path

from engine.queries import OrganisationRow
from engine.text import both
from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE
from tests.webapp.conftest import Web
from tests.webapp.visitor import Visitor
from webapp.neighbours import Territory

PROCESSES = Path(__file__).parents[3] / "processes"
START = "/cases/new?process=joint-visit&zone=10"


def coordinator(web: Web, address: str = START) -> Visitor:
    return web.signed_in("davide", ("cmto", "coordinator")).open(address)


def test_first_the_zone_then_its_municipalities(web: Web) -> None:
    page = coordinator(web, "/cases/new?process=joint-visit")
    assert page.heading == "Avvia un caso: Sopralluogo congiunto"
    assert len(page.page.xpath("//main//tbody/tr")) == 11

    page.follow("Zona 10")

    names = page.texts("//fieldset[@data-picker]//label")
    assert any(name.startswith("Chivasso") for name in names)
    assert page.page.xpath("//@data-map-url") == ["/cases/new/points?zone=10"]


def test_the_map_has_a_point_for_every_box(web: Web) -> None:
    page = coordinator(web)
    boxes = set(page.page.xpath("//fieldset[@data-picker]//input/@value"))
    points = page.client.get("/cases/new/points?zone=10").get_json()["points"]

    assert {point["id"] for point in points} == boxes
    assert all(44 < point["lat"] < 46 and 6 < point["lon"] < 9 for point in points)
    assert page.client.get("/cases/new/points?zone=x").get_json() == {"points": []}


def test_a_case_is_started_with_the_towns_picked(web: Web) -> None:
    page = coordinator(web).press(
        "Avvia il caso",
        title="Cava di Baragino",
        **{"party.municipality": [CHIVASSO, CASTAGNETO], "data.place": "Baragino"},
    )

    assert page.status == 200
    assert page.heading == "Cava di Baragino"
    assert "Caso avviato" in page.text
    assert "Castagneto Po" in page.text


def test_who_asks_for_his_own_body_finds_it_ticked(web: Web) -> None:
    shared = PROCESSES / "shared"
    web.office.deploy(PROCESSES / "technical-assistance", shared)
    address = "/cases/new?process=technical-assistance"
    page = web.signed_in("anna", (RONDISSONE, "officer")).open(address)

    assert page.page.xpath("//input[@name='party.requester'][@checked]/@value") == [RONDISSONE]
    assert page.page.xpath("//input[@name='party.answering_unit']") == [], "there is none yet"
    page.press(
        "Avvia il caso", title="Ex cava",
        **{"party.requester": RONDISSONE, "data.category": "A1", "data.subject": "Ex cava",
           "data.question": "Quale variante serve?"},
    )  # fmt: skip
    assert (page.status, page.heading) == (200, "Ex cava")

    page = coordinator(web, f"{address}&zone=10")
    assert "Scegline uno" in page.text
    assert "confinare" not in page.text


def test_who_starts_for_his_own_municipality_picks_the_other_one(web: Web) -> None:
    web.office.deploy(Path(__file__).parents[2] / "processes" / "room-request", PROCESSES)
    address = "/cases/new?process=room-request&zone=10"
    page = web.signed_in("anna", (RONDISSONE, "officer")).open(address)

    assert page.page.xpath("//input[@name='party.applicant'][@checked]/@value") == [RONDISSONE]
    assert {CHIVASSO, RONDISSONE} <= set(page.page.xpath("//input[@name='party.owner']/@value"))
    assert "Comune della sala" in page.texts("//fieldset[@data-picker]/legend")
    page.press(
        "Avvia il caso", title="Sala per i tecnici",
        **{"party.applicant": RONDISSONE, "party.owner": CHIVASSO, "data.room": "Sala consiliare",
           "data.room_day": "15/02/2027", "data.room_use": "Riunione"},
    )  # fmt: skip
    # The office of this house is missing: it is no body of the register here.
    assert page.status == 422
    assert "Ufficio di piano" in page.text


def test_bodies_that_are_no_municipalities_take_part_beside_them_or_alone(web: Web) -> None:
    web.office.deploy(PROCESSES / "raci-assignment", PROCESSES / "shared")
    page = coordinator(web, "/cases/new?process=raci-assignment&zone=10")
    boxes = page.page.xpath("//input[@name='party.participant']/@value")
    assert {CHIVASSO, "region", "zone-10", "college"} <= set(boxes)
    assert "confinare" not in page.text
    answers = {"data.target": "programme", "data.procedure": "raci-assignment"}
    page.press(
        "Avvia il caso", title="Chi fa che cosa",
        **{"party.participant": [CHIVASSO, "region"], "data.assignment_reason": "Piano", **answers},
    )  # fmt: skip
    assert (page.status, page.heading) == (200, "Chi fa che cosa")
    assert "Regione Piemonte" in page.text

    page.open("/cases/new?process=raci-assignment").follow("Nessun Comune partecipa")
    assert page.page.xpath("//fieldset[@data-picker]") == []
    assert "region" in page.page.xpath("//input[@name='party.participant']/@value")


def test_who_leads_is_asked_and_not_read_off_the_alphabet(web: Web) -> None:
    shared = PROCESSES / "shared"
    for key in ("dispute", "technical-assistance", "regulatory-plan"):
        web.office.deploy(PROCESSES / key, shared)
    plan = "/cases/new?process=regulatory-plan&zone=10"
    own = web.signed_in("anna", (RONDISSONE, "officer")).open(plan)
    assert own.page.xpath("//select[@name='party.proponent']/option[@selected]/@value") == [
        RONDISSONE
    ]

    page = coordinator(web, plan)
    assert page.page.xpath("//select[@name='party.proponent']/option[@selected]") == []
    answers = {
        "title": "PRGI", "party.municipality": [CASTAGNETO, CHIVASSO],
        "data.plan_title": "PRGI del Chivassese", "data.plan_kind": "general",
    }  # fmt: skip
    page.press("Avvia il caso", **answers, **{"party.proponent": ""})
    assert page.status == 422
    assert "Proponente (unione o Comune capofila): Scegli l’ente." in page.text

    page.press("Avvia il caso", **{"party.proponent": CHIVASSO})
    assert (page.status, page.heading) == (200, "PRGI")
    bodies = page.texts("//table[caption[.='Enti del caso']]//th[@scope='row']")
    assert "Comune di Chivasso" in next(b for b in bodies if "Proponente" in b)


def test_a_second_press_finds_the_case_of_the_first(web: Web) -> None:
    page = coordinator(web)
    sent = {"party.municipality": [CHIVASSO, CASTAGNETO], "data.place": "Baragino"}
    (once,) = page.page.xpath("//input[@name='once']/@value")
    first = page.press("Avvia il caso", title="Cava", **sent).address
    second = page.open(START).press("Avvia il caso", title="Cava", once=once, **sent).address

    assert first == second
    assert page.open("/cases").texts("//tbody//th/a") == ["Cava"]


def test_what_is_wrong_is_said_and_what_was_typed_stays(web: Web) -> None:
    page = coordinator(web).press(
        "Avvia il caso",
        title="Cava",
        **{"party.municipality": [CHIVASSO], "data.place": "Baragino"},
    )

    assert page.status == 422
    assert page.page.xpath("//*[@id='error-summary']//a/@href") == ["#party.municipality"]
    assert "almeno 2" in page.text
    assert page.page.xpath("//input[@name='title']/@value") == ["Cava"]
    assert page.page.xpath("//input[@name='data.place']/@value") == ["Baragino"]
    assert page.page.xpath("//input[@name='party.municipality' and @checked]/@value") == [CHIVASSO]


def test_a_title_and_the_start_form_are_asked_for(web: Web) -> None:
    towns = {"party.municipality": [CHIVASSO, CASTAGNETO]}
    page = coordinator(web).press("Avvia il caso", **towns)
    assert page.page.xpath("//*[@id='error-summary']//a/@href") == ["#title", "#data-place"]

    page.press("Avvia il caso", title="Cava", **towns)
    assert page.status == 422
    assert page.page.xpath("//*[@id='error-summary']//a/@href") == ["#data-place"]


def test_everything_that_is_wrong_is_said_at_once(web: Web) -> None:
    page = coordinator(web).press("Avvia il caso", **{"party.municipality": [CHIVASSO]})

    assert page.status == 422
    wrong = ["#title", "#party.municipality", "#data-place"]
    assert page.page.xpath("//*[@id='error-summary']//a/@href") == wrong
    assert "almeno 2" in page.text
    assert page.page.xpath("//input[@name='party.municipality' and @checked]/@value") == [CHIVASSO]


def test_without_scripts_the_list_regroups_by_common_borders(web: Web) -> None:
    page = coordinator(web).press(
        "Mostra chi confina", **{"party.municipality": [CHIVASSO, RONDISSONE]}
    )

    headings = page.texts("//div[@class='c-territory-list']/h3")
    assert headings == ["Scelti", "Confinano con quelli scelti", "Altri della zona"]
    first = page.texts("(//div[@class='c-territory-list']/ul)[1]//label")
    assert [name.split()[0] for name in first] == ["Chivasso", "Rondissone"]


def test_who_may_not_start_is_told_who_may(web: Web) -> None:
    page = web.signed_in("sara", ("region", "official")).open(START)
    assert "Nessuno dei tuoi incarichi può avviare questo procedimento" in page.text
    assert "Avvia il caso" not in page.texts("//main//button")


def test_unknown_processes_and_zones_are_refused(web: Web) -> None:
    page = coordinator(web, "/cases/new?process=nothing")
    assert page.status == 404
    assert page.open("/cases/new?process=joint-visit&zone=99").status == 404
    assert page.open("/cases/new").address == "/processes"


def town(id_: str) -> OrganisationRow:
    return OrganisationRow(id_, "municipality", both(id_.upper()), None, 10, 1000, 45.0, 7.8)


def test_towns_cut_off_are_named(web: Web) -> None:
    territory = Territory([town(i) for i in "abcd"], [("a", "b"), ("c", "d")])
    with web.app.test_request_context():
        assert territory.contiguity({"a"}, "it") == ""
        assert territory.contiguity({"a", "b"}, "it").startswith("I Comuni scelti confinano")
        assert territory.contiguity({"a", "b", "c"}, "it").endswith(": C.")


def test_the_list_grows_from_the_picked_to_their_neighbours(web: Web) -> None:
    territory = Territory([town(i) for i in "abc"], [("a", "b")])
    with web.app.test_request_context():
        listed = [(heading, row.id) for heading, row, _note in territory.grouped({"a"}, "it")]
    assert listed == [
        ("Scelti", "a"),
        ("Confinano con quelli scelti", "b"),
        ("Altri della zona", "c"),
    ]

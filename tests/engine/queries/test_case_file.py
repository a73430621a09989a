"""The case page: stages, parties, whose turn it is, and what may be done."""

from collections.abc import Callable

import pytest

from engine import Actor
from engine.bundles.load import load_folder
from engine.commands import (
    add_party,
    remove_party,
    reopen_case,
    resume_case,
    save_draft,
    start_case,
    store_upload,
    suspend_case,
    withdraw_case,
)
from engine.errors import CaseNotFound, NobodyWaits
from engine.model import Organisation
from engine.queries import (
    CaseFile,
    case_file,
    case_history,
    case_items,
    cases,
    message_spec,
)
from engine.queries._lookup import names_of
from tests.architecture.source import ROOT
from tests.engine.queries.conftest import called, in_full, invited
from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE, Office

AGREEMENT = ROOT / "processes" / "tripartite-agreement"


@pytest.fixture
def look(office: Office, visit: str) -> Callable[[Actor], CaseFile]:
    return lambda actor: office.engine.read(case_file, actor=actor, case_id=visit)


def test_the_stages_say_where_the_case_stands(
    office: Office, visit: str, look: Callable[[Actor], CaseFile], elena: Actor, anna: Actor,
    director: Actor,
) -> None:  # fmt: skip
    asking, deciding = look(elena).stages
    assert (asking.state, asking.text.it) == ("current", "0 su 2 · entro gio 03/12/2026")
    assert (deciding.state, deciding.text.it) == ("blocked", "prima serve: Inviti")

    office.complete(elena, office.item(visit, "answer", CHIVASSO), coming="no")
    office.complete(anna, office.item(visit, "answer", CASTAGNETO), coming="no")
    asking, deciding = look(elena).stages
    assert (asking.state, asking.reached_on) == ("done", office.clock.now().date())
    assert deciding.state == "current"

    office.complete(director, office.item(visit, "decide"), decision="go")
    states = [stage.state for stage in look(elena).stages]
    assert states == ["done", "done"]
    awaited = "Nessuno deve fare nulla ora. Si aspetta il 23/11/2027: Archiviazione."
    assert look(elena).next.text.it == awaited


def test_who_left_is_not_counted_among_those_who_answered(
    office: Office, visit: str, look: Callable[[Actor], CaseFile], coordinator: Actor, elena: Actor
) -> None:
    office.engine.run(
        coordinator, add_party, case_id=visit, organisation_id=RONDISSONE,
        capacity="municipality", reason="chiede di venire",
    )  # fmt: skip
    asking = look(elena).stages[0]
    assert "0 su 3" in asking.text.it

    office.engine.run(
        coordinator, remove_party, case_id=visit, party_id=office.party(visit, CASTAGNETO).id,
        reason="entra in un’altra Unione",
    )  # fmt: skip

    asking = look(elena).stages[0]
    assert "0 su 2" in asking.text.it


def agreed_upon(office: Office, coordinator: Actor) -> tuple[str, dict[str, Actor]]:
    """An agreement that two towns are asked to join, and their mayors."""
    shared = AGREEMENT.parent / "shared"
    office.deploy(AGREEMENT.parent / "dispute", shared)  # an agreement can raise one
    office.deploy(AGREEMENT, shared)
    mayors = {
        town: office.officer(name, (town, "mayor"))
        for name, town in (("piero", CHIVASSO), ("rita", CASTAGNETO))
    }
    case_id = office.engine.run(
        coordinator, start_case, process="tripartite-agreement", title="Ufficio di piano",
        parties=[{"organisation": town, "capacity": "municipality"} for town in mayors],
        data={"area_name": "Po", "purpose": "Insieme.", "legal_basis": "agreement_art_15"},
    )  # fmt: skip
    return case_id, mayors


def test_where_too_few_are_left_the_road_says_so(
    office: Office, coordinator: Actor, elena: Actor, anna: Actor
) -> None:
    case_id, mayors = agreed_upon(office, coordinator)
    first = office.engine.read(case_file, actor=coordinator, case_id=case_id).stages
    assert [stage.id for stage in first][-1] == "life"

    for town, mayor in mayors.items():
        item = office.item(case_id, "declare_interest", town)
        office.complete(mayor, item, interest="decline", interest_reason="Altra Unione.")

    page = office.engine.read(case_file, actor=coordinator, case_id=case_id)
    assert [stage.id for stage in page.stages if stage.state == "current"] == ["closing"]
    interest, perimeter = page.stages[:2]
    assert interest.text.it == "troppo pochi: Comune 0, ne servono 2"
    assert perimeter.text.it == "non raggiunta"

    office.complete(coordinator, office.item(case_id, "close_without_agreement"), closing_note="–")
    page = office.engine.read(case_file, actor=coordinator, case_id=case_id)
    assert [stage.id for stage in page.stages][-1] == "life"
    assert page.stages[0].text == interest.text


def test_a_stage_that_another_road_leaves_out_is_not_told_as_still_to_come(
    office: Office, coordinator: Actor
) -> None:
    case_id, mayors = agreed_upon(office, coordinator)
    for town, mayor in mayors.items():
        item = office.item(case_id, "declare_interest", town)
        office.complete(mayor, item, interest="join", interest_body="council", interest_act="41")
    office.complete(
        coordinator, office.item(case_id, "confirm_perimeter"), sub_zone_agreed="yes",
        area_name="Po", legal_basis="voluntary_association",
    )  # fmt: skip
    text = office.engine.run(
        coordinator, store_upload, filename="testo.pdf", content=b"%PDF-1.7 testo"
    )
    office.complete(
        coordinator, office.item(case_id, "draft_association"), association_purpose="Insieme.",
        association_costs="A testa.", association_conflicts="Si parla.",
        association_leaving="Col voto.", renewal_notice_days=180, association_text=text["id"],
    )  # fmt: skip

    stages = {
        stage.id: stage
        for stage in office.engine.read(case_file, actor=coordinator, case_id=case_id).stages
    }

    assert stages["approval"].state in ("current", "action")
    assert stages["opinions"].text.it == "non conclusa"
    assert stages["life"].text.it == ""


def test_a_letter_without_a_person_asks_for_action(
    office: Office, coordinator: Actor, elena: Actor
) -> None:
    case_id = invited(office, coordinator, CHIVASSO, RONDISSONE)

    page = office.engine.read(case_file, actor=coordinator, case_id=case_id)

    alone = in_full(office, RONDISSONE)
    assert page.stages[0].state == "action"
    assert page.stages[0].text.it.startswith(f"{alone}: R senza persona")
    signals = {p.organisation.it: p.signals for p in page.parties}
    assert signals[alone] == ("person_missing",)
    assert signals["Comune di Chivasso"] == ()
    assert [p.organisation.it for p in page.people if p.gap] == [alone]


def test_the_reader_s_own_step_comes_first(
    office: Office, visit: str, look: Callable[[Actor], CaseFile], elena: Actor,
    coordinator: Actor,
) -> None:  # fmt: skip
    own = look(elena).next
    assert (own.mine, own.text.it) == (True, "Rispondi all’invito")
    assert own.work_item_id == office.item(visit, "answer", CHIVASSO).id
    assert (own.days_left, own.has_draft) == (10, False)

    others = look(coordinator).next
    assert (others.mine, others.work_item_id) == (False, None)
    assert others.text.it == "Tocca a 2 enti: Rispondi all’invito"

    item = office.item(visit, "answer", CHIVASSO)
    office.engine.run(elena, save_draft, work_item_id=item.id, data={})
    assert look(elena).next.has_draft


def test_the_parties_show_what_they_do_now(
    office: Office, visit: str, look: Callable[[Actor], CaseFile], elena: Actor,
    coordinator: Actor,
) -> None:  # fmt: skip
    office.claim(elena, office.item(visit, "answer", CHIVASSO))
    party = office.party(visit, CASTAGNETO)
    office.engine.run(
        coordinator, remove_party, case_id=visit, party_id=party.id, reason="Rinuncia."
    )

    rows = {row.organisation_id: row for row in look(elena).parties}

    assert (rows[CHIVASSO].state, rows[CHIVASSO].signals) == ("doing", ("held",))
    assert rows[CHIVASSO].current.it == "«Rispondi all’invito»"
    assert (rows[CASTAGNETO].state, rows[CASTAGNETO].left_reason) == ("left", "Rinuncia.")
    assert rows["cmto"].state == "waiting"
    assert rows[CHIVASSO].may_remove
    assert not rows["cmto"].may_remove
    assert not rows[CASTAGNETO].may_remove


def test_a_late_body_is_called_late(
    office: Office, visit: str, look: Callable[[Actor], CaseFile], elena: Actor, anna: Actor,
    director: Actor,
) -> None:  # fmt: skip
    office.complete(elena, office.item(visit, "answer", CHIVASSO), coming="no")
    office.complete(anna, office.item(visit, "answer", CASTAGNETO), coming="no")
    office.pass_days(9)

    page = look(director)

    (item,) = page.open_items
    assert (item.clock, item.days_text.it) == ("overdue", "2 giorni di ritardo")
    assert page.stages[1].state == "action"
    cmto = next(p for p in page.parties if p.capacity == "cmto")
    assert (cmto.state, cmto.current.it) == ("late", "in ritardo: «Decidi il sopralluogo»")
    expired = next(d for d in page.deadlines if d.name == "decide-by")
    assert (expired.state, expired.ledger[-1].kind) == ("expired", "expired")


def test_what_may_be_done_follows_state_and_matrix(
    office: Office, visit: str, look: Callable[[Actor], CaseFile], coordinator: Actor,
    elena: Actor,
) -> None:  # fmt: skip
    admin = office.officer("ada", ("cmto", "administrator"))
    assert look(coordinator).may == {"suspend", "withdraw", "add_party", "remove_party"}
    assert look(elena).may == {"remove_party"}
    assert "move" in look(admin).may
    assert look(admin).elements
    assert look(coordinator).elements == ()

    office.engine.run(coordinator, suspend_case, case_id=visit, reason="Frana.")
    assert look(coordinator).may == {"resume"}
    assert look(coordinator).next.text.it == "Il caso è sospeso: chiedi a Davide."
    office.engine.run(coordinator, resume_case, case_id=visit, reason="Strada aperta.")

    office.engine.run(coordinator, withdraw_case, case_id=visit, reason="Non serve più.")
    page = look(coordinator)
    assert page.may >= {"reopen"}
    assert not page.may & {"suspend", "withdraw"}
    assert page.head.state_text.it == "Ritirato"
    office.engine.run(coordinator, reopen_case, case_id=visit, reason="Serve ancora.")
    assert look(coordinator).head.state == "open"


def test_what_the_page_offers_is_not_refused(
    office: Office, visit: str, look: Callable[[Actor], CaseFile], coordinator: Actor
) -> None:
    page = look(coordinator)
    assert [c.value for c in page.capacities] == ["municipality"]

    office.engine.run(
        coordinator, add_party, case_id=visit, organisation_id=RONDISSONE,
        capacity="municipality", reason="Chiede di esserci.",
    )  # fmt: skip

    assert RONDISSONE in {p.organisation_id for p in look(coordinator).parties}


def test_a_message_nobody_awaits_is_not_offered(
    office: Office, visit: str, look: Callable[[Actor], CaseFile], coordinator: Actor
) -> None:
    assert look(coordinator).messages == ()
    with pytest.raises(NobodyWaits):
        office.engine.read(message_spec, actor=coordinator, case_id=visit, name="case-withdrawn")


def test_a_foreign_case_does_not_exist(office: Office, visit: str) -> None:
    carla = office.officer("carla", (RONDISSONE, "officer"))

    for query in (case_file, case_items, case_history):
        with pytest.raises(CaseNotFound):
            office.engine.read(query, actor=carla, case_id=visit)
    assert office.engine.read(cases, actor=carla).total == 0


def test_all_work_of_a_case_open_first(office: Office, visit: str, elena: Actor) -> None:
    rows = office.engine.read(case_items, actor=elena, case_id=visit)

    assert [(row.activity, row.state) for row in rows] == [
        ("answer", "open"), ("answer", "open"), ("prepare", "completed"),
    ]  # fmt: skip


def test_the_timeline_tells_the_story_newest_first(
    office: Office, visit: str, elena: Actor, look: Callable[[Actor], CaseFile]
) -> None:
    office.complete(elena, office.item(visit, "answer", CHIVASSO), coming="no")

    page = office.engine.read(case_history, actor=elena, case_id=visit)
    told = [row.text.it for row in page.items]
    assert "Comune di Chivasso: conclusa «Rispondi all’invito», no." in told
    assert "Comune di Chivasso entra nel caso (Comune)." in told
    assert (
        "Parte il termine «Risposta all'invito», entro il 03/12/2026 (Comune di Chivasso)." in told
    )
    assert told[-1] == "Avviato il caso SOP-2026-001: Ex cava."
    assert [row.seq for row in page.items] == list(range(page.total, 0, -1))
    assert look(elena).timeline == page.items[:20]

    clock = office.engine.read(case_history, actor=elena, case_id=visit, lane="clock")
    assert {row.lane for row in clock.items} == {"clock"}
    part = office.engine.read(case_history, actor=elena, case_id=visit, limit=3)
    rest = office.engine.read(case_history, actor=elena, case_id=visit, limit=200, after=part.next)
    assert part.items + rest.items == page.items


def test_cases_are_listed_with_whom_they_wait_for(
    office: Office, visit: str, elena: Actor, coordinator: Actor
) -> None:
    second = office.visit(coordinator, CHIVASSO, RONDISSONE)

    page = office.engine.read(cases, actor=coordinator)
    assert [row.id for row in page.items] == [second, visit]
    first = page.items[1]
    assert first.waiting_for.it == "Tocca a 2 enti: Rispondi all’invito"
    assert (first.stage_title.it, first.late, first.days_left) == ("Inviti", 0, 10)
    assert page.items[0].waiting_for.it.endswith("Prepara l’invito")

    def found(**filters: object) -> int:
        return office.engine.read(cases, actor=coordinator, **filters).total  # type: ignore[arg-type]

    assert (found(q=called(office, RONDISSONE).lower()), found(q="002"), found(q="nessuno")) == (
        1,
        1,
        0,
    )
    assert (found(organisation=CASTAGNETO), found(zone=10), found(state="completed")) == (1, 2, 0)
    part = office.engine.read(cases, actor=coordinator, limit=1)
    rest = office.engine.read(cases, actor=coordinator, limit=1, after=part.next)
    assert (part.items + rest.items, rest.next) == (page.items, None)


def test_the_cost_does_not_grow_with_the_case(
    office: Office, visit: str, coordinator: Actor, elena: Actor, cost: Callable[..., int]
) -> None:
    small = cost(case_file, actor=coordinator, case_id=visit)
    listed = cost(cases, actor=coordinator)
    large = invited(office, coordinator, CHIVASSO, CASTAGNETO, RONDISSONE, "mun-001003")
    office.complete(elena, office.item(large, "answer", CHIVASSO), coming="no")

    assert cost(case_file, actor=coordinator, case_id=large) == small == 13
    assert cost(cases, actor=coordinator) == listed == 5


def test_an_answer_that_names_a_body_is_told_by_its_name_and_an_id_never() -> None:
    bundle = load_folder(ROOT / "processes" / "planning-office-setup")
    names = names_of(bundle, {"p1": Organisation(kind="municipality", name="Chivasso", name_en="")})

    assert names.answer("choose_seat", {"seat_municipality": "p1"}).it == "Comune di Chivasso"
    assert names.answer("choose_seat", {"seat_municipality": "p2"}).it == ""
    assert names.answer("apply_as_pilot", {"pilot_answer": "apply"}).it == "si candida"

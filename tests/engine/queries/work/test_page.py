"""The task page: what its officer has in front, and what he may do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from engine import Actor
from engine.bundles.form import TODAY, Field
from engine.bundles.load import load_folder
from engine.commands import save_draft, start_case, store_upload, suspend_case
from engine.errors import WorkItemNotFound
from engine.queries import TaskView, form_spec, work_item
from engine.queries._approvals import choices_of
from engine.queries._evidence import prefilled, table_rows
from engine.queries._lookup import seen_case
from engine.text import Text
from tests.architecture.source import ROOT
from tests.engine.queries.conftest import in_full, invited
from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE, Office

AGREEMENT = ROOT / "processes" / "tripartite-agreement"
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
def view(office: Office, visit: str) -> Callable[..., TaskView]:
    def look(actor: Actor, activity: str = "answer", town: str | None = CHIVASSO) -> TaskView:
        item = office.item(visit, activity, town)
        return office.engine.read(work_item, actor=actor, work_item_id=item.id)

    return look


def test_the_page_explains_itself(view: Callable[..., TaskView], elena: Actor) -> None:
    task = view(elena)

    assert task.title.it == "Rispondi all’invito"
    assert (task.nature, task.letter, task.state) == ("technical", "R", "open")
    assert task.case.number == "SOP-2026-001"
    assert task.stage_title == ("Inviti", "Invitations")
    assert task.organisation is not None
    assert task.organisation.it == "Comune di Chivasso"
    assert [f.name for f in task.fields] == ["coming", "people"]
    assert [f["name"] for f in task.fields_json("en")] == ["coming", "people"]
    assert task.fields_json("en")[0]["options"][0]["label"] == "Yes"


def test_the_term_is_spoken_with_its_ledger(view: Callable[..., TaskView], elena: Actor) -> None:
    term = view(elena).deadline

    assert term is not None
    assert term.title.it == "Risposta all'invito"
    assert term.why.it == "10 giorni dal 23 novembre 2026, il primo giorno non si conta."
    assert [line.effect.it for line in term.ledger] == ["10 giorni"]
    assert (term.length.it, term.organisation) == (
        "10 giorni",
        ("Comune di Chivasso", "Municipality of Chivasso"),
    )
    assert term.consequence.en.startswith("If it passes")


def test_who_may_do_what(
    office: Office, view: Callable[..., TaskView], visit: str, elena: Actor, anna: Actor,
    coordinator: Actor,
) -> None:  # fmt: skip
    everything = {"claim", "delegate", "draft", "return", "complete"}
    assert view(elena).may == everything
    assert view(anna).may == frozenset()
    assert view(coordinator).may == {"delegate"}

    office.claim(elena, office.item(visit, "answer", CHIVASSO))
    bruno = office.officer("bruno", (CHIVASSO, "officer"))
    assert view(elena).may == everything - {"claim"} | {"release"}
    assert view(bruno).may == {"delegate"}
    assert view(coordinator).may == {"delegate", "release"}
    assert (view(bruno).holder, view(elena).held_by_me) == ("Elena", True)

    office.engine.run(coordinator, suspend_case, case_id=visit, reason="Frana.")
    assert "complete" not in view(elena).may
    assert view(elena).case.suspended is not None


def test_a_politician_is_offered_no_technical_act(
    office: Office, view: Callable[..., TaskView], visit: str
) -> None:
    mayor = office.officer("sindaco", (CHIVASSO, "mayor"))

    assert view(mayor).may == frozenset()


def test_what_may_not_be_seen_does_not_exist(
    office: Office, view: Callable[..., TaskView], visit: str
) -> None:
    carla = office.officer("carla", (RONDISSONE, "officer"))

    with pytest.raises(WorkItemNotFound):
        view(carla)
    with pytest.raises(WorkItemNotFound):
        office.engine.read(form_spec, actor=carla, work_item_id="no-such-item")


def test_a_draft_lies_over_what_the_case_knows(
    office: Office, view: Callable[..., TaskView], visit: str, elena: Actor, anna: Actor,
    coordinator: Actor,
) -> None:  # fmt: skip
    item = office.item(visit, "answer", CHIVASSO)
    office.engine.run(elena, save_draft, work_item_id=item.id, data={"coming": "yes"})

    task = view(elena)
    assert (task.draft, task.draft_version) == ({"coming": "yes"}, 1)
    assert task.prefilled == {"coming": "yes"}
    assert (task.draft_saved_by, task.draft_saved_at) == ("Elena", office.clock.now())
    assert view(office.officer("bruno", (CHIVASSO, "officer"))).draft == {"coming": "yes"}
    assert view(anna).draft is None
    assert view(coordinator).draft is None
    spec = office.engine.read(form_spec, actor=elena, work_item_id=item.id)
    assert (spec.draft_version, spec.fields[0].name) == (1, "coming")


def test_a_body_is_offered_what_it_wrote_the_last_time(
    office: Office, visit: str, coordinator: Actor, elena: Actor, anna: Actor
) -> None:
    def opened(actor: Actor, case_id: str, town: str = CHIVASSO) -> TaskView:
        item = office.item(case_id, "answer", town)
        return office.engine.read(work_item, actor=actor, work_item_id=item.id)

    assert (opened(elena, visit).prefilled, opened(elena, visit).usual) == ({}, ())
    office.complete(elena, office.item(visit, "answer", CHIVASSO), coming="yes", people=3)

    later = invited(office, coordinator)
    assert opened(elena, later).prefilled == {"people": 3}
    assert [label.en for label in opened(elena, later).usual] == ["People"]
    # What a town writes is nothing to the other bodies of the case.
    assert opened(anna, later, CASTAGNETO).prefilled == {}
    assert opened(coordinator, later).prefilled == {}

    again = office.item(later, "answer", CHIVASSO)
    office.engine.run(elena, save_draft, work_item_id=again.id, data={"coming": "yes"})
    assert opened(elena, later).prefilled == {"coming": "yes"}, "what was typed stands alone"
    office.complete(elena, again, coming="yes", people=5)
    assert opened(elena, invited(office, coordinator)).prefilled == {"people": 5}


def test_a_day_is_proposed_on_the_day_it_is_asked(
    view: Callable[..., TaskView], elena: Actor
) -> None:
    sent_on = Field("sent_on", "date", Text("Inviato il", "Sent on"), prefill=TODAY)
    form = replace(view(elena).form, fields=(sent_on,))
    day = date(2027, 3, 1)

    assert prefilled(form, {}, {}, today=day) == {"sent_on": "2027-03-01"}
    assert prefilled(form, {}, {"sent_on": "2027-02-26"}, today=day) == {"sent_on": "2027-02-26"}


def test_the_other_bodies_and_the_people(
    office: Office, view: Callable[..., TaskView], visit: str, elena: Actor, anna: Actor
) -> None:
    (peer,) = view(elena).peers
    assert (peer.state, peer.text.it) == ("waiting", "da fare dal 23/11")

    office.complete(anna, office.item(visit, "answer", CASTAGNETO), coming="yes", people=2)
    (peer,) = view(elena).peers
    assert (peer.state, peer.text.it) == ("done", "Sì, 23/11")

    people = {(p.letter, p.name, p.is_me) for p in view(elena).people}
    assert people == {("R", "Elena", True), ("A", "Davide", False)}
    assert [p.name for p in view(elena).helper] == ["Davide"]
    office.officer("bruno", (CHIVASSO, "officer"))
    assert [c.label.it.split(",")[0] for c in view(elena).delegates] == ["Bruno", "Elena"]


def test_a_letter_with_nobody_behind_it_shows(
    office: Office, coordinator: Actor, elena: Actor
) -> None:
    case_id = office.visit(coordinator, CHIVASSO, RONDISSONE)
    office.complete(coordinator, office.item(case_id, "prepare"), visit_on="2027-03-01", budget="1")
    item = office.item(case_id, "answer", RONDISSONE)

    task = office.engine.read(work_item, actor=coordinator, work_item_id=item.id)

    (gap,) = [p for p in task.people if p.gap]
    assert (gap.letter, gap.name, gap.organisation.it) == ("R", "", in_full(office, RONDISSONE))


def test_completed_work_keeps_its_answers_and_files_become_evidence(
    office: Office, visit: str, elena: Actor, anna: Actor, coordinator: Actor, director: Actor
) -> None:
    first = office.item(visit, "answer", CHIVASSO)
    office.complete(elena, first, coming="yes", people=2)
    office.complete(anna, office.item(visit, "answer", CASTAGNETO), coming="no")
    done = office.engine.read(work_item, actor=elena, work_item_id=first.id)
    assert (done.state, done.answers) == ("completed", {"coming": "yes", "people": 2})
    assert (done.completed_by, done.may) == ("Elena", frozenset())

    upload = office.engine.run(director, store_upload, filename="verbale.pdf", content=PDF)
    office.complete(
        director, office.item(visit, "decide"), decision="ask_again", minutes=upload["id"]
    )
    again = office.item(visit, "prepare")
    task = office.engine.read(work_item, actor=coordinator, work_item_id=again.id)
    (row,) = task.evidence_rows
    assert row.document is not None
    assert (row.kind, row.label.it) == ("document", "Verbale di sopralluogo")
    assert row.document.filename == "verbale.pdf"


def test_work_of_another_mandate_can_still_be_read(office: Office, visit: str) -> None:
    gaia = office.officer("gaia", (CHIVASSO, "officer"), (RONDISSONE, "officer"))
    item = office.item(visit, "answer", CHIVASSO)
    elsewhere = next(m for m in gaia.mandates if m.organisation_id == RONDISSONE)

    task = office.engine.read(work_item, actor=gaia.narrowed(elsewhere.id), work_item_id=item.id)

    assert task.other_mandate
    assert task.mandate_id == next(m.id for m in gaia.mandates if m.id != elsewhere.id)
    assert task.may == frozenset()
    whole = replace(gaia, acting_for=None)
    assert "complete" in office.engine.read(work_item, actor=whole, work_item_id=item.id).may


def test_the_cost_does_not_grow_with_the_case(
    office: Office, visit: str, elena: Actor, anna: Actor, cost: Callable[..., int]
) -> None:
    item = office.item(visit, "answer", CHIVASSO)
    before = cost(work_item, actor=elena, work_item_id=item.id)
    office.complete(anna, office.item(visit, "answer", CASTAGNETO), coming="no")
    office.officer("bruno", (CHIVASSO, "officer"))

    assert cost(work_item, actor=elena, work_item_id=item.id) == before == 9


def test_what_scripts_write_into_tables_is_read_in_both_languages(
    office: Office, coordinator: Actor
) -> None:
    shared = AGREEMENT.parent / "shared"
    office.deploy(AGREEMENT.parent / "dispute", shared)  # an agreement can raise one
    office.deploy(AGREEMENT, shared)
    towns = (CHIVASSO, CASTAGNETO)
    case_id = office.engine.run(
        coordinator, start_case, process="tripartite-agreement", title="Ufficio di piano",
        parties=[{"organisation": town, "capacity": "municipality"} for town in towns],
        data={"area_name": "Po", "purpose": "Insieme.", "legal_basis": "agreement_art_15"},
    )  # fmt: skip
    for town in towns:
        mayor = office.officer(f"mayor of {town}", (town, "mayor"))
        item = office.item(case_id, "declare_interest", town)
        office.complete(mayor, item, interest="join", interest_body="giunta", interest_act="1")

    item = office.item(case_id, "confirm_perimeter")
    task = office.engine.read(work_item, actor=coordinator, work_item_id=item.id)

    said = [value for rows in task.tables.values() for row in rows for value in row.values()]
    assert said.count(Text("Aderisce", "Joins")) == len(towns)

    written = [{"on": "2026-12-09", "number": "2026-13-45"}]
    (row,) = office.engine.read(
        lambda reading: table_rows(seen_case(reading, coordinator, case_id), written)
    )
    assert row == {"on": Text("09/12/2026", "9 December 2026"), "number": "2026-13-45"}

    cmto = Text("Città metropolitana di Torino", "Metropolitan City of Turin")
    # A script writes a body as the register calls it in Italian: who reads English reads English.
    (row,) = office.engine.read(
        lambda reading: table_rows(
            seen_case(reading, coordinator, case_id),
            [{"who": cmto.it, "present": f"{cmto.it}, Chivasso"}],
        )
    )
    assert row == {"who": cmto, "present": Text(f"{cmto.it}, Chivasso", f"{cmto.en}, Chivasso")}

    replies = load_folder(AGREEMENT, shared).forms["answer_comments"]
    offered = {"point_rows": {"1": {"label": cmto.it}, "2": {"label": "Punto 2"}}}
    named = office.engine.read(
        lambda reading: choices_of(
            reading, seen_case(reading, coordinator, case_id), replies, offered
        )
    )
    assert [one.label for one in named["replies"]] == [cmto, Text("Punto 2", "Punto 2")]

    def words(written: str) -> Any:
        return office.engine.read(
            lambda reading: table_rows(seen_case(reading, coordinator, case_id), written)
        )

    assert words("Due righe:\nla seconda.") == ({"text": "Due righe:\nla seconda."},)
    assert words(" ") == ()

"""Taking, leaving, handing over and closing a piece of work."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from engine import Actor
from engine.commands import (
    claim,
    complete_task,
    delegate,
    release,
    return_task,
    save_draft,
    start_case,
    store_upload,
)
from engine.errors import (
    AlreadyClaimed,
    AlreadyCompleted,
    Conflict,
    FormInvalid,
    NotResponsible,
    OfficerNotFound,
    StaleVersion,
    WorkItemNotFound,
)
from engine.model import Case, Document, Draft, Notice, Offer, WorkItem
from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE, Office

PDF = b"%PDF-1.4\n%%EOF\n"


def test_a_held_task_cannot_be_claimed_again(office: Office, visit: str, elena: Actor) -> None:
    bruno = office.officer("bruno", (CHIVASSO, "officer"))
    item = office.item(visit, "answer", CHIVASSO)
    office.claim(elena, item)
    office.claim(elena, item)

    with pytest.raises(AlreadyClaimed, match="held by Elena"):
        office.claim(bruno, item)
    with pytest.raises(AlreadyClaimed):
        office.complete(bruno, item, coming="no")

    office.engine.run(elena, release, work_item_id=item.id)
    office.complete(bruno, item, coming="no")


def test_only_the_branch_party_s_own_officers_may_do_it(
    office: Office, visit: str, elena: Actor, anna: Actor
) -> None:
    with pytest.raises(NotResponsible):
        office.complete(anna, office.item(visit, "answer", CHIVASSO), coming="no")


def test_a_politician_closes_no_technical_task(office: Office, visit: str) -> None:
    mayor = office.officer("sindaco", (CHIVASSO, "mayor"))
    with pytest.raises(NotResponsible):
        office.complete(mayor, office.item(visit, "answer", CHIVASSO), coming="no")


def test_a_foreign_case_reads_like_none(office: Office, visit: str) -> None:
    stranger = office.officer("ugo", (RONDISSONE, "officer"))
    item = office.item(visit, "answer", CHIVASSO)
    with pytest.raises(WorkItemNotFound) as foreign:
        office.complete(stranger, item, coming="no")
    with pytest.raises(WorkItemNotFound) as unknown:
        office.engine.run(stranger, complete_task, work_item_id="no such thing", data={})
    assert foreign.value.message == unknown.value.message


def test_a_wrong_form_changes_nothing(office: Office, visit: str, elena: Actor) -> None:
    item = office.item(visit, "answer", CHIVASSO)
    before = len(office.history(visit))
    for wrong in (
        {},
        {"coming": "maybe"},
        {"coming": "yes", "people": 9},
        {"coming": "no", "x": 1},
    ):
        with pytest.raises(FormInvalid):
            office.complete(elena, item, **wrong)
    assert office.item(visit, "answer", CHIVASSO).state == "open"
    assert len(office.history(visit)) == before


def test_completing_twice_is_told_and_done_once(office: Office, visit: str, elena: Actor) -> None:
    item = office.item(visit, "answer", CHIVASSO)
    office.complete(elena, item, coming="no")
    with pytest.raises(AlreadyCompleted, match="completed by Elena"):
        office.complete(elena, item, coming="no")


def test_two_officers_at_once_close_it_once(office: Office, visit: str, elena: Actor) -> None:
    bruno = office.officer("bruno", (CHIVASSO, "officer"))
    item = office.item(visit, "answer", CHIVASSO)

    def close(who: Actor) -> str:
        try:
            office.complete(who, item, coming="no")
        except Conflict as refused:
            return type(refused).__name__
        return "done"

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(close, [elena, bruno] * 4))
    assert outcomes.count("done") == 1
    completed = [e for e in office.history(visit) if e.type == "WorkItemCompleted"]
    assert [e.payload["activity"] for e in completed].count("answer") == 1


def test_branches_closed_at_once_are_all_counted(office: Office, coordinator: Actor) -> None:
    towns = [CHIVASSO, CASTAGNETO, RONDISSONE]
    people = [office.officer(f"o{n}", (town, "officer")) for n, town in enumerate(towns)]
    case_id = office.visit(coordinator, *towns)
    prepare = office.item(case_id, "prepare")
    office.complete(coordinator, prepare, visit_on="2027-03-01", budget="1")
    items = [office.item(case_id, "answer", town) for town in towns]

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda pair: office.complete(pair[0], pair[1], coming="no"),
                      zip(people, items, strict=True)))  # fmt: skip
    assert [i.activity for i in office.items(case_id)] == ["decide"]


def test_a_stale_version_changes_nothing(office: Office, visit: str, elena: Actor) -> None:
    item = office.item(visit, "answer", CHIVASSO)
    office.claim(elena, item)
    with pytest.raises(StaleVersion):
        office.engine.run(
            elena, complete_task, work_item_id=item.id, data={"coming": "no"},
            version=item.version,
        )  # fmt: skip
    assert office.item(visit, "answer", CHIVASSO).state == "held"


def test_a_repeated_key_answers_the_same_and_does_it_once(
    office: Office, visit: str, elena: Actor
) -> None:
    item = office.item(visit, "answer", CHIVASSO)

    def once(**data: Any) -> Any:
        return office.engine.run_once(
            elena, "key-1", complete_task, work_item_id=item.id, data=data
        )

    assert once(coming="no") == once(coming="no")
    with pytest.raises(Conflict, match="already used"):
        once(coming="yes", people=1)


def test_a_repeated_start_opens_one_case(office: Office, coordinator: Actor) -> None:
    parties = [{"organisation": t, "capacity": "municipality"} for t in (CHIVASSO, RONDISSONE)]

    def begin(_: int) -> str:
        return office.engine.run_once(
            coordinator, "start-1", start_case, process="joint-visit", title="Ex cava",
            parties=parties, data={"place": "Ex cava"},
        )  # fmt: skip

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(begin, range(6)))
    assert len(found) == 1
    with office.session() as session:
        assert session.query(Case).count() == 1


def test_work_is_handed_to_whom_the_matrix_allows(
    office: Office, visit: str, elena: Actor, anna: Actor, coordinator: Actor
) -> None:
    bruno = office.officer("bruno", (CHIVASSO, "officer"))
    item = office.item(visit, "answer", CHIVASSO)
    with pytest.raises(OfficerNotFound):
        office.engine.run(
            coordinator, delegate, work_item_id=item.id, to=str(anna.officer_id), reason="Ferie"
        )
    office.engine.run(
        elena, delegate, work_item_id=item.id, to=str(bruno.officer_id), reason="Ferie"
    )
    with pytest.raises(AlreadyClaimed, match="held by Bruno"):
        office.complete(elena, item, coming="no")
    with office.session() as session:
        told = session.query(Notice).filter_by(officer_id=bruno.officer_id, kind="delegated").one()
        assert "Ferie" in told.words["it"]
    office.complete(bruno, item, coming="no")


def test_returned_work_reaches_whoever_answers_for_it(
    office: Office, visit: str, elena: Actor, coordinator: Actor
) -> None:
    item = office.item(visit, "answer", CHIVASSO)
    office.engine.run(elena, return_task, work_item_id=item.id, reason="Non compete a noi")
    with office.session() as session:
        row = session.get_one(WorkItem, item.id)
        assert (row.state, row.note) == ("returned", "Non compete a noi")
        told = session.query(Notice).filter_by(officer_id=coordinator.officer_id, kind="returned")
        assert told.count() == 1
    office.engine.run(elena, claim, work_item_id=item.id)


def test_a_draft_keeps_what_was_typed_and_goes_with_the_task(
    office: Office, visit: str, elena: Actor
) -> None:
    item = office.item(visit, "answer", CHIVASSO)
    first = office.engine.run(elena, save_draft, work_item_id=item.id, data={"people": "xx"})
    second = office.engine.run(
        elena, save_draft, work_item_id=item.id, data={"people": "3"}, draft_version=first
    )
    assert (first, second) == (1, 2)
    with pytest.raises(StaleVersion):
        office.engine.run(elena, save_draft, work_item_id=item.id, data={}, draft_version=first)
    assert office.item(visit, "answer", CHIVASSO).version == item.version

    office.complete(elena, item, coming="no")
    with office.session() as session:
        assert session.get(Draft, item.id) is None
        assert session.query(Offer).filter_by(work_item_id=item.id).count() == 0


def test_a_file_becomes_a_document_of_the_case(office: Office, visit: str, elena: Actor,
                                               anna: Actor) -> None:  # fmt: skip
    director = office.officer("paola", ("cmto", "director"))
    office.complete(elena, office.item(visit, "answer", CHIVASSO), coming="no")
    office.complete(anna, office.item(visit, "answer", CASTAGNETO), coming="no")
    stored = office.engine.run(director, store_upload, filename="a/b\\verbale.pdf", content=PDF)
    foreign = office.engine.run(elena, store_upload, filename="altro.pdf", content=PDF)

    decide = office.item(visit, "decide")
    with pytest.raises(FormInvalid):
        office.complete(director, decide, decision="go", minutes=foreign["id"])
    office.complete(director, decide, decision="go", minutes=stored["id"])
    with office.session() as session:
        document = session.query(Document).one()
        assert (document.filename, document.title_it, document.organisation_id) == (
            "verbale.pdf", "Verbale di sopralluogo", "cmto",
        )  # fmt: skip
        assert document.sha256 == stored["sha256"]


def test_the_history_names_who_acted_for_whom(office: Office, visit: str, elena: Actor) -> None:
    office.complete(elena, office.item(visit, "answer", CHIVASSO), coming="no")
    entry = [e for e in office.history(visit) if e.type == "WorkItemCompleted"][-1]
    assert (entry.actor, entry.acting_for) == ("Elena", "Chivasso, Ufficio comunale")
    assert entry.payload["answers"] == {"coming": "no"}

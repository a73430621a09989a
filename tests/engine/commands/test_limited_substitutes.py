"""A substitute for one procedure sees and does that one only; files reach whom the policy lets."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from engine import Actor
from engine.commands import (
    add_party,
    amend_matrix,
    claim,
    complete_task,
    delegate,
    grant_substitution,
    hand_over,
    release,
    return_task,
    save_draft,
    store_upload,
    suspend_case,
    withdraw_case,
)
from engine.errors import DocumentNotFound, NotFound, NotResponsible
from engine.model import Document, WorkItem
from engine.queries import (
    SCOPES,
    case_consultations,
    case_deadlines,
    case_documents,
    case_file,
    case_history,
    case_plan,
    case_raci,
    cases,
    document_content,
    feed_terms,
    responsibilities,
    today,
    work_item,
    worklist,
)
from engine.unit_of_work import UnitOfWork
from tests.office import CASTAGNETO, CHIVASSO, POOLED_OFFICE, RONDISSONE, SYSTEM, Office

MONDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 27)
PAPER = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
STAFF = {"people": 2, "names": "Un istruttore tecnico."}


@pytest.fixture
def dora(office: Office) -> Actor:
    office.deploy(POOLED_OFFICE)
    return office.officer("dora", ("cmto", "director"))


@pytest.fixture
def visit(office: Office, coordinator: Actor, elena: Actor) -> str:
    """A visit of Chivasso and Rondissone: the procedure for which Elena is substituted."""
    case_id = office.visit(coordinator, CHIVASSO, RONDISSONE)
    prepare = office.item(case_id, "prepare")
    office.complete(coordinator, prepare, visit_on="2027-03-01", budget="1200.50")
    return case_id


@pytest.fixture
def carlo(office: Office, elena: Actor) -> Actor:
    """An officer of Castagneto who does Elena's work in visits, and in nothing else."""
    office.officer("carlo", (CASTAGNETO, "officer"))
    return substitute(office, elena, "carlo", "joint-visit")


def substitute(office: Office, holder: Actor, who: str, process: str) -> Actor:
    office.engine.run(
        holder, grant_substitution, mandate_id=holder.mandates[0].id, substitute=who,
        act="atto n. 3", valid_from=MONDAY, valid_to=FRIDAY, process=process,
    )  # fmt: skip
    return office.actor(who)


def paper_of(office: Office, by: Actor, item: WorkItem) -> str:
    """A file that a body keeps to itself."""
    kept = office.engine.run(by, store_upload, filename="atto.pdf", content=PAPER)
    office.complete(by, item, **STAFF, act=kept["id"])
    approval = office.item(item.case_id, "name_staff", kind="approval")
    office.complete(office.actor("dora"), approval, decision="approve")

    def own(work: UnitOfWork) -> None:
        work.session.get_one(Document, str(kept["id"])).visibility = "own"

    office.engine.run(SYSTEM, own)
    return str(kept["id"])


def test_in_his_procedure_he_does_the_work_of_his_holder(
    office: Office, visit: str, carlo: Actor
) -> None:
    assert {row.case_id for row in office.engine.read(worklist, actor=carlo).items} == {visit}
    office.complete(carlo, office.item(visit, "answer", CHIVASSO), coming="no")
    entry = office.history(visit)[-1]
    assert "per Elena" in str([e.acting_for for e in office.history(visit)] + [entry.acting_for])


def test_of_another_procedure_he_sees_and_does_nothing(
    office: Office, visit: str, dora: Actor, elena: Actor, carlo: Actor
) -> None:
    """Neither in lists nor by its id; and he learns nothing of it from the refusal."""
    hidden = office.pooled(dora, CHIVASSO, RONDISSONE)
    item = office.item(hidden, "name_staff", CHIVASSO)
    office.claim(elena, item)
    read = office.engine.read
    for scope in SCOPES:
        rows = read(worklist, actor=carlo, scope=scope).items
        assert hidden not in {row.case_id for row in rows}, scope
    assert {row.id for row in read(cases, actor=carlo).items} == {visit}
    assert {row.head.id for row in read(responsibilities, actor=carlo).items} <= {visit}
    assert "UFF" not in str(read(today, actor=carlo))
    assert "UFF" not in str(read(feed_terms, actor=carlo))

    for query in (
        case_file, case_history, case_documents, case_deadlines, case_consultations, case_raci,
        case_plan,
    ):  # fmt: skip
        with pytest.raises(NotFound):
            read(query, actor=carlo, case_id=hidden)
    with pytest.raises(NotFound):
        read(work_item, actor=carlo, work_item_id=item.id)

    one, on, why = {"work_item_id": item.id}, {"case_id": hidden}, {"reason": "Prova"}
    to = {"to": office.people["carlo"], **why}
    attempts: list[tuple[Callable[..., Any], dict[str, Any]]] = [
        (claim, one), (release, one), (delegate, {**one, **to}), (return_task, {**one, **why}),
        (save_draft, {**one, "data": {}}), (complete_task, {**one, "data": STAFF}),
        (hand_over, {"work_item_ids": [item.id], **to}), (suspend_case, {**on, **why}),
        (withdraw_case, {**on, **why}), (amend_matrix, {**on, "changes": [], **why}),
        (add_party, {**on, "organisation_id": CASTAGNETO, "capacity": "municipality", **why}),
    ]  # fmt: skip
    with pytest.raises(NotFound) as never:
        office.engine.run(carlo, claim, work_item_id="unknown")
    for verb, named in attempts:
        with pytest.raises(NotFound) as refused:
            office.engine.run(carlo, verb, **named)
        if named.get("work_item_id"):
            assert refused.value.message == never.value.message


def test_where_he_takes_part_himself_he_is_only_himself(
    office: Office, dora: Actor, elena: Actor, carlo: Actor
) -> None:
    """In a case of another procedure that his own body takes part in: nothing of his holder's."""
    case_id = office.pooled(dora, CHIVASSO, CASTAGNETO)
    theirs = office.item(case_id, "name_staff", CHIVASSO)
    office.engine.run(elena, save_draft, work_item_id=theirs.id, data={"people": 7})
    todo = office.engine.read(worklist, actor=carlo).items
    assert [row.organisation_id for row in todo] == [CASTAGNETO]
    view = office.engine.read(work_item, actor=carlo, work_item_id=theirs.id)
    assert (view.may, view.draft) == (frozenset(), None)
    with pytest.raises(NotResponsible):
        office.claim(carlo, theirs)
    shown = office.engine.read(case_file, actor=carlo, case_id=case_id)
    assert not any(
        row.letter == "R" and row.organisation_id == CHIVASSO for row in shown.open_items
    )

    paper = paper_of(office, elena, theirs)
    for who, sees in ((elena, True), (dora, True), (carlo, False)):
        found = office.engine.read(case_documents, actor=who, case_id=case_id)
        assert (paper in [row.id for row in found]) is sees
        own = office.item(case_id, "name_staff", CASTAGNETO)
        evidence = office.engine.read(work_item, actor=who, work_item_id=own.id).evidence_rows
        assert (paper in [r.document.id for r in evidence if r.document is not None]) is sees
        if sees:
            office.engine.read(document_content, actor=who, document_id=paper)
        else:
            with pytest.raises(DocumentNotFound):
                office.engine.read(document_content, actor=who, document_id=paper)


def test_who_stands_in_for_cmto_in_one_procedure_reads_all_of_that_one(
    office: Office, visit: str, dora: Actor, elena: Actor, carlo: Actor
) -> None:
    """As its holder does there: other bodies' own documents too; of the visits nothing."""
    office.officer("sergio", ("region", "director"))
    sergio = substitute(office, dora, "sergio", "pooled-office")
    case_id = office.pooled(dora, CHIVASSO, RONDISSONE)
    paper = paper_of(office, elena, office.item(case_id, "name_staff", CHIVASSO))

    assert [row.id for row in office.engine.read(cases, actor=sergio).items] == [case_id]
    found = office.engine.read(case_documents, actor=sergio, case_id=case_id)
    assert [row.id for row in found] == [paper]
    office.engine.read(document_content, actor=sergio, document_id=paper)
    with pytest.raises(NotFound):
        office.engine.read(case_file, actor=sergio, case_id=visit)

"""A body behind a letter C with nobody who has an account is asked, and answers, by a link."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine import Actor
from engine.commands import (
    answer_by_link,
    complete_task,
    draft_by_link,
    give_documents,
    revoke_answer_link,
    send_answer_link,
    store_upload,
)
from engine.errors import (
    AlreadyCompleted,
    LinkUnknown,
    NotAccountable,
    NotYetHeard,
    WrongState,
)
from engine.links import ANSWER, secret_of
from engine.model import AnswerLink, DeliveryRow, Organisation, WorkItem
from engine.queries import (
    AnswerPage,
    answer_link_desk,
    answer_page,
    case_consultations,
    case_history,
)
from engine.unit_of_work import UnitOfWork
from tests.engine.commands.test_consultations import variant
from tests.office import CASTAGNETO, CHIVASSO, POOLED_OFFICE, SYSTEM, Office

PEC = "fondi@pec.regione.example"
PAPER = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
WHO = {"name": "Maria Rossi", "role": "Funzionaria"}
STAFF = {"people": 2, "names": "Un istruttore tecnico."}
FUNDS = {"yearly": "12000.00"}


@pytest.fixture
def dora(office: Office) -> Actor:
    return office.officer("dora", ("cmto", "director"))


@pytest.fixture
def case_id(office: Office, dora: Actor, elena: Actor, anna: Actor) -> str:
    """The Region, where nobody has an account, must be heard before the funds are committed."""
    office.deploy(POOLED_OFFICE)
    return funded(office, dora, elena, anna)


def funded(office: Office, dora: Actor, elena: Actor, anna: Actor, *, heard: bool = True) -> str:
    """A pooled office with its staff known, or with that of Chivasso only."""

    def write(work: UnitOfWork) -> None:
        work.session.get_one(Organisation, "region").pec = PEC

    office.engine.run(SYSTEM, write)
    case_id = office.pooled(dora, CHIVASSO, CASTAGNETO)
    for who, town in ((elena, CHIVASSO), (anna, CASTAGNETO))[: 2 if heard else 1]:
        office.complete(who, office.item(case_id, "name_staff", town), **STAFF)
        office.complete(
            dora, office.item(case_id, "name_staff", kind="approval"), decision="approve"
        )
    return case_id


def asked(office: Office, case_id: str, subject: str = "commit_funding") -> WorkItem:
    return office.item(case_id, subject, kind="consultation")


def secret(office: Office, item: WorkItem) -> str:
    with office.session() as session:
        row = session.scalars(select(AnswerLink).where(AnswerLink.work_item_id == item.id)).one()
    return secret_of(office.engine.settings, ANSWER, row.id, row.sent_count)


def look(office: Office, item: WorkItem) -> AnswerPage:
    return office.engine.read(answer_page, secret=secret(office, item))


def answer(office: Office, item: WorkItem, **data: Any) -> dict[str, str]:
    actor = look(office, item).actor
    return office.engine.run(actor, answer_by_link, **WHO, data=data)


def mails(office: Office) -> list[str]:
    with office.session() as session:
        rows = session.scalars(select(DeliveryRow).order_by(DeliveryRow.id)).all()
    return [str(r.payload["text"]) for r in rows if r.kind == "SendMail" and r.payload["to"] == PEC]


def test_the_body_is_asked_by_itself_answers_and_the_activity_goes_on(
    office: Office, case_id: str, dora: Actor, elena: Actor
) -> None:
    item = asked(office, case_id)
    (sent,) = [e for e in office.history(case_id) if e.type == "AnswerLinkSent"]
    assert (sent.payload["address"], sent.payload["by_itself"]) == (PEC, True)
    (row,) = office.engine.read(case_consultations, actor=dora, case_id=case_id)
    assert row.link is not None
    assert (row.link.state, row.may_send) == ("open", True)
    (row,) = office.engine.read(case_consultations, actor=elena, case_id=case_id)
    assert (row.link, row.may_send) == (None, False)  # only whoever answers sees how far it is

    page = look(office, item)
    assert page.form.title.it == "Parere: Impegna i fondi"
    assert page.form.what.it.startswith("I fondi e la base giuridica")
    assert page.deadline is not None and page.deadline.due_on == item.due_on
    office.engine.run(page.actor, draft_by_link, data={"opinion": "favourable"})
    assert look(office, item).draft == {"opinion": "favourable"}
    with pytest.raises(NotYetHeard):
        office.complete(elena, office.item(case_id, "commit_funding"), **FUNDS)

    signed = office.engine.run(page.actor, store_upload, filename="parere.pdf", content=PAPER)
    done = answer(
        office, item, opinion="favourable", opinion_text="Nulla osta.", opinion_file=signed["id"]
    )
    (given,) = [e for e in office.history(case_id) if e.type == "ConsultationAnswered"]
    assert (given.actor, given.actor_id, given.digest) == ("Maria Rossi", None, done["receipt"])
    assert str(given.acting_for).endswith(f", Funzionaria (collegamento inviato a {PEC})")
    with pytest.raises(AlreadyCompleted):
        answer(office, item, opinion="no_remarks")
    receipt = look(office, item).receipt
    assert receipt is not None and receipt.answers["opinion_text"] == "Nulla osta."
    (mail,) = mails(office)
    assert done["receipt"] in mail and "parere.pdf" in mail
    rows = office.engine.read(case_history, actor=dora, case_id=case_id).items
    assert any("by a link sent to" in r.mandate.en for r in rows)
    office.complete(elena, office.item(case_id, "commit_funding"), **FUNDS)


def test_documents_are_asked_for_by_link_and_another_link_comes_with_them(
    office: Office, case_id: str, dora: Actor, elena: Actor
) -> None:
    """Each link has one use: the second question has a secret of its own."""
    item = asked(office, case_id)
    first = secret(office, item)
    done = answer(office, item, opinion="needs_documents", wanted="Il piano finanziario.")
    page = look(office, item)
    assert page.receipt is not None and page.receipt.digest == done["receipt"]
    assert page.receipt.answers == {
        "opinion": "needs_documents", "wanted": "Il piano finanziario.",
    }  # fmt: skip
    assert "Il piano finanziario." in mails(office)[0]
    with pytest.raises(AlreadyCompleted):
        answer(office, item, opinion="no_remarks")
    with pytest.raises(WrongState, match="needs documents"):
        office.engine.run(dora, send_answer_link, work_item_id=item.id)

    office.engine.run(elena, give_documents, work_item_id=item.id, reply="È fra i documenti.")
    with pytest.raises(LinkUnknown):
        office.engine.read(answer_page, secret=first)
    page = look(office, item)
    assert page.receipt is None
    options = [o.value for f in page.form.fields if f.name == "opinion" for o in f.options]
    assert "needs_documents" not in options
    answer(office, item, opinion="no_remarks")
    assert len(mails(office)) == 2


def test_whoever_answers_sends_it_again_or_takes_it_back(
    office: Office, case_id: str, dora: Actor, elena: Actor
) -> None:
    item = asked(office, case_id)
    first = secret(office, item)
    for verb in (send_answer_link, revoke_answer_link):
        with pytest.raises(NotAccountable):
            office.engine.run(elena, verb, work_item_id=item.id, reason="-")
    with pytest.raises(NotAccountable):
        office.engine.read(answer_link_desk, actor=elena, work_item_id=item.id)

    office.engine.run(dora, send_answer_link, work_item_id=item.id)
    with pytest.raises(LinkUnknown):
        office.engine.read(answer_page, secret=first)
    office.engine.run(dora, revoke_answer_link, work_item_id=item.id, reason="Errore")
    with pytest.raises(LinkUnknown):
        look(office, item)
    desk = office.engine.read(answer_link_desk, actor=dora, work_item_id=item.id)
    assert desk.link is not None and desk.link.state == "revoked"
    assert not desk.needs_reason


def test_whose_people_have_accounts_is_asked_there(
    office: Office, dora: Actor, elena: Actor, anna: Actor
) -> None:
    office.deploy(POOLED_OFFICE)
    rita = office.officer("rita", ("region", "official"))
    case_id = funded(office, dora, elena, anna)
    item = asked(office, case_id)
    assert [e.type for e in office.history(case_id) if e.type == "AnswerLinkSent"] == []
    assert office.engine.read(answer_link_desk, actor=dora, work_item_id=item.id).needs_reason
    office.engine.run(rita, complete_task, work_item_id=item.id, data={"opinion": "no_remarks"})


def test_a_body_is_heard_by_link_before_a_milestone_too(
    office: Office, tmp_path: Path, dora: Actor, elena: Actor, anna: Actor
) -> None:
    """Asked once for the stage; the link outlives the activity with which the question began."""
    office.deploy(variant(tmp_path, raci__csv=("staffed,R,I,I,A,I,I,I", "staffed,R,I,I,A,C,I,I")))
    case_id = funded(office, dora, elena, anna, heard=False)
    item = asked(office, case_id, "staffed")
    assert look(office, item).form.title.it == "Parere: Personale"
    answer(office, item, opinion="no_remarks")
    assert office.items(case_id, "staffed", "consultation") == []

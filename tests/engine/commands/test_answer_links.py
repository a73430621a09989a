"""A consulted body without account answers one request by a link: once, and nothing else."""

import dataclasses
import inspect
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import Actor, commands, queries
from engine.actor import LinkSeat
from engine.commands import (
    answer_by_link,
    complete_task,
    draft_by_link,
    open_answer_link,
    revoke_answer_link,
    send_answer_link,
    start_case,
    store_upload,
    suspend_case,
)
from engine.errors import (
    AlreadyClaimed,
    AlreadyCompleted,
    CaseSuspended,
    DocumentNotFound,
    EngineError,
    FileRefused,
    FormInvalid,
    Invalid,
    LinkUnknown,
    NotAccountable,
    NotAllowed,
    WorkItemNotFound,
    WrongState,
)
from engine.links import ANSWER, secret_of
from engine.model import AnswerLink, DeliveryRow, Draft, HistoryEntry, Organisation, WorkItem
from engine.queries import (
    AnswerPage,
    answer_document,
    answer_link_desk,
    answer_page,
    case_consultations,
    case_file,
    case_history,
)
from engine.unit_of_work import UnitOfWork
from tests.office import HERE, SYSTEM, Office

ORDERS = HERE / "engine" / "ask-the-orders"
SHARED = HERE.parent / "processes" / "shared"
ARCHITECTS = "architects"
PEC = "ordine@pec.architetti.example"
PAPER = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
WHO = {"name": "Maria Rossi", "role": "Presidente"}


@pytest.fixture
def davide(office: Office) -> Actor:
    """The coordinator, who answers for the consultation."""
    office.deploy(ORDERS, SHARED)
    return office.officer("davide", ("cmto", "coordinator"))


@pytest.fixture
def question(office: Office, davide: Actor) -> str:
    """A case in which the architects are asked; nobody of theirs has an account."""
    return ask(office, davide)


def ask(office: Office, by: Actor) -> str:
    paper = office.engine.run(by, store_upload, filename="bozza.pdf", content=PAPER)
    return office.engine.run(
        by, start_case, process="ask-the-orders", title="Formazione",
        parties=[{"organisation": ARCHITECTS, "capacity": "professional_body"}],
        data={"question_others": "Che ne pensate?", "draft_file": paper["id"]},
    )  # fmt: skip


def set_pec(office: Office, pec: str | None = PEC) -> None:
    def write(work: UnitOfWork) -> None:
        work.session.get_one(Organisation, ARCHITECTS).pec = pec

    office.engine.run(SYSTEM, write)


def send(office: Office, by: Actor, case_id: str, **more: str) -> WorkItem:
    item = office.item(case_id, "give_opinion")
    office.engine.run(by, send_answer_link, work_item_id=item.id, **more)
    return item


def link(office: Office, item: WorkItem, sent: int | None = None) -> str:
    with office.session() as session:
        row = session.scalars(select(AnswerLink).where(AnswerLink.work_item_id == item.id)).one()
    return secret_of(office.engine.settings, ANSWER, row.id, sent or row.sent_count)


def look(office: Office, secret: str) -> AnswerPage:
    return office.engine.read(answer_page, secret=secret)


def answer(office: Office, secret: str, **changes: Any) -> dict[str, str]:
    given = {**WHO, "data": {"opinion": "no_remarks"}, **changes}
    return office.engine.run(look(office, secret).actor, answer_by_link, **given)


def entries(office: Office, case_id: str, kind: str) -> list[HistoryEntry]:
    return [entry for entry in office.history(case_id) if entry.type == kind]


def test_a_body_answers_with_a_draft_a_file_and_a_receipt(
    office: Office, davide: Actor, question: str
) -> None:
    set_pec(office)
    item = send(office, davide, question)
    page = look(office, link(office, item))
    assert page.organisation.it.startswith("Ordine")
    assert page.tables["question_seen"][0]["question"] == "Che ne pensate?"
    assert [d.filename for d in page.documents] == ["bozza.pdf"]
    assert page.deadline is not None
    assert page.deadline.due_on == item.due_on

    engine = office.engine
    engine.run(page.actor, open_answer_link)
    kept = {"opinion": "favourable", "opinion_text": "Bene"}
    assert engine.run(page.actor, draft_by_link, data=kept) == 1
    again = look(office, link(office, item))
    assert (again.draft, again.opened) == (kept, True)

    office.engine.run(davide, send_answer_link, work_item_id=item.id)  # a new secret, same draft
    page = look(office, link(office, item))
    assert page.draft == kept
    signed = engine.run(page.actor, store_upload, filename="parere.pdf", content=PAPER)
    done = answer(office, link(office, item), data={**kept, "opinion_file": signed["id"]})

    (completed,) = entries(office, question, "WorkItemCompleted")
    assert (completed.actor, completed.actor_id, completed.digest) == (
        "Maria Rossi", None, done["receipt"],
    )  # fmt: skip
    assert completed.acting_for is not None
    assert completed.acting_for.endswith(f", Presidente (collegamento inviato a {PEC})")
    told = engine.read(case_history, actor=davide, case_id=question).items
    (row,) = [one for one in told if one.type == "WorkItemCompleted"]
    assert not row.by_itself
    assert "Presidente, by a link sent to" in row.mandate.en

    receipt = look(office, link(office, item)).receipt
    assert receipt is not None
    assert (receipt.by, receipt.digest) == ("Maria Rossi", done["receipt"])
    with office.session() as session:
        mails = session.scalars(select(DeliveryRow).where(DeliveryRow.kind == "SendMail")).all()
        assert session.get(Draft, item.id) is None
    (mail,) = [m.payload for m in mails if m.payload["to"] == PEC]
    assert done["receipt"] in mail["text"]
    assert "Qual è il parere? " in mail["text"] and "?:" not in mail["text"]
    assert "Bene" in mail["text"]
    assert "parere.pdf" in mail["text"]
    (consulted,) = engine.read(case_consultations, actor=davide, case_id=question)
    assert consulted.link is not None
    assert (consulted.state, consulted.link.state, consulted.link.answered_as) == (
        "given", "answered", "Presidente",
    )  # fmt: skip


def test_the_answer_is_sent_once_however_often_it_is_pressed(
    office: Office, davide: Actor, question: str
) -> None:
    set_pec(office)
    item = send(office, davide, question)
    secret, actor = link(office, item), look(office, link(office, item)).actor

    def press(_: int) -> EngineError | None:
        try:
            office.engine.run(actor, answer_by_link, **WHO, data={"opinion": "no_remarks"})
        except EngineError as refusal:
            return refusal
        return None

    with ThreadPoolExecutor(4) as crowd:
        ends = list(crowd.map(press, range(4)))
    assert ends.count(None) == 1
    assert all(end is None or isinstance(end, AlreadyCompleted) for end in ends)
    assert len(entries(office, question, "WorkItemCompleted")) == 1
    assert look(office, secret).receipt is not None


def test_what_dies_on_the_way_leaves_the_link_good(
    office: Office, davide: Actor, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_pec(office)
    item = send(office, davide, question)
    secret = link(office, item)

    def killed(*_given: Any, **_named: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("engine.commands.raci.completing.advance", killed)
        with pytest.raises(KeyboardInterrupt):
            answer(office, secret)
    assert look(office, secret).receipt is None
    assert entries(office, question, "WorkItemCompleted") == []
    answer(office, secret)


@pytest.mark.parametrize("why", ["replaced", "revoked", "expired", "closed", "guessed"])
def test_a_link_that_is_good_no_longer_says_nothing(
    office: Office, davide: Actor, question: str, why: str
) -> None:
    set_pec(office)
    item = send(office, davide, question)
    secret = link(office, item)
    page = look(office, secret)
    if why == "replaced":
        office.engine.run(davide, send_answer_link, work_item_id=item.id)
    elif why == "revoked":
        office.engine.run(davide, revoke_answer_link, work_item_id=item.id, reason="Errore")
    elif why == "expired":
        office.clock.advance(timedelta(days=60))
    elif why == "closed":  # its term passes: the procedure goes on without the opinion
        office.pass_days(25)
    else:
        secret = "x" * 43
    with pytest.raises(LinkUnknown) as refused:
        look(office, secret)
    assert refused.value.message.en.startswith("This link is not good: it was replaced or revoked")
    if why != "guessed":
        for act in (
            lambda: office.engine.run(page.actor, answer_by_link, **WHO, data={}),
            lambda: office.engine.run(page.actor, draft_by_link, data={}),
            lambda: office.engine.run(page.actor, open_answer_link),
        ):
            with pytest.raises(LinkUnknown):
                act()


def test_one_link_does_one_piece_of_work_and_reads_one(
    office: Office, davide: Actor, question: str
) -> None:
    set_pec(office)
    item = send(office, davide, question)
    other = ask(office, davide)  # by itself: the architects have nobody
    foreign = office.item(other, "give_opinion")
    actor = look(office, link(office, item)).actor
    bent = dataclasses.replace(
        actor,
        link=dataclasses.replace(actor.link, work_item_id=foreign.id),  # type: ignore[type-var]
    )
    answer(office, link(office, item))
    assert office.item(other, "give_opinion").state == "open"
    with pytest.raises((AlreadyCompleted, LinkUnknown)):
        office.engine.run(bent, answer_by_link, **WHO, data={"opinion": "no_remarks"})

    assert not actor.is_system
    with pytest.raises(NotAllowed):
        office.engine.run(actor, complete_task, work_item_id=item.id, data={})
    with pytest.raises(NotAllowed):
        office.engine.read(case_file, actor=actor, case_id=question)


def test_every_other_verb_is_closed_to_a_link(office: Office) -> None:
    """Refused before anything is looked up: the refusal is the same whatever the arguments."""
    actor = Actor(None, "Maria", link=LinkSeat("l", "d", "w", "o", "Ordine", "a@b.example"))
    named = [getattr(module, name) for module in (commands, queries) for name in module.__all__]
    verbs = [verb for verb in named if inspect.isfunction(verb)]
    mine = {verb.__name__ for verb in verbs if getattr(verb, "for_links", False)}
    assert mine == {
        "open_answer_link", "draft_by_link", "answer_by_link", "store_upload", "upload",
    }  # fmt: skip
    assert len(verbs) > 150
    for verb in verbs:
        if verb.__name__ not in mine:
            for door in (office.engine.run, office.engine.preview):
                with pytest.raises(NotAllowed, match="one request only"):
                    door(actor, verb, lambda *_: None)
            with pytest.raises(NotAllowed, match="one request only"):
                office.engine.run_once(actor, "key", verb)
            with pytest.raises(NotAllowed, match="one request only"):
                office.engine.read(verb, actor=actor)


def test_files_of_others_are_not_to_be_had(office: Office, davide: Actor, question: str) -> None:
    set_pec(office)
    item = send(office, davide, question)
    secret = link(office, item)
    page = look(office, secret)
    (paper,) = page.documents
    assert office.engine.read(answer_document, secret=secret, document_id=paper.id)[1].exists()
    with pytest.raises(DocumentNotFound):
        office.engine.read(answer_document, secret=secret, document_id="another")
    theirs = office.engine.run(davide, store_upload, filename="a.pdf", content=PAPER)
    with pytest.raises(FormInvalid):
        answer(office, secret, data={"opinion": "no_remarks", "opinion_file": theirs["id"]})
    for _ in range(20):
        office.engine.run(page.actor, store_upload, filename="b.pdf", content=PAPER)
    with pytest.raises(FileRefused):
        office.engine.run(page.actor, store_upload, filename="c.pdf", content=PAPER)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [({"name": " "}, Invalid), ({"role": "()"}, Invalid), ({"data": {}}, FormInvalid)],
)
def test_who_answers_says_who_he_is(
    office: Office, davide: Actor, question: str, changes: dict[str, Any], refusal: Any
) -> None:
    set_pec(office)
    item = send(office, davide, question)
    with pytest.raises(refusal):
        answer(office, link(office, item), **changes)
    answer(office, link(office, item), role="Segretaria (per Davide, atto n. 1)")
    (row,) = [
        one
        for one in office.engine.read(case_history, actor=davide, case_id=question).items
        if one.type == "WorkItemCompleted"
    ]
    assert not row.substituted.it


def test_the_register_or_a_reason_says_where_it_goes(
    office: Office, davide: Actor, question: str
) -> None:
    item = office.item(question, "give_opinion")
    with pytest.raises(Invalid, match="no certified mail"):
        send(office, davide, question)
    with pytest.raises(Invalid, match="why you use it"):
        send(office, davide, question, address="maria@ordine.example")
    send(office, davide, question, address="maria@ordine.example", reason="La PEC non va")
    (sent,) = entries(office, question, "AnswerLinkSent")
    assert (sent.payload["address"], sent.payload["reason"]) == (
        "maria@ordine.example", "La PEC non va",
    )  # fmt: skip
    assert link(office, item) not in str([e.payload for e in office.history(question)])

    set_pec(office)
    office.officer("olga", (ARCHITECTS, "representative"))
    assert office.engine.read(answer_link_desk, actor=davide, work_item_id=item.id).needs_reason
    with pytest.raises(Invalid, match="with their accounts"):
        send(office, davide, question)
    send(office, davide, question, reason="Olga è in ferie")


def test_only_who_answers_for_it_sends_or_revokes(
    office: Office, davide: Actor, question: str
) -> None:
    set_pec(office)
    item = send(office, davide, question)
    olga = office.officer("olga", (ARCHITECTS, "representative"))
    stranger = office.officer("carlo", ("mun-001082", "officer"))
    for who, refusal in ((olga, NotAccountable), (stranger, WorkItemNotFound)):
        with pytest.raises(refusal):
            office.engine.run(who, send_answer_link, work_item_id=item.id, reason="x")
        with pytest.raises(refusal):
            office.engine.run(who, revoke_answer_link, work_item_id=item.id, reason="x")
        with pytest.raises(refusal):
            office.engine.read(answer_link_desk, actor=who, work_item_id=item.id)
    (seen,) = office.engine.read(case_consultations, actor=olga, case_id=question)
    assert seen.link is None
    with pytest.raises(Invalid):
        office.engine.run(davide, revoke_answer_link, work_item_id=item.id, reason=" ")
    office.engine.run(davide, revoke_answer_link, work_item_id=item.id, reason="Errore")
    with pytest.raises(WrongState):
        office.engine.run(davide, revoke_answer_link, work_item_id=item.id, reason="Errore")


def test_a_body_with_nobody_is_asked_by_itself(office: Office, davide: Actor) -> None:
    set_pec(office)
    case_id = ask(office, davide)
    (sent,) = entries(office, case_id, "AnswerLinkSent")
    assert (sent.payload["by_itself"], sent.payload["address"]) == (True, PEC)
    office.officer("olga", (ARCHITECTS, "representative"))
    assert entries(office, ask(office, davide), "AnswerLinkSent") == []


def test_account_and_link_do_not_answer_over_each_other(
    office: Office, davide: Actor, question: str
) -> None:
    set_pec(office)
    item = send(office, davide, question)
    secret = link(office, item)
    olga = office.officer("olga", (ARCHITECTS, "representative"))
    office.claim(olga, item)
    with pytest.raises(AlreadyClaimed):
        answer(office, secret)
    office.complete(olga, item, opinion="no_remarks")
    with pytest.raises(LinkUnknown):
        look(office, secret)


def test_a_case_that_stands_still_takes_drafts_and_no_answer(
    office: Office, davide: Actor, question: str
) -> None:
    set_pec(office)
    secret = link(office, send(office, davide, question))
    office.engine.run(davide, suspend_case, case_id=question, reason="Ricorso")
    page = look(office, secret)
    assert page.suspended
    office.engine.run(page.actor, draft_by_link, data={"opinion": "no_remarks"})
    with pytest.raises(CaseSuspended):
        answer(office, secret)


def test_asked_again_after_documents_the_body_is_found_where_it_answered(
    office: Office, davide: Actor, question: str
) -> None:
    item = send(office, davide, question, address="maria@ordine.example", reason="La PEC non va")
    answer(
        office, link(office, item),
        data={"opinion": "needs_documents", "supplements_wanted": "Il piano"},
    )  # fmt: skip
    office.complete(davide, office.item(question, "send_supplements"), supplements_note="Ecco")
    again = office.item(question, "give_opinion")
    assert again.id != item.id
    sent = entries(office, question, "AnswerLinkSent")[-1].payload
    assert (sent["by_itself"], sent["address"]) == (True, "maria@ordine.example")
    assert "Ecco" in str(look(office, link(office, again)).tables)
    answer(office, link(office, again))

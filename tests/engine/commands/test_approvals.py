"""Four eyes: what one prepares, another who answers for it approves or sends back."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from engine import Actor
from engine.bundles.load import load_folder
from engine.bundles.matrix import lines
from engine.commands import (
    add_party,
    amend_matrix,
    claim,
    complete_task,
    delegate,
    end_mandate,
    grant_substitution,
    hand_over,
    release,
    remove_party,
    resume_case,
    return_task,
    save_draft,
    store_upload,
    suspend_case,
    take_back,
    withdraw_case,
)
from engine.errors import (
    AlreadyClaimed,
    AlreadyCompleted,
    CaseSuspended,
    DocumentNotFound,
    EngineError,
    FormInvalid,
    FourEyes,
    NobodyApproves,
    NotResponsible,
    StaleVersion,
    WorkItemNotFound,
    WrongState,
)
from engine.model import Document, Notice, Party, Upload, WorkItem
from engine.queries import (
    case_file,
    case_history,
    handing_over,
    prepared_file,
    work_item,
    worklist,
)
from tests.office import CASTAGNETO, CHIVASSO, POOLED_OFFICE, RONDISSONE, Office

PAPER = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
GOOD = {"people": 2, "names": "Un istruttore tecnico."}
APPROVE = {"decision": "approve"}
SEND_BACK = {
    "decision": "return",
    "comment": "Mancano i profili.",
    "remarks": [{"part": "who", "comment": "Indica la categoria."}],
}


@pytest.fixture
def dora(office: Office) -> Actor:
    return office.officer("dora", ("cmto", "director"))


@pytest.fixture
def case_id(office: Office, dora: Actor, elena: Actor, anna: Actor) -> str:
    """A pooled office of Chivasso and Castagneto Po that waits for their staff."""
    office.deploy(POOLED_OFFICE)
    return office.pooled(dora, CHIVASSO, CASTAGNETO)


@pytest.fixture
def submitted(office: Office, case_id: str, elena: Actor) -> WorkItem:
    """What Elena prepared for Chivasso; it waits for its approval."""
    office.complete(elena, office.item(case_id, "name_staff", CHIVASSO), **GOOD)
    return office.item(case_id, "name_staff", CHIVASSO)


def approval(office: Office, case_id: str) -> WorkItem:
    return office.item(case_id, "name_staff", kind="approval")


def decide(office: Office, by: Actor, item: WorkItem, data: dict[str, Any]) -> None:
    office.engine.run(by, complete_task, work_item_id=item.id, data=data)


def notices(office: Office, name: str) -> list[tuple[str, str | None]]:
    with office.session() as session:
        rows = session.scalars(
            select(Notice).where(Notice.officer_id == office.people[name]).order_by(Notice.id)
        )
        return [(n.kind, n.work_item_id) for n in rows if n.read_at is None]


def scopes(office: Office, actor: Actor) -> dict[str, list[tuple[str, str, str]]]:
    return {
        scope: [
            (row.kind, row.letter, row.state)
            for row in office.engine.read(worklist, actor=actor, scope=scope).items
            if row.organisation_id in (CHIVASSO, "cmto")
        ]
        for scope in ("todo", "waiting", "done")
    }


def test_what_is_prepared_is_completed_by_its_approval(
    office: Office, case_id: str, submitted: WorkItem, dora: Actor, elena: Actor
) -> None:
    item = approval(office, case_id)
    assert (submitted.state, submitted.rounds) == ("submitted", 1)
    assert (item.belongs_to_id, item.due_on) == (submitted.id, date(2026, 12, 23))
    assert notices(office, "dora")[-1] == ("approval", item.id)
    assert scopes(office, elena)["waiting"] == [("activity", "R", "submitted")]
    assert scopes(office, elena)["todo"] == []
    assert scopes(office, dora)["todo"] == [("approval", "A", "open")]

    view = office.engine.read(work_item, actor=dora, work_item_id=item.id)
    assert view.title.it == "Approva: Indica il personale"
    assert view.prepared is not None
    assert (view.prepared.by, view.prepared.values["people"]) == ("Elena", 2)
    decide(office, dora, item, APPROVE)

    with office.session() as session:
        done = session.get_one(WorkItem, submitted.id)
        assert (done.state, done.completed_by) == ("completed", "Elena")
        assert (done.answers or {})["people"] == 2
        assert session.get_one(WorkItem, item.id).completed_by == "Dora"
    told = [(e.type, e.actor) for e in office.history(case_id)][-4:]
    assert told[0] == ("WorkItemSubmitted", "Elena")
    assert told[1:3] == [("WorkItemApproved", "Dora"), ("WorkItemCompleted", "Dora")]
    rows = office.engine.read(case_history, actor=elena, case_id=case_id).items
    assert any("approvata «Indica il personale», preparata da Elena" in row.text.it for row in rows)
    assert ("approved", submitted.id) in notices(office, "elena")
    assert [kind for kind, _ in notices(office, "dora")] == []  # nothing is asked any more
    assert [state for _, _, state in scopes(office, elena)["done"]] == ["completed"]
    assert len(office.items(case_id, "name_staff")) == 1  # Castagneto's


def test_it_comes_back_with_comments_at_the_parts_and_the_draft(
    office: Office, case_id: str, submitted: WorkItem, dora: Actor, elena: Actor
) -> None:
    with pytest.raises(FormInvalid):
        decide(office, dora, approval(office, case_id), {"decision": "return"})
    decide(office, dora, approval(office, case_id), SEND_BACK)

    assert office.items(case_id, "name_staff", "approval") == []
    view = office.engine.read(work_item, actor=elena, work_item_id=submitted.id)
    assert (view.state, view.note, view.draft) == ("returned", "Mancano i profili.", GOOD)
    assert {k: [t.it for t in v] for k, v in view.remarks.items()} == {
        "who": ["Indica la categoria."]
    }
    assert ("corrections", submitted.id) in notices(office, "elena")
    assert scopes(office, elena)["todo"] == [("activity", "R", "returned")]

    office.complete(elena, submitted, **{**GOOD, "names": "Un istruttore di categoria D."})
    again = office.engine.read(work_item, actor=dora, work_item_id=approval(office, case_id).id)
    assert again.prepared is not None and again.prepared.round == 2
    assert [(d.round, d.decision, d.by) for d in again.decisions] == [(1, "return", "Dora")]
    assert office.engine.read(work_item, actor=elena, work_item_id=submitted.id).remarks == {}


def test_a_person_counts_not_the_mandate(
    office: Office, case_id: str, dora: Actor, elena: Actor
) -> None:
    """Neither another mandate nor a substitution makes two people of one."""
    office.officer("elena", ("cmto", "director"))
    both = office.actor("elena")
    office.complete(both, office.item(case_id, "name_staff", CHIVASSO), **GOOD)
    item = approval(office, case_id)
    with pytest.raises(FourEyes):
        decide(office, both, item, APPROVE)
    with pytest.raises(FourEyes):
        office.claim(both, item)
    with pytest.raises(FourEyes):
        office.engine.run(
            dora, delegate, work_item_id=item.id, to=office.people["elena"], reason="Ferie"
        )
    with pytest.raises(FourEyes):
        office.engine.run(
            dora, hand_over, work_item_ids=[item.id], to=office.people["elena"], reason="Ferie"
        )
    view = office.engine.read(work_item, actor=both, work_item_id=item.id)
    assert (view.own, view.may) == (True, frozenset())
    plan = office.engine.read(handing_over, actor=dora, work_item_ids=[item.id])
    assert [row.id for row in plan.rows] == [item.id]
    assert office.people["elena"] not in [choice.value for choice in plan.people]

    anna = office.officer("carla")
    mandate = next(m.id for m in dora.mandates)
    office.engine.run(
        dora, grant_substitution, mandate_id=mandate, substitute="carla", act="atto n. 3",
        valid_from=date(2026, 11, 23), valid_to=date(2026, 11, 27),
    )  # fmt: skip
    anna = office.actor("carla")
    decide(office, anna, item, APPROVE)
    entry = next(e for e in office.history(case_id) if e.type == "WorkItemApproved")
    assert entry.actor == "Carla" and "per Dora" in str(entry.acting_for)


def test_a_substitute_who_prepared_it_cannot_approve_it(
    office: Office, case_id: str, dora: Actor, elena: Actor
) -> None:
    office.engine.run(
        dora, grant_substitution, mandate_id=dora.mandates[0].id, substitute="elena",
        act="atto n. 3", valid_from=date(2026, 11, 23), valid_to=date(2026, 11, 27),
    )  # fmt: skip
    elena = office.actor("elena")
    office.complete(elena, office.item(case_id, "name_staff", CHIVASSO), **GOOD)

    with pytest.raises(FourEyes):
        decide(office, elena, approval(office, case_id), APPROVE)


def test_whoever_prepared_an_earlier_round_does_not_approve_a_later_one(
    office: Office, case_id: str, submitted: WorkItem, dora: Actor, elena: Actor
) -> None:
    decide(office, dora, approval(office, case_id), SEND_BACK)
    enzo = office.officer("enzo", (CHIVASSO, "officer"))
    office.complete(enzo, submitted, **GOOD)
    office.officer("elena", ("cmto", "director"))

    with pytest.raises(FourEyes):
        decide(office, office.actor("elena"), approval(office, case_id), APPROVE)


def test_whoever_answers_himself_needs_no_approval(
    office: Office, case_id: str, dora: Actor, elena: Actor, anna: Actor
) -> None:
    for who, town in ((elena, CHIVASSO), (anna, CASTAGNETO)):
        office.complete(who, office.item(case_id, "name_staff", town), **GOOD)
        decide(office, dora, approval(office, case_id), APPROVE)
    davide = office.officer("davide", ("cmto", "coordinator"))
    view = office.engine.read(
        work_item, actor=davide, work_item_id=office.item(case_id, "commit_funding").id
    )
    assert view.asks_approval and view.approver is not None


def test_without_another_person_nothing_can_be_submitted(
    office: Office, case_id: str, elena: Actor, dora: Actor
) -> None:
    mandate, officer = dora.mandates[0].id, office.officer("luca", ("cmto", "administrator"))
    office.engine.run(
        officer,
        end_mandate,
        mandate_id=mandate,
        last_day=date(2026, 11, 22),
        reason="Revoca",
        act="decreto n. 9",
    )
    item = office.item(case_id, "name_staff", CHIVASSO)

    with pytest.raises(NobodyApproves):
        office.complete(elena, item, **GOOD)

    assert office.item(case_id, "name_staff", CHIVASSO).state == "open"
    assert office.items(case_id, kind="approval") == []


def test_it_is_taken_back_until_somebody_has_decided(
    office: Office, case_id: str, submitted: WorkItem, dora: Actor, elena: Actor, anna: Actor
) -> None:
    item = approval(office, case_id)
    for refused in (
        lambda: office.claim(elena, submitted),
        lambda: office.complete(elena, submitted, **GOOD),
        lambda: office.engine.run(elena, save_draft, work_item_id=submitted.id, data={}),
        lambda: office.engine.run(elena, return_task, work_item_id=submitted.id, reason="No"),
    ):
        with pytest.raises(WrongState, match="waits for approval"):
            refused()
    with pytest.raises(NotResponsible):
        office.engine.run(anna, take_back, work_item_id=submitted.id)
    office.claim(dora, item)
    office.engine.run(elena, take_back, work_item_id=submitted.id)

    back = office.item(case_id, "name_staff", CHIVASSO)
    assert (back.state, back.holder_id) == ("held", office.people["elena"])
    with pytest.raises(AlreadyCompleted):
        decide(office, dora, item, APPROVE)
    with pytest.raises(WrongState):
        office.engine.run(elena, take_back, work_item_id=submitted.id)
    assert scopes(office, dora)["todo"] == []


def test_files_are_read_before_and_are_documents_after(
    office: Office, case_id: str, dora: Actor, elena: Actor, anna: Actor
) -> None:
    kept = office.engine.run(elena, store_upload, filename="atto.pdf", content=PAPER)
    item = office.item(case_id, "name_staff", CHIVASSO)
    office.complete(elena, item, **GOOD, act=kept["id"])

    def read(who: Actor) -> str:
        row, path = office.engine.read(
            prepared_file, actor=who, work_item_id=item.id, upload_id=str(kept["id"])
        )
        assert path.read_bytes() == PAPER
        return row.filename

    assert read(dora) == read(elena) == "atto.pdf"
    with pytest.raises(DocumentNotFound):
        read(anna)
    view = office.engine.read(work_item, actor=dora, work_item_id=approval(office, case_id).id)
    assert view.prepared is not None and list(view.prepared.files) == [kept["id"]]

    decide(office, dora, approval(office, case_id), SEND_BACK)
    enzo = office.officer("enzo", (CHIVASSO, "officer"))
    office.complete(enzo, item, **GOOD, act=kept["id"])  # the file the office sent before
    decide(office, dora, approval(office, case_id), APPROVE)
    with office.session() as session:
        document = session.get_one(Document, kept["id"])
        assert (document.attached_by, document.organisation_id) == ("Enzo", CHIVASSO)
    with pytest.raises(DocumentNotFound):
        read(dora)


def test_the_term_runs_on_and_speaks_to_whoever_has_to_act(
    office: Office, case_id: str, submitted: WorkItem, dora: Actor, elena: Actor
) -> None:
    office.pass_days(24)  # half and four fifths of thirty days are behind us
    kinds = [kind for kind, item in notices(office, "dora") if kind == "reminder"]
    assert len(kinds) >= 2
    assert not any(kind == "reminder" for kind, _ in notices(office, "elena"))

    office.pass_days(8)
    assert ("expired", None) in notices(office, "dora")
    view = office.engine.read(work_item, actor=dora, work_item_id=approval(office, case_id).id)
    assert view.deadline is None or view.deadline.clock in ("overdue", "none")
    decide(office, dora, approval(office, case_id), APPROVE)


def test_the_approval_goes_where_its_activity_goes(
    office: Office, case_id: str, submitted: WorkItem, dora: Actor, elena: Actor
) -> None:
    office.engine.run(dora, suspend_case, case_id=case_id, reason="Verifica")
    with pytest.raises(CaseSuspended):
        decide(office, dora, approval(office, case_id), APPROVE)
    with pytest.raises(CaseSuspended):
        office.engine.run(elena, take_back, work_item_id=submitted.id)
    item = approval(office, case_id)
    office.engine.run(dora, resume_case, case_id=case_id, reason="Fatta")
    office.engine.run(dora, withdraw_case, case_id=case_id, reason="Non serve")

    with office.session() as session:
        assert session.get_one(WorkItem, item.id).state == "cancelled"
        assert session.get_one(WorkItem, submitted.id).state == "cancelled"
    assert scopes(office, dora)["todo"] == []


def test_an_approver_whose_mandate_ends_leaves_it_to_the_office(
    office: Office, case_id: str, submitted: WorkItem, dora: Actor
) -> None:
    item = approval(office, case_id)
    office.claim(dora, item)
    administrator = office.officer("luca", ("cmto", "administrator"))
    office.officer("diana", ("cmto", "director"))
    office.engine.run(
        administrator, end_mandate, mandate_id=dora.mandates[0].id, last_day=date(2026, 11, 22),
        reason="Decadenza", act="decreto n. 9",
    )  # fmt: skip
    assert approval(office, case_id).state == "open"
    with pytest.raises(WorkItemNotFound):
        decide(office, office.actor("dora"), item, APPROVE)
    decide(office, office.actor("diana"), item, APPROVE)


def test_what_no_longer_holds_cannot_be_approved(
    office: Office, case_id: str, dora: Actor, elena: Actor
) -> None:
    """The file that was prepared has meanwhile gone."""
    kept = office.engine.run(elena, store_upload, filename="atto.pdf", content=PAPER)
    office.complete(elena, office.item(case_id, "name_staff", CHIVASSO), **GOOD, act=kept["id"])

    def forget(work: Any) -> None:
        work.session.delete(work.session.get_one(Upload, kept["id"]))

    office.engine.run(dora, forget)
    with pytest.raises(WrongState, match="no longer holds"):
        decide(office, dora, approval(office, case_id), APPROVE)
    decide(office, dora, approval(office, case_id), SEND_BACK)


def test_of_two_officers_at_once_one_decides(
    office: Office, case_id: str, submitted: WorkItem, dora: Actor, elena: Actor
) -> None:
    """Two directors approve and the town takes back in the same moment: one of them has it."""
    diana = office.officer("diana", ("cmto", "director"))
    item, outcomes = approval(office, case_id), []

    def attempt(what: Callable[[], Any]) -> None:
        try:
            what()
            outcomes.append("done")
        except (AlreadyCompleted, StaleVersion, WrongState) as refusal:
            outcomes.append(type(refusal).__name__)

    hands = [
        threading.Thread(target=attempt, args=(act,))
        for act in (
            lambda: decide(office, dora, item, APPROVE),
            lambda: decide(office, diana, item, SEND_BACK),
            lambda: office.engine.run(elena, take_back, work_item_id=submitted.id),
        )
    ]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()

    assert outcomes.count("done") == 1
    ended = [
        e.type
        for e in office.history(case_id)
        if e.type in ("WorkItemApproved", "WorkItemSentBack", "WorkItemTakenBack")
    ]
    assert len(ended) == 1


def test_a_letter_that_moves_takes_the_approval_along(
    office: Office, case_id: str, submitted: WorkItem, dora: Actor
) -> None:
    davide = office.officer("davide", ("cmto", "coordinator"))
    item = approval(office, case_id)
    office.claim(dora, item)
    line = next(
        line.key for line in lines(load_folder(POOLED_OFFICE)) if line.activity == "name_staff"
    )
    office.engine.run(
        dora, amend_matrix, case_id=case_id, reason="Nuovo riparto",
        changes=[
            {"line": line, "column": "cmto.director", "letters": "I"},
            {"line": line, "column": "cmto.coordinator", "letters": "A"},
        ],
    )  # fmt: skip
    assert approval(office, case_id).state == "open"
    assert ("turn", item.id) in notices(office, "davide")
    with pytest.raises(NotResponsible):
        decide(office, dora, item, APPROVE)
    decide(office, davide, item, APPROVE)


def test_the_case_page_says_whose_turn_it_is(
    office: Office, case_id: str, submitted: WorkItem, dora: Actor, elena: Actor
) -> None:
    mine = office.engine.read(case_file, actor=dora, case_id=case_id).next
    assert mine.work_item_id == approval(office, case_id).id
    theirs = office.engine.read(case_file, actor=elena, case_id=case_id)
    assert theirs.next.work_item_id is None
    assert {i.kind for i in theirs.open_items} == {"activity", "approval"}


PEOPLE = {
    "dora": ("cmto", "director"),
    "diana": ("cmto", "director"),
    "elena": (CHIVASSO, "officer"),
    "enzo": (CHIVASSO, "officer"),
    "anna": (CASTAGNETO, "officer"),
    "mixed": (CHIVASSO, "officer"),
}
"""`mixed` also directs CMTo: the same person under two mandates."""
who = st.sampled_from(sorted(PEOPLE))


class FourEyesModel(RuleBasedStateMachine):
    """One activity of one town, and what may happen to it: a model that knows no row."""

    office: Office

    @initialize()
    def a_case_begins(self) -> None:
        self.case_id = self.office.pooled(self.office.actor("dora"), CHIVASSO, CASTAGNETO)
        self.item = self.office.item(self.case_id, "name_staff", CHIVASSO).id
        self.state = "open"
        self.holder: str | None = None
        self.preparers: set[str] = set()
        self.rounds = 0
        self.approver: str | None = None
        self.ever: list[str] = []

    def act(self, name: str, command: Any, *expected: type[EngineError], **given: Any) -> bool:
        """Whether the act was done; it must be refused exactly when the model expects it."""
        try:
            self.office.engine.run(self.office.actor(name), command, **given)
        except expected:
            return False
        assert not expected, (name, command.__name__, self.state)
        return True

    def does(self, name: str) -> bool:
        return PEOPLE[name][0] == CHIVASSO

    def answers(self, name: str) -> bool:
        return name in ("dora", "diana", "mixed")

    def why_not_done(self, name: str) -> tuple[type[EngineError], ...]:
        if not self.does(name):
            return (NotResponsible,)
        if self.state in ("completed", "cancelled"):
            return (AlreadyCompleted,)
        if self.state == "submitted":
            return (WrongState,)
        if self.holder not in (None, name):
            return (AlreadyClaimed,)
        return ()

    @rule(name=who)
    def takes(self, name: str) -> None:
        if self.act(name, claim, *self.why_not_done(name), work_item_id=self.item):
            self.state, self.holder = "held", name

    @rule(name=who)
    def prepares(self, name: str) -> None:
        done = self.act(
            name, complete_task, *self.why_not_done(name), work_item_id=self.item, data=GOOD
        )
        if done:
            self.state, self.holder = "submitted", None
            self.preparers.add(name)
            self.rounds += 1
            self.approver = None
            self.ever.append(approval(self.office, self.case_id).id)

    def why_not_decided(self, name: str) -> tuple[type[EngineError], ...]:
        if not self.answers(name):
            return (NotResponsible,)
        if self.state != "submitted":
            return (AlreadyCompleted,)
        if name in self.preparers:
            return (FourEyes,)
        if self.approver not in (None, name):
            return (AlreadyClaimed,)
        return ()

    @rule(name=who, approve=st.booleans())
    def decides(self, name: str, approve: bool) -> None:
        if not self.ever:
            return
        done = self.act(
            name, complete_task, *self.why_not_decided(name), work_item_id=self.ever[-1],
            data=APPROVE if approve else SEND_BACK,
        )  # fmt: skip
        if done:
            self.state = "completed" if approve else "returned"

    @rule(name=who)
    def takes_the_approval(self, name: str) -> None:
        if self.ever and self.act(
            name, claim, *self.why_not_decided(name), work_item_id=self.ever[-1]
        ):
            self.approver = name

    @rule(name=who)
    def takes_back(self, name: str) -> None:
        expected: tuple[type[EngineError], ...] = ()
        if not self.does(name):
            expected = (NotResponsible,)
        elif self.state in ("completed", "cancelled"):
            expected = (AlreadyCompleted,)
        elif self.state != "submitted":
            expected = (WrongState,)
        if self.act(name, take_back, *expected, work_item_id=self.item):
            self.state, self.holder = "held", name

    @rule(name=who)
    def puts_back(self, name: str) -> None:
        if self.state == "held" and name == self.holder:
            self.act(name, release, work_item_id=self.item)
            self.state, self.holder = "open", None

    @rule()
    def a_town_joins_or_leaves(self) -> None:
        """What others do changes nothing here, until Chivasso itself leaves."""
        if RONDISSONE not in self.towns():
            self.office.engine.run(
                self.office.actor("dora"), add_party, case_id=self.case_id,
                organisation_id=RONDISSONE, capacity="municipality", reason="Aderisce",
            )  # fmt: skip
        elif self.rounds > 1 and self.state != "completed":
            party = self.office.party(self.case_id, CHIVASSO)
            if party.left_at is None:
                self.office.engine.run(
                    self.office.actor("dora"), remove_party, case_id=self.case_id,
                    party_id=party.id, reason="Esce",
                )  # fmt: skip
                self.state, self.holder = "cancelled", None

    def towns(self) -> list[str]:
        with self.office.session() as session:
            return list(
                session.scalars(select(Party.organisation_id).where(Party.case_id == self.case_id))
            )

    @invariant()
    def rows_say_the_same(self) -> None:
        with self.office.session() as session:
            row = session.get_one(WorkItem, self.item)
            assert (row.state, row.rounds) == (self.state, self.rounds)
            assert set(row.preparers) == {self.office.people[n] for n in self.preparers}
            live = session.scalars(
                select(WorkItem).where(
                    WorkItem.belongs_to_id == self.item,
                    WorkItem.state.in_(("open", "held", "returned", "submitted")),
                )
            ).all()
            # One approval while it waits, none otherwise.
            assert len(live) == (self.state == "submitted")

    @invariant()
    def everybody_sees_what_he_may_do(self) -> None:
        for name in PEOPLE:
            rows = self.office.engine.read(
                worklist, actor=self.office.actor(name), scope="todo"
            ).items
            mine = [r for r in rows if r.case_id == self.case_id and r.organisation_id == CHIVASSO]
            wanted = not self.why_not_done(name)
            assert bool(mine) == wanted, (name, self.state)


@pytest.mark.slow
def test_rounds_of_approval_against_a_model(office: Office) -> None:
    office.deploy(POOLED_OFFICE)
    for name, seat in PEOPLE.items():
        office.officer(name, seat)
    office.officer("mixed", ("cmto", "director"))

    class Machine(FourEyesModel):
        pass

    Machine.office = office
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=12, stateful_step_count=18, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip

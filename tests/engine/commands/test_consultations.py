"""Whoever has a C must be heard before an activity is closed, or a milestone reached."""

import shutil
from datetime import date
from pathlib import Path
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
from engine.bundles.columns import Column
from engine.bundles.hearing import columns_heard_before
from engine.bundles.load import load_folder
from engine.bundles.matrix import amended, lines
from engine.commands import (
    add_party,
    amend_matrix,
    complete_task,
    give_documents,
    go_on_without,
    remove_party,
    start_case,
    withdraw_case,
)
from engine.errors import (
    AlreadyCompleted,
    EngineError,
    FormInvalid,
    NotAccountable,
    NotResponsible,
    NotYetHeard,
    WrongState,
)
from engine.model import Deadline, Notice, Party, WorkItem
from engine.queries import case_consultations, case_history, work_item, worklist
from tests.architecture.source import ROOT
from tests.office import CASTAGNETO, CHIVASSO, POOLED_OFFICE, Office

PROCESSES = ROOT / "processes"
STAFF = {"people": 2, "names": "Un istruttore tecnico."}
FUNDS = {"yearly": "12000.00"}
APPROVE = {"decision": "approve"}
PRECONDITIONS = {"basis": "agreement", "basis_act": "Rep. 128/2026"}
FAVOURABLE = {"opinion": "favourable", "opinion_text": "Nulla osta."}
WANTS = {"opinion": "needs_documents", "wanted": "Il piano finanziario."}


@pytest.fixture
def dora(office: Office) -> Actor:
    return office.officer("dora", ("cmto", "director"))


@pytest.fixture
def rita(office: Office) -> Actor:
    return office.officer("rita", ("region", "official"))


def do(office: Office, by: Actor, item: WorkItem, **data: Any) -> None:
    office.engine.run(by, complete_task, work_item_id=item.id, data=data)


def funding(office: Office, dora: Actor, elena: Actor, anna: Actor) -> str:
    """A pooled office whose staff is known: the funds are to be committed."""
    case_id = office.pooled(dora, CHIVASSO, CASTAGNETO)
    for who, town in ((elena, CHIVASSO), (anna, CASTAGNETO)):
        do(office, who, office.item(case_id, "name_staff", town), **STAFF)
        do(office, dora, office.item(case_id, "name_staff", kind="approval"), **APPROVE)
    return case_id


@pytest.fixture
def case_id(office: Office, dora: Actor, rita: Actor, elena: Actor, anna: Actor) -> str:
    office.deploy(POOLED_OFFICE)
    return funding(office, dora, elena, anna)


def asked(office: Office, case_id: str) -> WorkItem:
    return office.item(case_id, "commit_funding", kind="consultation")


def told(office: Office, name: str) -> list[str]:
    with office.session() as session:
        rows = session.scalars(
            select(Notice).where(Notice.officer_id == office.people[name]).order_by(Notice.id)
        )
        return [n.kind for n in rows]


def variant(tmp_path: Path, **files: tuple[str, str]) -> Path:
    """The pooled office with one thing in a file said otherwise."""
    folder = Path(shutil.copytree(POOLED_OFFICE, tmp_path / "pooled-office"))
    for name, (was, now) in files.items():
        path = folder / name.replace("__", ".")
        text = path.read_text(encoding="utf-8")
        assert was in text
        path.write_text(text.replace(was, now), encoding="utf-8")
    return folder


def test_the_action_plans_own_example(
    office: Office, dora: Actor, rita: Actor, elena: Actor, anna: Actor
) -> None:
    """Municipalities do staff and commitments, CMTo answers, the Region is heard on the funds,
    the others are told (Action Plan, RACI of the planning offices)."""
    office.deploy(POOLED_OFFICE)
    office.officer("sindaca", (CHIVASSO, "mayor"))
    case_id = funding(office, dora, elena, anna)
    assert "milestone" in told(office, "sindaca")
    work, opinion = office.item(case_id, "commit_funding"), asked(office, case_id)
    assert (opinion.organisation_id, opinion.due_on) == ("region", date(2026, 12, 14))
    assert told(office, "rita")[-1] == "consulted"

    with pytest.raises(NotYetHeard, match=r"Piemonte \(by 14 December 2026\)"):
        do(office, elena, work, **FUNDS)
    (row,) = [r for r in office.engine.read(worklist, actor=rita).items if r.kind != "activity"]
    assert (row.id, row.letter, row.title.it) == (opinion.id, "C", "Parere: Impegna i fondi")
    view = office.engine.read(work_item, actor=rita, work_item_id=opinion.id)
    assert view.what.it.startswith("I fondi e la base giuridica")
    do(
        office, rita, opinion, opinion="conditions", opinion_text="Sì, ma.",
        conditions=[{"condition": "Rendiconto annuale.", "binding": "yes"}],
    )  # fmt: skip

    mine = office.engine.read(work_item, actor=elena, work_item_id=work.id)
    (heard,) = mine.consultations
    assert (heard.state, heard.opinion, heard.given_by) == ("given", "conditions", "Rita")
    assert heard.conditions[0]["condition"] == "Rendiconto annuale."
    assert told(office, "elena")[-1] == "heard"
    do(office, elena, work, **FUNDS)
    do(office, dora, office.item(case_id, "commit_funding", kind="approval"), **APPROVE)

    assert told(office, "sindaca")[-2:] == ["informed", "milestone"]
    (said,) = office.engine.read(case_consultations, actor=dora, case_id=case_id)
    assert (said.hears, said.drawn, said.opinion_title.it) == (
        "region.official", False, "Favorevole con condizioni",
    )  # fmt: skip
    timeline = [
        r.text.it for r in office.engine.read(case_history, actor=dora, case_id=case_id).items
    ]
    assert any("parere su «Impegna i fondi», favorevole con condizioni" in t for t in timeline)


def test_silence_is_recorded_and_lets_one_go_on(
    office: Office, case_id: str, dora: Actor, rita: Actor, elena: Actor
) -> None:
    office.pass_days(20)  # to the last day
    with pytest.raises(NotYetHeard):
        do(office, elena, office.item(case_id, "commit_funding"), **FUNDS)
    opinion = asked(office, case_id)
    office.pass_days(2)

    with office.session() as session:
        assert session.get_one(WorkItem, opinion.id).state == "silent"
    with pytest.raises(AlreadyCompleted):
        do(office, rita, opinion, **FAVOURABLE)
    assert "heard" in told(office, "elena")
    do(office, elena, office.item(case_id, "commit_funding"), **FUNDS)
    types = [e.type for e in office.history(case_id)]
    assert types.count("ConsultationSilent") == 1
    assert types.index("ConsultationSilent") < types.index("WorkItemSubmitted", 20)


def test_documents_are_asked_for_once_and_the_term_begins_again(
    office: Office, case_id: str, dora: Actor, rita: Actor, elena: Actor, anna: Actor
) -> None:
    """L. 241/1990 art. 16 c. 4: one interruption, then fifteen days from receipt."""
    opinion = asked(office, case_id)
    office.pass_days(10)
    do(office, rita, opinion, **WANTS)
    assert "documents" in told(office, "elena")
    with pytest.raises(NotYetHeard, match="waits for documents from you"):
        do(office, elena, office.item(case_id, "commit_funding"), **FUNDS)
    office.pass_days(40)  # the clock stands still
    assert asked(office, case_id).state == "submitted"
    with pytest.raises(NotResponsible):
        office.engine.run(rita, give_documents, work_item_id=opinion.id, reply="Eccoli.")

    office.engine.run(elena, give_documents, work_item_id=opinion.id, reply="Prot. 12.")
    again = asked(office, case_id)
    assert (again.state, again.due_on) == ("open", date(2027, 1, 27))
    with pytest.raises(WrongState):
        office.engine.run(elena, give_documents, work_item_id=opinion.id, reply="Ancora.")
    with pytest.raises(FormInvalid):
        do(office, rita, again, **WANTS)
    do(office, rita, again, **FAVOURABLE)
    do(office, elena, office.item(case_id, "commit_funding"), **FUNDS)


def test_where_silence_means_nothing_whoever_answers_decides(
    office: Office, tmp_path: Path, dora: Actor, rita: Actor, elena: Actor, anna: Actor
) -> None:
    office.deploy(
        variant(
            tmp_path,
            process__toml=('silence = "proceed_without"\nnature = "statutory"',
                           'silence = "escalate"\nnature = "statutory"'),
        )
    )  # fmt: skip
    case_id = funding(office, dora, elena, anna)
    opinion = asked(office, case_id)
    with pytest.raises(WrongState, match="has not passed"):
        office.engine.run(dora, go_on_without, work_item_id=opinion.id, reason="Urgenza")
    office.pass_days(25)

    assert "expired" in told(office, "dora")  # who answers is called
    with pytest.raises(NotYetHeard, match="term passed on"):
        do(office, elena, office.item(case_id, "commit_funding"), **FUNDS)
    with pytest.raises(NotAccountable):
        office.engine.run(elena, go_on_without, work_item_id=opinion.id, reason="Urgenza")
    office.engine.run(dora, go_on_without, work_item_id=opinion.id, reason="Sollecitata due volte")
    do(office, elena, office.item(case_id, "commit_funding"), **FUNDS)
    entry = next(e for e in office.history(case_id) if e.type == "ConsultationSilent")
    assert entry.payload["silence"] == "waived"


def test_the_law_gives_the_term_where_the_procedure_says_none(
    office: Office, tmp_path: Path, dora: Actor, rita: Actor, elena: Actor, anna: Actor
) -> None:
    text = (POOLED_OFFICE / "process.toml").read_text(encoding="utf-8")
    own = text[text.index("[deadline.region-opinion]") :]
    office.deploy(variant(tmp_path, process__toml=(own, "")))
    case_id = funding(office, dora, elena, anna)
    opinion = asked(office, case_id)
    (term,) = [d for d in office.deadlines(case_id) if d.work_item_id == opinion.id]
    assert (term.name, term.legal_basis) == ("heard-by-letter", "L. 241/1990 art. 16 c. 1-2")
    assert term.due_on == opinion.due_on == date(2026, 12, 14)


def test_a_milestone_waits_for_those_heard_once_before_it(
    office: Office, tmp_path: Path, dora: Actor, rita: Actor, elena: Actor, anna: Actor
) -> None:
    """A C in the row of a milestone: one question for the stage, not one for each activity."""
    office.deploy(variant(tmp_path, raci__csv=("staffed,R,I,I,A,I,I,I", "staffed,R,I,I,A,C,I,I")))
    case_id = office.pooled(dora, CHIVASSO, CASTAGNETO)
    (opinion,) = office.items(case_id, "staffed", "consultation")
    assert opinion.organisation_id == "region"
    do(office, elena, office.item(case_id, "name_staff", CHIVASSO), **STAFF)
    do(office, dora, office.item(case_id, "name_staff", kind="approval"), **APPROVE)
    # The activity with which it began is over, the question stands.
    assert office.items(case_id, "staffed", "consultation")[0].state == "open"
    do(office, anna, office.item(case_id, "name_staff", CASTAGNETO), **STAFF)
    last = office.item(case_id, "name_staff", kind="approval")
    with pytest.raises(NotYetHeard, match="Before “Staff”"):
        do(office, dora, last, **APPROVE)
    assert office.item(case_id, "name_staff", CASTAGNETO).state == "submitted"  # nothing moved

    do(office, rita, opinion, **FAVOURABLE)
    do(office, dora, last, **APPROVE)
    assert office.item(case_id, "commit_funding").state == "open"


def test_what_was_asked_ends_with_the_case(
    office: Office, tmp_path: Path, dora: Actor, rita: Actor, elena: Actor, anna: Actor
) -> None:
    office.deploy(variant(tmp_path, raci__csv=("staffed,R,I,I,A,I,I,I", "staffed,R,I,I,A,C,I,I")))
    case_id = office.pooled(dora, CHIVASSO, CASTAGNETO)
    assert len(office.items(case_id, "staffed", "consultation")) == 1
    office.engine.run(dora, withdraw_case, case_id=case_id, reason="Non serve")
    assert office.items(case_id, kind="consultation") == []
    assert "ConsultationEnded" in [e.type for e in office.history(case_id)]
    assert not [d for d in office.deadlines(case_id) if d.state == "running"]


def test_a_letter_given_or_taken_opens_or_ends_the_question(
    office: Office, case_id: str, dora: Actor, rita: Actor, elena: Actor
) -> None:
    office.officer("davide", ("cmto", "coordinator"))
    line = next(x.key for x in lines(load_folder(POOLED_OFFICE)) if x.activity == "commit_funding")

    def give(column: str, letters: str) -> None:
        office.engine.run(
            dora, amend_matrix, case_id=case_id, reason="Nuovo riparto",
            changes=[{"line": line, "column": column, "letters": letters}],
        )  # fmt: skip

    give("municipality.mayor", "C")
    bodies = {i.organisation_id for i in office.items(case_id, kind="consultation")}
    assert bodies == {"region", CHIVASSO, CASTAGNETO}
    mayor = office.officer("sindaca", (CHIVASSO, "mayor"))
    own = office.item(case_id, "commit_funding", CHIVASSO, kind="consultation")
    do(office, mayor, own, **FAVOURABLE)  # a political office may give an opinion on anything
    give("municipality.mayor", "I")
    give("region.official", "I")
    assert office.items(case_id, kind="consultation") == []
    do(office, elena, office.item(case_id, "commit_funding"), **FUNDS)


PEOPLE = {"rita": "region", "pia": CHIVASSO, "ugo": CASTAGNETO}


class Hearing(RuleBasedStateMachine):
    """One activity and the bodies that are heard about it: who is missing, says a model."""

    office: Office
    line: str

    @initialize()
    def the_funds_are_to_be_committed(self) -> None:
        office = self.office
        actors = [office.actor(name) for name in ("dora", "elena", "anna")]
        self.case_id = funding(office, *actors)
        self.item = office.item(self.case_id, "commit_funding").id
        self.letters = {"region": True, "mayor": False}
        self.inside = {CHIVASSO, CASTAGNETO}
        self.state = {"region": "asked"}
        self.asked_docs: set[str] = set()
        self.days = {"region": 0}
        self.done = False

    def wanted(self) -> set[str]:
        found = {"region"} if self.letters["region"] else set()
        return found | (self.inside if self.letters["mayor"] else set())

    def agree(self) -> None:
        for body in self.wanted():
            if self.state.get(body) in (None, "ended"):
                self.state[body], self.days[body] = "asked", 0
                self.asked_docs.discard(body)
        for body, state in self.state.items():
            if body not in self.wanted() and state in ("asked", "documents"):
                self.state[body] = "ended"

    def missing(self) -> set[str]:
        return {b for b, s in self.state.items() if s in ("asked", "documents")}

    def opinion_of(self, body: str) -> str | None:
        with self.office.session() as session:
            return session.scalar(
                select(WorkItem.id)
                .where(
                    WorkItem.belongs_to_id == self.item, WorkItem.kind == "consultation",
                    WorkItem.organisation_id == body,
                )
                .order_by(WorkItem.id.desc())
            )  # fmt: skip

    @rule(name=st.sampled_from(sorted(PEOPLE)), wants=st.booleans())
    def answers(self, name: str, wants: bool) -> None:
        body = PEOPLE[name]
        item = self.opinion_of(body)
        if item is None or self.done:
            return
        open_ = self.state[body] == "asked"
        again = wants and body in self.asked_docs
        try:
            self.office.engine.run(
                self.office.actor(name), complete_task, work_item_id=item,
                data=WANTS if wants else FAVOURABLE,
            )  # fmt: skip
        except EngineError:
            assert not open_ or again
            return
        assert open_ and not again
        self.state[body] = "documents" if wants else "given"
        self.asked_docs |= {body} if wants else set()

    @rule(name=st.sampled_from(sorted(PEOPLE)))
    def gets_documents(self, name: str) -> None:
        body = PEOPLE[name]
        item = self.opinion_of(body)
        if self.state.get(body) == "documents" and item is not None and not self.done:
            self.office.engine.run(
                self.office.actor("elena"), give_documents, work_item_id=item, reply="Prot. 3"
            )
            self.state[body], self.days[body] = "asked", 8

    @rule(days=st.sampled_from([3, 9, 14]))
    def days_pass(self, days: int) -> None:
        self.office.pass_days(days)
        with self.office.session() as session:
            over = {
                org
                for org, due, state in session.execute(
                    select(WorkItem.organisation_id, Deadline.due_on, Deadline.state)
                    .join(Deadline, Deadline.work_item_id == WorkItem.id)
                    .where(WorkItem.belongs_to_id == self.item, WorkItem.kind == "consultation")
                )
                if state == "expired"
            }
        for body in map(str, over):
            if self.state[body] == "asked":
                self.state[body] = "silent"

    @rule(who=st.sampled_from(["region", "mayor"]))
    def a_letter_changes(self, who: str) -> None:
        if self.done:
            return
        self.letters[who] = not self.letters[who]
        column = {"region": "region.official", "mayor": "municipality.mayor"}[who]
        letters = "C" if self.letters[who] else "I"
        self.office.engine.run(
            self.office.actor("dora"), amend_matrix, case_id=self.case_id, reason="Riparto",
            changes=[{"line": self.line, "column": column, "letters": letters}],
        )  # fmt: skip
        self.agree()

    @rule()
    def a_town_leaves_or_comes_back(self) -> None:
        if self.done:
            return
        if CASTAGNETO in self.inside:
            party = self.office.party(self.case_id, CASTAGNETO)
            self.office.engine.run(
                self.office.actor("dora"), remove_party, case_id=self.case_id, party_id=party.id,
                reason="Esce",
            )  # fmt: skip
            self.inside.discard(CASTAGNETO)
        else:
            self.office.engine.run(
                self.office.actor("dora"), add_party, case_id=self.case_id,
                organisation_id=CASTAGNETO, capacity="municipality", reason="Rientra",
            )  # fmt: skip
            self.inside.add(CASTAGNETO)
        self.agree()

    @rule()
    def the_work_is_submitted(self) -> None:
        if self.done:
            return
        elena = self.office.actor("elena")
        if self.missing():
            with pytest.raises(NotYetHeard) as refused:
                self.office.engine.run(elena, complete_task, work_item_id=self.item, data=FUNDS)
            assert set(refused.value.details["missing"]) == self.missing()
            return
        self.office.engine.run(elena, complete_task, work_item_id=self.item, data=FUNDS)
        self.done = True

    @invariant()
    def rows_say_the_same(self) -> None:
        with self.office.session() as session:
            found = session.execute(
                select(WorkItem.organisation_id, WorkItem.state).where(
                    WorkItem.belongs_to_id == self.item, WorkItem.kind == "consultation"
                ).order_by(WorkItem.id)
            ).all()  # fmt: skip
            words = {"open": "asked", "held": "asked", "submitted": "documents",
                     "completed": "given", "silent": "silent", "cancelled": "ended"}  # fmt: skip
            assert {body: words[state] for body, state in found} == self.state
            live = [
                d.id
                for d in session.scalars(select(Deadline).where(Deadline.case_id == self.case_id))
                if d.is_living and d.work_item_id is not None
            ]
            assert len(live) == len(self.missing())
            assert session.scalars(select(Party.id).where(Party.case_id == self.case_id)).all()


def test_who_is_missing_against_a_model(office: Office) -> None:
    office.deploy(POOLED_OFFICE)
    office.officer("dora", ("cmto", "director"))
    office.officer("elena", (CHIVASSO, "officer"))
    office.officer("anna", (CASTAGNETO, "officer"))
    office.officer("rita", ("region", "official"))
    office.officer("pia", (CHIVASSO, "mayor"))
    office.officer("ugo", (CASTAGNETO, "mayor"))

    class Machine(Hearing):
        pass

    Machine.office = office
    Machine.line = next(
        x.key for x in lines(load_folder(POOLED_OFFICE)) if x.activity == "commit_funding"
    )
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=8, stateful_step_count=16, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_a_drawn_hearing_does_not_stand_for_a_letter_laid_over_it(
    office: Office, rita: Actor
) -> None:
    """The action plan's example: the drawing hears the Region at the end, not on the funding."""
    folder = PROCESSES / "planning-office-setup"
    office.deploy(folder, PROCESSES / "shared")
    monica = office.officer("monica", ("cmto", "coordinator"))
    case_id = office.engine.run(
        monica, start_case, process=folder.name, title="Ufficio", data={"area_name": "Chivassese"},
        parties=[{"organisation": t, "capacity": "municipality"} for t in (CHIVASSO, CASTAGNETO)],
    )  # fmt: skip
    own = load_folder(folder, PROCESSES / "shared")
    region = Column("region", "official")
    assert columns_heard_before(own, "office_opened") == ()
    assert columns_heard_before(own, "set_up") == ()

    changes = [
        {"line": line, "column": "region.official", "letters": "C"}
        for line in ("check_preconditions", "set_up")
    ]
    office.engine.run(
        monica, amend_matrix, case_id=case_id, changes=changes, reason="Piano d’azione, sez. J"
    )
    laid = amended(own, {"case": {c["line"]: {c["column"]: "C"} for c in changes}})
    assert columns_heard_before(laid, "set_up") == (region,)
    assert columns_heard_before(laid, "office_opened") == ()

    item = office.item(case_id, "check_preconditions")
    with pytest.raises(NotYetHeard, match="Regione Piemonte"):
        office.engine.run(monica, complete_task, work_item_id=item.id, data=PRECONDITIONS)
    asked = office.item(case_id, "check_preconditions", kind="consultation")
    assert asked.due_on is not None
    office.engine.run(rita, complete_task, work_item_id=asked.id, data=FAVOURABLE)
    office.engine.run(monica, complete_task, work_item_id=item.id, data=PRECONDITIONS)

"""Suspend, resume, interrupt, extend, change profile: each by its own rule, each in the ledger."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine import Actor
from engine.commands import (
    choose_profile,
    expire_deadline,
    extend_deadline,
    interrupt_deadline,
    resume_deadline,
    start_case,
    suspend_deadline,
)
from engine.errors import (
    DeadlineNotFound,
    Invalid,
    NeedsMissing,
    NotAllowed,
    NotFound,
    StaleVersion,
    WrongState,
)
from engine.ledgers import counting_of, entries_of
from engine.legal_clock import stand
from engine.model import Deadline, LedgerEntry, Notice
from engine.queries import case_deadlines
from engine.unit_of_work import UnitOfWork
from tests.office import CASTAGNETO, CHIVASSO, SYSTEM, Office

FOLDER = Path(__file__).parent.parent / "legal-terms"


@pytest.fixture
def anna(office: Office) -> Actor:
    return office.officer("anna", (CASTAGNETO, "officer"))


@pytest.fixture
def region(office: Office) -> Actor:
    return office.officer("silvia", ("region", "official"))


@pytest.fixture
def variant(office: Office, elena: Actor, coordinator: Actor, region: Actor) -> str:
    """A variant of Chivasso, adopted on Monday 23 November 2026: all four terms run."""
    office.deploy(FOLDER)
    case_id = office.engine.run(
        elena, start_case, process="legal-terms", title="Variante 12",
        parties=[{"organisation": CHIVASSO, "capacity": "municipality"}], data={},
    )  # fmt: skip
    office.complete(elena, office.item(case_id, "adopt"))
    return case_id


def term(office: Office, case_id: str, name: str) -> Deadline:
    return next(d for d in office.deadlines(case_id) if d.name == name)


def kinds(office: Office, row: Deadline) -> list[str]:
    with office.session() as session:
        found = session.query(LedgerEntry).filter_by(deadline_id=row.id)
        return [entry.kind for entry in found.order_by(LedgerEntry.seq)]


def dates_follow_from_their_ledgers(office: Office, case_id: str) -> None:
    with office.session() as session:
        for row in office.deadlines(case_id):
            lines = session.query(LedgerEntry).filter_by(deadline_id=row.id)
            found = lines.order_by(LedgerEntry.seq).all()
            if found:
                standing = stand(entries_of(found), counting_of(found))
                assert standing.due_on == row.due_on, row.name


def test_documents_that_are_missing_stop_the_procedure_once(
    office: Office, variant: str, elena: Actor, coordinator: Actor
) -> None:
    """Art. 2 c. 7: once, thirty days at most, and the days that were counted stay."""
    conclusion = term(office, variant, "conclusion")
    assert (conclusion.due_on, conclusion.target_on) == (date(2026, 12, 23), date(2026, 12, 14))
    office.pass_days(9)
    office.engine.run(
        elena, suspend_deadline, deadline_id=conclusion.id, ground="supplements",
        reason="Manca la relazione geologica", document="prot. 118442",
    )  # fmt: skip
    stopped = term(office, variant, "conclusion")
    assert (stopped.state, stopped.resumes_on) == ("suspended", date(2027, 1, 1))
    assert stopped.due_on == date(2027, 1, 22), "at the latest, if the documents never come"
    assert office.item(variant, "conclude").due_on == stopped.due_on

    office.pass_days(13)
    office.engine.run(
        elena, resume_deadline, deadline_id=conclusion.id, reason="Depositata", document="prot. 9"
    )
    again = term(office, variant, "conclusion")
    assert (again.state, again.due_on) == ("running", date(2027, 1, 5))
    assert kinds(office, again) == ["start", "suspend", "resume"]
    with pytest.raises(WrongState, match="already suspended once") as refusal:
        office.engine.run(
            elena, suspend_deadline, deadline_id=conclusion.id, ground="supplements", reason="più"
        )
    assert "L. 241/1990 art. 2 c. 7" in refusal.value.message.en
    dates_follow_from_their_ledgers(office, variant)
    types = [e.type for e in office.history(variant)]
    assert types.count("DeadlineSuspended") == types.count("DeadlineResumed") == 1
    (view, *_) = [
        v for v in office.engine.read(case_deadlines, actor=SYSTEM, case_id=variant)
        if v.name == "conclusion"
    ]  # fmt: skip
    assert view.why.it == (
        "30 giorni dal 23 novembre 2026, il primo giorno non si conta. "
        "Fermo 13 giorni (documenti integrativi)."
    )
    assert (view.counted, view.total) == (9, 30)
    with office.session() as session:
        told = session.query(Notice).filter_by(kind="clock", officer_id=coordinator.officer_id)
        assert [n.words["it"].split("» ")[1] for n in told.order_by(Notice.at)] == [
            "è sospeso, al più tardi fino a ven 01/01/2027.", "è ripreso: scade mar 05/01/2027.",
        ]  # fmt: skip


def test_a_suspension_that_nobody_ends_ends_by_itself(
    office: Office, variant: str, elena: Actor
) -> None:
    conclusion = term(office, variant, "conclusion")
    office.engine.run(
        elena, suspend_deadline, deadline_id=conclusion.id, ground="supplements", reason="Mappe",
        until=date(2026, 12, 3),
    )  # fmt: skip
    office.pass_days(9)
    assert term(office, variant, "conclusion").state == "suspended"
    office.pass_days(1)
    row = term(office, variant, "conclusion")
    assert (row.state, row.due_on, row.resumes_on) == ("running", date(2027, 1, 2), None)
    assert kinds(office, row) == ["start", "suspend", "resume"]
    dates_follow_from_their_ledgers(office, variant)


def test_after_a_notice_of_refusal_the_clock_goes_on_ten_days_after_the_reply(
    office: Office, variant: str, elena: Actor
) -> None:
    """Art. 10-bis: notice on 23 November, reply on the 27th, the clock goes on on 7 December."""
    conclusion = term(office, variant, "conclusion")
    office.engine.run(
        elena, suspend_deadline, deadline_id=conclusion.id, ground="refusal-notice",
        reason="Contrasto con il PTC2",
    )  # fmt: skip
    assert term(office, variant, "conclusion").resumes_on == date(2026, 12, 3)
    office.pass_days(4)
    office.engine.run(elena, resume_deadline, deadline_id=conclusion.id, reason="Osservazioni")
    answered = term(office, variant, "conclusion")
    assert (answered.state, answered.resumes_on) == ("suspended", date(2026, 12, 7))
    assert answered.due_on == date(2027, 1, 7), "fourteen days later; the 6th is the Epiphany"
    with pytest.raises(WrongState, match="already set"):
        office.engine.run(elena, resume_deadline, deadline_id=conclusion.id, reason="di nuovo")
    office.pass_days(10)
    row = term(office, variant, "conclusion")
    assert (row.state, kinds(office, row)) == ("running", ["start", "suspend", "resume"])
    dates_follow_from_their_ledgers(office, variant)


def test_without_a_reply_the_clock_goes_on_when_the_ten_days_have_lapsed(
    office: Office, variant: str, elena: Actor
) -> None:
    conclusion = term(office, variant, "conclusion")
    office.engine.run(
        elena, suspend_deadline, deadline_id=conclusion.id, ground="refusal-notice", reason="PTC2"
    )
    office.pass_days(10)
    row = term(office, variant, "conclusion")
    assert (row.state, row.due_on) == ("running", date(2027, 1, 2))


def test_an_opinion_is_interrupted_once_and_due_fifteen_days_after_receipt(
    office: Office, variant: str, coordinator: Actor
) -> None:
    """Art. 16 c. 4."""
    opinion = term(office, variant, "opinion-term")
    office.pass_days(5)
    office.engine.run(
        coordinator, interrupt_deadline, deadline_id=opinion.id, reason="Servono i rilievi"
    )
    stopped = term(office, variant, "opinion-term")
    assert (stopped.state, stopped.due_on) == ("interrupted", None)
    assert office.item(variant, "give_opinion").due_on is None
    office.pass_days(40)
    assert len(office.items(variant, "give_opinion")) == 1, "an interrupted term never passes"
    office.engine.run(coordinator, resume_deadline, deadline_id=opinion.id, reason="Arrivati")
    again = term(office, variant, "opinion-term")
    assert (again.state, again.starts_on, again.due_on) == (
        "running", date(2027, 1, 7), date(2027, 1, 22),
    )  # fmt: skip
    assert kinds(office, again) == ["start", "interrupt", "restart"]
    with pytest.raises(WrongState, match="interrupted once"):
        office.engine.run(coordinator, interrupt_deadline, deadline_id=opinion.id, reason="ancora")
    office.pass_days(16)
    assert kinds(office, again) == ["start", "interrupt", "restart", "expired", "silence"]
    assert "opinion_in" in [e.payload.get("milestone") for e in office.history(variant)]
    dates_follow_from_their_ledgers(office, variant)


def test_silence_of_the_region_is_assent_and_the_ledger_says_so(
    office: Office, variant: str, region: Actor
) -> None:
    """Art. 17-bis c. 1-2: one interruption, then thirty days again, then silence is assent."""
    assent = term(office, variant, "assent-term")
    office.pass_days(30)
    office.engine.run(region, interrupt_deadline, deadline_id=assent.id, reason="Integrazioni")
    office.engine.run(region, resume_deadline, deadline_id=assent.id, reason="Ricevute")
    row = term(office, variant, "assent-term")
    assert row.due_on == date(2027, 1, 22)
    office.pass_days(31)
    row = term(office, variant, "assent-term")
    assert (row.state, kinds(office, row)[-2:]) == ("expired", ["expired", "silence"])
    view = next(
        v for v in office.engine.read(case_deadlines, actor=SYSTEM, case_id=variant)
        if v.name == "assent-term"
    )  # fmt: skip
    assert view.ledger[-1].effect.it == "Se passa: l'assenso si intende acquisito."


def test_an_extension_needs_the_consent_of_the_region(
    office: Office, variant: str, elena: Actor
) -> None:
    conclusion = term(office, variant, "conclusion")
    asked: dict[str, Any] = {
        "deadline_id": conclusion.id, "days": 20, "reason": "Festività",
    }  # fmt: skip
    with pytest.raises(Invalid, match="consent of Regione Piemonte"):
        office.engine.run(elena, extend_deadline, **asked)
    with pytest.raises(Invalid, match="1 to 30"):
        office.engine.run(elena, extend_deadline, **{**asked, "days": 31})
    office.engine.run(elena, extend_deadline, **asked, consents={"region": "prot. 77"})
    row = term(office, variant, "conclusion")
    assert row.due_on == date(2027, 1, 12)
    with pytest.raises(Invalid, match="1 to 10"):
        office.engine.run(
            elena, extend_deadline, **{**asked, "days": 11}, consents={"region": "prot. 78"}
        )
    view = next(
        v for v in office.engine.read(case_deadlines, actor=SYSTEM, case_id=variant)
        if v.name == "conclusion"
    )  # fmt: skip
    assert view.ledger[-1].consents[0].en == "consent of Regione Piemonte: prot. 77"
    assert "Prorogato di 20 giorni." in view.why.it
    dates_follow_from_their_ledgers(office, variant)


def test_a_profile_moves_every_date_that_has_another_length(
    office: Office, variant: str, elena: Actor
) -> None:
    office.pass_days(5)
    office.engine.run(
        elena, choose_profile, case_id=variant, profile="accelerated", reason="Opera PNRR",
        document="D.G.C. 88/2026",
    )  # fmt: skip
    publication = term(office, variant, "publication")
    assert (publication.due_on, publication.length) == (date(2026, 12, 7), "15 days")
    assert kinds(office, publication) == ["start", "profile"]
    assert term(office, variant, "conclusion").due_on == date(2026, 12, 23)
    with pytest.raises(WrongState, match="already follows"):
        office.engine.run(
            elena, choose_profile, case_id=variant, profile="accelerated", reason="di nuovo"
        )
    office.engine.run(
        elena, choose_profile, case_id=variant, profile="custom", reason="Commissario",
        lengths={"publication": "10 days"},
    )  # fmt: skip
    assert term(office, variant, "publication").due_on == date(2026, 12, 2)
    with pytest.raises(Invalid, match="Wrong lengths"):
        office.engine.run(
            elena, choose_profile, case_id=variant, profile="custom", reason="x",
            lengths={"publication": "soon"},
        )  # fmt: skip
    dates_follow_from_their_ledgers(office, variant)


def test_a_shorter_profile_never_ends_a_term_in_the_past(
    office: Office, variant: str, elena: Actor
) -> None:
    office.pass_days(20)
    office.engine.run(
        elena, choose_profile, case_id=variant, profile="accelerated", reason="Finanziato"
    )
    publication = term(office, variant, "publication")
    assert publication.due_on == date(2026, 12, 13), "the day of the change"
    office.pass_days(1)
    assert term(office, variant, "publication").state == "expired"


def test_a_decision_waits_for_publication_and_opinion(
    office: Office, variant: str, elena: Actor
) -> None:
    with pytest.raises(NeedsMissing) as refusal:
        office.complete(elena, office.item(variant, "conclude"))
    assert "la pubblicazione, fino al 22/12/2026" in refusal.value.message.it
    assert "il parere, o il suo silenzio (L. 241/1990 art. 16)" in refusal.value.message.it
    office.pass_days(30)
    office.complete(elena, office.item(variant, "conclude"))


@pytest.mark.parametrize("act", ["suspend", "interrupt", "extend", "profile"])
def test_only_those_the_rule_names_touch_a_clock(
    office: Office, variant: str, coordinator: Actor, region: Actor, anna: Actor, act: str
) -> None:
    conclusion, opinion = term(office, variant, "conclusion"), term(office, variant, "opinion-term")
    before = len(office.history(variant))

    def attempt(actor: Actor) -> None:
        run = office.engine.run
        if act == "suspend":
            asked: dict[str, Any] = {"deadline_id": conclusion.id, "ground": "supplements"}
            run(actor, suspend_deadline, **asked, reason="x")
        elif act == "interrupt":
            run(actor, interrupt_deadline, deadline_id=opinion.id, reason="x")
        elif act == "extend":
            run(actor, extend_deadline, deadline_id=conclusion.id, days=1, reason="x")
        else:
            run(actor, choose_profile, case_id=variant, profile="accelerated", reason="x")

    with pytest.raises(NotAllowed):
        attempt(region)
    with pytest.raises(NotFound):
        attempt(anna)
    if act == "interrupt":
        return
    with pytest.raises(NotAllowed):
        attempt(coordinator)
    assert len(office.history(variant)) == before


def test_what_cannot_be_is_refused_and_changes_nothing(
    office: Office, variant: str, elena: Actor
) -> None:
    conclusion = term(office, variant, "conclusion")
    asked: dict[str, Any] = {"deadline_id": conclusion.id, "ground": "supplements"}
    run = office.engine.run
    with pytest.raises(Invalid, match="reason is missing"):
        run(elena, suspend_deadline, **asked, reason=" ")
    with pytest.raises(Invalid, match="not come yet"):
        run(elena, suspend_deadline, **asked, reason="x", day=date(2026, 12, 1))
    with pytest.raises(Invalid, match="cannot be earlier"):
        run(elena, suspend_deadline, **asked, reason="x", day=date(2026, 11, 1))
    with pytest.raises(Invalid, match="until 23 December 2026"):
        run(elena, suspend_deadline, **asked, reason="x", until=date(2027, 3, 1))
    with pytest.raises(WrongState, match="no such suspension"):
        run(elena, suspend_deadline, deadline_id=conclusion.id, ground="holiday", reason="x")
    with pytest.raises(WrongState, match="cannot be interrupted"):
        run(elena, interrupt_deadline, deadline_id=conclusion.id, reason="x")
    with pytest.raises(WrongState, match="is running"):
        run(elena, resume_deadline, deadline_id=conclusion.id, reason="x")
    with pytest.raises(StaleVersion):
        run(elena, suspend_deadline, **asked, reason="x", version=7)
    with pytest.raises(DeadlineNotFound):
        run(elena, suspend_deadline, deadline_id="nowhere", ground="supplements", reason="x")
    assert kinds(office, conclusion) == ["start"]


def test_a_preview_is_the_act_itself_undone(office: Office, variant: str, elena: Actor) -> None:
    conclusion = term(office, variant, "conclusion")
    before = len(office.history(variant))
    seen = office.engine.preview(
        elena, suspend_deadline,
        lambda reading, _: {
            v.name: v.due_on
            for v in case_deadlines(reading, actor=elena, case_id=variant)
        },
        deadline_id=conclusion.id, ground="supplements", reason="prova", until=date(2026, 12, 3),
    )  # fmt: skip
    assert seen["conclusion"] == date(2027, 1, 2)
    assert term(office, variant, "conclusion").due_on == date(2026, 12, 23)
    assert len(office.history(variant)) == before


def test_of_two_officers_at_once_one_stops_the_clock_and_the_other_reads_why_not(
    office: Office, variant: str, elena: Actor
) -> None:
    """Pressed at the same moment, also twice by the same hand: one line, one clear refusal each."""
    bruno = office.officer("bruno", (CHIVASSO, "officer"))
    conclusion = term(office, variant, "conclusion")
    start = threading.Barrier(4)

    def press(actor: Actor) -> str:
        start.wait()
        try:
            office.engine.run(
                actor, suspend_deadline, deadline_id=conclusion.id, ground="supplements",
                reason=f"da {actor.name}",
            )  # fmt: skip
        except (WrongState, StaleVersion) as refusal:
            return type(refusal).__name__
        return "done"

    with ThreadPoolExecutor(4) as hands:
        told = list(hands.map(press, [elena, bruno, elena, bruno]))

    assert told.count("done") == 1
    assert set(told) <= {"done", "WrongState", "StaleVersion"}
    assert kinds(office, conclusion) == ["start", "suspend"]
    types = [e.type for e in office.history(variant)]
    assert types.count("DeadlineSuspended") == 1
    dates_follow_from_their_ledgers(office, variant)


def test_an_act_on_a_term_and_its_expiry_at_once_leave_one_of_the_two(
    office: Office, variant: str, coordinator: Actor
) -> None:
    """The clock comes round while the officer presses: interrupted, or passed, never both."""
    opinion = term(office, variant, "opinion-term")
    office.clock.advance(timedelta(days=22))
    start = threading.Barrier(2)

    def interrupt() -> str:
        start.wait()
        try:
            office.engine.run(
                coordinator, interrupt_deadline, deadline_id=opinion.id, reason="x",
                day=date(2026, 11, 25),
            )  # fmt: skip
        except (WrongState, StaleVersion) as refusal:
            return type(refusal).__name__
        return "interrupted"

    def expire() -> str:
        start.wait()
        done = office.engine.run(SYSTEM, expire_deadline, deadline_id=opinion.id)
        return "expired" if done else "not due"

    with ThreadPoolExecutor(2) as hands:
        told = {f.result() for f in (hands.submit(interrupt), hands.submit(expire))}

    row = term(office, variant, "opinion-term")
    assert told in (
        {"interrupted", "not due"},
        {"expired", "WrongState"},
        {"expired", "StaleVersion"},
    )
    assert row.state == ("interrupted" if "interrupted" in told else "expired")
    assert ("interrupt" in kinds(office, row)) is (row.state == "interrupted")
    assert ("expired" in kinds(office, row)) is (row.state == "expired")


def test_a_clock_that_the_drawing_stopped_is_let_go_by_its_work_alone(
    office: Office, variant: str, coordinator: Actor
) -> None:
    opinion = term(office, variant, "opinion-term")
    office.engine.run(coordinator, interrupt_deadline, deadline_id=opinion.id, reason="Rilievi")

    def stopped_by_work(work: UnitOfWork) -> None:
        work.session.get_one(Deadline, opinion.id).stopped_by = "a token"

    office.engine.run(SYSTEM, stopped_by_work)
    with pytest.raises(WrongState, match="when the work that stopped it is done"):
        office.engine.run(coordinator, resume_deadline, deadline_id=opinion.id, reason="Arrivati")
    assert kinds(office, opinion) == ["start", "interrupt"]

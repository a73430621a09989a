"""A letter of a case's matrix changes with a reason, and rights change in that commit."""

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from engine import Actor
from engine.bundles.load import load_folder
from engine.bundles.matrix import amended, lines, wrong_letters
from engine.commands import amend_matrix, remove_party, suspend_case
from engine.errors import (
    CaseNotFound,
    CaseSuspended,
    EngineError,
    Invalid,
    MatrixInvalid,
    NotAllowed,
    NotResponsible,
    StaleVersion,
    WrongState,
)
from engine.integrity import verify
from engine.model import Case, Notice, Offer
from engine.queries import MatrixChange, case_raci, last_amendment, worklist
from tests.office import CASTAGNETO, CHIVASSO, JOINT_VISIT, RONDISSONE, Office

OFFICER, CLERK, MAYOR = "municipality.officer", "municipality.council_clerk", "municipality.mayor"
COORDINATOR, DIRECTOR = "cmto.coordinator", "cmto.director"
REASON = "La segreteria segue la pratica"


def to(line: str, **letters: str) -> list[dict[str, str]]:
    """Changes of one line: `officer="I"` for a role of the municipality, else of CMTo."""
    towns = ("officer", "council_clerk", "mayor", "administrator")
    return [
        {
            "line": line,
            "column": f"{'municipality' if role in towns else 'cmto'}.{role}",
            "letters": letter,
        }
        for role, letter in letters.items()
    ]


HANDED_ON = to("answer", officer="I", council_clerk="R")


def amend(
    office: Office, by: Actor, case_id: str, changes: Sequence[Mapping[str, str]], **more: Any
) -> None:
    office.engine.run(
        by, amend_matrix, case_id=case_id, changes=changes, **{"reason": REASON, **more}
    )


def tried(
    office: Office, by: Actor, case_id: str, changes: Sequence[Mapping[str, str]]
) -> MatrixChange:
    return office.engine.preview(
        by, amend_matrix,
        lambda reading, _now: last_amendment(reading, actor=by, case_id=case_id),
        case_id=case_id, changes=changes, reason=REASON,
    )  # fmt: skip


def notices(office: Office, name: str, kind: str) -> list[str]:
    with office.session() as session:
        found = session.scalars(
            select(Notice)
            .where(Notice.officer_id == office.people[name], Notice.kind == kind)
            .order_by(Notice.at, Notice.id)
        )
        return [notice.words["it"] for notice in found]


def offers(office: Office, work_item_id: str) -> set[tuple[str, str, str]]:
    with office.session() as session:
        rows = session.scalars(select(Offer).where(Offer.work_item_id == work_item_id))
        return {(row.organisation_id, row.role, row.letter) for row in rows}


def on_my_list(office: Office, actor: Actor) -> list[str]:
    found = office.engine.read(worklist, actor=actor, scope="todo")
    return sorted(row.id for row in found.items)


@pytest.fixture
def director(office: Office) -> Actor:
    return office.officer("silvia", ("cmto", "director"))


@pytest.fixture
def clerk(office: Office) -> Actor:
    return office.officer("carla", (CHIVASSO, "council_clerk"))


def test_rights_change_in_that_commit_also_for_open_work(
    office: Office, visit: str, coordinator: Actor, elena: Actor, anna: Actor, clerk: Actor
) -> None:
    mine, hers = (office.item(visit, "answer", town) for town in (CHIVASSO, CASTAGNETO))
    office.claim(elena, mine)
    due_on = mine.due_on

    amend(office, coordinator, visit, HANDED_ON, document="nota prot. 44/2026")

    assert offers(office, mine.id) == {
        (CHIVASSO, "council_clerk", "R"), ("cmto", "coordinator", "A"),
    }  # fmt: skip
    item = office.item(visit, "answer", CHIVASSO)
    assert (item.state, item.holder_id, item.due_on) == ("open", None, due_on)
    assert on_my_list(office, clerk) == [mine.id]
    assert mine.id not in on_my_list(office, elena)
    with pytest.raises(NotResponsible):
        office.complete(elena, mine, coming="no")
    office.complete(clerk, mine, coming="no")
    assert notices(office, "elena", "matrix")[0] == (
        "SOP-2026-001: «Rispondi all’invito» non è più affidata a te: la matrice è cambiata. "
        f"{REASON}"
    )
    assert (
        "«Rispondi all’invito», Comune: Segreteria comunale: da – a R"
        in (notices(office, "carla", "matrix")[0])
    )
    assert notices(office, "carla", "turn") == ["SOP-2026-001: tocca a te. Rispondi all’invito."]
    # Castagneto Po has no clerk: its work stands there as a gap, not with somebody who may not.
    with pytest.raises(NotResponsible):
        office.claim(anna, hers)


def test_the_history_tells_which_letter_and_what_went_back(
    office: Office, visit: str, coordinator: Actor, elena: Actor
) -> None:
    mine = office.item(visit, "answer", CHIVASSO)
    office.claim(elena, mine)
    amend(office, coordinator, visit, HANDED_ON, document="nota prot. 44/2026")

    history = office.history(visit)
    entry = next(e for e in history if e.type == "MatrixAmended")
    told = [(c["line"], c["column"], c["before"], c["after"]) for c in entry.payload["changes"]]
    assert told == [("answer", OFFICER, "R", "I"), ("answer", CLERK, "", "R")]
    assert entry.acting_for == "Città metropolitana di Torino, Coordinamento CMTo"
    assert entry.payload["returned"] == [
        {"work_item": mine.id, "activity": "answer", "holder": "Elena"}
    ]
    assert [e.payload["reason"] for e in history if e.type == "WorkItemReleased"] == [REASON]
    assert office.engine.read(verify).intact


def test_work_opened_later_follows_the_letters_of_the_case(
    office: Office, visit: str, coordinator: Actor, director: Actor, elena: Actor, anna: Actor
) -> None:
    mayor = office.officer("marco", (CHIVASSO, "mayor"))
    amend(office, coordinator, visit, to("decide", director="", mayor="R"))
    for actor, town in ((elena, CHIVASSO), (anna, CASTAGNETO)):
        office.complete(actor, office.item(visit, "answer", town), coming="no")

    decide = office.item(visit, "decide")
    assert {(role, letter) for _, role, letter in offers(office, decide.id)} == {
        ("mayor", "R"), ("coordinator", "A"),
    }  # fmt: skip
    with pytest.raises(NotResponsible):
        office.claim(director, decide)
    office.claim(mayor, decide)
    # Another case of the same procedure keeps the letters of the version.
    other = office.visit(coordinator, CHIVASSO, CASTAGNETO)
    view = office.engine.read(case_raci, actor=coordinator, case_id=other)
    assert view.rows[4].cells[DIRECTOR].letters == "R"


def test_a_holder_with_another_mandate_that_fits_keeps_the_work(
    office: Office, visit: str, coordinator: Actor, elena: Actor
) -> None:
    elena = office.officer("elena", (CHIVASSO, "council_clerk"))
    mine = office.item(visit, "answer", CHIVASSO)
    office.claim(elena, mine)

    amend(office, coordinator, visit, HANDED_ON)

    item = office.item(visit, "answer", CHIVASSO)
    assert (item.state, item.holder_id) == ("held", office.people["elena"])
    assert item.holder_mandate_id != mine.holder_mandate_id
    office.complete(elena, mine, coming="no")


def test_what_is_not_touched_is_not_written(
    office: Office, visit: str, coordinator: Actor, elena: Actor
) -> None:
    before = {i.id: i.version for i in office.items(visit)}
    rows = {i.id: offers(office, i.id) for i in office.items(visit)}
    amend(office, coordinator, visit, to("decide", officer=""))
    assert {i.id: i.version for i in office.items(visit)} == before
    assert {i.id: offers(office, i.id) for i in office.items(visit)} == rows


def test_the_letters_of_a_milestone_are_taken_over_by_its_activities(
    office: Office, visit: str, coordinator: Actor
) -> None:
    amend(office, coordinator, visit, to("answered", officer=""))
    view = office.engine.read(case_raci, actor=coordinator, case_id=visit)
    assert OFFICER not in view.rows[0].cells
    assert view.rows[2].cells[OFFICER].letters == "R"  # its own row stands


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (to("decide", coordinator=""), "risponde uno solo (A), qui 0"),
        (to("decide", director="RA"), "risponde uno solo (A), qui 2"),
        (to("answer", officer="I"), "nessuno la svolge (R)"),
        (to("decide", coordinator="", administrator="A"), "non ha potere di firma"),
        (to("answer", mayor="R"), "atto di questa natura"),
        (to("nowhere", director="R"), "non è una riga"),
        ([{"line": "decide", "column": "region.official", "letters": "R"}], "non è una colonna"),
        ([{"line": "decide", "column": "cmto.emperor", "letters": "R"}], "non è una colonna"),
        ([{"line": "decide", "column": "'; DROP TABLE", "letters": "R"}], "non è una colonna"),
        (to("decide", director="X"), "Una lettera è R, A, RA, C, I o niente"),
        (to("decide", director="I") + to("decide", director="R"), "due volte"),
        ([{}], "non è una riga"),
    ],
)
def test_a_matrix_stays_in_order(
    office: Office, visit: str, coordinator: Actor, changes: list[dict[str, str]], told: str
) -> None:
    before = office.history(visit)
    with pytest.raises(MatrixInvalid) as refusal:
        amend(office, coordinator, visit, changes)
    assert told in refusal.value.message.it
    assert len(office.history(visit)) == len(before)


def test_an_a_moves_by_two_changes_at_once(
    office: Office, visit: str, coordinator: Actor, director: Actor
) -> None:
    amend(office, coordinator, visit, to("answer", coordinator="", director="A"))
    item = office.item(visit, "answer", CHIVASSO)
    assert ("cmto", "director", "A") in offers(office, item.id)


def test_only_the_body_that_answers_changes_letters_and_with_a_reason(
    office: Office, visit: str, coordinator: Actor, director: Actor, elena: Actor
) -> None:
    with pytest.raises(NotAllowed):
        amend(office, elena, visit, HANDED_ON)
    with pytest.raises(CaseNotFound):
        amend(office, office.officer("zoe", (RONDISSONE, "officer")), visit, HANDED_ON)
    for reason in ("", "  ", "x" * 2001):
        with pytest.raises(Invalid):
            amend(office, coordinator, visit, HANDED_ON, reason=reason)
    office.engine.run(coordinator, suspend_case, case_id=visit, reason="ferie")
    with pytest.raises(CaseSuspended):
        amend(office, coordinator, visit, HANDED_ON)
    other = office.visit(coordinator, CHIVASSO, CASTAGNETO)
    amend(office, director, other, HANDED_ON)
    with pytest.raises(WrongState):
        amend(office, director, other, HANDED_ON)  # it says so already


def test_letters_put_back_leave_nothing_behind(
    office: Office, visit: str, coordinator: Actor
) -> None:
    amend(office, coordinator, visit, HANDED_ON)
    amend(office, coordinator, visit, to("answer", officer="R", council_clerk=""))
    with office.session() as session:
        assert session.get_one(Case, visit).amendments == {}


def test_the_preview_says_who_gains_and_loses_what_by_name(
    office: Office, visit: str, coordinator: Actor, elena: Actor, anna: Actor, clerk: Actor
) -> None:
    mine = office.item(visit, "answer", CHIVASSO)
    office.claim(elena, mine)

    seen = tried(office, coordinator, visit, HANDED_ON)

    people = {p.name: p for p in seen.people}
    assert [(r.letter, r.line) for r in people["Carla"].gains] == [("R", "answer")]
    assert [(r.letter, r.line) for r in people["Elena"].loses] == [("R", "answer")]
    assert [(r.letter, r.line) for r in people["Elena"].gains] == [("I", "answer")]
    assert [r.letter for r in people["Anna"].loses] == ["R"]
    work = {w.organisation.it if w.organisation else "": w for w in seen.work}
    of_chivasso = work["Comune di Chivasso"]
    assert (of_chivasso.gains, of_chivasso.loses, of_chivasso.returned_from) == (
        ("R Carla", "I Elena"), ("R Elena",), "Elena",
    )  # fmt: skip
    assert [gap.it for gap in seen.gaps] == ["Comune di Castagneto Po: Segreteria comunale"]
    # Nothing was written: the work is still hers, and the act does what the preview said.
    assert office.item(visit, "answer", CHIVASSO).holder_id == office.people["elena"]
    amend(office, coordinator, visit, HANDED_ON)
    after = office.engine.read(last_amendment, actor=coordinator, case_id=visit)
    assert (after.letters, after.people, after.work) == (seen.letters, seen.people, seen.work)


def test_two_officers_who_amend_at_once_do_not_undo_each_other(
    office: Office, visit: str, coordinator: Actor, director: Actor
) -> None:
    version = office.engine.read(case_raci, actor=coordinator, case_id=visit).version
    wishes = (
        (coordinator, to("answer", coordinator="", director="A")),
        (director, to("answer", coordinator="RA")),
    )
    outcomes: list[object] = []

    def wish(by: Actor, changes: list[dict[str, str]]) -> None:
        try:
            amend(office, by, visit, changes, version=version)
            outcomes.append("done")
        except EngineError as refusal:
            outcomes.append(type(refusal))

    hands = [threading.Thread(target=wish, args=found) for found in wishes]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()

    assert sorted(str(o) for o in outcomes) == sorted(["done", str(StaleVersion)])
    view = office.engine.read(case_raci, actor=coordinator, case_id=visit)
    answering = [key for key, cell in view.rows[2].cells.items() if "A" in cell.letters]
    assert len(answering) == 1


def test_a_party_that_left_does_nothing_by_a_changed_letter(
    office: Office, coordinator: Actor, elena: Actor, anna: Actor, clerk: Actor
) -> None:
    office.officer("rita", (RONDISSONE, "officer"))
    case_id = office.visit(coordinator, CHIVASSO, CASTAGNETO, RONDISSONE)
    office.complete(
        coordinator, office.item(case_id, "prepare"), visit_on="2027-03-01", budget="1200.50"
    )
    gone = office.party(case_id, CHIVASSO)
    office.engine.run(coordinator, remove_party, case_id=case_id, party_id=gone.id, reason="recede")
    amend(office, coordinator, case_id, HANDED_ON)
    assert on_my_list(office, clerk) == []


_BUNDLE = load_folder(JOINT_VISIT)
_COLUMNS = [str(column) for column in _BUNDLE.raci.columns] + [CLERK, MAYOR]
_LINES = [line.key for line in lines(_BUNDLE)]


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(_LINES),
        st.dictionaries(
            st.sampled_from(_COLUMNS), st.sampled_from(["", "R", "A", "RA", "C", "I"]), max_size=4
        ),
        max_size=3,
    )
)
def test_whatever_is_let_through_has_one_a_and_somebody_who_does_it(
    cells: dict[str, dict[str, str]],
) -> None:
    after = amended(_BUNDLE, {"case": cells})
    if wrong_letters(_BUNDLE, after, None):
        return
    for line in lines(after):
        letters = line.letters(after)
        if letters != line.letters(_BUNDLE):
            assert sum("A" in cell for cell in letters.values()) == 1
            assert any("R" in cell for cell in letters.values())

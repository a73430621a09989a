"""Running cases survive a new version of their procedure."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine import Actor, Engine
from engine.__main__ import main
from engine.bundles.load import load_folder
from engine.commands import (
    amend_matrix,
    claim,
    complete_task,
    deploy_process,
    migrate_case,
    remove_party,
    save_draft,
    undo_migration,
    withdraw_case,
)
from engine.db import connect
from engine.errors import FormInvalid, Invalid, NotAllowed, ProcessNotFound, WrongState
from engine.integrity import verify
from engine.model import (
    Case,
    CaseCheckpoint,
    CaseEngineState,
    Deadline,
    Deployment,
    Draft,
    LedgerEntry,
    Notice,
    Offer,
    Subscription,
)
from engine.queries import case_deadlines, work_item
from engine.queries.migrations import CasePreview, migration_preview
from tests.office import CASTAGNETO, CHIVASSO, JOINT_VISIT, SYSTEM, Office

_FILES = {
    "toml": "process.toml", "bpmn": "process.bpmn", "raci": "raci.csv",
    "coverage": "coverage.csv",
}  # fmt: skip
REPLY = {"answer": "reply"}
NEW_TASK = (
    '<bpmn:scriptTask id="note_answer"',
    (
        '<bpmn:userTask id="confirm" name="Confirm"><bpmn:extensionElements>'
        "<spiffworkflow:properties>"
        '<spiffworkflow:property name="stage" value="asking"/></spiffworkflow:properties>'
        '</bpmn:extensionElements></bpmn:userTask><bpmn:scriptTask id="note_answer"'
    ),
)
TO_PROPERTIES = """
            <bpmn:extensionElements>
              <spiffworkflow:properties>"""
QUEUE = '<spiffworkflow:property name="queue" value="place"/>'
ITS_FLOWS = (
    'sourceRef="asking_town" targetRef="note_answer"/>',
    (
        'sourceRef="asking_town" targetRef="confirm"/>'
        '<bpmn:sequenceFlow id="flow_4b" sourceRef="confirm" targetRef="note_answer"/>'
    ),
)


def another(**changes: tuple[tuple[str, str], ...]) -> dict[str, bytes]:
    """The files of a second version: each keyword names a file, with what is replaced in it."""
    files = dict(load_folder(JOINT_VISIT).files)
    edits = {"process.toml": (("version = 1", "version = 2"),)}
    for key, pairs in changes.items():
        name = _FILES.get(key, f"forms/{key}.toml")
        edits[name] = (*edits.get(name, ()), *pairs)
    for name, pairs in edits.items():
        text = files[name].decode()
        for old, new in pairs:
            assert old in text, (name, old)
            text = text.replace(old, new)
        files[name] = text.encode()
    return files


def publish(office: Office, files: Mapping[str, bytes]) -> None:
    """Deploy the second version."""
    office.engine.run(SYSTEM, deploy_process, files=dict(files))


def with_a_reply_and_a_confirmation() -> dict[str, bytes]:
    """`answer` is called `reply`, asks otherwise, has longer, queues for the place to be visited;
    each town then confirms."""
    files = another(
        bpmn=(
            ('id="answer" name="Answer the invitation"', 'id="reply" name="Reply"'),
            (f'name="Reply">{TO_PROPERTIES}', f'name="Reply">{TO_PROPERTIES}{QUEUE}'),
            ('targetRef="answer"', 'targetRef="reply"'),
            ('sourceRef="answer"', 'sourceRef="reply"'),
            NEW_TASK,
            ITS_FLOWS,
        ),
        raci=(("answer,A,,R", "reply,A,,R\nconfirm,A,,R"),),
        answer=(
            ('title.en = "Answer the invitation"', 'title.en = "Reply to the invitation"'),
            ('type = "integer"', 'type = "text"'),
            ("min = 1\nmax = 5\nexample = 2\n", ""),
        ),
        toml=(('length = "10 days"', 'length = "20 days"'),),
    )
    files["forms/reply.toml"] = files.pop("forms/answer.toml")
    for name in files:
        if name.startswith(("scenarios/", "coverage")):
            files[name] = re.sub(rb"\banswer\b", b"reply", files[name])
    head = files["forms/reply.toml"].decode().partition("[[fields]]")[0]
    files["forms/confirm.toml"] = (head + _SURE).encode()
    return files


_SURE = '[[fields]]\nname = "sure"\ntype = "yes_no"\nlabel.it = "Confermi?"\nlabel.en = "Sure?"\n'


def moved(office: Office, case_id: str, **how: Any) -> dict[str, Any]:
    """Take the case over to version 2."""
    return office.engine.run(
        SYSTEM, migrate_case, case_id=case_id, to_version=2, reason="the form has changed", **how
    )


def preview(office: Office, mapping: Mapping[str, str] | None = None) -> tuple[CasePreview, ...]:
    """The dry run."""
    found = office.engine.read(
        migration_preview, actor=SYSTEM, process="joint-visit", source=1, target=2,
        mapping=mapping,
    )  # fmt: skip
    return found.cases


def version_of(office: Office, case_id: str) -> int:
    with office.session() as session:
        return session.scalars(
            select(Deployment.version)
            .join(Case, Case.deployment_id == Deployment.id)
            .where(Case.id == case_id)
        ).one()


def rows_of(office: Office, case_id: str) -> dict[str, Any]:
    """Everything a worklist, the clock and the drawing read of a case, as it stands."""

    def told(kind: Any, *leave_out: str) -> list[dict[str, Any]]:
        columns = [c.name for c in kind.__table__.columns if c.name not in leave_out]
        rows = session.scalars(select(kind).where(kind.case_id == case_id)).all()
        return sorted(({c: getattr(r, c) for c in columns} for r in rows), key=repr)

    with office.session() as session:
        state = session.get_one(CaseEngineState, case_id)
        case = session.get_one(Case, case_id)
        items = office.items(case_id)
        drafts = {d.work_item_id: d.data for d in session.scalars(select(Draft))}
        return {
            "case": (case.deployment_id, case.running, case.progress, case.variables, case.state),
            "flows": state.flows,
            "items": sorted(
                (i.id, i.token_id, i.activity, i.path, i.stage, i.state, str(i.holder_id),
                 str(i.due_on), str(i.deadline_id), str(i.organisation_id), str(i.queue))
                for i in items
            ),
            "drafts": {i.id: drafts.get(i.id) for i in items},
            "offers": told(Offer),
            "deadlines": told(Deadline, "ended_at", "lines"),
            "subscriptions": told(Subscription),
        }  # fmt: skip


# --- publishing


def test_publishing_a_version_touches_no_running_case(
    office: Office, visit: str, elena: Actor
) -> None:
    before = rows_of(office, visit)
    publish(office, with_a_reply_and_a_confirmation())

    assert rows_of(office, visit) == before
    assert version_of(office, visit) == 1
    item = office.item(visit, "answer", CHIVASSO)
    office.complete(elena, item, coming="yes", people=3)
    assert [i.organisation_id for i in office.items(visit)] == [CASTAGNETO]


# --- the dry run


def test_the_dry_run_says_what_maps_what_breaks_and_what_is_touched_and_changes_nothing(
    office: Office, visit: str, elena: Actor
) -> None:
    item = office.item(visit, "answer", CHIVASSO)
    office.engine.run(elena, save_draft, work_item_id=item.id, data={"coming": "yes", "people": 3})
    publish(office, with_a_reply_and_a_confirmation())
    before = rows_of(office, visit)

    (case,) = preview(office)
    assert {(t.element, t.suggestion) for t in case.obstacles} == {("answer", "answer=reply")}
    assert all("no longer drawn" in str(t.obstacle) for t in case.obstacles)
    assert {t.element: t.to for t in case.tokens if t.obstacle is None} == {
        "case_body": "case_body", "each_town": "each_town", "asking_town": "asking_town",
        "town_silent": "town_silent", "town_leaves": "town_leaves",
        "visit_withdrawn": "visit_withdrawn",
    }  # fmt: skip

    (case,) = preview(office, REPLY)
    assert case.obstacles == ()
    assert [(d.work_item_id, d.activity, d.fields) for d in case.drafts] == [
        (item.id, "answer", ("people",))
    ]
    assert {(t.name, t.changed) for t in case.terms} == {("answer-by", ("length",))}
    assert rows_of(office, visit) == before


def test_only_administrators_may_look_or_act(office: Office, visit: str, elena: Actor) -> None:
    publish(office, with_a_reply_and_a_confirmation())
    with pytest.raises(NotAllowed):
        office.engine.read(
            migration_preview, actor=elena, process="joint-visit", source=1, target=2
        )
    for command, more in ((migrate_case, {"to_version": 2}), (undo_migration, {})):
        with pytest.raises(NotAllowed):
            office.engine.run(elena, command, case_id=visit, reason="x", **more)  # type: ignore[arg-type]  # two commands


def test_nothing_is_guessed_and_a_refusal_changes_nothing(office: Office, visit: str) -> None:
    publish(office, with_a_reply_and_a_confirmation())
    before = rows_of(office, visit)

    with pytest.raises(WrongState, match="“answer” is no longer drawn") as refused:
        moved(office, visit)
    assert refused.value.details["obstacles"][0]["suggestion"] == "answer=reply"
    with pytest.raises(Invalid, match="anser: not in the old version"):
        moved(office, visit, mapping={"anser": "reply"})
    with pytest.raises(Invalid, match="reason"):
        office.engine.run(SYSTEM, migrate_case, case_id=visit, to_version=2, reason=" ")
    with pytest.raises(ProcessNotFound):
        office.engine.run(SYSTEM, migrate_case, case_id=visit, to_version=7, reason="x")
    with pytest.raises(WrongState, match="already"):
        office.engine.run(SYSTEM, migrate_case, case_id=visit, to_version=1, reason="x")

    assert rows_of(office, visit) == before


# --- the change itself


def test_parallel_work_claims_and_drafts_go_over_as_they_are(
    office: Office, visit: str, elena: Actor, anna: Actor
) -> None:
    chivasso, castagneto = (office.item(visit, "answer", t) for t in (CHIVASSO, CASTAGNETO))
    office.claim(elena, chivasso)
    office.engine.run(
        anna, save_draft, work_item_id=castagneto.id, data={"coming": "yes", "people": 3}
    )
    terms = {row.id: (row.token_id, row.due_on) for row in office.deadlines(visit)}
    publish(office, with_a_reply_and_a_confirmation())

    done = moved(office, visit, mapping=REPLY)

    assert done["drafts"] == [castagneto.id]
    assert version_of(office, visit) == 2
    now = {i.id: i for i in office.items(visit)}
    assert now.keys() == {chivasso.id, castagneto.id}
    assert {i.activity for i in now.values()} == {"reply"}
    assert {i.queue for i in now.values()} == {"joint-visit:Ex cava"}, "it waits there as others do"
    assert {i.token_id for i in now.values()} == {chivasso.token_id, castagneto.token_id}
    assert now[chivasso.id].holder_id == elena.officer_id
    assert now[chivasso.id].due_on == chivasso.due_on
    assert {r.id: (r.token_id, r.due_on) for r in office.deadlines(visit)} == terms
    form = office.engine.read(work_item, actor=elena, work_item_id=chivasso.id)
    assert form.title.en == "Reply to the invitation"
    with office.session() as session:
        draft = session.get_one(Draft, castagneto.id)
        assert draft.data == {"coming": "yes"}, "“people” is asked as a text now"
        told = session.scalars(select(Notice).where(Notice.kind == "changed")).one()
        assert told.officer_id == anna.officer_id
    entry = next(e for e in office.history(visit) if e.type == "CaseMigrated")
    assert (entry.payload["source"], entry.payload["target"]) == (1, 2)
    assert office.engine.read(verify).findings == []


def test_a_moved_case_ends_as_one_that_began_on_the_new_version(
    office: Office, visit: str, coordinator: Actor, elena: Actor, anna: Actor
) -> None:
    publish(office, with_a_reply_and_a_confirmation())
    fresh = office.visit(coordinator, CHIVASSO, CASTAGNETO)
    prepare = office.item(fresh, "prepare")
    office.complete(coordinator, prepare, visit_on="2027-03-01", budget="1200.50")
    moved(office, visit, mapping=REPLY)
    director = office.officer("dora", ("cmto", "director"))

    ends = []
    for case_id in (visit, fresh):
        office.complete(elena, office.item(case_id, "reply", CHIVASSO), coming="yes", people="3")
        with pytest.raises(FormInvalid):
            office.complete(elena, office.item(case_id, "confirm", CHIVASSO))
        office.complete(elena, office.item(case_id, "confirm", CHIVASSO), sure="yes")
        office.complete(anna, office.item(case_id, "reply", CASTAGNETO), coming="no")
        office.complete(anna, office.item(case_id, "confirm", CASTAGNETO), sure="yes")
        office.complete(director, office.item(case_id, "decide"), decision="go")
        with office.session() as session:
            case = session.get_one(Case, case_id)
            flows = session.get_one(CaseEngineState, case_id).flows
            answers = sorted(str(a["state"]) for a in case.variables["answers"].values())
            ends.append((case.state, case.outcome, case.running, answers, flows))
    assert ends[0] == ends[1]
    assert ends[0][3] == ["no", "yes"]


def test_waits_stay_tied_to_their_rows(
    office: Office, visit: str, coordinator: Actor, elena: Actor
) -> None:
    publish(office, with_a_reply_and_a_confirmation())
    moved(office, visit, mapping=REPLY)

    party = office.party(visit, CASTAGNETO)
    office.engine.run(coordinator, remove_party, case_id=visit, party_id=party.id, reason="fusione")
    assert [i.organisation_id for i in office.items(visit)] == [CHIVASSO]

    office.pass_days(11)
    assert office.items(visit, "reply") == [], "the term kept its date, and its clock fired"
    office.engine.run(coordinator, withdraw_case, case_id=visit, reason="finito")
    with office.session() as session:
        assert session.get_one(Case, visit).state == "withdrawn"


def test_terms_are_counted_anew_only_when_asked(office: Office, visit: str, elena: Actor) -> None:
    publish(office, with_a_reply_and_a_confirmation())
    before = {row.id: row.due_on for row in office.deadlines(visit)}
    moved(office, visit, mapping=REPLY, terms="new")

    rows = office.deadlines(visit)
    assert {row.id for row in rows} == set(before)
    for row in rows:
        assert (before[row.id], row.due_on) == (date(2026, 12, 3), date(2026, 12, 14))
        assert row.length == "20 days"
    assert {i.due_on for i in office.items(visit)} == {row.due_on for row in rows}
    with office.session() as session:
        offers = session.scalars(select(Offer).where(Offer.case_id == visit)).all()
        assert {offer.due_on for offer in offers} == {row.due_on for row in rows}
        kinds = session.scalars(
            select(LedgerEntry.kind)
            .where(LedgerEntry.deadline_id == rows[0].id)
            .order_by(LedgerEntry.seq)
        ).all()
        assert list(kinds) == ["start", "recounted"]
    (view, _) = office.engine.read(case_deadlines, actor=SYSTEM, case_id=visit)
    assert [line.kind for line in view.ledger if line.kind != "roll"] == ["start", "recounted"]
    assert "20 days" in view.why.en

    office.pass_days(22)
    assert {row.state for row in office.deadlines(visit) if row.id in before} == {"expired"}


def test_a_clock_the_new_version_draws_gets_its_row_and_one_given_up_is_met(
    office: Office, visit: str
) -> None:
    silent = '<bpmn:boundaryEvent id="town_silent" name="No answer" attachedToRef="asking_town">'
    publish(
        office,
        another(
            bpmn=((silent, silent.replace('"town_silent"', '"town_late"')),
                  ('sourceRef="town_silent"', 'sourceRef="town_late"')),
            coverage=((",town_silent,", ",town_late,"),),
        ),
    )  # fmt: skip
    old = {row.id for row in office.deadlines(visit)}
    (case,) = preview(office, {"town_silent": "-"})
    assert case.begins == ("town_late",)
    moved(office, visit, mapping={"town_silent": "-"})

    rows = office.deadlines(visit)
    assert {row.state for row in rows if row.id in old} == {"met"}
    fresh = [row for row in rows if row.id not in old]
    assert {row.state for row in fresh} == {"running"}
    assert len(fresh) == 2
    assert {i.deadline_id for i in office.items(visit)} == {row.id for row in fresh}


def test_another_process_with_the_case_in_memory_sees_the_change(
    office: Office, visit: str, elena: Actor, anna: Actor, furnished_url: str
) -> None:
    other = Engine(connect(furnished_url), office.engine.settings, clock=office.clock)
    try:
        item = office.item(visit, "answer", CHIVASSO)
        other.run(elena, complete_task, work_item_id=item.id, data={"coming": "no"})
        publish(office, with_a_reply_and_a_confirmation())
        moved(office, visit, mapping=REPLY)
        item = office.item(visit, "reply", CASTAGNETO)
        other.run(anna, complete_task, work_item_id=item.id, data={"coming": "no"})
        assert [i.activity for i in office.items(visit)] == ["confirm", "confirm"] or [
            i.activity for i in office.items(visit)
        ] == ["confirm"]
    finally:
        other.close()


# --- and back


def test_a_change_is_undone_exactly_while_nothing_has_happened_since(
    office: Office, visit: str, elena: Actor, anna: Actor
) -> None:
    item = office.item(visit, "answer", CHIVASSO)
    office.claim(elena, item)
    office.engine.run(elena, save_draft, work_item_id=item.id, data={"coming": "yes", "people": 3})
    publish(office, with_a_reply_and_a_confirmation())
    before = rows_of(office, visit)
    moved(office, visit, mapping=REPLY, terms="new")
    assert rows_of(office, visit) != before

    office.engine.run(SYSTEM, undo_migration, case_id=visit, reason="not yet")

    assert rows_of(office, visit) == before
    assert office.history(visit)[-1].type == "DeadlineChanged"
    (view, _) = office.engine.read(case_deadlines, actor=SYSTEM, case_id=visit)
    assert [line.due_on for line in view.ledger if line.kind == "restored"] == [date(2026, 12, 3)]
    assert "10 days" in view.why.en
    office.complete(elena, item, coming="yes", people=3)
    assert office.engine.read(verify).findings == []
    with pytest.raises(WrongState, match="no change of version to undo"):
        office.engine.run(SYSTEM, undo_migration, case_id=visit, reason="once more")


def test_once_somebody_has_acted_the_change_stays(
    office: Office, visit: str, elena: Actor, anna: Actor
) -> None:
    publish(office, with_a_reply_and_a_confirmation())
    moved(office, visit, mapping=REPLY)
    item = office.item(visit, "reply", CHIVASSO)
    office.engine.run(elena, save_draft, work_item_id=item.id, data={"coming": "no"})

    with pytest.raises(WrongState, match="something has happened"):
        office.engine.run(SYSTEM, undo_migration, case_id=visit, reason="too late")

    with office.session() as session:
        assert session.scalars(select(CaseCheckpoint)).one().undone_at is None
    office.engine.run(anna, claim, work_item_id=office.item(visit, "reply", CASTAGNETO).id)
    assert version_of(office, visit) == 2


# --- from the command line


def test_the_command_line_tells_first_moves_what_it_can_and_names_the_rest(
    office: Office,
    visit: str,
    coordinator: Actor,
    furnished_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    other = office.visit(coordinator, CHIVASSO, CASTAGNETO)  # still being prepared
    publish(office, with_a_reply_and_a_confirmation())
    monkeypatch.setenv("DATABASE_URL", furnished_url)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SECRET_KEY", "a secret of at least thirty-two characters")
    file = tmp_path / "mapping.toml"
    call = ["migrate-cases", "--process", "joint-visit", "--from", "1", "--to", "2"]

    assert main([*call, "--dry-run", "--mapping", str(file)]) == 1
    told = capsys.readouterr().out
    assert "1 of 2 cases would go over; nothing was changed" in told
    assert "“answer” is no longer drawn" in told
    assert tomllib.loads(file.read_text()) == {"map": {}}, "a suggestion is no entry"

    assert main([*call, "--mapping", str(file)]) == 1
    told, refused = capsys.readouterr()
    assert "1 of 2 cases are in version 2" in told
    assert "SOP-2026-001 stays" in refused
    assert (version_of(office, visit), version_of(office, other)) == (1, 2)

    file.write_text(file.read_text().replace('# "answer"', '"answer"'))
    assert main([*call, "--mapping", str(file)]) == 0
    assert version_of(office, visit) == 2
    assert main(["migrate-cases", "--undo", "SOP-2026-001"]) == 0
    assert version_of(office, visit) == 1
    assert main([*call, "--map", "answer=reply", "--case", "SOP-2026-001"]) == 0
    assert version_of(office, visit) == 2
    assert main(["migrate-cases"]) == 2


CLERK_ANSWERS = (
    {"line": "answer", "column": "municipality.officer", "letters": "I"},
    {"line": "answer", "column": "municipality.council_clerk", "letters": "R"},
)


def test_changed_letters_go_over_with_the_case_and_come_back_with_it(
    office: Office, visit: str, coordinator: Actor
) -> None:
    clerk = office.officer("carla", (CHIVASSO, "council_clerk"))
    office.engine.run(
        coordinator, amend_matrix, case_id=visit, changes=CLERK_ANSWERS, reason="Segreteria"
    )
    publish(office, with_a_reply_and_a_confirmation())

    moved(office, visit, mapping=REPLY)

    with office.session() as session:
        assert session.get_one(Case, visit).amendments["case"].keys() == {"reply"}
    office.engine.run(SYSTEM, undo_migration, case_id=visit, reason="troppo presto")
    with office.session() as session:
        assert session.get_one(Case, visit).amendments["case"].keys() == {"answer"}
    office.complete(clerk, office.item(visit, "answer", CHIVASSO), coming="no")


def test_a_letter_that_the_new_version_changes_too_is_named_and_the_case_stays(
    office: Office, visit: str, coordinator: Actor
) -> None:
    office.engine.run(
        coordinator, amend_matrix, case_id=visit, changes=CLERK_ANSWERS, reason="Segreteria"
    )
    publish(
        office,
        another(
            raci=(("answer,A,,R", "answer,A,R,"),),
            answer=(('nature = "technical"', 'nature = "political"'),),
        ),
    )

    (case,) = preview(office)
    assert case.stays
    assert [letter.it for letter in case.letters] == [
        "«Rispondi all’invito», Comune: Ufficio comunale: I, la nuova versione dice nulla"
    ]
    with pytest.raises(WrongState, match="cannot go over"):
        moved(office, visit)
    assert version_of(office, visit) == 1
    back = (
        {"line": "answer", "column": "municipality.officer", "letters": "R"},
        {"line": "answer", "column": "municipality.council_clerk", "letters": ""},
    )
    office.engine.run(coordinator, amend_matrix, case_id=visit, changes=back, reason="Versione 2")
    moved(office, visit)
    assert version_of(office, visit) == 2

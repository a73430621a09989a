"""How each command is tried: with arguments that would do, so that only the right is missing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from engine.bundles.load import load_folder
from engine.commands import Browser, Vouched
from tests.authorisation.rules import Person, Subject
from tests.authorisation.world import NOWHERE, World
from tests.office import JOINT_VISIT

Arguments = Callable[[World, Subject, Person], dict[str, Any]]

WHY = {"reason": "Prova"}
LINES = {"tripartite-agreement": "comment_draft"}
ANSWERS = {
    "answer": {"coming": "yes", "people": "2"},
    "prepare": {"visit_on": "2027-03-01", "budget": "1"},
    "declare_interest": {"interest": "decline", "interest_reason": "Altra Unione."},
}


def case(_world: World, subject: Subject, _person: Person) -> dict[str, Any]:
    return {"case_id": subject.id, **WHY}


def item(**more: Any) -> Arguments:
    return lambda _w, subject, _p: {"work_item_id": subject.id, **more}


def term(**more: Any) -> Arguments:
    return lambda _w, subject, _p: {"deadline_id": subject.id, **WHY, **more}


def nothing(**fixed: Any) -> Arguments:
    return lambda _w, _s, _p: dict(fixed)


def person_of(world: World, name: str) -> str:
    """The id of somebody, or one that nobody has."""
    return world.office.people.get(name, NOWHERE)


def day(world: World, days: int) -> Any:
    return world.rules.today + timedelta(days=days)


def account(**more: Any) -> Arguments:
    return lambda _w, subject, _p: {"officer_id": subject.id, **WHY, **more}


ARGUMENTS: dict[str, Arguments] = {
    "accept_invitation": lambda w, s, p: {"secret": s.id},
    "act_for": lambda w, s, p: {"secret": w.secrets.get(s.owner or "", NOWHERE),
                                "mandate_id": None},
    "add_closing_day": lambda w, s, p: {"organisation_id": s.id, "day": day(w, 60),
                                        "name": "Ponte", "act": "ordinanza n. 4"},
    "add_party": lambda w, s, p: {"case_id": s.id, "organisation_id": "mun-001293",
                                  "capacity": "municipality", **WHY},
    "appoint_officer": lambda w, s, p: {"login": "nuova", "body": s.id, "role": "administrator",
                                        "act": "decreto n. 9", "name": "Nuova",
                                        "email": "nuova@example.org",
                                        "password": "una frase che ricordo"},
    "amend_matrix": lambda w, s, p: {
        "case_id": s.id, **WHY,
        "changes": [{"line": LINES.get(s.case.process if s.case else "", "prepare"),
                     "column": "cmto.director", "letters": "I"}],
    },
    "answer_by_link": nothing(name="Maria", role="Presidente", data={}),
    "apply_fact": nothing(fact_id=NOWHERE),
    "begin_second_factor": nothing(),
    "confirm_second_factor": nothing(code="123456", password="x", session_id=None),
    "pass_second_factor": lambda w, s, p: {"secret": w.secrets.get(s.owner or "", NOWHERE),
                                           "code": "123456"},
    "remove_second_factor": nothing(code="123456", password="x", session_id=None),
    "renew_recovery_codes": nothing(code="123456"),
    "reset_second_factor": account(),
    "change_password": lambda w, s, p: {"old": "x", "new": "una frase che ricordo",
                                        "secret": w.secrets.get(p.name, NOWHERE)},
    "choose_language": nothing(language="en"),
    "choose_mail": nothing(choices={"returned": "digest"}, digest_hour=9),
    "choose_profile": lambda w, s, p: case(w, s, p) | {"profile": "accelerated"},
    "claim": item(),
    "close_mandate": lambda w, s, p: {"mandate_id": s.id},
    "close_substitution": lambda w, s, p: {"substitution_id": s.id},
    "close_account": account(),
    "correct_fiscal_code": account(code=""),
    "correct_mail": account(email="nuovo@example.org"),
    "change_mail": nothing(email="nuovo@example.org", password="x", session_id=None),
    "ask_password_reset": nothing(login="nobody"),
    "reset_password": nothing(secret="x", password="una frase che ricordo"),
    "send_password_reset": account(),
    "set_password_of": nothing(login="no-mandate", password="una frase che ricordo", **WHY),
    "end_sessions_of": account(),
    "invite_person": lambda w, s, p: {"name": "Nuova", "email": "nuova@example.org", "act": "n. 6",
                                      "organisation_id": s.id, "role": s.role,
                                      "valid_from": day(w, 0)},
    "join_by_invitation": lambda w, s, p: {"secret": s.id, "name": "Nuova",
                                           "password": "una frase che ricordo"},
    "remove_identities": account(),
    "reopen_account": account(),
    "resend_invitation": lambda w, s, p: {"invitation_id": s.id},
    "revoke_invitation": lambda w, s, p: {"invitation_id": s.id, **WHY},
    "revoke_other_sessions": nothing(session_id=None),
    "touch_session": lambda w, s, p: {"secret": w.secrets.get(s.owner or "", NOWHERE)},
    "complete_task": lambda w, s, p: {"work_item_id": s.id, "data": ANSWERS.get(s.activity, {})},
    "correct_body": lambda w, s, p: {"organisation_id": s.id, "facts": {"pec": "a@b.it"},
                                     "valid_from": w.rules.today, **WHY},
    "create_calendar_feed": nothing(name="agenda"),
    "create_token": nothing(name="foglio"),
    "delegate": lambda w, s, p: {"work_item_id": s.id, "to": person_of(w, s.to), **WHY},
    "deliver_message": lambda w, s, p: {"case_id": s.id, "name": s.message, "data": {}},
    "deploy_process": lambda w, s, p: {"files": dict(load_folder(JOINT_VISIT).files)},
    "end_mandate": lambda w, s, p: {"mandate_id": s.id, "act": "decreto n. 8",
                                    "last_day": day(w, 0), **WHY},
    "end_substitution": lambda w, s, p: {"substitution_id": s.id, "last_day": day(w, 0), **WHY},
    "expire_deadline": lambda w, s, p: {"deadline_id": s.id},
    "extend_deadline": term(days=5, consents={"region": "prot. 77"}),
    "grant_mandate": lambda w, s, p: {"person": person_of(w, s.to), "organisation_id": s.id,
                                      "role": s.role, "act": "decreto n. 7",
                                      "valid_from": day(w, 0)},
    "grant_substitution": lambda w, s, p: {"mandate_id": s.id, "act": "ordine n. 5",
                                           "substitute": person_of(w, "no-mandate"),
                                           "valid_from": day(w, 10), "valid_to": day(w, 12)},
    "hand_over": lambda w, s, p: {"work_item_ids": [s.id], "to": person_of(w, s.to), **WHY},
    "import_territory": nothing(),
    "interrupt_deadline": term(),
    "keep_answer": nothing(key="never used", answer={}),
    "keep_page": nothing(page="<p>", status=422),
    "list_children": nothing(round_id=NOWHERE),
    "mark_delivered": lambda w, s, p: {"delivery_id": s.id},
    "mark_failed": lambda w, s, p: {"delivery_id": s.id, "error": "x"},
    "mark_not_connected": lambda w, s, p: {"delivery_id": s.id, "error": "x"},
    "mark_stuck": lambda w, s, p: {"delivery_id": s.id, "error": "x"},
    "migrate_case": lambda w, s, p: case(w, s, p) | {"to_version": 99},
    "move_token": lambda w, s, p: case(w, s, p) | {"work_item_id": NOWHERE, "element": "answer"},
    "move_training_day": nothing(days=1),
    "plan_training_day": nothing(days=1),
    "raise_case": lambda w, s, p: {"case_id": s.id, "name": s.message, "title": "Prova"},
    "read_notices": nothing(),
    "recount_deadline": lambda w, s, p: {"deadline_id": s.id},
    "register_body": lambda w, s, p: {"kind": "firm", "facts": {"name": {"it": "Terra Srl"}},
                                      "valid_from": w.rules.today, **WHY},
    "release": item(),
    "remind": lambda w, s, p: {"deadline_id": s.id},
    "remove_closing_day": lambda w, s, p: {"organisation_id": s.id, "day": day(w, 30)},
    "remove_party": lambda w, s, p: {"case_id": s.extra.get("case_id", NOWHERE),
                                     "party_id": s.id, **WHY},
    "reopen_case": case,
    "resume_by_itself": lambda w, s, p: {"deadline_id": s.id},
    "resume_case": case,
    "resume_deadline": term(),
    "retry_delivery": lambda w, s, p: {"delivery_id": s.id},
    "return_task": item(**WHY),
    "give_documents": item(reply="Prot. 3"),
    "go_on_without": item(**WHY),
    "revoke_calendar_feed": lambda w, s, p: {"feed_id": s.id},
    "revoke_session": lambda w, s, p: {"session_id": s.id},
    "revoke_token": lambda w, s, p: {"token_id": s.id},
    "save_draft": item(data={}),
    "seal_day": nothing(),
    "send_digest": lambda w, s, p: {"officer_id": w.office.people["cmto.coordinator"]},
    "set_patron": lambda w, s, p: {"organisation_id": s.id, "day": "02-15", "name": "Faustino"},
    "sign_in": lambda w, s, p: {"login": p.name, "password": "x", "browser": Browser("test")},
    "sign_in_with": nothing(provider="none", person=Vouched("x", None, None, None),
                            browser=Browser("test")),
    "sign_out": lambda w, s, p: {"secret": w.secrets.get(s.owner or "", NOWHERE)},
    "start_case": lambda w, s, p: {
        "process": s.id, "title": "Prova", "data": {"place": "Ex cava"} if s.id == "joint-visit"
        else {},
        "parties": [{"organisation": body, "capacity": capacity}
                    for body, capacity in (s.case.parties if s.case else ())],
    },
    "draft_by_link": nothing(data={}),
    "open_answer_link": nothing(),
    "revoke_answer_link": item(**WHY),
    "send_answer_link": item(address="ordine@example.org", **WHY),
    "store_upload": nothing(filename="atto.txt", content=b"atto"),
    "suspend_case": case,
    "suspend_deadline": term(ground="supplements"),
    "take_back": item(),
    "take_deliveries": nothing(limit=1),
    "tell_parent": nothing(round_id=NOWHERE),
    "tend_child": nothing(child_case_id=NOWHERE),
    "undo_migration": case,
    "visit_today": nothing(),
    "withdraw_case": case,
    "withdraw_delivery": lambda w, s, p: {"delivery_id": s.id, **WHY},
}  # fmt: skip

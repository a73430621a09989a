"""The proof of a history can be taken home, from the page and from the interface."""

import json

from engine.commands import create_token
from engine.queries import exported_proof
from tests.office import RONDISSONE, SYSTEM
from tests.webapp.api.caller import Caller
from tests.webapp.conftest import Visit


def test_the_history_page_hands_out_the_proof(visit: Visit) -> None:
    reader = visit.web.visitor().sign_in("elena").open(f"/cases/{visit.case_id}/history")
    answer = reader.follow("Scarica la prova").answer

    expected = visit.web.office.engine.read(exported_proof, actor=SYSTEM, case=visit.case_id)
    assert json.loads(answer.data) == expected
    assert answer.headers["Content-Disposition"] == "attachment; filename=SOP-2026-001-proof.json"


def test_the_interface_hands_out_the_same(visit: Visit) -> None:
    office = visit.web.office
    token = office.engine.run(office.actor("davide"), create_token, name="test")
    path = f"/cases/{visit.case_id}/history"

    proof = Caller(visit.web.app, token).read(f"{path}/proof")

    assert proof == office.engine.read(exported_proof, actor=SYSTEM, case=visit.case_id)
    assert len(proof["entries"]) == Caller(visit.web.app, token).read(path)["total"]


def test_a_stranger_gets_none(visit: Visit) -> None:
    stranger = visit.web.signed_in("franca", (RONDISSONE, "officer"))

    assert stranger.open(f"/cases/{visit.case_id}/history/proof").status == 404

"""A repeated act changes nothing and is answered as the first time."""

import pytest

from engine.commands import keep_answer, start_case
from engine.errors import KeyReused, NotFound
from engine.queries import case_proof, kept_answer
from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE, Office

ANSWER = {"status": 201, "body": "{}", "headers": {"ETag": '"1"'}}


def test_the_first_answer_kept_is_given_to_everybody_who_repeats(office: Office) -> None:
    davide = office.officer("davide", ("cmto", "coordinator"))

    def start(*towns: str) -> str:
        parties = [{"organisation": town, "capacity": "municipality"} for town in towns]
        return office.engine.run_once(
            davide, "k", start_case, process="joint-visit", title="Ex cava", parties=parties,
            data={"place": "Ex cava"},
        )  # fmt: skip

    with pytest.raises(NotFound):
        office.engine.run(davide, keep_answer, key="k", answer=ANSWER)
    case_id = start(CHIVASSO, CASTAGNETO)
    assert office.engine.read(kept_answer, actor=davide, key="k") is None

    assert office.engine.run(davide, keep_answer, key="k", answer=ANSWER) == ANSWER
    late = office.engine.run(davide, keep_answer, key="k", answer={"status": 500})
    assert late == ANSWER
    assert start(CHIVASSO, CASTAGNETO) == case_id
    assert office.engine.read(kept_answer, actor=davide, key="k") == ANSWER
    with pytest.raises(KeyReused):
        start(CHIVASSO, RONDISSONE)

    proof = office.engine.read(case_proof, actor=davide, case_id=case_id)
    assert proof.intact and proof.entries == len(office.history(case_id))

"""Whose work a round is: every body acts in its own turn, and nobody in that of another."""

from pathlib import Path

import pytest

from engine.bundles.definition import Bundle
from engine.bundles.load import load_folder
from engine.model import Party
from engine.policy import seats_of

PROCESSES = Path(__file__).parents[2] / "processes"


def _bundle(key: str) -> Bundle:
    return load_folder(PROCESSES / key, PROCESSES / "shared")


def _party(capacity: str, organisation: str, kind: str) -> Party:
    party = Party(
        id=f"{capacity}-{organisation}", case_id="c", organisation_id=organisation,
        capacity=capacity,
    )  # fmt: skip
    party.kind = kind
    return party


PLAN = (
    _party("municipality", "chivasso", "municipality"),
    _party("municipality", "brandizzo", "municipality"),
    _party("proponent", "chivasso", "municipality"),
    _party("cmto", "cmto", "cmto"),
    _party("region", "region", "region"),
    _party("consulted_body", "arpa", "consulted_body"),
    _party("planning_office", "office", "planning_office"),
)
SIDES = (
    _party("claimant", "chivasso", "municipality"),
    _party("respondent", "cmto", "cmto"),
)


def _who_does(bundle: Bundle, parties: tuple[Party, ...], activity: str, *path: str) -> set[str]:
    steps = tuple((path[n], path[n + 1]) for n in range(0, len(path), 2))
    found = seats_of(bundle, parties, activity, steps)
    return {seat.organisation_id for seat in found if seat.letter == "R"}


@pytest.mark.parametrize(
    ("activity", "turn", "body"),
    [
        ("give_contribution", "consulted_body-arpa", "arpa"),
        ("give_contribution", "cmto-cmto", "cmto"),
        ("give_contribution", "municipality-brandizzo", "brandizzo"),
        ("cast_vote", "region-region", "region"),
        ("cast_vote", "proponent-chivasso", "chivasso"),
    ],
)
def test_in_a_conference_nobody_speaks_or_votes_for_another(
    activity: str, turn: str, body: str
) -> None:
    plan = _bundle("regulatory-plan")
    in_call = ("first_conference", "proponent-chivasso")
    assert _who_does(plan, PLAN, activity, *in_call, activity, turn) == {body}


@pytest.mark.parametrize(
    ("activity", "round_"),
    [
        ("read_clause", "clause_round"),
        ("accept_terms", "assent_round"),
        ("file_statement", "statement_round"),
        ("accept_award", "award_round"),
    ],
)
def test_a_side_of_a_dispute_never_answers_for_the_other(activity: str, round_: str) -> None:
    dispute = _bundle("dispute")
    assert _who_does(dispute, SIDES, activity, round_, "claimant-chivasso") == {"chivasso"}
    assert _who_does(dispute, SIDES, activity, round_, "respondent-cmto") == {"cmto"}


def test_the_office_still_works_for_the_body_a_part_is_called_for() -> None:
    plan = _bundle("regulatory-plan")
    helped = _who_does(plan, PLAN, "deliver_supplements", "first_conference", "proponent-chivasso")
    assert helped == {"chivasso", "office"}

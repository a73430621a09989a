"""Functions that the law keeps apart: a person counts, whatever mandate or substitution he has."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine import Actor
from engine.commands import (
    claim,
    complete_task,
    delegate,
    grant_substitution,
    hand_over,
    save_draft,
)
from engine.errors import FourEyes, KeptApart
from engine.queries import work_item
from tests.office import CASTAGNETO, CHIVASSO, POOLED_OFFICE, Office

MONDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 27)
APART = """
[[separation]]
title = {{ it = "chi indica il personale e chi impegna i fondi", en = "naming staff and funding" }}
first = ["{}"]
second = ["{}"]
legal_basis = "D.Lgs. 152/2006 art. 5"
evidence = "V"

[deadline.staff-by]"""
GOOD = {"people": 2, "names": "Un istruttore tecnico."}


@pytest.fixture
def dora(office: Office) -> Actor:
    return office.officer("dora", ("cmto", "director"))


@pytest.fixture(params=[("staffed", "commit_funding"), ("commit_funding", "name_staff")])
def case_id(
    request: pytest.FixtureRequest, office: Office, tmp_path: Path, dora: Actor, elena: Actor,
    anna: Actor, coordinator: Actor,
) -> str:  # fmt: skip
    """An office whose funds are committed by CMTo alone, and by nobody who named its staff.

    Elena of Chivasso and Anna of Castagneto named it, and Dora of CMTo approved; Davide is next.
    """
    folder = tmp_path / "pooled-office"
    shutil.copytree(POOLED_OFFICE, folder, ignore=shutil.ignore_patterns("four-*", "heard-*"))
    for name, before, after in (
        ("raci.csv", "commit_funding,R,I,R,A,C,I,I", "commit_funding,,I,RA,,C,I,I"),
        ("raci.csv", "name_staff,R,I,,A,I,I,I\n", ""),  # by the row of its milestone
        ("forms/commit_funding.toml", 'approval = "cmto.director"', ""),
        ("process.toml", "\n[deadline.staff-by]", APART.format(*request.param)),
    ):
        text = (folder / name).read_text()
        assert before in text
        (folder / name).write_text(text.replace(before, after, 1))
    coverage = (folder / "coverage.csv").read_text()
    for gone in ("four-eyes", "heard-in-time"):
        coverage = coverage.replace(gone, "left-and-withdrawn")
    (folder / "coverage.csv").write_text(coverage)
    office.deploy(folder)
    case_id = office.pooled(dora, CHIVASSO, CASTAGNETO)
    for who, town in ((elena, CHIVASSO), (anna, CASTAGNETO)):
        office.complete(who, office.item(case_id, "name_staff", town), **GOOD)
        office.complete(
            dora, office.item(case_id, "name_staff", kind="approval"), decision="approve"
        )
    return case_id


def as_colleague(office: Office, davide: Actor, who: str) -> Actor:
    """By a mandate of his own in the other body."""
    return office.officer(who, ("cmto", "coordinator"))


def as_substitute(office: Office, davide: Actor, who: str) -> Actor:
    """In the place of whoever has the letter."""
    office.engine.run(
        davide, grant_substitution, mandate_id=davide.mandates[0].id, substitute=who,
        act="atto n. 3", valid_from=MONDAY, valid_to=FRIDAY,
    )  # fmt: skip
    return office.actor(who)


@pytest.mark.parametrize("way", [as_colleague, as_substitute])
@pytest.mark.parametrize("who", ["elena", "dora"])
def test_one_person_never_has_both_functions(
    office: Office, case_id: str, coordinator: Actor, who: str,
    way: Callable[[Office, Actor, str], Actor],
) -> None:  # fmt: skip
    """Whoever prepared or approved the one does nothing of the other, and nobody gives it him."""
    item = office.item(case_id, "commit_funding")
    barred = way(office, coordinator, who)
    handed = {"to": office.people[who], "reason": "Ferie"}
    attempts: list[tuple[Actor, Callable[..., Any], dict[str, Any]]] = [
        (barred, claim, {"work_item_id": item.id}),
        (barred, save_draft, {"work_item_id": item.id, "data": {}}),
        (barred, complete_task, {"work_item_id": item.id, "data": {"amount": "1"}}),
        (coordinator, delegate, {"work_item_id": item.id, **handed}),
        (coordinator, hand_over, {"work_item_ids": [item.id], **handed}),
    ]
    for by, verb, named in attempts:
        with pytest.raises(KeptApart, match="cannot hold both: naming staff and funding"):
            office.engine.run(by, verb, **named)

    view = office.engine.read(work_item, actor=barred, work_item_id=item.id)
    assert view.apart is not None and "anche se sostituisce un’altra" in view.apart.it
    assert view.may & {"claim", "complete", "draft", "return"} == frozenset()
    view = office.engine.read(work_item, actor=coordinator, work_item_id=item.id)
    assert view.apart is None and {"claim", "complete"} <= view.may
    assert office.people[who] not in [choice.value for choice in view.delegates]
    assert office.item(case_id, "commit_funding").version == item.version  # nothing has changed

    # Whoever gives an opinion has no hand in the matter.
    office.officer("anna", ("region", "official"))
    opinion = office.item(case_id, "commit_funding", kind="consultation")
    office.claim(office.actor("anna"), opinion)
    office.claim(coordinator, item)


def test_whoever_wrote_the_draft_does_not_approve_it(
    office: Office, anna: Actor, dora: Actor
) -> None:
    """Not only who presses the button prepares: every hand in the draft counts."""
    office.deploy(POOLED_OFFICE)
    case_id = office.pooled(dora, CHIVASSO, CASTAGNETO)
    item = office.item(case_id, "name_staff", CASTAGNETO)
    office.officer("dora", (CASTAGNETO, "officer"))
    both, dino = office.actor("dora"), office.officer("dino", ("cmto", "director"))
    office.engine.run(both, save_draft, work_item_id=item.id, data={"people": 2})
    office.engine.run(anna, save_draft, work_item_id=item.id, data=GOOD)
    office.complete(anna, item, **GOOD)

    approval = office.item(case_id, "name_staff", kind="approval")
    with pytest.raises(FourEyes):
        office.complete(both, approval, decision="approve")
    with pytest.raises(FourEyes):
        office.engine.run(both, save_draft, work_item_id=approval.id, data={})
    office.complete(dino, approval, decision="approve")

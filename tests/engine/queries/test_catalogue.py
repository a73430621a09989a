"""The catalogue: what can be started, by whom, and what it asks for."""

import pytest

from engine import Actor
from engine.errors import NotAllowed, ProcessNotFound
from engine.queries import deployments, process, processes
from tests.office import Office


def test_the_catalogue_says_who_may_start(
    office: Office, visit: str, elena: Actor, director: Actor
) -> None:
    (row,) = office.engine.read(processes, actor=elena)

    assert (row.key, row.version, row.cases_open) == ("joint-visit", 1, 1)
    assert row.title.en == "Joint site visit"
    assert row.may_start == (elena.mandates[0].id,)
    assert [s.milestone for s in row.stages] == ["answered", "decided"]
    assert office.engine.read(processes, actor=director)[0].may_start == ()
    assert row.accountable_title.it == "Città metropolitana: Coordinamento CMTo"


def test_a_procedure_explains_itself_before_it_is_started(office: Office, elena: Actor) -> None:
    view = office.engine.read(process, actor=elena, key="joint-visit")

    assert [a.id for a in view.activities] == ["prepare", "answer", "decide"]
    assert view.activities[2].nature == "political"
    lengths = {d.name: d.length.it for d in view.deadlines}
    assert lengths == {
        "answer-by": "10 giorni", "decide-by": "5 giorni lavorativi", "archive": "1 anno",
    }  # fmt: skip
    assert [f.name for f in view.start.form.fields] == ["place"]
    needed = [c.id for c in view.start.capacities if c.default is None]
    assert needed == ["municipality"]
    assert view.start.mandates == view.may_start
    assert [v.version for v in view.versions] == [1]
    assert view.raci.rows[2].cells["municipality.officer"].letters == "R"
    assert view.raci.gaps == 0
    assert [name for name, _, _ in view.drawings] == ["joint_visit"]


def test_an_unpublished_procedure_is_not_found(office: Office, elena: Actor) -> None:
    with pytest.raises(ProcessNotFound):
        office.engine.read(process, actor=elena, key="unknown")


def test_versions_are_for_administrators(office: Office, visit: str, elena: Actor) -> None:
    ada = office.officer("ada", ("cmto", "administrator"))

    (row,) = office.engine.read(deployments, actor=ada)

    assert (row.process, row.version, row.cases) == ("joint-visit", 1, 1)
    with pytest.raises(NotAllowed):
        office.engine.read(deployments, actor=elena)

"""Running cases go over to another version of their drawing: exactly, or not at all."""

import dataclasses
import random
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from engine.bpmn import (
    Definition,
    Instance,
    Obstacle,
    Step,
    TransferPlan,
    compile_process,
    mapping_problems,
    transfer_case,
)
from tests.benchmarks.fuzz import ACTS, BY_NAME, DATA, SHAPES, act, as_the_library_does, seen
from tests.engine.bpmn import draw as d
from tests.golden.states.kept import (
    HERE,
    SUFFIX,
    Story,
    definition_of,
    look,
    packed_of,
    run_on,
)
from tests.golden.states.kept import seen as kept_seen

REFERENCES = ("id", "sourceRef", "targetRef", "attachedToRef", "default", "calledElement")
MARK = "n"  # in front of a name, so that the order of names stays


def version(*inside: str, more: tuple[str, ...] = ()) -> Definition:
    """A version of one small process."""
    source = d.file(d.process("p", "".join(inside)), *more)
    return Definition.restore(compile_process({"p.bpmn": source}, {}, process="p"))


def carried(
    case: Instance, old: Definition, new: Definition, **mapping: str
) -> tuple[TransferPlan, Instance]:
    """A case in the new version, packed and loaded once more."""
    plan, moved = transfer_case(old, new, case.pack(), mapping)
    assert moved is not None, plan.obstacles
    return plan, Instance.load(new, moved.pack())


def obstacles(
    case: Instance, old: Definition, new: Definition, mapping: Mapping[str, str] | None = None
) -> list[tuple[str, Obstacle | None, str | None]]:
    """What stands in the way, and what is suggested."""
    plan, moved = transfer_case(old, new, case.pack(), mapping or {})
    assert (moved is None) == bool(plan.obstacles)
    return [(t.element, t.obstacle, t.suggestion) for t in plan.obstacles]


def elements(step: Step) -> list[str]:
    """What is open."""
    return sorted(activity.element for activity in step.open)


def close(case: Instance, element: str, **answers: Any) -> Step:
    """Complete the first open task of that name."""
    found = [a for a in case.look(facts={}).open if a.element == element]
    return case.complete(found[0].token_id, answers, facts={})


# --- every shape of drawing, changed back and forth after every act


@cache
def both_names(shape: str) -> tuple[Definition, Definition, Mapping[str, str]]:
    """A drawing, the same with every name changed, and the mapping between them."""
    tree = etree.fromstring(SHAPES[shape])
    names = set()
    for node in tree.iter(f"{{{d.BPMN}}}*"):
        if node.tag.endswith(("dataInput", "dataOutput")):
            continue  # these ids are names of variables
        for attribute in REFERENCES:
            if attribute in node.attrib:
                names.add(str(node.attrib[attribute]))
                node.attrib[attribute] = MARK + str(node.attrib[attribute])
        for attribute in ("messageRef", "errorRef"):
            if attribute in node.attrib:
                node.attrib[attribute] = MARK + str(node.attrib[attribute])
    one = compile_process({"p.bpmn": SHAPES[shape]}, {}, process="p")
    other = compile_process({"p.bpmn": etree.tostring(tree)}, {}, process=MARK + "p")
    return Definition.restore(one), Definition.restore(other), {n: MARK + n for n in names}


def in_old_names(step: Step) -> Step:
    """A step of the renamed drawing as the first one would tell it."""

    def path(found: Any) -> Any:
        return tuple((element.removeprefix(MARK), key) for element, key in found)

    def told(row: Any) -> Any:
        changes = {"element": row.element.removeprefix(MARK), "path": path(row.path)}
        if hasattr(row, "process"):
            changes["process"] = row.process.removeprefix(MARK)
        if hasattr(row, "to"):
            changes["to"] = tuple(name.removeprefix(MARK) for name in row.to)
        return dataclasses.replace(row, **changes)

    rows: dict[str, Any] = {
        name: tuple(told(row) for row in getattr(step, name))
        for name in ("open", "waits", "requests", "branches", "passed", "sent")
    }
    running = tuple((e.removeprefix(MARK), path(p)) for e, p in step.running)
    end = None if step.end is None else step.end.removeprefix(MARK)
    return dataclasses.replace(step, **rows, running=running, end=end)


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape not in BY_NAME])
@pytest.mark.parametrize("seed", range(4))
def test_a_case_that_changes_version_after_every_act_goes_on_as_if_it_had_not(
    shape: str, seed: int
) -> None:
    one, other, mapping = both_names(shape)
    back = {now: was for was, now in mapping.items()}
    chance = random.Random(seed)
    with as_the_library_does():
        left, there = Instance.start(one, data=DATA, facts={})
    right, here = Instance.start(one, data=DATA, facts={})
    renamed = False
    for number in range(ACTS):
        told = in_old_names(here) if renamed else here
        assert seen(told) == seen(there), f"act {number}"
        if there.ended:
            return
        how = {"again": chance.random() < 0.6 and number < 25, "event": chance.random() < 0.3}
        pick, value = chance.randrange(60), chance.randrange(100)
        with as_the_library_does():
            there = act(left, there, value, pick, **how)
        way = (other, one, back) if renamed else (one, other, mapping)
        before = {a.token_id for a in here.open}, {(w.token_id, w.name) for w in here.waits}
        plan, moved = transfer_case(way[0], way[1], right.pack(), way[2])
        assert moved is not None, plan.obstacles
        renamed = not renamed
        right = Instance.load(way[1], moved.pack())
        step = right.look(facts={})
        after = {a.token_id for a in step.open}, {(w.token_id, w.name) for w in step.waits}
        assert after == before, "the rows of a case hang on these ids"
        here = act(right, in_old_names(step) if renamed else step, value, pick, **how)


# --- what a new version may bring


V1 = (
    d.start()
    + d.fork("g")
    + d.user("draft")
    + d.user("opinion")
    + d.fork("j")
    + d.user("sign")
    + d.end()
    + d.flows("start g draft j sign done", "g opinion j")
)


def halfway(*closed: str, inside: str = V1) -> tuple[Definition, Instance]:
    """A case of the first version that has come so far."""
    old = version(inside)
    case, _ = Instance.start(old, data={"title": "Cava"}, facts={})
    for element in closed:
        close(case, element, **{f"{element}_done": True})
    return old, case


def finished(case: Instance) -> Step:
    """Close everything that opens, in the order of names."""
    step = case.look(facts={})
    while step.open:
        step = close(case, elements(step)[0], **{f"{elements(step)[0]}_done": True})
    assert step.ended
    return step


def test_an_added_task_is_met_as_by_a_case_that_began_on_the_new_version() -> None:
    new = version(
        d.start(),
        d.fork("g"),
        d.user("draft"),
        d.user("opinion"),
        d.fork("j"),
        d.user("read"),
        d.user("sign"),
        d.end(),
        d.flows("start g draft j read sign done", "g opinion j"),
    )
    old, case = halfway("draft")
    _, moved = carried(case, old, new)
    fresh, _ = Instance.start(new, data={"title": "Cava"}, facts={})
    close(fresh, "draft", draft_done=True)
    while not (step := moved.look(facts={})).ended:
        assert seen(step) == seen(fresh.look(facts={}))
        for one in (moved, fresh):
            close(one, elements(step)[0], **{f"{elements(step)[0]}_done": True})
    assert step.variables == fresh.look(facts={}).variables
    assert step.variables["read_done"] is True


def test_an_element_that_is_gone_needs_an_entry_and_gets_a_suggestion_only() -> None:
    new = version(V1.replace('"opinion"', '"expert_opinion"'))
    old, case = halfway()
    token = next(a.token_id for a in case.look(facts={}).open if a.element == "opinion")

    assert obstacles(case, old, new) == [("opinion", Obstacle.GONE, "opinion=expert_opinion")]
    assert elements(case.look(facts={})) == ["draft", "opinion"], "nothing has happened to it"

    _, moved = carried(case, old, new, opinion="expert_opinion")
    step = moved.look(facts={})
    assert next(a.element for a in step.open if a.token_id == token) == "expert_opinion"
    assert finished(moved).variables["expert_opinion_done"] is True


def test_a_removed_task_goes_where_a_person_says() -> None:
    inside = (
        d.start() + d.user("check") + d.user("sign") + d.end() + d.flows("start check sign done")
    )
    old, case = halfway(inside=inside)
    new = version(d.start(), d.user("sign"), d.end(), d.flows("start sign done"))

    assert obstacles(case, old, new) == [("check", Obstacle.GONE, "check=sign")]
    _, moved = carried(case, old, new, check="sign")
    assert elements(moved.look(facts={})) == ["sign"]
    assert finished(moved).variables == {"title": "Cava", "sign_done": True}


def test_another_kind_another_scope_and_another_lane_are_told_apart() -> None:
    inside = (
        d.lanes(cmto__officer="a b c")
        + d.start()
        + d.fork("g")
        + d.user("a")
        + d.user("b")
        + d.user("c")
        + d.end()
        + d.end("e2")
        + d.end("e3")
        + d.flows("start g a done", "g b e2", "g c e3")
    )
    new = version(
        d.lanes(cmto__director="c part"),
        d.start(),
        d.fork("g"),
        d.service("a"),
        d.part("part", d.start("s") + d.user("b") + d.end("e") + d.flows("s b e")),
        d.user("c"),
        d.end(),
        d.end("e2"),
        d.end("e3"),
        d.flows("start g a done", "g part e2", "g c e3"),
    )
    old, case = halfway(inside=inside)
    assert sorted(obstacles(case, old, new), key=str) == [
        ("a", Obstacle.KIND, None),
        ("b", Obstacle.SCOPE, None),
        ("c", Obstacle.LANE, "c=c"),
    ]
    left = obstacles(case, old, new, {"c": "c", "a": "c", "b": "c"})
    assert left == [], "a person may send all three to the one task that is left"


def test_a_join_that_would_wait_for_ever_is_an_obstacle() -> None:
    new = version(
        d.start(),
        d.fork("g"),
        d.user("draft"),
        d.user("opinion"),
        d.user("costs"),
        d.fork("j"),
        d.user("sign"),
        d.end(),
        d.flows("start g draft j sign done", "g opinion j", "g costs j"),
    )
    for closed in ((), ("draft",)):
        old, case = halfway(*closed)
        assert obstacles(case, old, new) == [("j", Obstacle.HANGS, None)]
    old, case = halfway("draft")
    plan, _ = transfer_case(old, new, case.pack(), {})
    assert plan.obstacles[0].about == "costs>j"

    old, case = halfway("draft", "opinion")
    assert obstacles(case, old, new) == [], "behind the join nothing is missing"
    finished(carried(case, old, new)[1])


def test_what_has_arrived_at_a_join_counts_by_the_flow_a_person_names() -> None:
    new = version(
        d.start(),
        d.fork("g"),
        d.user("draft"),
        d.user("check"),
        d.user("opinion"),
        d.fork("j"),
        d.user("sign"),
        d.end(),
        d.flows("start g draft check j sign done", "g opinion j"),
    )
    old, case = halfway("draft")
    assert obstacles(case, old, new) == [("j", Obstacle.HANGS, None)]
    _, moved = carried(case, old, new, **{"draft>j": "check>j"})
    assert finished(moved).variables["sign_done"] is True

    old, case = halfway()
    assert finished(carried(case, old, new)[1]).variables["check_done"] is True


def test_a_branch_that_has_ended_and_is_no_longer_drawn_keeps_what_it_wrote() -> None:
    new = version(
        d.start(),
        d.fork("g"),
        d.user("opinion"),
        d.fork("j"),
        d.user("sign"),
        d.end(),
        d.flows("start g opinion j sign done"),
    )
    old, case = halfway("draft")
    assert obstacles(case, old, new) == []
    step = finished(carried(case, old, new)[1])
    assert step.variables == {
        "title": "Cava", "draft_done": True, "opinion_done": True, "sign_done": True
    }  # fmt: skip


WORK = d.start() + d.user("work") + d.user("next") + d.end() + d.flows("start work next done")


def test_a_clock_drawn_on_a_running_task_is_armed_and_one_taken_away_must_be_given_up() -> None:
    timed = version(
        d.start(),
        d.user("work"),
        d.edge("late", "work", d.deadline("answer-by")),
        d.edge("told", "work", d.message("news", variable="news"), interrupting=False),
        d.user("next"),
        d.user("chase"),
        d.user("listen"),
        d.end(),
        d.end("e2"),
        d.end("e3"),
        d.flows("start work next done", "late chase e2", "told listen e3"),
    )
    old, case = halfway(inside=WORK)
    plan, moved = carried(case, old, timed)
    assert sorted(name for name, _ in plan.begins) == ["late", "told"]
    waits = {w.name: w for w in moved.look(facts={}).waits}
    assert waits["answer-by"].attached_to == "work"

    step = moved.deliver(waits["news"].token_id, "news", "x", facts={})
    assert elements(step) == ["listen", "work"]
    assert sorted(obstacles(moved, timed, old), key=str) == [
        ("late", Obstacle.GONE, None), ("listen", Obstacle.GONE, None),
        ("told", Obstacle.GONE, None),
    ]  # fmt: skip
    close(moved, "listen")
    _, back = carried(moved, timed, old, late="-", told="-")
    assert back.look(facts={}).waits == ()
    finished(back)

    late = moved.deliver(waits["answer-by"].token_id, "answer-by", None, facts={})
    assert elements(late) == ["chase"]


def test_a_term_with_another_name_is_another_term_until_a_person_says_it_is_not() -> None:
    def drawn(term: str) -> str:
        return (
            d.start()
            + d.user("work")
            + d.edge("late", "work", d.deadline(term))
            + d.user("chase")
            + d.end()
            + d.end("e2")
            + d.flows("start work done", "late chase e2")
        )

    old, case = halfway(inside=drawn("answer-by"))
    new = version(drawn("reply-by"))
    token = case.look(facts={}).waits[0].token_id
    entry = "deadline:answer-by=deadline:reply-by"
    assert obstacles(case, old, new) == [("late", Obstacle.EVENT, entry)]
    for given in (entry, "deadline:answer-by=-"):
        left, _, right = given.partition("=")
        wait = carried(case, old, new, **{left: right})[1].look(facts={}).waits[0]
        assert (wait.token_id, wait.name) == (token, "reply-by")


def test_parties_of_a_round_keep_their_branches_their_answers_and_their_order() -> None:
    def round_of(inside: str) -> Definition:
        part = d.part("each", inside, d.rounds())
        return version(
            d.start(), part, d.user("sum_up"), d.end(), d.flows("start each sum_up done")
        )

    once = d.start("s") + d.user("vote") + d.script("note", "outcome = {'vote': vote}")
    old = round_of(once + d.end("e") + d.flows("s vote note e"))
    new = round_of(
        d.start("s")
        + d.user("cast_vote")
        + d.user("confirm")
        + d.script("note", "outcome = {'vote': vote, 'sure': sure}")
        + d.end("e")
        + d.flows("s cast_vote confirm note e")
    )
    case, step = Instance.start(old, data={"parties": {"a": {}, "b": {}, "c": {}}}, facts={})
    case.complete(step.open[0].token_id, {"vote": "for"}, facts={})
    left = {a.token_id: a.path for a in case.look(facts={}).open}

    _, moved = carried(case, old, new, vote="cast_vote")
    step = moved.look(facts={})
    assert {a.token_id: a.path for a in step.open} == left
    assert (step.branches[0].done, step.branches[0].total) == (1, 3)
    while "sum_up" not in elements(step):
        step = close(moved, elements(step)[0], vote="against", sure=True)
    assert list(step.variables["results"].values()) == [
        {"vote": "for"}, {"vote": "against", "sure": True}, {"vote": "against", "sure": True}
    ]  # fmt: skip
    sequential = d.rounds(sequential=True)
    part = d.part("each", once + d.end("e") + d.flows("s vote note e"), sequential)
    other = version(d.start(), part, d.end(), d.flows("start each done"))
    assert ("each", Obstacle.KIND, None) in obstacles(case, old, other)


def test_an_activity_that_calls_another_process_needs_an_entry() -> None:
    def called(name: str) -> str:
        inside = d.start(f"{name}_s") + d.user("ask") + d.end(f"{name}_e")
        return d.process(name, inside + d.flows(f"{name}_s ask {name}_e"))

    def calling(name: str) -> Definition:
        drawn = d.start() + d.call("hear", name) + d.end() + d.flows("start hear done")
        return version(drawn, more=(called(name),))

    old, new = calling("consultation"), calling("conference")
    case, _ = Instance.start(old, data={}, facts={})
    assert obstacles(case, old, new) == [
        ("hear", Obstacle.CALLED, "consultation=conference"),
    ]
    _, moved = carried(case, old, new, consultation="conference")
    step = moved.look(facts={})
    assert (step.open[0].element, step.open[0].process) == ("ask", "conference")
    assert finished(moved).ended


def test_a_gateway_of_events_may_gain_one_and_lose_none() -> None:
    def drawn(*names: str) -> str:
        catches = "".join(d.catch(f"c_{n}", d.message(n, variable=n)) + d.end(n) for n in names)
        return (
            d.start()
            + d.first_of("g")
            + catches
            + d.flows("start g", *(f"g c_{n} {n}" for n in names))
        )

    old, case = halfway(inside=drawn("yes", "no"))
    more, fewer = version(drawn("yes", "no", "maybe")), version(drawn("yes"), d.end("x"))
    _, moved = carried(case, old, more)
    wait = next(w for w in moved.look(facts={}).waits if w.name == "maybe")
    assert moved.deliver(wait.token_id, "maybe", None, facts={}).end == "maybe"
    assert obstacles(case, old, fewer) == [("g", Obstacle.EVENT, None)]
    _, moved = carried(case, old, fewer, **{"message:no": "-"})
    assert [w.name for w in moved.look(facts={}).waits] == ["yes"]


def test_a_slip_of_the_pen_in_the_mapping_is_named() -> None:
    old, new = version(V1), version(V1.replace('"opinion"', '"expert_opinion"'))
    assert mapping_problems(old, new, {"opinion": "expert_opinion", "draft>j": "draft>j"}) == []
    assert mapping_problems(old, new, {"opinio": "expert_opinion", "opinion": "expert"}) == [
        "opinio: not in the old version",
        "opinion = expert: expert is not in the new version",
    ]


# --- the procedures of this house


@pytest.mark.slow
@pytest.mark.parametrize("file", sorted(HERE.glob(f"*{SUFFIX}")), ids=lambda file: str(file.name))
def test_every_state_ever_stored_goes_over_and_its_story_ends_as_it_did(file: Path) -> None:
    story = Story.read(file)
    definition = definition_of(story)
    for case in story.cases:
        for kept in case:
            _, moved = transfer_case(definition, definition, packed_of(kept), {})
            assert moved is not None, kept.where
            assert kept_seen(look(moved, kept)) == kept.seen, kept.where
        instance = Instance.load(definition, packed_of(case[0]))
        step = look(instance, case[0])
        for ahead in case[1:]:
            _, instance = carried(instance, definition, definition)
            step = run_on(instance, step, ahead)
            assert kept_seen(step) == ahead.seen, ahead.where

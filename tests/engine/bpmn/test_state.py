"""What is stored comes back exactly, this year's and last year's."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.bpmn import Definition, DrawingInvalid, Instance, Packed, TokenGone, compile_process
from engine.bpmn.library.drawing import REGISTRY
from engine.bpmn.state import COMPRESSED, FORMAT, PLAIN, STEPS, to_json, unpack
from engine.bpmn.values import plain
from tests.engine.bpmn import draw as d
from tests.engine.bpmn.case import DRAWINGS, Case, definition

GOLDEN = Path(__file__).parent / "golden"

SIMPLE = d.start() + d.user("u") + d.user("v") + d.end() + d.flows("start u v done")


def simple(inside: str = SIMPLE) -> Definition:
    """Two tasks in a row."""
    source = d.file(d.process("p", inside))
    return Definition.restore(compile_process({"p.bpmn": source}, {}, process="p"))


SCALARS = some.one_of(
    some.none(),
    some.booleans(),
    some.integers(-(2**63) + 1, 2**63 - 1),
    some.floats(allow_nan=False, allow_infinity=False),
    some.text(max_size=20),
    some.dates(),
    some.datetimes(timezones=some.sampled_from([None, UTC, timezone(timedelta(hours=2))])),
    some.decimals(allow_nan=False, allow_infinity=False).filter(
        lambda n: abs(n.adjusted()) <= 1000
    ),
)
KEYS = some.text(max_size=8).filter(lambda key: key != "typename")
VALUES = some.recursive(
    SCALARS,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(KEYS, inner, max_size=4),
)


def same(left: Any, right: Any) -> bool:
    """Equal in value and in type, all the way down."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right) and str(left) == str(right)


@given(some.dictionaries(KEYS.filter(bool), VALUES, max_size=5), VALUES)
def test_every_value_a_case_may_carry_comes_back(data: dict[str, Any], answer: Any) -> None:
    process = simple()
    case, step = Instance.start(process, data={**data, "u_answer": [1]}, facts={})
    case = Instance.load(process, case.pack())
    step = case.complete(step.open[0].token_id, {"u_answer": answer}, facts={})
    hot = step.open[0].variables
    cold = Instance.load(process, case.pack()).look(facts={}).open[0].variables
    expected = {**data, "u_answer": answer}
    assert same(dict(hot), expected)
    assert same(dict(cold), expected)


@pytest.mark.parametrize(
    "value",
    [
        {"typename": "datetime", "value": "x"},
        {1: "a"},
        {"a"},
        b"bytes",
        object(),
        float("nan"),
        Decimal("Infinity"),
        2**63,
        "\ud800",
        timedelta(days=1),
    ],
)
def test_a_value_that_could_not_come_back_is_refused_at_the_door(value: Any) -> None:
    case, step = Instance.start(simple(), data={}, facts={})
    with pytest.raises((TypeError, ValueError)):
        case.complete(step.open[0].token_id, {"answer": value}, facts={})
    assert case.look(facts={}).open[0].element == "u", "nothing has moved"


def test_tuples_become_lists_at_once() -> None:
    assert plain({"a": (1, (2,))}) == {"a": [1, [2]]}


def test_what_the_caller_keeps_is_not_shared() -> None:
    answers = {"list": [1]}
    case, step = Instance.start(simple(), data={}, facts={})
    step = case.complete(step.open[0].token_id, answers, facts={})
    answers["list"].append(2)
    copy = case.variables(step.open[0].token_id)
    copy["list"].append(3)
    assert step.open[0].variables["list"] == [1]


def test_small_states_stay_readable_and_large_ones_are_compressed() -> None:
    case, _ = Instance.start(simple(), data={}, facts={})
    assert case.pack().codec == PLAIN
    assert b"spec" not in case.pack().blob.replace(b"task_spec", b"")
    case, _ = Instance.start(simple(), data={"long": "x" * 20_000}, facts={})
    packed = case.pack()
    assert packed.codec == COMPRESSED
    assert len(packed.blob) < 4000
    with pytest.raises(ValueError, match="unknown storage format 9"):
        Instance.load(simple(), Packed(9, packed.blob, packed.library))


def test_a_state_of_an_older_library_format_is_raised() -> None:
    process = simple()
    case, _ = Instance.start(process, data={"n": 1}, facts={})
    packed = case.pack()
    old = orjson.loads(packed.blob)
    for task in old["tasks"].values():  # format 1.4 wrote the data of every task in full
        task["data"], task["delta"] = {"n": 1}, {}
    again = Instance.load(process, Packed(PLAIN, orjson.dumps(old), "1.4"))
    step = again.look(facts={})
    assert (step.open[0].element, step.open[0].variables["n"]) == ("u", 1)


def test_a_stored_specification_is_not_taken_apart_by_restoring_it() -> None:
    tables = {p.name: p.read_bytes() for p in DRAWINGS.glob("*.dmn")}
    assert tables
    drawing = {"p09.bpmn": (DRAWINGS / "p09_conference.bpmn").read_bytes()}
    specification = compile_process(drawing, tables, process="p09")
    process = Definition.restore(specification)
    case, _ = Instance.start(process, data={}, facts={"members": lambda _: {"a": {}}})
    packed = case.pack()
    # A state of an older library is raised with the specification it belongs to.
    old = Packed(packed.codec, packed.blob, "1.4")
    assert Instance.load(process, old).look(facts={}).open
    assert process.document == specification


def test_a_specification_of_another_release_is_refused() -> None:
    source = compile_process({"p.bpmn": d.file(d.process("p", SIMPLE))}, {}, process="p")
    document = {**orjson.loads(source), "serializer": "1.1"}
    with pytest.raises(DrawingInvalid, match="compile the drawings of this version again"):
        Definition.restore(orjson.dumps(document))


def test_compiling_twice_gives_the_same_bytes() -> None:
    drawings = {"p06.bpmn": (DRAWINGS / "p06_consultation.bpmn").read_bytes()}
    once = compile_process(drawings, {}, process="p06")
    assert once == compile_process(drawings, {}, process="p06")


@pytest.mark.parametrize("name", ["consultation", "round"])
def test_a_case_stored_long_ago_goes_on(name: str, request: pytest.FixtureRequest) -> None:
    file = GOLDEN / f"{name}.json"
    if request.config.getoption("--update"):
        _write_golden(file, name)
    stored = json.loads(file.read_text())
    process = Definition.restore(base64.b64decode(stored["specification"]))
    packed = Packed(stored["codec"], base64.b64decode(stored["blob"]), stored["library"])
    case = Instance.load(process, packed)
    step = case.look(facts={})
    assert sorted([a.element, *map(list, a.path)] for a in step.open) == stored["open"]
    assert sorted(w.name for w in step.waits) == stored["waits"]
    while step.open:
        activity = step.open[0]
        assert step.variables["when"] == date(2026, 11, 22)
        answers = {"vote": "for", "opinion": "fine", "needs_more": False}
        step = case.complete(activity.token_id, answers, facts={})
        if activity.element in ("evaluate", "sign"):
            break
    assert step.ended


def test_a_state_of_our_first_format_is_raised_at_load_and_stored_in_the_present_one() -> None:
    stored = json.loads((GOLDEN / "format-1.json").read_text())
    process = Definition.restore(base64.b64decode(stored["specification"]))
    old = Packed(stored["codec"], base64.b64decode(stored["blob"]), stored["library"])
    assert old.codec in (0, 1), "this file is never written anew: it is what was stored then"

    case = Instance.load(process, old)
    again = case.pack()
    assert again.codec in (PLAIN, COMPRESSED)
    assert _states(again, process) == _states(old, process)
    assert len(again.blob) < len(old.blob), "what may follow is laid out, not stored"
    before, after = (Instance.load(process, packed).look(facts={}) for packed in (old, again))
    assert (after.open, after.running) == (before.open, before.running)

    assert sorted(a.element for a in after.open) == sorted(row[0] for row in stored["open"])

    while (step := case.look(facts={})).open[0].element != "evaluate":
        answers = {"opinion": "fine", "needs_more": False}
        case.complete(step.open[0].token_id, answers, facts={})
    assert case.complete(step.open[0].token_id, {}, facts={}).ended


def _states(packed: Packed, process: Definition) -> dict[str, int]:
    return {key: task["state"] for key, task in unpack(packed, process.document)["tasks"].items()}


def test_the_steps_between_formats_lead_to_the_present_one() -> None:
    assert len(STEPS) == FORMAT - 1


def _write_golden(file: Path, name: str) -> None:
    """Store a case half-way, to be read by every later version of this package."""
    drawing, process = {
        "consultation": ("p06_consultation", "p06"),
        "round": ("p02_withdraw", "p02"),
    }[name]
    drawings = {f"{drawing}.bpmn": (DRAWINGS / f"{drawing}.bpmn").read_bytes()}
    specification = compile_process(drawings, {}, process=process)
    data: dict[str, Any] = {"parties": {key: {} for key in "abc"}, "bodies": {"arpa": {}}}
    data |= {"consultations": {}, "when": date(2026, 11, 22)}
    case, step = Instance.start(Definition.restore(specification), data=data, facts={})
    step = case.complete(step.open[0].token_id, {"opinion": "fine", "needs_more": True}, facts={})
    packed = case.pack()
    written = {
        "specification": base64.b64encode(specification).decode(),
        "codec": packed.codec,
        "blob": base64.b64encode(packed.blob).decode(),
        "library": packed.library,
        "open": sorted([a.element, *map(list, a.path)] for a in step.open),
        "waits": sorted(w.name for w in step.waits),
    }
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(written, indent=1) + "\n")


def test_running_cases_change_nothing_in_the_shared_specification() -> None:
    for drawing, process in (
        ("p04_deadlines", "p04"),
        ("p02_joins", "p02"),
        ("p06_consultation", "p06"),
    ):
        shared = definition(drawing, process)
        before = _fingerprint(shared)
        case = Case(shared, parties={"a": {}, "b": {}}, bodies={"a": {}}, consultations={})
        while case.tasks():
            case.close(case.tasks()[0], vote="for", opinion="x", needs_more=False)
        assert _fingerprint(shared) == before


def test_many_threads_share_one_definition() -> None:
    shared = definition("p02_joins", "p02")
    before = _fingerprint(shared)

    def whole_case(number: int) -> set[str]:
        case = Case(shared, parties={f"{number}-{key}": {} for key in "abc"})
        while case.tasks():
            case.close(case.tasks()[0], vote=f"by {number}")
        return {row["state"] for row in case.data["results"].values()}

    with ThreadPoolExecutor(4) as pool:
        votes = list(pool.map(whole_case, range(24)))
    assert votes == [{f"by {number}"} for number in range(24)]
    assert _fingerprint(shared) == before


def _fingerprint(process: Definition) -> bytes:
    specs = {"": process.spec, **process.subprocess_specs}
    return to_json({name: REGISTRY.convert(spec) for name, spec in specs.items()})


@pytest.mark.parametrize("token", ["", "x", "00000000-0000-4000-8000-000000000000"])
def test_an_unknown_token_is_gone(token: str) -> None:
    case, _ = Instance.start(simple(), data={}, facts={})
    with pytest.raises(TokenGone):
        case.complete(token, {}, facts={})


def test_a_closed_task_is_gone() -> None:
    case, step = Instance.start(simple(), data={}, facts={})
    token = step.open[0].token_id
    case.complete(token, {}, facts={})
    with pytest.raises(TokenGone):
        case.complete(token, {}, facts={})
    assert case.look(facts={}).open[0].element == "v", "a refusal leaves the case usable"

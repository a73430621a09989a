"""The cost key of the agreement: shares add up to the cent, by the script that runs in the drawing.

The script is taken out of the drawing itself, so that a change of the drawing is a change here.
"""

from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from engine.bpmn.script import execute

PROCESSES = Path(__file__).parents[2] / "processes"
DRAWING = PROCESSES / "tripartite-agreement" / "process.bpmn"
AFTER_A_WITHDRAWAL = PROCESSES / "shared" / "new-shares" / "process.bpmn"
CENT = Decimal("0.01")

amounts = st.decimals(min_value=0, max_value=10**9, places=2)
populations = st.lists(st.integers(min_value=0, max_value=900_000), min_size=2, max_size=20)
areas = st.lists(st.decimals(min_value=0, max_value=100_000, places=4), min_size=2, max_size=20)


def scripts_with_shares(drawing: Path = DRAWING) -> dict[str, str]:
    """Every script of a drawing that divides costs."""
    found = {
        task.get("id", ""): task.findtext("{*}script") or ""
        for task in etree.parse(drawing).iter("{*}scriptTask")
    }
    return {name: text for name, text in found.items() if "apportion(" in text}


SCRIPT = scripts_with_shares()["share_costs"]


def shared(
    amount: Decimal, people: dict[str, int], hectares: dict[str, Decimal] | None = None
) -> dict[str, Any]:
    """The variables of a case once the drawing has shared its costs."""
    towns = {
        key: {"name": key.upper(), "population": number, "zone": 10}
        for key, number in people.items()
    }
    variables: dict[str, Any] = {
        "answers": {key: {"state": "join", "name": key.upper()} for key in towns},
        "municipal_total": amount,
        "cost_key": "population" if hectares is None else "jurisdiction",
        "hectares": [
            {"municipality": key, "hectares": area} for key, area in (hectares or {}).items()
        ],
    }
    execute(SCRIPT, variables, {"members": lambda _capacity: towns})
    return variables


def keyed(values: list[Any]) -> dict[str, Any]:
    return {f"t{number:02}": value for number, value in enumerate(values)}


def assert_fair(shares: dict[str, Decimal], weights: dict[str, Any], total: Decimal) -> None:
    whole = sum(weights.values())
    assert shares.keys() == weights.keys()
    if whole == 0:
        assert set(shares.values()) == {Decimal("0.00")}
        return
    assert sum(shares.values()) == total
    for key, share in shares.items():
        assert share == share.quantize(CENT) and share >= 0
        assert abs(share * Decimal(whole) - total * Decimal(weights[key])) < CENT * Decimal(whole)


@given(amounts, populations)
def test_shares_by_population_add_up_to_the_cent(total: Decimal, people: list[int]) -> None:
    found = shared(total, keyed(people))
    assert_fair(found["shares"], keyed(people), total)
    assert {row["name"]: row["share"] for row in found["share_table"]} == {
        key.upper(): share for key, share in found["shares"].items()
    }


@given(amounts, areas)
def test_shares_by_hectares_add_up_to_the_cent(total: Decimal, hectares: list[Decimal]) -> None:
    people = keyed([1000 for _ in hectares])
    found = shared(total, people, keyed(hectares))
    assert_fair(found["shares"], keyed(hectares), total)


@given(amounts, populations)
def test_a_larger_town_never_pays_less(total: Decimal, people: list[int]) -> None:
    shares = shared(total, keyed(people))["shares"]
    by_size = sorted(shares, key=lambda key: keyed(people)[key])
    for smaller, larger in pairwise(by_size):
        assert shares[smaller] <= shares[larger] + CENT


@pytest.mark.parametrize("name", sorted(scripts_with_shares()))
def test_every_script_that_shares_costs_shares_them_alike(name: str) -> None:
    def key(text: str) -> set[str]:
        wanted = ("area =", "weights =", "shares =", "share_table =")
        return {line for line in text.splitlines() if line.startswith(wanted)}

    assert len(key(SCRIPT)) == 4
    assert key(scripts_with_shares()[name]) == key(SCRIPT)


@given(amounts, populations, st.data())
def test_who_stays_carries_the_whole_sum(
    total: Decimal, people: list[int], data: st.DataObject
) -> None:
    towns = {
        key: {"name": key.upper(), "population": number, "zone": 10}
        for key, number in keyed(people).items()
    }
    gone = data.draw(st.sets(st.sampled_from(sorted(towns)), min_size=1, max_size=len(towns)))
    left = {key: town for key, town in towns.items() if key not in gone}
    before = [{"year": "2027", "name": town["name"], "amount": total} for town in towns.values()]
    counted = {"parties": {key: town["name"] for key, town in towns.items()}}
    variables: dict[str, Any] = {
        "counted": counted
        | {"cost_key": "population", "total": total, "hectares": [], "light": False}
        | {"years": ["2028", "2029"]},
        "answers": {key: {"state": "join"} for key in towns},
        "contributions": [*before, {"year": "2028", "name": "T00", "amount": total}],
    }
    facts = {"members": lambda _capacity: left, "contiguous": lambda _keys: True}
    execute(scripts_with_shares(AFTER_A_WITHDRAWAL)["count_again"], variables, facts)
    weights = {key: town["population"] for key, town in left.items()}
    if left:
        assert_fair(variables["shares"], weights, total)
    assert variables["parties_verdict"] == ("ok" if len(left) > 1 else "too_few")
    assert variables["contributions"][: len(before)] == before  # what is past stays
    to_come = variables["contributions"][len(before) :]
    assert {row["year"] for row in to_come} == ({"2028", "2029"} if left else set())
    for year in ("2028", "2029"):
        amounts_due = {row["name"]: row["amount"] for row in to_come if row["year"] == year}
        assert amounts_due == {town["name"]: variables["shares"][k] for k, town in left.items()}

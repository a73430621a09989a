"""The conditions of one choice exclude each other: else the arrow drawn first would win, unseen.

A condition is taken apart into comparisons. Two conditions meet if some values make both true:
values are tried that the comparisons themselves name, and those beside them.
"""

import ast
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations, product
from typing import Any, NamedTuple

from engine.bpmn.lint.sheet import Finding, Flow, Sheet
from engine.bpmn.lint.variables import Values

_OTHER = "…"
_MOST = 200
"""So many ways of being true are followed; nobody reads a condition that has more."""
_REMEDY = (
    "The arrow drawn first would win. Add what keeps them apart (… and not …), or make one of "
    "them the default flow."
)

_ORDER: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Is: operator.eq, ast.IsNot: operator.ne,
}  # fmt: skip
_TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE,
}  # fmt: skip


class _Test(NamedTuple):
    """One comparison: what is looked at, which values satisfy it, which are worth a try."""

    of: str
    holds: Callable[[Any], bool]
    tried: tuple[Any, ...]


_Way = tuple[_Test, ...]


def overlapping(sheets: list[Sheet], known: Mapping[str, Values]) -> Iterator[Finding]:
    """Two answers to one question that can both be right; `known` are the words of variables."""
    for sheet in sheets:
        for scope in sheet.scopes:
            for gateway in scope.of_kind("exclusiveGateway"):
                asked = [f for f in scope.outgoing(gateway.get("id")) if f.condition]
                yield from _overlapping(sheet, asked, known)


def _overlapping(sheet: Sheet, asked: list[Flow], known: Mapping[str, Values]) -> Iterator[Finding]:
    ways = {flow.id: _ways_of(flow.condition or "") for flow in asked}
    for one, other in combinations(asked, 2):
        for first, second in product(ways[one.id], ways[other.id]):
            example = _example((*first, *second), known)
            if example is not None:
                what = f"“{one.condition}” and “{other.condition}” can both hold"
                also = f", where {example}" if example else ""
                yield sheet.found(other.xml, f"{what}{also}", _REMEDY)
                break


def implies(condition: str, field: str, among: Iterable[str], known: Mapping[str, Values]) -> bool:
    """Whether a condition holds only where a field has one of these answers, once it is asked."""
    ways = _ways_of(condition)
    listed = tuple(among)
    other = _Test(field, lambda value: value not in (*listed, ""), (*listed, _OTHER))
    return bool(ways) and all(_example((*way, other), known) is None for way in ways)


def _ways_of(condition: str) -> list[_Way]:
    """The ways in which a condition becomes true; none if it cannot be read or has too many."""
    try:
        return _ways(ast.parse(condition.strip(), mode="eval").body, true=True)
    except (SyntaxError, ValueError):
        return []  # told by the rule of scripts, or beyond what anybody reads


def _ways(node: ast.expr, *, true: bool) -> list[_Way]:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return _ways(node.operand, true=not true)
    if isinstance(node, ast.BoolOp):
        parts = [_ways(value, true=true) for value in node.values]
        if isinstance(node.op, ast.Or) == true:
            return [way for part in parts for way in part]
        return _together(parts)
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        steps: list[list[_Way]] = [
            [(_compared(left, how, right, true=true),)]
            for left, how, right in zip(sides, node.ops, sides[1:], strict=False)
        ]
        return _together(steps) if true else [way for step in steps for way in step]
    if isinstance(node, ast.Constant):
        return [()] if bool(node.value) == true else []
    return [(_Test(ast.unparse(node), lambda value: bool(value) == true, (True, False)),)]


def _together(parts: list[list[_Way]]) -> list[_Way]:
    found: list[_Way] = [()]
    for part in parts:
        found = [(*way, *more) for way in found for more in part]
        if len(found) > _MOST:
            raise ValueError("too many ways")
    return found


def _compared(left: ast.expr, how: ast.cmpop, right: ast.expr, *, true: bool) -> _Test:
    kind = type(how)
    if _constant(left) and not _constant(right) and kind in _ORDER:
        left, right, kind = right, left, _TURNED.get(kind, kind)
    if kind in (ast.In, ast.NotIn):
        return _contained(left, right, inside=(kind is ast.In) == true)
    if _constant(right):
        value = ast.literal_eval(right)
        return _Test(
            ast.unparse(left), lambda found: _order(kind, found, value) == true, _around(value)
        )
    sides = sorted((ast.unparse(left), ast.unparse(right)))
    if sides[0] != ast.unparse(left):
        kind = _TURNED.get(kind, kind)
    return _Test(" ? ".join(sides), lambda found: _order(kind, found, 0) == true, (-1, 0, 1))


def _contained(left: ast.expr, right: ast.expr, *, inside: bool) -> _Test:
    if _constant(right) and isinstance(right, ast.List | ast.Tuple | ast.Set):
        listed = list(ast.literal_eval(right))
        return _Test(
            ast.unparse(left), lambda value: (value in listed) == inside, (*listed, _OTHER)
        )
    of = f"{ast.unparse(left)} in {ast.unparse(right)}"
    return _Test(of, lambda value: value is inside, (True, False))


def _constant(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True


def _order(kind: type[ast.cmpop], found: Any, value: Any) -> bool:
    try:
        return _ORDER[kind](found, value)
    except TypeError:
        return False


def _around(value: Any) -> tuple[Any, ...]:
    if isinstance(value, bool) or value is None:
        return (True, False, None)
    if isinstance(value, int | float):
        return (value - 1, value, value + 1)
    return (value, _OTHER)


def _example(tests: tuple[_Test, ...], known: Mapping[str, Values]) -> str | None:
    """Values that pass all tests, in words; None if there are none."""
    told = []
    for name in dict.fromkeys(test.of for test in tests):
        asked = [test for test in tests if test.of == name]
        words = known.get(name)
        tried = sorted(words | {""}) if words else [v for test in asked for v in test.tried]
        fit = [value for value in tried if all(test.holds(value) for test in asked)]
        if not fit:
            return None
        if name.isidentifier() and fit[0] != _OTHER:
            told.append(f"{name} is {fit[0] or 'empty' if isinstance(fit[0], str) else fit[0]}")
    return " and ".join(told)

"""The few things a script, a condition or a decision cell of a drawing may do.

No import, no file, no network, no clock, no attribute beyond the lists below, no work without
end (see budget). What is needed from outside (parties, dates) comes in as a function, given with
each call.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from types import CodeType
from typing import Any, Literal, NamedTuple

from RestrictedPython.compile import compile_restricted_eval, compile_restricted_exec
from RestrictedPython.Guards import guarded_iter_unpack_sequence, guarded_unpack_sequence

from engine.bpmn.budget import Budget
from engine.bpmn.functions import apportion, euros, money
from engine.bpmn.policy import MUTATORS, ScriptPolicy
from engine.bpmn.values import plain

Mode = Literal["exec", "eval"]

# What the engine answers about the case: given as functions with every call.
FACT_NAMES = frozenset({
    "members", "contiguous", "same_zone", "today", "children", "raised", "cases", "answered",
    "going", "usual", "listed", "registered", "zones",
    "last_day", "term_ahead", "matrix", "matrix_problems", "matrix_difference",
})  # fmt: skip

LARGEST_RANGE = 100_000
LARGEST_EXPONENT = 64
MOST_DIGITS = 100

_TEXT = (
    "capitalize casefold count endswith find index isalpha isdigit isnumeric lower lstrip "
    "partition removeprefix removesuffix rpartition rsplit rstrip split splitlines startswith "
    "strip title upper"
)
_DATE = "day isoformat isoweekday month weekday year"
_ATTRIBUTES: dict[type, frozenset[str]] = {
    kind: frozenset(names.split())
    for kind, names in {
        str: _TEXT + " join replace",
        dict: "clear copy get items keys pop setdefault update values",
        list: "append clear copy count index insert pop remove reverse sort",
        tuple: "count index",
        set: "add copy difference discard intersection issubset issuperset remove union",
        date: _DATE,
        datetime: _DATE + " date hour minute second tzinfo utcoffset",
        timedelta: "days seconds total_seconds",
        Decimal: "as_integer_ratio is_signed quantize",
        int: "",
        float: "is_integer",
    }.items()
}
# A date may be read from text; “today” is a fact the engine gives, never the clock.
_OF_CLASSES: dict[Any, frozenset[str]] = {
    date: frozenset({"fromisoformat"}),
    datetime: frozenset({"fromisoformat", "combine"}),
    dict: frozenset({"fromkeys"}),
}


class Compiled(NamedTuple):
    """A script ready to run, with the names it mentions and those its loops leave behind."""

    code: CodeType
    names: frozenset[str]
    loop_names: frozenset[str]


def script_problems(source: str, mode: Mode) -> list[str]:
    """Say why a script or an expression would be refused, before any case meets it."""
    readable = source.strip() if mode == "eval" else source
    try:
        _compiled(readable, mode)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        return [line for line in str(problem).splitlines() if line.strip()] or ["not readable"]
    tree = ast.parse(readable, mode=mode)
    called = [n.func.id for n in ast.walk(tree) if _calls_by_name(n)]  # type: ignore[attr-defined]
    unknown = sorted(set(called) - offered_names())
    return [f"there is no function “{name}”" for name in unknown]


def offered_names() -> frozenset[str]:
    """Every name a script finds without a variable of the case."""
    return frozenset(_BUILTINS) | _COUNTED | frozenset(_NAMES) | FACT_NAMES


def _calls_by_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)


def evaluate(
    source: str,
    variables: Mapping[str, Any],
    facts: Mapping[str, Any],
    budget: Budget | None = None,
) -> Any:
    """Work out an expression over the variables of a token; nothing is changed."""
    budget = budget or Budget()
    scope = {**_NAMES, **facts, **variables, **_guards(budget)}
    value = eval(_compiled(source.strip(), "eval").code, scope)  # noqa: S307  # restricted code
    return budget.weigh(value)


def execute(
    source: str,
    variables: dict[str, Any],
    facts: Mapping[str, Any],
    budget: Budget | None = None,
) -> None:
    """Run a script over the variables of a token and write back what it changed.

    The library shares nested objects between branches and with the past, so whatever the
    script names is copied first: it can change nothing but its own token.
    """
    budget = budget or Budget()
    compiled = _compiled(source, "exec")
    scope = {**_NAMES, **facts, **variables, **_guards(budget)}
    for name in compiled.names & variables.keys():
        if isinstance(scope[name], dict | list):
            scope[name] = deepcopy(scope[name])
    before = dict(scope)
    exec(compiled.code, scope)  # noqa: S102  # restricted code

    changed = {}
    for name, value in scope.items():
        if name in variables:
            touched = value is not variables[name]
        else:
            touched = name not in before or value is not before[name]
            touched = touched and name not in compiled.loop_names
        if touched:
            changed[name] = _storable(name, value, budget)
    gone = [name for name in variables if name not in scope]
    for name in gone:
        del variables[name]
    variables.update(changed)


def _storable(name: str, value: Any, budget: Budget) -> Any:
    try:
        return plain(budget.weigh(value))
    except (TypeError, ValueError) as problem:
        raise type(problem)(f"{name}: {problem}") from None


@lru_cache(maxsize=4096)
def _compiled(source: str, mode: Mode) -> Compiled:
    compiler = compile_restricted_eval if mode == "eval" else compile_restricted_exec
    result = compiler(source, filename="<string>", policy=ScriptPolicy)
    if result.errors or result.code is None:
        raise SyntaxError("\n".join(result.errors))
    tree = ast.parse(source, mode=mode)
    if mode == "eval":
        _refuse_changes(tree)
    targets = (node.target for node in ast.walk(tree) if isinstance(node, ast.For))
    loops = {n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)}
    return Compiled(result.code, frozenset(_names(result.code)), frozenset(loops))


def _refuse_changes(tree: ast.AST) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in MUTATORS:
            raise SyntaxError(f"an expression must not change anything: .{node.attr}()")


def _names(code: CodeType) -> Iterator[str]:
    # A comprehension is code within the code: what it names must be copied as well.
    yield from code.co_names
    yield from code.co_freevars
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


# -- guards --------------------------------------------------------------------------------------


def _guards(budget: Budget) -> dict[str, Any]:
    """What every script gets beside its names: nothing goes on without paying."""
    each, spend = budget.each, budget.lengths

    def attribute(value: Any, name: str) -> Any:
        kind = type(value)
        allowed = _OF_CLASSES.get(value) if kind is type else _ATTRIBUTES.get(kind)
        if allowed is None or name not in allowed:
            raise AttributeError(f"a script may not use .{name} of {kind.__name__}")
        if kind is str and name == "join":
            return lambda parts: _joined(value, parts, budget)
        if kind is str and name == "replace":
            return lambda old, new: _replaced(value, old, new, budget)
        return getattr(value, name)

    def arithmetic(operator: str, left: Any, right: Any) -> Any:
        return _arithmetic(operator.removesuffix("="), left, right, budget)

    def text(built: str) -> str:
        spend(built)
        return built

    def total(items: Any, start: Any = 0) -> Any:
        for item in each(items):
            start = arithmetic("+", start, item)
        return start

    counted = {
        "sum": total,
        "map": lambda function, *items: each(map(function, *items)),
        "filter": lambda test, items: each(filter(test, items)),
        "zip": lambda *items, strict=False: each(zip(*items, strict=strict)),
        "enumerate": lambda items, start=0: each(enumerate(items, start)),
        "reversed": lambda items: each(reversed(items)),
    }
    return {
        "__builtins__": {**_BUILTINS, **counted},
        "__name__": "script",
        "_getattr_": attribute,
        "_getitem_": budget.item,
        "_getiter_": each,
        "_iter_unpack_sequence_": guarded_iter_unpack_sequence,
        "_unpack_sequence_": guarded_unpack_sequence,
        "_write_": _write,
        "_inplacevar_": arithmetic,
        "_arithmetic_": arithmetic,
        "_text_": text,
        "_call_": budget.call,
        "_weigh_": budget.weigh,
        "_key_": budget.key,
        "_container_": budget.container,
        "_spread_": budget.spread,
    }


def _joined(glue: str, parts: Any, budget: Budget) -> str:
    texts = list(parts)
    budget.lengths(*texts, range(len(glue) * len(texts)))
    return glue.join(texts)


def _replaced(text: str, old: str, new: str, budget: Budget) -> str:
    found = text.count(old) if old else len(text) + 1
    budget.lengths(text, range(found * len(new)))
    return text.replace(old, new)


def _write(value: Any) -> Any:
    if type(value) in (dict, list):
        return value
    raise TypeError(f"a script may not change a {type(value).__name__}")


def _arithmetic(operator: str, left: Any, right: Any, budget: Budget) -> Any:
    """Calculate, with the sizes looked at first."""
    for side in (left, right):
        if operator in "*%**" and isinstance(side, str | bytes | list | tuple):
            raise TypeError(f"“{operator}” is for numbers only")
        if isinstance(side, int) and side.bit_length() > 4096:
            raise ValueError("the number is too large")
    if operator == "**" and not (isinstance(right, int) and abs(right) <= LARGEST_EXPONENT):
        raise ValueError(f"an exponent is a whole number up to {LARGEST_EXPONENT}")
    if operator not in _OPERATORS:
        raise SyntaxError(f"“{operator}” is not part of scripts")
    budget.lengths(left, right)
    return _OPERATORS[operator](left, right)


def _range(*bounds: int) -> range:
    numbers = range(*bounds)
    if len(numbers) > LARGEST_RANGE:
        raise ValueError(f"a range may have {LARGEST_RANGE} numbers at most")
    return numbers


def _round(number: Any, digits: int | None = None) -> Any:
    if digits is not None and abs(digits) > MOST_DIGITS:
        raise ValueError(f"a number is rounded to {MOST_DIGITS} digits at most")
    return round(number, digits)


def _is_a(value: Any, kind: Any) -> bool:
    return isinstance(value, kind)


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "*": lambda a, b: a * b,
    "%": lambda a, b: a % b,
    "**": lambda a, b: a**b,
    "-": lambda a, b: a - b,
    "/": lambda a, b: a / b,
    "//": lambda a, b: a // b,
    "|": lambda a, b: a | b,
    "&": lambda a, b: a & b,
    "^": lambda a, b: a ^ b,
}
_BUILTINS: dict[str, Any] = {
    "None": None,
    "True": True,
    "False": False,
    **{f.__name__: f for f in (abs, all, any, bool, divmod, float, int, len, max, min, repr)},
    **{f.__name__: f for f in (sorted, str, dict, list, set, tuple)},
    "range": _range,
    "round": _round,
    "isinstance": _is_a,
}
# Each run counts what these hand out.
_COUNTED = frozenset({"sum", "map", "filter", "zip", "enumerate", "reversed"})
_NAMES: dict[str, Any] = {
    "date": date,
    "datetime": datetime,
    "timedelta": timedelta,
    "Decimal": Decimal,
    "money": money,
    "apportion": apportion,
    "euros": euros,
}

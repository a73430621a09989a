"""The few things a script, a condition or a decision cell of a drawing may do.

No import, no file, no network, no clock, no attribute beyond the lists below, no loop without
end. What is needed from outside (parties, dates) comes in as a function, given with each call.
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
from RestrictedPython.Eval import default_guarded_getitem
from RestrictedPython.Guards import guarded_iter_unpack_sequence, guarded_unpack_sequence

from engine.bpmn.functions import apportion, money
from engine.bpmn.policy import MUTATORS, ScriptPolicy
from engine.bpmn.values import plain

Mode = Literal["exec", "eval"]

# What the engine answers about the case: given as functions with every call.
FACT_NAMES = frozenset({"members", "contiguous", "same_zone", "today"})

LONGEST = 1_000_000  # characters of a text, or items of a list, a script may build
ITERATIONS = 200_000  # rounds all loops of one script may take together
LARGEST_RANGE = 100_000
LARGEST_EXPONENT = 64

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
    return frozenset(_BUILTINS) | frozenset(_NAMES) | FACT_NAMES


def _calls_by_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)


def evaluate(source: str, variables: Mapping[str, Any], facts: Mapping[str, Any]) -> Any:
    """Work out an expression over the variables of a token; nothing is changed."""
    scope = {**_NAMES, **facts, **variables, **_guards()}
    return eval(_compiled(source.strip(), "eval").code, scope)  # noqa: S307  # restricted code


def execute(source: str, variables: dict[str, Any], facts: Mapping[str, Any]) -> None:
    """Run a script over the variables of a token and write back what it changed.

    The library shares nested objects between branches and with the past, so whatever the
    script names is copied first: it can change nothing but its own token.
    """
    compiled = _compiled(source, "exec")
    given = {**_NAMES, **facts}
    scope = {**given, **variables, **_guards()}
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
            changed[name] = _storable(name, value)
    gone = [name for name in variables if name not in scope]
    for name in gone:
        del variables[name]
    variables.update(changed)


def _storable(name: str, value: Any) -> Any:
    try:
        return plain(value)
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


def _guards() -> dict[str, Any]:
    return {**_FIXED_GUARDS, "_getiter_": _Budget().spend}


class _Budget:
    """Counts the rounds of all loops of one script."""

    def __init__(self) -> None:
        self.left = ITERATIONS

    def spend(self, items: Any) -> Iterator[Any]:
        for item in items:
            self.left -= 1
            if self.left < 0:
                raise RuntimeError(f"the script loops more than {ITERATIONS} times")
            yield item


def _attribute(value: Any, name: str) -> Any:
    kind = type(value)
    allowed = _OF_CLASSES.get(value) if kind is type else _ATTRIBUTES.get(kind)
    if allowed is None or name not in allowed:
        raise AttributeError(f"a script may not use .{name} of {kind.__name__}")
    if kind is str and name == "join":
        return lambda parts: _joined(value, parts)
    if kind is str and name == "replace":
        return lambda old, new: _replaced(value, old, new)
    return getattr(value, name)


def _joined(glue: str, parts: Any) -> str:
    texts = list(parts)
    _short(len(glue) * len(texts) + sum(len(text) for text in texts))
    return glue.join(texts)


def _replaced(text: str, old: str, new: str) -> str:
    _short(len(text) + (text.count(old) if old else len(text) + 1) * len(new))
    return text.replace(old, new)


def _short(length: int) -> None:
    if length > LONGEST:
        raise ValueError("the text or list grows too long")


def _write(value: Any) -> Any:
    if type(value) in (dict, list):
        return value
    raise TypeError(f"a script may not change a {type(value).__name__}")


def _arithmetic(operator: str, left: Any, right: Any) -> Any:
    """The operators that could fill the memory, with their sizes looked at first."""
    for side in (left, right):
        if operator in "*%**" and isinstance(side, str | bytes | list | tuple):
            raise TypeError(f"“{operator}” is for numbers only")
        if isinstance(side, int) and side.bit_length() > 4096:
            raise ValueError("the number is too large")
    if operator == "**" and not (isinstance(right, int) and abs(right) <= LARGEST_EXPONENT):
        raise ValueError(f"an exponent is a whole number up to {LARGEST_EXPONENT}")
    if operator == "+" and hasattr(left, "__len__") and hasattr(right, "__len__"):
        _short(len(left) + len(right))
    return _OPERATORS[operator](left, right)


def _text_of(text: str) -> str:
    _short(len(text))
    return text


def _range(*bounds: int) -> range:
    numbers = range(*bounds)
    if len(numbers) > LARGEST_RANGE:
        raise ValueError(f"a range may have {LARGEST_RANGE} numbers at most")
    return numbers


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
}
_BUILTINS: dict[str, Any] = {
    "None": None,
    "True": True,
    "False": False,
    **{f.__name__: f for f in (abs, all, any, bool, divmod, float, int, len, max, min, repr)},
    **{f.__name__: f for f in (round, sorted, str, sum, zip)},
    **{f.__name__: f for f in (dict, enumerate, filter, list, map, reversed, set, tuple)},
    "range": _range,
    "isinstance": _is_a,
}
_NAMES: dict[str, Any] = {
    "date": date,
    "datetime": datetime,
    "timedelta": timedelta,
    "Decimal": Decimal,
    "money": money,
    "apportion": apportion,
}
_FIXED_GUARDS: dict[str, Any] = {
    "__builtins__": _BUILTINS,
    "__name__": "script",
    "_getattr_": _attribute,
    "_getitem_": default_guarded_getitem,
    "_iter_unpack_sequence_": guarded_iter_unpack_sequence,
    "_unpack_sequence_": guarded_unpack_sequence,
    "_write_": _write,
    "_inplacevar_": lambda operator, a, b: _arithmetic(operator.removesuffix("="), a, b),
    "_arithmetic_": _arithmetic,
    "_text_": _text_of,
}

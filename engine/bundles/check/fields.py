"""Fields of forms: each makes sense alone, with those before it, and all examples together."""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.bundles.check.terms import somewhere
from engine.bundles.check.view import View
from engine.bundles.drawn import Element
from engine.bundles.form import TODAY, Field, Form, Option, Rule
from engine.bundles.forms import ROW, Evaluate, examples, validate
from engine.bundles.forms.answers import rule_fields, rule_variables
from engine.bundles.roles import kinds
from engine.bundles.source import Step
from engine.errors import FormInvalid
from engine.text import both

Path = tuple[Step, ...]
Complain = Callable[..., None]
_PICKED = frozenset({"choice", "choices", "organisation", "officer"})
_SOURCES = {
    "parties": _PICKED - {"officer"},
    "organisations": _PICKED - {"officer"},
    "officers": frozenset({"officer"}),
    "case": _PICKED | {"list"},
}
_BOUNDED = frozenset({"text", "long_text", "integer", "decimal", "money", "date"})
_USUAL = frozenset({"text", "long_text", "integer", "choice", "choices", "yes_no"})
_REFUSING = re.compile(
    r"no|none|never|declin\w*|reject\w*|refus\w*|unfavou?rable|negative|against|withdraw\w*|cancel\w*"
    r"|not_\w+|no_\w+|un(?:signed|available)|fail\w*|leave_out"
)
# A repeated group that itself repeats can take years to fail on a hostile text.
_NESTED_REPEAT = re.compile(r"\([^()]*[+*}][^()]*\)[+*{]")


def check_fields(view: View, evaluate: Evaluate | None) -> None:
    """The fields, conditions, bounds, rules and examples of every form."""
    forms = {**view.bundle.forms, "start": view.bundle.start_form}
    forms |= {f"message-{n}": r.form for n, r in view.bundle.messages.items() if r.form}
    for activity, file in view.draft.form_files.items():
        if activity not in forms:
            continue
        form = forms[activity]

        def complain(path: Path, what: str, hint: str, file: str = file) -> None:
            view.complain(file, view.line(file, *path), what, hint)

        before = len(view.problems)
        for level, path in _levels(form.fields, ()):
            _check_level(level, path, complain)
        if activity == "start" and any(field.name == "title" for field in form.fields):
            complain((), "A start form has no field “title”.", "Rename it: every case has a title.")
        _check_rules(view, form, complain)
        _check_sources(view, form, complain)
        if len(view.problems) == before:
            _check_examples(form, evaluate, complain)


def _check_sources(view: View, form: Form, complain: Complain) -> None:
    """What a form shows of the case is written by somebody; of a shared part the callers know."""
    for position, field in enumerate(form.fields if not view.draft.shared else ()):
        from_case = (field.options_from or "").partition("case:")[2]
        prefill = None if field.prefill == TODAY else field.prefill
        shown = {"table": field.table, "prefill": prefill, "options_from": from_case}
        for key, variable in shown.items():
            if variable and not somewhere(view, variable):
                hint = "Name a field of a form or a variable that a script sets."
                what = f"Nothing writes the variable “{variable}”."
                complain(("fields", position, key), what, hint)
        for number in _first_values(view, field):
            hint = f"Let the script begin with {prefill} = None: then nothing is offered."
            what = f"“{field.name}” would be offered {number}, which its own bounds refuse."
            complain(("fields", position, "prefill"), what, hint)
        if field.anew and not (field.table and _beside(view, form.activity, field.anew)):
            hint = "Name the script task, beside the work or around it, that works out this table."
            what = f"“{field.name}” cannot be worked out anew by “{field.anew}”."
            complain(("fields", position, "anew"), what, hint)
        source, _, name = (field.options_from or "").partition(":")
        known = kinds() if source == "organisations" else {c.id for c in view.bundle.capacities}
        if source in ("parties", "officers", "organisations") and name not in known:
            hint = f"Known: {', '.join(sorted(known))}."
            what = f"“{field.name}” would offer nobody: there is no “{name}”."
            complain(("fields", position, "options_from"), what, hint)


def _first_values(view: View, field: Field) -> list[Decimal]:
    """The plain numbers that scripts write into what a field offers, and that it would refuse."""
    if field.prefill is None or field.type not in ("integer", "decimal", "money"):
        return []
    plain = re.compile(rf"\b{re.escape(field.prefill)} = (-?\d+(?:\.\d+)?)(?:$|<)".encode(), re.M)
    drawn = view.bundle.bpmn.values()
    written = [Decimal(found.decode()) for file in drawn for found in plain.findall(file)]
    lowest, highest = Decimal(field.min or "-Infinity"), Decimal(field.max or "Infinity")
    return [number for number in written if not lowest <= number <= highest]


def _beside(view: View, activity: str, script: str) -> bool:
    """Whether a script task stands beside an activity or around it: it knows these variables."""
    own, other = view.bundle.element(activity), view.bundle.element(script)
    if own is None or other is None or other.type != "scriptTask":
        return False
    around: set[str | None] = {None}
    part: Element | None = own
    while part is not None and part.parent is not None:
        around.add(part.parent)
        part = view.bundle.element(part.parent)
    return other.process == own.process and other.parent in around


def _levels(fields: Sequence[Field], path: Path) -> Iterator[tuple[Sequence[Field], Path]]:
    yield fields, path
    for position, field in enumerate(fields):
        yield from _levels(field.fields, (*path, "fields", position)) if field.fields else ()


def _check_level(fields: Sequence[Field], path: Path, complain: Complain) -> None:
    times = Counter(field.name for field in fields)
    earlier: dict[str, Field] = {}
    for position, field in enumerate(fields):
        at = (*path, "fields", position)
        if times[field.name] > 1:
            hint = "Rename one of them."
            complain((*at, "name"), f"Two fields “{field.name}” on one level.", hint)
        _check_condition(field, earlier, at, complain)
        _check_options(field, at, complain)
        _check_bounds(field, at, complain)
        _check_pattern(field, at, complain)
        _check_shape(field, at, complain)
        earlier[field.name] = field


def _check_condition(field: Field, earlier: dict[str, Field], at: Path, complain: Complain) -> None:
    rule = field.show_when
    if rule is None:
        return
    asked = earlier.get(rule.field)
    if asked is None:
        hint = "Name a field that stands before it, on the same level."
        complain((*at, "show_when"), f"“{field.name}” waits for “{rule.field}”.", hint)
        return
    if asked.type not in ("choice", "choices", "yes_no"):
        hint = "Let it depend on a choice or on yes or no."
        complain((*at, "show_when"), f"“{asked.name}” has no fixed answers.", hint)
        return
    offered = {"yes", "no"} if asked.type == "yes_no" else {o.value for o in asked.options}
    odd = [word for word in rule.among if word not in offered]
    if odd and not asked.options_from:
        hint = f"“{asked.name}” offers: {', '.join(sorted(offered))}."
        complain((*at, "show_when"), f"“{odd[0]}” is never the answer to “{asked.name}”.", hint)


def _check_options(field: Field, at: Path, complain: Complain) -> None:
    if field.options_from is not None:
        source, _, name = field.options_from.partition(":")
        if field.type not in _SOURCES.get(source, ()) or not name:
            hint = "Use parties:, organisations:, officers: or case:, on a field that is picked."
            what = f"“{field.name}” cannot take its options from “{field.options_from}”."
            complain((*at, "options_from"), what, hint)
    elif field.type in ("organisation", "officer"):
        hint = 'Write options_from = "organisations:<kind>" or "officers:<capacity>".'
        complain((*at, "name"), f"“{field.name}” offers nobody.", hint)
    elif field.type in ("choice", "choices") and len(field.options) < 2:
        hint = "Write options = [{value=…, label.it=…, label.en=…}, …]."
        complain((*at, "name"), f"“{field.name}” offers no choice.", hint)
    if field.options and (field.type not in ("choice", "choices") or field.options_from):
        hint = "Keep options only on a choice without options_from."
        complain((*at, "options"), f"The options of “{field.name}” would never show.", hint)
    values = [option.value for option in field.options]
    if len(set(values)) < len(values):
        complain((*at, "options"), f"“{field.name}” offers a value twice.", "Rename one value.")
    # A generic client and a hurried officer take the first one.
    if field.type == "choice" and values and _REFUSING.fullmatch(values[0]):
        hint = "Put the ordinary, favourable answer first."
        complain((*at, "options"), f"“{field.name}” begins with “{values[0]}”.", hint)


def _check_bounds(field: Field, at: Path, complain: Complain) -> None:
    bounds = []
    for key in ("min", "max"):
        written = getattr(field, key)
        if written is None:
            continue
        if field.type not in _BOUNDED:
            complain((*at, key), f"“{field.name}” has no {key}.", "Use min_items or max_items.")
            continue
        bound = _bound(field, written)
        if bound is None:
            hint = "Write a whole number, a decimal or a date, as the type of the field needs."
            complain((*at, key), f"“{written}” is no {key} for “{field.name}”.", hint)
        else:
            bounds.append(bound)
    if len(bounds) == 2 and bounds[0] > bounds[1]:
        complain((*at, "max"), f"“{field.name}”: max is below min.", "Make max at least min.")
    if field.max_items is not None and field.max_items < field.min_items:
        hint = "Make max_items at least min_items."
        complain((*at, "max_items"), f"“{field.name}”: max_items is below min_items.", hint)
    if (field.min_items or field.max_items) and field.type not in ("list", "choices"):
        hint = "Only list and choices count their items."
        complain((*at, "min_items"), f"“{field.name}” has no items.", hint)
    if field.max is not None and field.example is None:
        hint = "Write example = …: clients and training rely on it."
        complain((*at, "name"), f"“{field.name}” has a maximum but no example.", hint)


def _bound(field: Field, written: str) -> Any:
    try:
        if field.type == "date":
            return date.fromisoformat(written)
        if field.type in ("decimal", "money"):
            return Decimal(written)
        return int(written)
    except (ValueError, InvalidOperation):
        return None


def _check_pattern(field: Field, at: Path, complain: Complain) -> None:
    if field.pattern is None:
        return
    where = (*at, "pattern")
    if field.type not in ("text", "long_text"):
        complain(where, f"“{field.name}” is no text.", "Take the pattern away.")
    try:
        re.compile(field.pattern)
    except re.error as trouble:
        complain(where, f"The pattern of “{field.name}” is wrong: {trouble}.", "Mend it.")
    if _NESTED_REPEAT.search(field.pattern):
        hint = "Do not repeat a group that repeats inside, such as (a+)+."
        complain(where, f"The pattern of “{field.name}” may never end.", hint)
    if field.example is None:
        hint = "Write example = …: officers see it when they are wrong."
        complain(where, f"“{field.name}” has a pattern but no example.", hint)


def _check_shape(field: Field, at: Path, complain: Complain) -> None:
    if field.type == "list" and field.options_from:
        if field.min_items or field.max_items or field.prefill or field.example is not None:
            hint = "Delete min_items, max_items, prefill and example: the case says which rows."
            complain((*at, "name"), f"The rows of “{field.name}” are given.", hint)
        if any(one.name == ROW for one in field.fields):
            complain((*at, "name"), f"“{ROW}” is the name of the row itself.", "Rename the field.")
    if field.usual and (field.type not in _USUAL or field.options_from or at.count("fields") > 1):
        hint = "Keep usual for a text, a number, fixed options, or yes and no, outside of lists."
        complain((*at, "usual"), f"“{field.name}” cannot be answered as the last time.", hint)
    if field.prefill == TODAY and field.type != "date":
        hint = f'Keep prefill = "{TODAY}" for a date.'
        complain((*at, "prefill"), f"“{field.name}” is no day.", hint)
    if field.type in ("group", "list") and not field.fields:
        complain(
            (*at, "name"), f"“{field.name}” has no fields.", "Write [[fields.fields]] below it."
        )
    if field.fields and field.type not in ("group", "list"):
        hint = "Only group and list hold fields; a section is a heading for those that follow."
        complain((*at, "fields"), f"“{field.name}” cannot hold fields.", hint)
    if field.table is not None and field.type != "note":
        hint = "A table needs a note; without columns it shows the words of a text."
        complain((*at, "table"), f"“{field.name}” shows no table.", hint)


def _check_rules(view: View, form: Form, complain: Complain) -> None:
    names = {field.name: position for position, field in enumerate(form.fields)}
    for position, rule in enumerate(form.rules):
        at: Path = ("rules", position)
        if rule.field not in names:
            hint = f"Name the field to be mended: {', '.join(names)}."
            complain((*at, "field"), f"The rule points at no field: “{rule.field}”.", hint)
        try:
            ast.parse(rule.must, mode="eval")
        except SyntaxError as trouble:
            hint = "Write a comparison, such as present == in_favour + against."
            complain((*at, "must"), f"The rule cannot be read: {trouble.msg}.", hint)
            continue
        compared = rule_fields(rule, form)
        if not compared:
            hint = "Compare answers of this form."
            complain((*at, "must"), "The rule compares no field.", hint)
        _check_asked_of_case(view, form, rule, lambda *said, at=at: complain((*at, "must"), *said))
        for name in sorted(compared):
            field = form.fields[names[name]]
            if field.example is None and field.type not in ("list", "group", "yes_no", "file"):
                path = ("fields", names[name], "name")
                hint = "Write example = …, so that all examples together obey the rule."
                complain(path, f"“{name}” is in a rule but has no example.", hint)


def _check_asked_of_case(
    view: View, form: Form, rule: Rule, complain: Callable[[str, str], None]
) -> None:
    """A rule of a piece of work may ask the case; before a case starts there is none to ask."""
    wanted = sorted(rule_variables(rule, form))
    work = view.bundle.element(form.activity)
    if wanted and (work is None or work.type != "userTask"):
        complain(f"“{wanted[0]}” is no field of this form.", "Compare answers of this form.")
        return
    for variable in wanted:
        if not view.draft.shared and not somewhere(view, variable):
            hint = "Name a field of a form or a variable that a script sets."
            complain(f"Nothing writes the variable “{variable}”.", hint)


class _Anything:
    """Stands for the parties, bodies and persons that only a running case knows."""

    def __contains__(self, value: object) -> bool:
        return isinstance(value, str)


def _check_examples(form: Form, evaluate: Evaluate | None, complain: Complain) -> None:
    live = {".".join(path) for path, field in _named(form.fields, ()) if field.options_from}
    offered = {path: [Option("example", both("example"))] * 20 for path in live}
    answers = examples(form, offered, upload=lambda _: "example")
    try:
        validate(
            form,
            answers,
            choices=dict.fromkeys(live, _Anything()),
            files=lambda name: {"document": name, "name": "example.pdf", "sha256": "0" * 64},
            evaluate=evaluate or (lambda _expression, _values: True),
        )
    except FormInvalid as refusal:
        for field, sentence in _sentences(refusal.fields, ""):
            top = next((i for i, f in enumerate(form.fields) if f.name == field.split(".")[0]), 0)
            hint = "Mend the examples: all of them together must be valid."
            complain(("fields", top, "example"), f"“{field}”: {sentence}", hint)
    except Exception as trouble:  # the sandbox has errors of its own, which this layer cannot name
        hint = "Use only answers of this form and the functions scripts may call."
        complain(("rules", 0, "must"), f"A rule fails on the examples: {trouble}.", hint)


def _named(
    fields: Sequence[Field], above: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Field]]:
    for field in fields:
        path = (*above, field.name)
        yield path, field
        yield from _named(field.fields, path)


def _sentences(found: Any, above: str) -> Iterator[tuple[str, str]]:
    for name, under in found.items():
        path = f"{above}.{name}".lstrip(".")
        if isinstance(under, dict):
            yield from _sentences(under, path)
        else:
            yield from ((path, sentence.en) for sentence in under)

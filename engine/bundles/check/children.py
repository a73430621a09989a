"""Cases opened for the parties: what the rule says, the drawing does and the other process has."""

import re
from collections.abc import Callable, Iterable, Iterator

from engine.bundles.check.view import View
from engine.bundles.children import ASK, DONE, PROPERTY
from engine.bundles.definition import Bundle, ChildrenRule
from engine.bundles.form import Field

Beside = Callable[[str], Bundle | None]
"""The other procedures: those in the same folder, or those that are published."""

_FILE = "process.toml"
Complaint = tuple[str, str, str]
"""Key of the table, fact, remedy."""


def check_children(view: View, beside: Beside | None) -> None:
    """Every `[children.…]` fits the parties, the drawing and the procedure it opens."""
    rules = view.bundle.children
    for element in view.elements():
        name = element.properties.get(PROPERTY)
        if name is not None and name not in rules and not view.draft.shared:
            hint = f"Write [children.{name}] in process.toml, or mend the property."
            view.at(element, f"“{element.id}” names unknown cases “{name}”.", hint)
    for name, rule in rules.items():
        found = [*_drawn(view, rule), *_parties(view, rule)]
        if beside is not None:
            found += _fits(view, rule, beside)
        for key, what, hint in found:
            view.complain(_FILE, view.line(_FILE, "children", name, key), what, hint)


def _drawn(view: View, rule: ChildrenRule) -> Iterator[Complaint]:
    events = [e for e in view.elements() if e.properties.get(PROPERTY) == rule.name]
    if not any(e.event == f"message:{ASK}" for e in events):
        hint = f"Draw an intermediate throw event “{ASK}” with the property {PROPERTY}."
        yield "process", f"Nothing asks for the cases “{rule.name}”.", hint
    waits = [e.id for e in events if e.event == f"message:{DONE}"]
    if len(waits) != 1:
        said = f"{len(waits)} events wait" if waits else "Nothing waits"
        hint = f"Draw one intermediate catch event “{DONE}” with the property {PROPERTY}."
        yield "process", f"{said} for the cases “{rule.name}”.", hint


def _parties(view: View, rule: ChildrenRule) -> Iterator[Complaint]:
    known = {c.id for c in view.bundle.capacities}
    hint = f"Use one of: {', '.join(sorted(known)) or 'none is declared'}."
    if rule.capacity not in known:
        yield "capacity", f"“{rule.capacity}” is no capacity of this process.", hint
    for there, here in rule.with_.items():
        if here not in known:
            what = f"“{here}”, who is to be “{there}”, is no capacity of this process."
            yield "with", what, hint


def _fits(view: View, rule: ChildrenRule, beside: Beside) -> Iterator[Complaint]:
    child = beside(rule.process) if rule.process != view.bundle.key else view.bundle
    if child is None:
        hint = "Name the folder of another process, and publish that one first."
        yield "process", f"There is no process “{rule.process}”.", hint
    elif child is view.bundle or view.bundle.key in _opened_by(child, beside):
        hint = "Open cases of a process that opens none of this one."
        yield "process", f"“{rule.process}” would open cases without end.", hint
    else:
        yield from _seats(view, rule, child)
        yield from _begun(rule, child)
        yield from written_in(child, rule.result)
        for key in ("at_close", "at_end"):
            yield from led(child, key, getattr(rule, key))


def _opened_by(bundle: Bundle, beside: Beside) -> set[str]:
    """Every process of which a case of this one opens cases, directly or further down."""
    found: set[str] = set()
    ahead = [rule.process for rule in bundle.children.values()]
    while ahead:
        key = ahead.pop()
        if key not in found:
            found.add(key)
            further = beside(key)
            ahead += [r.process for r in further.children.values()] if further else []
    return found


def _seats(view: View, rule: ChildrenRule, child: Bundle) -> Iterator[Complaint]:
    """Who takes part there."""
    others = (("with", there, here) for there, here in rule.with_.items())
    yield from seats_there(view, child, (("as", rule.as_, rule.capacity), *others))
    if rule.as_ in rule.with_:
        yield "with", f"“{rule.as_}” is the party itself.", "Take it out of with."
    for one in child.capacities:
        if one.min and one.default is None and one.id not in (rule.as_, *rule.with_):
            hint = "Say in with which parties of this case take part as " + one.id + "."
            yield "with", f"{child.key} needs a “{one.id}”.", hint


def seats_there(
    view: View, other: Bundle, places: Iterable[tuple[str, str, str]]
) -> Iterator[Complaint]:
    """Whether parties of this process may sit in the other: key, capacity there, capacity here."""
    there = {c.id: c for c in other.capacities}
    here = {c.id: c for c in view.bundle.capacities}
    known = f"Capacities of {other.key}: {', '.join(sorted(there))}."
    for key, capacity, source in places:
        if capacity not in there:
            yield key, f"“{capacity}” is no capacity of {other.key}.", known
        elif source in here and not set(here[source].kinds) <= set(there[capacity].kinds):
            odd = ", ".join(sorted(set(here[source].kinds) - set(there[capacity].kinds)))
            hint = f"It takes: {', '.join(there[capacity].kinds)}."
            yield key, f"A {odd} cannot be “{capacity}” in {other.key}.", hint


def _begun(rule: ChildrenRule, child: Bundle) -> Iterator[Complaint]:
    """What its start form asks."""
    fields = {f.name: f for f in asked(child.start_form.fields)}
    known = f"Fields of {child.key}: {', '.join(sorted(fields)) or 'none'}."
    for name in rule.carry:
        if name not in fields:
            yield "carry", f"“{name}” is no field of the start form of {child.key}.", known
        elif fields[name].type == "file":
            hint = "Leave it out; a file is put in by a person."
            yield "carry", f"“{name}” is a file, which nobody can carry.", hint
    for name, field in fields.items():
        if field.required and field.show_when is None and name not in rule.carry:
            hint = f'Write carry = {{ {name} = "…" }}, an expression over this case.'
            yield "carry", f"{child.key} cannot begin without “{name}”.", hint


def written_in(other: Bundle, names: Iterable[str]) -> Iterator[Complaint]:
    """Whether what is to come back is written there by anybody."""
    written = {f.name for form in other.forms.values() for f in asked(form.fields)}
    written |= {f.name for f in asked(other.start_form.fields)}
    for name in names:
        word = re.compile(rf"\b{re.escape(name)}\b".encode())
        if name not in written and not any(word.search(text) for text in other.bpmn.values()):
            hint = "Name a field of its forms or a variable that a script sets."
            yield "result", f"Nothing in {other.key} writes “{name}”.", hint


def led(other: Bundle, key: str, how: str) -> Iterator[Complaint]:
    """Whether it can end with the case above it, where it is to."""
    caught = {e.event for d in other.drawings.values() for e in d.elements.values()}
    if how == "withdraw" and "message:case-withdrawn" not in caught:
        hint = "Write go_on, or draw “case-withdrawn” there."
        yield key, f"{other.key} cannot be withdrawn.", hint


def asked(fields: tuple[Field, ...]) -> Iterator[Field]:
    """The fields of a form on its first level, those under a heading included."""
    for field in fields:
        if field.type == "section":
            yield from asked(field.fields)
        elif field.type != "note":
            yield field


def offered(key: str, field: Field, values: tuple[str, ...]) -> Iterator[Complaint]:
    """What a choice does not offer is no answer to it."""
    known = {"yes", "no"} if field.type == "yes_no" else {o.value for o in field.options}
    for value in values:
        if value not in known:
            hint = f"“{field.name}” offers: {', '.join(sorted(known)) or 'nothing'}."
            yield key, f"“{value}” is no answer to “{field.name}”.", hint

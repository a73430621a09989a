"""Cases that a party raises: what the rule says, the drawing does and the other process has."""

from collections.abc import Iterator

from engine.bundles.check.children import (
    Beside,
    Complaint,
    asked,
    led,
    offered,
    seats_there,
    written_in,
)
from engine.bundles.check.view import ACTIVITIES, View
from engine.bundles.definition import Bundle, RaiseRule

_FILE = "process.toml"


def check_raises(view: View, beside: Beside | None) -> None:
    """Every `[raises.…]` fits the parties, the work it holds up and the procedure it opens."""
    for name, rule in view.bundle.raises.items():
        found = [*_here(view, rule), *_blocks(view, rule)]
        if beside is not None:
            found += _there(view, rule, beside)
        for key, what, hint in found:
            view.complain(_FILE, view.line(_FILE, "raises", name, key), what, hint)


def _here(view: View, rule: RaiseRule) -> Iterator[Complaint]:
    if rule.name in view.bundle.children:
        yield "title", f"“{rule.name}” names children and raised cases.", "Rename one of them."
    for column in rule.by:
        if (trouble := view.column_problem(column)) is not None:
            yield "by", *trouble
    known = {c.id for c in view.bundle.capacities}
    hint = f"Use one of: {', '.join(sorted(known)) or 'none is declared'}."
    for key, there, here in _places(rule):
        if here not in known:
            what = f"“{here}”, who is to be “{there}”, is no capacity of this process."
            yield key, what, hint
    caught = {e.event for e in view.elements()}
    if rule.returns is not None and f"message:{rule.returns}" not in caught:
        hint = f"Draw an event that catches “{rule.returns}”, or take the key away."
        yield "returns", "Nothing in the drawing waits for the result.", hint


def _places(rule: RaiseRule) -> Iterator[tuple[str, str, str]]:
    yield from (("with", there, here) for there, here in rule.with_.items())
    for there, capacities in rule.choose.items():
        yield from (("choose", there, here) for here in capacities)


def _blocks(view: View, rule: RaiseRule) -> Iterator[Complaint]:
    drawn = {e.id for e in view.elements() if e.type in ACTIVITIES}
    for block in rule.blocks:
        if block.activity not in drawn:
            yield "blocks", f"“{block.activity}” is no work of this drawing.", "Name a user task."
            continue
        form = view.bundle.forms.get(block.activity)
        fields = {f.name: f for f in asked(form.fields)} if form is not None else {}
        for name, values in block.answers.items():
            if name not in fields:
                hint = f"Fields: {', '.join(sorted(fields)) or 'none'}."
                yield "blocks", f"“{name}” is no field of “{block.activity}”.", hint
            else:
                yield from offered("blocks", fields[name], values)
        if block.about and rule.about is None:
            hint = "Say in about which choice of its start form it is."
            yield "blocks", "Nobody says what such a case is about.", hint


def _there(view: View, rule: RaiseRule, beside: Beside) -> Iterator[Complaint]:
    other = beside(rule.process) if rule.process != view.bundle.key else None
    if other is None:
        hint = "Name the folder of another process, and publish that one first."
        yield "process", f"There is no process “{rule.process}”.", hint
        return
    yield from _who(view, rule, other)
    fields = {f.name: f for f in asked(other.start_form.fields)}
    known = f"Fields of {other.key}: {', '.join(sorted(fields)) or 'none'}."
    for name in rule.carry:
        if name not in fields:
            yield "carry", f"“{name}” is no field of the start form of {other.key}.", known
    if rule.about is not None and rule.about not in fields:
        yield "about", f"“{rule.about}” is no field of the start form of {other.key}.", known
    elif rule.about is not None:
        for block in rule.blocks:
            yield from offered("blocks", fields[rule.about], block.about)
    yield from written_in(other, rule.result)
    yield from led(other, "at_end", rule.at_end)


def _who(view: View, rule: RaiseRule, other: Bundle) -> Iterator[Complaint]:
    """Who takes part there."""
    raising = tuple(("as", rule.as_, column.capacity) for column in rule.by)
    yield from seats_there(view, other, (*raising, *_places(rule)))
    if rule.as_ in {*rule.with_, *rule.choose}:
        yield "as", f"“{rule.as_}” is whoever raises it.", "Take it out of with and choose."
    for capacity in other.capacities:
        given = (rule.as_, *rule.with_, *rule.choose)
        if capacity.min and capacity.default is None and capacity.id not in given:
            hint = "Say in with or choose which parties of this case take part so."
            yield "with", f"{other.key} needs a “{capacity.id}”.", hint

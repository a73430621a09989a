"""Terms and messages: what is drawn is declared, what is declared is drawn."""

import re
from collections.abc import Callable
from difflib import get_close_matches

from engine.bundles.check.view import View
from engine.bundles.children import DONE
from engine.bundles.columns import Column
from engine.bundles.deadline import DeadlineRule, Silence
from engine.bundles.drawn import Element

ENGINE_MESSAGES = {
    "case-withdrawn": "withdraw_case",
    "case-reopened": "reopen_case",
    "case-resumed": "resume_case",
    "party-withdrawn": "remove_party",
    "party-joined": "add_party",
}
"""Messages that commands send by themselves."""
_THROWING = frozenset({"intermediateThrowEvent", "endEvent", "sendTask"})


def check_terms(view: View) -> None:
    """Deadlines, their start, their use; messages and who sends them."""
    drawn = _check_drawn(view) | {rule.term for rule in view.bundle.consultations}
    owners = {"": view.draft.manifest, **view.draft.parts}
    for prefix, manifest in owners.items():
        for key, rule in (manifest.deadlines if manifest else {}).items():
            _check_deadline(view, f"{prefix}process.toml", key, rule, drawn)
    _check_named_in_forms(view)
    _check_messages(view)


def _check_drawn(view: View) -> set[str]:
    """The names of deadlines that the drawings arm."""
    names: set[str] = set()
    for place in view.places() if not view.draft.shared else ():
        element = place.element
        if (element.event or "").startswith("deadline:"):
            name = str(element.event).removeprefix("deadline:")
            if view.bundle.deadline(name, place.path) is None:
                hint = f"Write [deadline.{name}] in process.toml."
                view.at(element, f"“{element.id}” waits for an unknown term “{name}”.", hint)
    for element in view.elements():
        if (element.event or "").startswith("deadline:"):
            names.add(str(element.event).removeprefix("deadline:"))
        for stops in ("suspends", "interrupts"):
            paused = element.properties.get(stops)
            if (
                paused is not None
                and not view.draft.shared
                and not any(key.rsplit("/", 1)[-1] == paused for key in view.bundle.deadlines)
            ):
                hint = f"Write [deadline.{paused}] in process.toml."
                view.at(element, f"“{element.id}” {stops} an unknown term “{paused}”.", hint)
        _check_ground(view, element)
    return names


def _check_ground(view: View, element: Element) -> None:
    """The ground on which work suspends a term is one of that term."""
    ground, paused = element.properties.get("ground"), element.properties.get("suspends")
    if ground is None or view.draft.shared:
        return
    if paused is None:
        hint = 'Say which term with suspends="<name>", or delete it.'
        view.at(element, f"“{element.id}” has a ground but suspends nothing.", hint)
    elif not any(
        rule.suspension(ground)
        for key, rule in view.bundle.deadlines.items()
        if key.rsplit("/", 1)[-1] == paused
    ):
        hint = f'Write [[deadline.{paused}.suspension]] with id = "{ground}" in process.toml.'
        view.at(element, f"“{paused}” knows no ground “{ground}”.", hint)


def _check_deadline(view: View, file: str, key: str, rule: DeadlineRule, drawn: set[str]) -> None:
    call, _, name = key.rpartition("/")
    path = ("deadline", call, name) if call else ("deadline", name)

    def complain(what: str, hint: str, *at: str) -> None:
        view.complain(file, view.line(file, *path, *at), what, hint)

    if call and view.bundle.element(call) is None:
        complain(f"Nothing is drawn with the id “{call}”.", "Name the call activity.")
    dated = (rule.starts_at or "").removeprefix("case:") if _is_dated(rule) else None
    if name not in drawn and rule.starts_at is None:
        hint = "Draw a timer event deadline:<name>, or say starts_at, or delete it."
        complain(f"The term “{name}” never begins.", hint)
    if dated is not None and not somewhere(view, dated):
        hint = "Name a date of a form or a variable that a script sets."
        complain(f"Nothing writes the variable “{dated}”.", hint, "starts_at")
    elif rule.starts_at is not None and not dated and rule.starts_at not in view.milestones():
        hint = f"Known milestones: {', '.join(sorted(view.milestones())) or 'none'}."
        complain(f"“{rule.starts_at}” is no milestone.", hint, "starts_at")
    _check_clock(view, rule, complain)
    _check_limit(rule, complain)
    variable = rule.length.variable
    if variable is not None and not somewhere(view, variable):
        hint = "Name a field of a form or a variable that a script sets."
        complain(f"Nothing writes the variable “{variable}”.", hint, "length")
    _check_telling(view, rule, complain)


def _check_telling(view: View, rule: DeadlineRule, complain: Callable[..., None]) -> None:
    """Whom silence hurts is named where it matters; who is asked to step in is somebody."""
    if rule.silence is Silence.NEGATIVE and not rule.suffers:
        hint = 'Say whom it would hurt: suffers = ["capacity.role"]; they are warned before.'
        complain(
            f"The silence of “{rule.name}” would decide against somebody unnamed.", hint, "silence"
        )
    if rule.suffers and rule.silence in (Silence.NONE, Silence.ESCALATE):
        hint = "Delete it, or say another silence."
        complain(f"The silence of “{rule.name}” has no effect to suffer.", hint, "suffers")
    asked = {"suffers": rule.suffers, "escalation": [c for s in rule.escalation for c in s.to]}
    for where, columns in asked.items():
        for column in columns:
            trouble = view.column_problem(column)
            if trouble is not None:
                complain(*trouble, where)


def _check_clock(view: View, rule: DeadlineRule, complain: Callable[..., None]) -> None:
    """Who may touch a clock is somebody; a term set by a date cannot be stopped."""
    acts: list[tuple[tuple[Column, ...], tuple[str, ...]]] = []
    acts += [(s.by, ("suspension",)) for s in rule.suspensions]
    if rule.interruption is not None:
        acts.append((rule.interruption.by, ("interruption",)))
    if rule.extension is not None:
        acts.append((rule.extension.by, ("extension",)))
        acts.append((rule.extension.consents, ("extension", "consents")))
    known = {c.id for c in view.bundle.capacities}
    for columns, at in acts:
        for column in columns if known else ():
            if column.capacity not in known:
                hint = f"Known capacities: {', '.join(sorted(known))}."
                complain(f"Nobody takes part as “{column.capacity}”.", hint, *at)
    grounds = [s.id for s in rule.suspensions]
    for twice in sorted({g for g in grounds if grounds.count(g) > 1}):
        complain(f"The ground “{twice}” is there twice.", "Rename one.", "suspension")
    if acts and rule.length.variable is not None:
        hint = "Give it a length, or take the acts away: the case sets its date."
        complain("A term that the case sets cannot be stopped or lengthened.", hint, "length")
    for when in (rule.law, *(s.law for s in rule.suspensions)):
        if when.valid_from and when.valid_to and when.valid_to < when.valid_from:
            complain("The law ends before it begins.", "Correct valid_from or valid_to.")
    if rule.target is not None and rule.target.variable is not None:
        complain("A target is a length.", 'Write target = "20 days".', "target")


def _check_limit(rule: DeadlineRule, complain: Callable[..., None]) -> None:
    """What only says how long a state lasts is no answer to anything, and stands never still."""
    if not rule.is_limit:
        return
    if rule.silence is not Silence.NONE:
        hint = 'Write silence = "none": nobody is asked anything.'
        complain(f"“{rule.name}” bounds a state, so it knows no silence.", hint, "silence")
    if rule.suspensions or rule.interruption is not None:
        hint = "Take the act away, or the bound: lists would not say that it stands still."
        complain(f"“{rule.name}” bounds a state, so it cannot be stopped.", hint, "bounds")


def _is_dated(rule: DeadlineRule) -> bool:
    """Whether it runs from a day that the case writes, not from a milestone."""
    return rule.starts_at is not None and rule.starts_at.startswith("case:")


def somewhere(view: View, variable: str, *, but: int = 0) -> bool:
    """Whether a form, a drawing or a table of decisions knows a variable of this name.

    `but`, how often the drawings ask for it themselves.
    """
    word = re.compile(rf"\b{re.escape(variable)}\b".encode())
    names = {f.name for form in view.bundle.forms.values() for f in form.fields}
    names |= {f.name for f in view.bundle.start_form.fields}
    drawn = [*view.bundle.bpmn.values(), *view.bundle.tables.values()]
    return variable in names or sum(len(word.findall(file)) for file in drawn) > but


def _check_named_in_forms(view: View) -> None:
    known = {key.rsplit("/", 1)[-1] for key in view.bundle.deadlines}
    limits = {rule.name for rule in view.bundle.deadlines.values() if rule.is_limit}
    for activity, form in view.bundle.forms.items():
        if form.deadline is not None and form.deadline not in known:
            file = view.draft.form_files[activity]
            hint = f"Use one of: {', '.join(sorted(known)) or 'none is declared'}."
            what = f"The form shows an unknown term “{form.deadline}”."
            view.complain(file, view.line(file, "deadline"), what, hint)
        elif form.deadline in limits:
            file = view.draft.form_files[activity]
            hint = "Delete it, or name the term by which the work is to be done."
            what = f"The form shows “{form.deadline}”, which says how long a state lasts."
            view.complain(file, view.line(file, "deadline"), what, hint)
        for position, need in enumerate(form.needs):
            file = view.draft.form_files[activity]
            line = view.line(file, "needs", position)
            if need.term is not None and need.term not in known:
                hint = f"Use one of: {', '.join(sorted(known)) or 'none is declared'}."
                view.complain(file, line, f"It needs an unknown term “{need.term}”.", hint)
            if need.milestone is not None and need.milestone not in view.milestones():
                hint = f"Known milestones: {', '.join(sorted(view.milestones())) or 'none'}."
                view.complain(file, line, f"It needs an unknown “{need.milestone}”.", hint)


def _check_messages(view: View) -> None:
    declared = view.bundle.messages
    caught = {
        str(e.event).removeprefix("message:"): e
        for e in view.elements()
        if (e.event or "").startswith("message:") and e.type not in _THROWING
    }
    # Who may send a message into a shared part, its callers say.
    returned = {rule.returns for rule in view.bundle.raises.values()}
    for name, element in caught.items() if not view.draft.shared else ():
        if name not in declared and name not in (*ENGINE_MESSAGES, DONE, *returned):
            near = get_close_matches(name, (*declared, *ENGINE_MESSAGES), n=1)
            meant = f"Did you mean “{near[0]}”? Else write" if near else "Write"
            hint = f"{meant} [message.{name}] with title and by in process.toml."
            view.at(element, f"Nobody may send the message “{name}”.", hint)
    for prefix, manifest in {"": view.draft.manifest, **view.draft.parts}.items():
        file = f"{prefix}process.toml"
        for name in manifest.messages if manifest else ():
            line = view.line(file, "message", name)
            if name in returned:
                hint = "Delete it: the engine sends it when a case that was raised has ended."
                view.complain(file, line, f"“{name}” is not sent by people.", hint)
            elif name == DONE:
                hint = "Delete it: the engine sends it when the cases it opened are done."
                view.complain(file, line, f"“{name}” is not sent by people.", hint)
            elif name in ENGINE_MESSAGES:
                hint = f"Delete it and name the senders under permissions.{ENGINE_MESSAGES[name]}."
                what = f"“{name}” is sent by a command, not by people."
                view.complain(file, line, what, hint)
            elif name not in caught:
                hint = "Draw an event that catches it, or delete it."
                view.complain(file, line, f"Nothing waits for the message “{name}”.", hint)

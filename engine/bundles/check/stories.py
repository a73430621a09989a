"""Scenarios and coverage: stories that can be told, and proof that nothing was left undrawn."""

import csv
import io
import re
from collections.abc import Mapping

from engine.bundles.check.drawings import CASE_STATES
from engine.bundles.check.terms import ENGINE_MESSAGES
from engine.bundles.check.view import ACTIVITIES, View
from engine.bundles.columns import parse_column
from engine.bundles.manifest import COMMANDS
from engine.bundles.problem import Problem
from engine.bundles.roles import towns
from engine.bundles.source import Table, read_table, read_text
from engine.bundles.terms import parse_term

COVERAGE = "coverage.csv"
HEARD = ("opinion", "give_documents", "go_on_without")
WORK = ("complete", "approve", "send_back", "take_back", *HEARD)
"""What is done with a piece of work."""
DONE_BY = (*WORK, "message", "command")
ACTS = (
    *WORK, "message", "command", "advance_clock", "expect_open", "expect_refused", "service",
    "raise", "another",
)  # fmt: skip
_BESIDE = (
    "by", "party", "data", "reason", "organisation", "istat", "capacity", "key", "child",
    "answer", "fails", "raised", "in", "title", "choose", "profile",
)  # fmt: skip
_EXPECTED = ("state", "outcome", "milestones", "parties_left")
_ACTOR = re.compile(r"([a-z][a-z0-9_-]*)\.[a-z][a-z0-9_]*")
_ALIAS = re.compile(r"[a-z][a-z0-9_]*")
_COMMANDS = (*COMMANDS, "move_token")


def check_stories(view: View) -> None:
    """Every scenario can be read and names only what exists; every numbered step is covered."""
    if view.draft.shared:
        return
    if not view.bundle.scenarios:
        hint = "Write one: the straight path from start to end."
        view.complain("scenarios", 1, "The process has no scenario.", hint)
    for name in view.bundle.scenarios:
        table = read_table(view.draft.files, name, view.problems)
        if table is not None:
            _check_scenario(view, table)
    _check_coverage(view)


def _check_scenario(view: View, story: Table) -> None:
    story.text("title")
    aliases = _parties(view, story)
    start = story.table("start")
    if start is None:
        story.complain("The story does not begin.", 'Write [start] and by = "…".', "start")
    else:
        _check_actor(view, start, aliases)
        _check_data(view, start, "start")
        start.text("title", "")
        start.finish()
    for step in story.rows("steps"):
        _check_step(view, step, aliases)
    expected = story.table("expect")
    if expected is None:
        story.complain("The story has no ending.", "Write [expect] and state = …", "expect")
    else:
        expected.asked.update(_EXPECTED)
        for milestone in expected.texts("milestones"):
            if milestone not in view.milestones():
                hint = f"Known: {', '.join(sorted(view.milestones()))}."
                expected.complain(f"“{milestone}” is no milestone.", hint, "milestones")
        for alias in expected.texts("parties_left"):
            _check_party(expected, alias, aliases, "parties_left")
        _check_end(view, expected)
        expected.finish()
    story.asked.add("begins")
    story.finish()


def _check_end(view: View, expected: Table) -> None:
    """The ending is one that the drawing has."""
    state, outcome = expected.text("state", ""), expected.text("outcome", "")
    if state and state not in CASE_STATES:
        hint = f"Use one of: {', '.join(CASE_STATES)}."
        expected.complain(f"“{state}” is no state of a case.", hint, "state")
    drawn = [e for e in view.elements() if e.process == view.process]
    ends = {e.id for e in drawn if e.type == "endEvent" and e.parent is None}
    ends |= {e.properties["outcome"] for e in view.elements() if "outcome" in e.properties}
    if outcome and outcome not in ends:
        hint = f"The drawing ends with: {', '.join(sorted(ends))}."
        expected.complain(f"No case ends with “{outcome}”.", hint, "outcome")


def _parties(view: View, story: Table) -> dict[str, str]:
    """The names that the story may use for bodies, with their capacities, which are names too."""
    known = {c.id for c in view.bundle.capacities}
    aliases = {capacity: capacity for capacity in known}
    for alias, row in story.named("parties").items():
        if not _ALIAS.fullmatch(alias):
            row.complain(f"“{alias}” is no name for a party.", "Use small letters, digits and _.")
        capacity = row.text("capacity")
        if capacity and capacity not in known:
            hint = f"Use one of: {', '.join(sorted(known))}."
            row.complain(f"“{capacity}” is no capacity.", hint, "capacity")
        town = row.value("istat")
        if town is not None and town not in towns():
            hint = "Write the six digits that engine/reference/municipalities.csv gives it."
            row.complain(f"There is no municipality “{town}”.", hint, "istat")
        row.asked.update(("istat", "organisation", "kind", "name", "zone"))
        new = row.has("kind") and row.has("name") and row.has("zone")
        if not (row.has("istat") or row.has("organisation") or new):
            hint = (
                'Write istat = "001082", organisation = "…", or kind, name and zone of a new one.'
            )
            row.complain(f"Nobody knows which body “{alias}” is.", hint)
        row.finish()
        aliases[alias] = capacity
    return aliases


def _check_step(view: View, step: Table, aliases: Mapping[str, str]) -> None:
    acts = [act for act in ACTS if step.has(act)]
    step.asked.update((*ACTS, *_BESIDE))
    if len(acts) != 1:
        hint = f"Write exactly one of: {', '.join(ACTS)}."
        step.complain("The step does not say what happens.", hint)
        return
    step.finish()
    act = acts[0]
    if step.has("child"):
        # Of another procedure: what it names is found out when the story is told.
        _check_party(step, step.text("child"), aliases, "child")
        if act in DONE_BY:
            _check_actor(view, step, aliases)
    elif step.has("raised"):
        _check_raised(view, step, "raised")
        if act in DONE_BY:
            _check_actor(view, step, aliases)
    elif act == "another":
        _check_data(view, step, "start")
    elif act in DONE_BY:
        _check_actor(view, step, aliases)
        _check_act(view, step, act)
    elif act == "raise":
        _check_actor(view, step, aliases)
        _check_raised(view, step, act)
    elif act == "advance_clock":
        _check_clock(step)
    elif act == "service":
        _check_service(view, step)
    elif act == "expect_open":
        for name in step.texts(act):
            kind, _, rest = name.rpartition(":")
            activity, _, alias = rest.partition("@")
            if kind != "consultation" or activity not in view.milestones():
                _check_activity(view, step, activity, act)
            if alias:
                _check_party(step, alias, aliases, act)
    else:
        _check_refusal(view, step, aliases)


def _check_raised(view: View, step: Table, key: str) -> None:
    name = step.text(key)
    if name not in view.bundle.raises:
        hint = f"Known: {', '.join(sorted(view.bundle.raises)) or 'none'}."
        step.complain(f"“{name}” is not raised from this process.", hint, key)


def _check_clock(step: Table) -> None:
    written = step.text("advance_clock")
    term = parse_term(written)
    if written and (term is None or term.amount is None):
        hint = "Write 30 days, 5 working days, 3 months or 1 year."
        step.complain(f"“{written}” is no length of time.", hint, "advance_clock")


def _check_service(view: View, step: Table) -> None:
    topics = {e.properties["topic"] for e in view.elements() if "topic" in e.properties}
    topic = step.text("service")
    if topic and topic not in topics:
        hint = f"Drawn are: {', '.join(sorted(topics)) or 'none'}."
        step.complain(f"No service task has the topic “{topic}”.", hint, "service")
    if step.has("answer") == step.has("fails"):
        hint = 'Write answer = { … }, or fails = "why".'
        step.complain("The service neither answers nor fails.", hint)


def _check_refusal(view: View, step: Table, aliases: Mapping[str, str]) -> None:
    refused = step.table("expect_refused")
    if refused is None:
        return
    refused.text("error")
    _check_actor(view, refused, aliases)
    refused.asked.update((*ACTS, *_BESIDE))
    acts = [act for act in (*DONE_BY, "raise") if refused.has(act)]
    if len(acts) != 1:
        hint = f"Write exactly one of: {', '.join((*DONE_BY, 'raise'))}."
        refused.complain("The refusal does not say of what.", hint)
    if refused.has("child"):
        _check_party(refused, refused.text("child"), aliases, "child")
        acts = []
    if refused.has("raised") or refused.has("raise"):
        _check_raised(view, refused, "raise" if refused.has("raise") else "raised")
        acts = []
    for act in acts:
        _check_act(view, refused, act, data=False)  # wrong data may be what is refused
    refused.finish()


def _check_act(view: View, step: Table, act: str, *, data: bool = True) -> None:
    name = step.text(act)
    if act == "complete":
        _check_activity(view, step, name, act)
        if data:
            _check_data(view, step, name)
    elif act in HEARD:
        if not any("C" in cell for cell in view.bundle.raci.rows.get(name, {}).values()):
            hint = "Write a C in its row of raci.csv, or take the step away."
            step.complain(f"Nobody is heard about “{name}”.", hint, act)
    elif act in WORK:
        _check_activity(view, step, name, act)
        form = view.bundle.forms.get(name)
        if form is not None and form.approval is None:
            hint = "Write approval = true in its form, or take the step away."
            step.complain(f"“{name}” asks for no approval.", hint, act)
    elif act == "message":
        if name not in view.bundle.messages and name not in ENGINE_MESSAGES:
            hint = f"Declared: {', '.join(sorted(view.bundle.messages)) or 'none'}."
            step.complain(f"“{name}” is no message.", hint, act)
        elif data:
            _check_data(view, step, f"message-{name}")
    elif name not in _COMMANDS:
        step.complain(f"“{name}” is no command.", f"Use one of: {', '.join(_COMMANDS)}.", act)


def _check_activity(view: View, step: Table, name: str, key: str) -> None:
    element = view.bundle.element(name)
    if element is None or element.type not in ACTIVITIES:
        step.complain(f"“{name}” is no activity.", "Name a user task of the drawing.", key)


def _check_actor(view: View, step: Table, aliases: Mapping[str, str]) -> None:
    written = step.text("by")
    actor = _ACTOR.fullmatch(written)
    if written and actor is None:
        step.complain(f"“{written}” is nobody.", "Write party.role or capacity.role.", "by")
    elif actor is not None:
        _check_party(step, actor[1], aliases, "by")
        column = parse_column(f"{aliases.get(actor[1], '')}.{written.partition('.')[2]}")
        trouble = view.column_problem(column) if column is not None else None
        if trouble is not None:
            step.complain(*trouble, "by")
    if step.has("party"):
        _check_party(step, step.text("party"), aliases, "party")


def _check_party(step: Table, alias: str, aliases: Mapping[str, str], key: str) -> None:
    # A hyphen marks the id of an organisation, which only the register knows.
    if alias and "-" not in alias and alias not in aliases:
        hint = f"Name it under [parties]; known: {', '.join(sorted(aliases)) or 'none'}."
        step.complain(f"“{alias}” is no party of the story.", hint, key)


def _check_data(view: View, step: Table, form_name: str) -> None:
    data = step.value("data")
    message = view.bundle.messages.get(form_name.removeprefix("message-"))
    form = view.bundle.start_form if form_name == "start" else view.bundle.forms.get(form_name)
    if form_name.startswith("message-") and message is not None:
        form = message.form
    if not isinstance(data, dict) or form is None:
        return
    fields = {field.name: field for field in form.fields}
    for name, answer in data.items():
        if name not in fields:
            hint = f"Fields of the form: {', '.join(sorted(fields)) or 'none'}."
            step.complain(f"“{name}” is no field of “{form_name}”.", hint, "data")
            continue
        offered = [option.value for option in fields[name].options]
        if fields[name].type == "yes_no":
            offered = ["yes", "no"]
        given = answer if isinstance(answer, list) else [answer]
        for word in given if offered else ():
            if word not in ("", None, *offered):
                hint = f"It offers: {', '.join(offered)}."
                step.complain(f"“{word}” is no answer to “{name}”.", hint, "data")


def _check_coverage(view: View) -> None:
    if COVERAGE not in view.draft.files:
        hint = "Write item,element,scenario: every numbered step and branch of the procedure."
        view.complain(COVERAGE, 1, "The folder has no coverage.csv.", hint)
        return
    text = read_text(view.draft.files, COVERAGE, view.problems) or ""
    reader = csv.reader(io.StringIO(text))
    if [cell.strip() for cell in next(reader, [])] != ["item", "element", "scenario"]:
        hint = "Begin with: item,element,scenario; save with commas between the columns."
        view.complain(COVERAGE, 1, "The table has no heading.", hint)
        return
    elements = {e.id for e in view.elements()} | {
        f.id for d in view.bundle.drawings.values() for f in d.flows
    }
    for cells in reader:
        if any(cell.strip() for cell in cells):
            view.problems += _coverage_row(view, cells, reader.line_num, elements)


def _coverage_row(view: View, cells: list[str], line: int, elements: set[str]) -> list[Problem]:
    item, element, scenario = [cell.strip() for cell in (*cells, "", "", "")][:3]
    found = []
    for name in re.split(r"[;\s]+", element):
        if name not in elements:
            what = f"“{item}”: “{name}” is not drawn." if name else f"“{item}” names no element."
            hint = "Name the node or flow that does it."
            found.append(Problem(COVERAGE, line, what, hint))
    for name in re.split(r"[;\s]+", scenario):
        file = f"scenarios/{name.removesuffix('.toml')}.toml"
        if file not in view.bundle.scenarios:
            what = f"“{item}”: there is no scenario “{name}”."
            found.append(Problem(COVERAGE, line, what, f"Write {file}."))
    return found

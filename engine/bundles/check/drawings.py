"""Drawing and folder must speak of the same things: calls, forms, stages, properties."""

import re
from collections import Counter

from engine.bundles.by_hand import stand_ins
from engine.bundles.check.terms import somewhere
from engine.bundles.check.view import ACTIVITIES, View
from engine.bundles.columns import parse_column
from engine.bundles.drawn import Element
from engine.deliveries import NOT_YET_CONNECTED

_LISTED = re.compile(
    r"\blisted\(\s*(?:(?P<quote>\"|&quot;|'|&apos;)(?P<name>[^\"'&]*)(?P=quote)\s*\))?"
)
CASE_STATES = ("open", "completed", "withdrawn", "cancelled")


def check_drawings(view: View) -> None:
    """Everything that ties a drawing to the rest of its folder."""
    _check_process(view)
    _check_calls(view)
    _check_names(view)
    _check_forms(view)
    _check_titles(view)
    _check_stages(view)
    _check_done_by_hand(view)
    _check_listed(view)
    for element in view.elements():
        _check_properties(view, element)


def _check_done_by_hand(view: View) -> None:
    """What is not connected yet is done by an officer, and by nobody else."""
    done = {service.id for service, _ in stand_ins(view.bundle.drawings.values())}
    for service in view.elements():
        if service.properties.get("topic") in NOT_YET_CONNECTED and service.id not in done:
            view.at(
                service, f"“{service.id}” is not connected yet, and no officer does it.",
                "Let the error event on its edge lead straight to a user task.",
            )  # fmt: skip


def _check_listed(view: View) -> None:
    """A table that a script asks for lies in the folder."""
    for drawing in view.bundle.drawings.values():
        text = view.draft.files[drawing.file].decode("utf-8", "replace")
        for asked in _LISTED.finditer(text):
            line, name = text[: asked.start()].count("\n") + 1, asked["name"]
            if name is None:
                what = "A script asks for a table whose name is not written out."
                hint = 'Write the name in quotes: listed("…") once for each table, then choose.'
                view.complain(drawing.file, line, what, hint)
            elif name not in view.bundle.listed:
                hint = f"Write rows/{name}.csv with the names of its columns in the first line."
                view.complain(drawing.file, line, f"There is no table “{name}”.", hint)


def _check_process(view: View) -> None:
    for drawing in view.bundle.drawings.values():
        folder = drawing.file.split("/")[1] if drawing.file.startswith("shared/") else ""
        wanted = folder.replace("-", "_") or view.process
        if drawing.process != wanted:
            view.complain(
                drawing.file, 1, f"The process is called “{drawing.process}”.",
                f"Give it the id “{wanted}”, like {'its folder' if folder else 'process.toml'}.",
            )  # fmt: skip


def _check_calls(view: View) -> None:
    owners = {"process.toml": view.draft.manifest, **{
        f"{prefix}process.toml": part for prefix, part in view.draft.parts.items()
    }}  # fmt: skip
    called = {e.called: e for e in view.elements() if e.type == "callActivity" and e.called}
    for file, manifest in owners.items():
        for position, name in enumerate(manifest.calls if manifest else ()):
            line = view.line(file, "calls", position)
            if f"shared/{name}/" not in view.draft.parts:
                hint = f"Make the folder processes/shared/{name}, or take it out of calls."
                view.complain(file, line, f"There is no shared part “{name}”.", hint)
            elif name.replace("-", "_") not in called:
                hint = "Take it out of calls, or draw a call activity."
                view.complain(file, line, f"Nothing calls the shared part “{name}”.", hint)
    for element in view.elements():
        if element.type == "callActivity" and element.called not in view.bundle.drawings:
            folder = (element.called or "<name>").replace("_", "-")
            view.at(
                element, f"“{element.id}” calls “{element.called}”, which is not here.",
                f'Write calls = ["{folder}"] in process.toml, or mend calledElement.',
            )  # fmt: skip


def _check_names(view: View) -> None:
    # Rows, forms and paths name nodes by id alone, whichever file draws them.
    named = [e for e in view.elements() if e.type in ACTIVITIES | {"callActivity", "subProcess"}]
    times = Counter(e.id for e in named)
    for element in named:
        if times[element.id] > 1:
            hint = "Rename it: forms and matrix name activities by their id."
            view.at(element, f"“{element.id}” is drawn in more than one file.", hint)
        if element.type in ACTIVITIES and not re.fullmatch(r"[a-z][a-z0-9_]*", element.id):
            hint = "Use small letters, digits and _: it is also the name of a file."
            view.at(element, f"“{element.id}” is no id for an activity.", hint)
        if element.type in ACTIVITIES and not element.name:
            view.at(element, f"“{element.id}” has no name.", "Write what is done, in Italian.")


def _check_forms(view: View) -> None:
    drawn = {e.id: e for e in view.elements() if e.type in ACTIVITIES}
    for element in drawn.values():
        folder = view.file_of(element).removesuffix("process.bpmn")
        if element.id not in view.draft.form_files:
            hint = f"Write {folder}forms/{element.id}.toml."
            view.at(element, f"Activity “{element.id}” has no form.", hint)
    for activity, file in view.draft.form_files.items():
        if activity in drawn or activity == "start":
            continue
        if activity.startswith("message-"):
            if activity.removeprefix("message-") not in view.bundle.messages:
                hint = "Declare the message in process.toml, or delete the file."
                view.complain(file, 1, f"Form “{activity}” belongs to no message.", hint)
            continue
        hint = "Draw a user task with this id, or delete the file."
        view.complain(file, 1, f"Form “{activity}” belongs to no activity.", hint)


def _check_titles(view: View) -> None:
    # The worklist shows the one, the drawing the other: people must find it again. What has no
    # picture is read by nobody.
    pictures = {
        file for file, content in view.draft.files.items()
        if file.endswith(".bpmn") and b"BPMNPlane" in content
    }  # fmt: skip
    for element in view.elements():
        form = view.bundle.forms.get(element.id)
        if element.type not in ACTIVITIES or form is None or view.file_of(element) not in pictures:
            continue
        if element.name != form.title.it:
            what = f"The drawing says “{element.name}”, the form “{form.title.it}”."
            view.at(element, what, "Write the same name in both.")


def _check_stages(view: View) -> None:
    stages = {stage.id for stage in view.bundle.stages}
    milestones = view.milestones()
    times = Counter(stage.id for stage in view.bundle.stages)
    for position, stage in enumerate(view.bundle.stages):
        line = view.line("process.toml", "stage", position, "milestone")
        if not stage.aside and stage.milestone not in milestones:
            hint = f'Give a node the property milestone="{stage.milestone}".'
            what = f"No node reaches the milestone “{stage.milestone}”."
            view.complain("process.toml", line, what, hint)
        if stage.milestone in {earlier.milestone for earlier in view.bundle.stages[:position]}:
            what = f"An earlier stage ends with the milestone “{stage.milestone}” too."
            if not stage.aside:
                view.complain("process.toml", line, what, "Give each stage a milestone of its own.")
        if times[stage.id] > 1:
            view.complain("process.toml", line, f"Two stages “{stage.id}”.", "Rename one.")
    if view.draft.shared:
        return
    if not stages:
        hint = "Write [[stage]] with id, title and milestone."
        view.complain("process.toml", 1, "The process has no stages.", hint)
    for element in view.elements():
        named = element.properties.get("stage")
        if named is not None and named not in stages:
            hint = f"Use one of: {', '.join(sorted(stages))}."
            view.at(element, f"“{element.id}” belongs to an unknown stage “{named}”.", hint)
    for place in view.places():
        element = place.element
        if element.type in ACTIVITIES and view.bundle.stage_of(element.id, place.path) is None:
            hint = "Give it, or the call it runs in, the property stage."
            view.at(element, f"Activity “{element.id}” belongs to no stage.", hint)


def _check_properties(view: View, element: Element) -> None:
    properties = element.properties
    for name in ("hears",):
        for written in re.split(r"[,\s]+", properties.get(name, "").strip()):
            if not written:
                continue
            column = parse_column(written)
            what, hint = f"“{written}” is no role in a capacity.", "Write capacity.role."
            trouble = (what, hint) if column is None else view.column_problem(column)
            if trouble is not None:
                view.at(element, f"“{element.id}”, property {name}: {trouble[0]}", trouble[1])
    capacity = properties.get("capacity")
    known = {c.id for c in view.bundle.capacities}
    if capacity is not None and capacity not in known and not view.draft.shared:
        hint = f"Use one of: {', '.join(sorted(known))}."
        view.at(element, f"“{element.id}” names an unknown capacity “{capacity}”.", hint)
    if properties.get("joins", "now") != "now" or (
        "joins" in properties and not (element.multi_instance and "capacity" in properties)
    ):
        what = f"“{element.id}” lets nobody join: joins needs a multi-instance and a capacity."
        hint = 'Write joins="now" and capacity="…" on a parallel multi-instance, or take it away.'
        view.at(element, what, hint)
    _check_queue(view, element)
    state = properties.get("case_state")
    if state is not None and state not in CASE_STATES:
        hint = f"Use one of: {', '.join(CASE_STATES)}."
        view.at(element, f"“{element.id}” sets an unknown state “{state}”.", hint)


def _check_queue(view: View, element: Element) -> None:
    """Work whose queue nobody names is counted nowhere, and never called."""
    variable = element.properties.get("queue")
    if variable is None or view.draft.shared:
        return
    itself = sum(e.properties.get("queue") == variable for e in view.elements())
    if not somewhere(view, variable, but=itself):
        hint = "Name a field of a form or a variable that a script sets."
        what = f"“{element.id}” queues by “{variable}”, which nothing writes."
        view.at(element, what, hint)

"""Finds, before a drawing is deployed, everything the engine would ignore or get wrong.

Each problem names the file, the line, the element, what is wrong and what to do instead. All
problems come at once. The rules are those of the drawings: what is drawn must be what happens.
"""

import re
from collections.abc import Callable, Mapping

from engine.bpmn.definition import compile_process
from engine.bpmn.errors import DrawingInvalid
from engine.bpmn.lint import (
    choices,
    constructs,
    decisions,
    early,
    events,
    flows,
    layout,
    names,
    opened,
    properties,
    reading,
    rounds,
    scripts,
    variables,
)
from engine.bpmn.lint.sheet import BPMN, Finding, Sheet, read, schema_findings

__all__ = ["Problem", "drawing_problems"]

# (file, line, element, what, remedy)
Problem = tuple[str, int, str, str, str]

_RULES = (
    *names.RULES,
    *constructs.RULES,
    *flows.RULES,
    *events.RULES,
    *rounds.RULES,
    *properties.RULES,
    *opened.RULES,
    *scripts.RULES,
    *reading.RULES,
    *layout.RULES,
)


def drawing_problems(
    drawings: Mapping[str, bytes],
    tables: Mapping[str, bytes],
    *,
    process: str,
    file_of: Callable[[str], str] = str,
    given: Mapping[str, variables.Values] | None = None,
    asked: Mapping[str, early.Given] | None = None,
) -> list[Problem]:
    """Check the drawings and tables of one process, and what they make of each other.

    `drawings` and `tables` go by name as for `compile_process`; `file_of` turns a name into the
    file a person opens. `given` are the variables of forms, with their words where these are
    fixed; without it nobody can tell whether a name is given. `asked` says what each form asks,
    by activity and under `start`.
    """
    findings: list[Finding] = []
    sheets: list[Sheet] = []
    for name, source in drawings.items():
        try:
            sheets.append(read(name, source))
        except DrawingInvalid as problem:
            findings.append(_unreadable(problem))
    for sheet in sheets:
        findings += schema_findings(sheet, names.repeated(sheet))
        findings += [finding for rule in _RULES for finding in rule(sheet)]
    findings += decisions.findings(tables, sheets)
    findings += flows.calls(sheets, process) if sheets else []
    findings += events.names_thrown_and_caught(sheets)
    findings += properties.task_names(sheets)
    findings += names.processes_drawn_twice(sheets)
    if given is not None:
        findings += variables.findings(sheets, tables, given)
        known = variables.words(sheets, tables, given)
        findings += choices.overlapping(sheets, known)
        findings += early.findings(
            sheets, tables, process=process, answers=asked or {}, known=known
        )  # fmt: skip
    if not findings:
        findings += [_at_its_line(f, sheets) for f in _last_test(drawings, tables, process)]
    found = {(file_of(f.file), f.line, f.element, f.what, f.remedy) for f in findings}
    return sorted(found)


def _last_test(
    drawings: Mapping[str, bytes], tables: Mapping[str, bytes], process: str
) -> list[Finding]:
    """What no rule has caught must at least compile."""
    try:
        compile_process(drawings, tables, process=process)
    except DrawingInvalid as problem:
        return [_unreadable(problem)]
    return []


def _at_its_line(finding: Finding, sheets: list[Sheet]) -> Finding:
    """Point at the element a finding names, if its line is not known."""
    if finding.line > 1 or not finding.element:
        return finding
    for sheet in sheets:
        if sheet.file == finding.file:
            for xml in sheet.root.iter(f"{{{BPMN}}}*"):
                if xml.get("id") == finding.element:
                    return finding._replace(line=xml.sourceline or 1)
    return finding


def _unreadable(problem: DrawingInvalid) -> Finding:
    line = re.match(r"line (\d+): ", problem.message)
    return Finding(
        problem.file,
        int(line.group(1)) if line else 1,
        problem.element,
        problem.message.removeprefix(line.group() if line else ""),
        "Open the file in a BPMN editor and save it again, or undo the last change.",
    )

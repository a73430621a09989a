"""Finds, before a drawing is deployed, everything the engine would ignore or get wrong.

Each problem names the file, the line, the element, what is wrong and what to do instead. All
problems come at once. The rules are those of the drawings: what is drawn must be what happens.
"""

from collections.abc import Callable, Mapping

from engine.bpmn.definition import compile_process
from engine.bpmn.errors import DrawingInvalid
from engine.bpmn.lint import constructs, decisions, events, flows, properties, rounds, scripts
from engine.bpmn.lint.sheet import Finding, Sheet, read, schema_findings

__all__ = ["Problem", "drawing_problems"]

# (file, line, element, what, remedy)
Problem = tuple[str, int, str, str, str]

_RULES = (
    *constructs.RULES,
    *flows.RULES,
    *events.RULES,
    *rounds.RULES,
    *properties.RULES,
    *scripts.RULES,
)


def drawing_problems(
    drawings: Mapping[str, bytes],
    tables: Mapping[str, bytes],
    *,
    process: str,
    file_of: Callable[[str], str] = str,
) -> list[Problem]:
    """Check the drawings and tables of one process, and what they make of each other.

    `drawings` and `tables` go by name as for `compile_process`; `file_of` turns a name into the
    file a person opens.
    """
    findings: list[Finding] = []
    sheets: list[Sheet] = []
    for name, source in drawings.items():
        try:
            sheets.append(read(name, source))
        except DrawingInvalid as problem:
            findings.append(_unreadable(problem))
    for sheet in sheets:
        findings += schema_findings(sheet)
        findings += [finding for rule in _RULES for finding in rule(sheet)]
    findings += decisions.findings(tables, sheets)
    findings += flows.calls(sheets, process) if sheets else []
    findings += events.names_thrown_and_caught(sheets)
    findings += properties.task_names(sheets)
    if not findings:
        findings += _last_test(drawings, tables, process)
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


def _unreadable(problem: DrawingInvalid) -> Finding:
    return Finding(
        problem.file,
        1,
        problem.element,
        problem.message,
        "Open the file in a BPMN editor and save it again, or undo the last change.",
    )

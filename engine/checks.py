"""Everything a process folder must meet before it runs: its texts and tables, and its drawings."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.bpmn.lint import drawing_problems
from engine.bpmn.lint.early import Given, Perhaps
from engine.bpmn.script import evaluate, offered_names, script_problems
from engine.bundles.assemble import Draft, assemble
from engine.bundles.check import check, check_files
from engine.bundles.check.children import Beside
from engine.bundles.definition import Bundle, ChildrenRule, RaiseRule
from engine.bundles.drawing import only_italian
from engine.bundles.form import Field, Form
from engine.bundles.forms.visibility import WITHOUT_VALUE
from engine.bundles.load import digest_of, folder_files
from engine.bundles.problem import Problem
from engine.bundles.source import Lines, read_table
from engine.bundles.versions import FILE, read_lock
from engine.errors import BundleInvalid

_HOUSE = Path(__file__).parent.parent / "processes"


def problems_of_files(files: Mapping[str, bytes], beside: Beside | None = None) -> list[Problem]:
    """All problems of a folder that came as files: a deployment, a zip.

    `beside` finds the procedures whose cases it opens.
    """
    found = check_files(files, evaluate=_true, beside=beside)
    draft = assemble(files, digest_of(files))
    if draft.bundle is not None:
        found += _drawings(draft.bundle, "")
    return sorted(set(found))


def problems_of_folder(folder: Path) -> list[Problem]:
    """All problems of a folder of `processes/`, named by the path that was typed."""
    part = folder.resolve().parent.name == "shared"
    library = folder.parent if part else folder.parent / "shared"
    problems: list[Problem] = []
    lock = folder.parent / FILE
    locked = read_lock(lock.read_text("utf-8"), problems) if lock.exists() else None
    problems += check(
        folder, shared=library, locked=locked, evaluate=_true, beside=_neighbours(folder),
        taken=_prefixes_beside(folder),
    )  # fmt: skip
    try:
        files = folder_files(folder, library)
    except BundleInvalid:
        return sorted(set(problems))
    draft = assemble(files, digest_of(files), shared=part)
    if draft.bundle is not None and draft.bundle.key == folder.resolve().name:
        problems += _drawings(draft.bundle, f"{folder}/")
        shown = [*_shown(draft.bundle), *_hidden(draft)]
        problems += [replace(p, file=f"{folder}/{p.file}") for p in shown]
    return sorted(set(problems))


def _shown(bundle: Bundle) -> Iterator[Problem]:
    """What people read in the drawing: each name in two languages."""
    content = bundle.bpmn.get("process.bpmn")
    if content is None or not _is_readable(bundle):
        return
    for name, line in only_italian(content):
        hint = "Give it the property name_en; processes/README.md shows where."
        yield Problem("process.bpmn", line, f"“{name}” has no English name.", hint)


def _hidden(draft: Draft) -> Iterator[Problem]:
    """An answer named like a function hides it: scripts could no longer call it."""
    for file in draft.form_files.values():
        table = read_table(draft.files, file, [])
        for field in table.rows("fields") if table is not None else ():
            name = field.text("name", "")
            if name in offered_names() and field.text("type", "") not in WITHOUT_VALUE:
                hint = "Rename it: scripts and conditions call a function of this name."
                yield Problem(file, field.line("name"), f"“{name}” is no name for a field.", hint)


def _is_readable(bundle: Bundle) -> bool:
    return any(drawing.file == "process.bpmn" for drawing in bundle.drawings.values())


def _neighbours(folder: Path) -> Beside:
    """The process folders beside this one; one that cannot be read is told of by its own check."""

    def find(process: str) -> Bundle | None:
        other = folder.resolve().parent / process
        if not (other / "process.toml").is_file():
            return None
        files = folder_files(other, other.parent / "shared")
        return assemble(files, digest_of(files)).bundle

    return find


def _prefixes_beside(folder: Path) -> dict[str, str]:
    """With which letters other folders, beside this one or of the house, begin their numbers."""
    found: dict[str, str] = {}
    for other in [*folder.resolve().parent.glob("*/process.toml"), *_HOUSE.glob("*/process.toml")]:
        table = None
        if other.parent.name != folder.resolve().name:
            table = read_table({other.name: other.read_bytes()}, other.name, [])
        if table is not None and (prefix := table.text("number_prefix", "")):
            found.setdefault(prefix, other.parent.name)
    return found


def _drawings(bundle: Bundle, where: str) -> list[Problem]:
    if not _is_readable(bundle):
        return []  # told when it was read
    found = drawing_problems(
        bundle.bpmn, bundle.tables, process=bundle.key.replace("-", "_"), given=_given(bundle),
        asked={form.activity: _asked(form) for form in (bundle.start_form, *bundle.forms.values())},
    )  # fmt: skip
    problems = [Problem(where + file, line, what, remedy) for file, line, _, what, remedy in found]
    return problems + [replace(p, file=where + p.file) for p in _carried(bundle)]


def _given(bundle: Bundle) -> dict[str, frozenset[str] | None] | None:
    """The variables that forms give, with their answers where a form offers fixed ones.

    A shared part, which has no capacities of its own, also reads what its callers give.
    """
    if not bundle.capacities:
        return None
    forms = [bundle.start_form, *bundle.forms.values()]
    forms += [rule.form for rule in bundle.messages.values() if rule.form is not None]
    given: dict[str, frozenset[str] | None] = {}
    for field in (field for form in forms for field in form.fields):
        known = given.get(field.name, frozenset())
        answers = _answers(field)
        given[field.name] = None if known is None or answers is None else known | answers
    for children in bundle.children.values():
        given |= dict.fromkeys(children.result)
    return given


def _asked(form: Form) -> Given:
    """What a form asks in any case, and what it asks only after another answer."""
    fields = [field for field in form.fields if field.type not in WITHOUT_VALUE]
    return frozenset(
        field.name if field.show_when is None
        else Perhaps(field.name, field.show_when.field, tuple(field.show_when.among))
        for field in fields
    )  # fmt: skip


def _answers(field: Field) -> frozenset[str] | None:
    if field.type == "yes_no":
        return frozenset({"yes", "no"})
    if field.type == "choice" and not field.options_from:
        return frozenset(option.value for option in field.options)
    return None


def _carried(bundle: Bundle) -> Iterator[Problem]:
    """What a case gives to those it opens is an expression that can be worked out."""
    lines = Lines(bundle.files["process.toml"].decode("utf-8", "replace"))
    hint = "Write an expression over the variables of the case, `party` and `body`."
    rules: list[tuple[str, ChildrenRule | RaiseRule]]
    rules = [("children", rule) for rule in bundle.children.values()]
    rules += [("raises", rule) for rule in bundle.raises.values()]
    for table, rule in rules:
        for field, expression in rule.carry.items():
            for trouble in script_problems(expression, "eval"):
                line = lines.of((table, rule.name, "carry", field))
                yield Problem("process.toml", line, f"“{field}” is refused: {trouble}", hint)


def _true(expression: str, values: Mapping[str, Any]) -> bool:
    return bool(evaluate(expression, values, {}))

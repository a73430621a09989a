"""Everything a process folder must meet before it runs: its texts and tables, and its drawings."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.bpmn.lint import drawing_problems
from engine.bpmn.script import evaluate
from engine.bundles.assemble import assemble
from engine.bundles.check import check, check_files
from engine.bundles.definition import Bundle
from engine.bundles.load import digest_of, folder_files
from engine.bundles.problem import Problem
from engine.bundles.versions import FILE, read_lock
from engine.errors import BundleInvalid


def problems_of_files(files: Mapping[str, bytes]) -> list[Problem]:
    """All problems of a folder that came as files: a deployment, a zip."""
    found = check_files(files, evaluate=_true)
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
    problems += check(folder, shared=library, locked=locked, evaluate=_true)
    try:
        files = folder_files(folder, library)
    except BundleInvalid:
        return sorted(set(problems))
    draft = assemble(files, digest_of(files), shared=part)
    if draft.bundle is not None:
        problems += _drawings(draft.bundle, f"{folder}/")
    return sorted(set(problems))


def _drawings(bundle: Bundle, where: str) -> list[Problem]:
    found = drawing_problems(bundle.bpmn, bundle.tables, process=bundle.key.replace("-", "_"))
    return [Problem(where + file, line, what, remedy) for file, line, _, what, remedy in found]


def _true(expression: str, values: Mapping[str, Any]) -> bool:
    return bool(evaluate(expression, values, {}))

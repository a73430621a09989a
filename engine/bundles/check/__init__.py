"""Every rule that a process folder must meet before it runs, except those of running it.

    check         all problems of a folder (a process or a shared part)
    check_files   all problems of the files of a version

The constructs and scripts of a drawing are looked at by engine.bpmn.lint.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from engine.bundles.assemble import assemble
from engine.bundles.check.children import Beside, check_children
from engine.bundles.check.drawings import check_drawings
from engine.bundles.check.fields import check_fields
from engine.bundles.check.foundations import check_foundations
from engine.bundles.check.letters import check_letters
from engine.bundles.check.names import check_names
from engine.bundles.check.plan import check_plan
from engine.bundles.check.raises import check_raises
from engine.bundles.check.rights import check_matrix, check_rights
from engine.bundles.check.stories import check_stories
from engine.bundles.check.terms import check_terms
from engine.bundles.check.view import View
from engine.bundles.forms import Evaluate
from engine.bundles.load import digest_of, folder_files
from engine.bundles.problem import Problem
from engine.bundles.versions import version_problem
from engine.errors import BundleInvalid

__all__ = ["check", "check_files"]


def check(
    folder: Path,
    *,
    shared: Path | None = None,
    locked: Mapping[str, tuple[int, str]] | None = None,
    evaluate: Evaluate | None = None,
    beside: Beside | None = None,
    taken: Mapping[str, str] | None = None,
) -> list[Problem]:
    """All problems of a folder, files named as the person who typed the folder finds them.

    A folder inside one called `shared` is checked as a shared part. `locked` is the content of
    versions.lock; `evaluate` tries the rules of forms on their examples;
    `beside` finds the procedures whose cases this one opens; `taken` says which others begin the
    numbers of their cases with which letters.
    """
    part = folder.resolve().parent.name == "shared"
    library = shared or (folder.parent if part else folder.parent / "shared")
    try:
        files = folder_files(folder, library)
    except BundleInvalid as refusal:
        return [replace(problem, file=f"{folder}/{problem.file}") for problem in refusal.problems]
    found = check_files(
        files, part=part, locked=locked, evaluate=evaluate, beside=beside, taken=taken,
        folder=folder.resolve().name,
    )  # fmt: skip
    return [replace(problem, file=_where(problem.file, folder, library)) for problem in found]


def check_files(
    files: Mapping[str, bytes],
    *,
    part: bool = False,
    locked: Mapping[str, tuple[int, str]] | None = None,
    evaluate: Evaluate | None = None,
    beside: Beside | None = None,
    taken: Mapping[str, str] | None = None,
    folder: str | None = None,
) -> list[Problem]:
    """All problems of the files of a version, in the order of files and lines."""
    draft = assemble(files, digest_of(files), shared=part)
    if draft.bundle is None:
        return sorted(set(draft.problems))
    view = View(draft, draft.bundle, list(draft.problems))
    if all(drawing.file != "process.bpmn" for drawing in view.bundle.drawings.values()):
        return sorted(set(view.problems))  # without its drawing everything else would seem wrong
    check_names(view, taken or {}, folder)
    if folder not in (None, view.bundle.key):
        return sorted(set(view.problems))  # the drawing would seem to be that of another
    check_drawings(view)
    check_terms(view)
    check_children(view, beside)
    check_raises(view, beside)
    check_foundations(view)
    check_plan(view)
    check_rights(view)
    check_matrix(view)
    check_fields(view, evaluate)
    check_letters(view)
    check_stories(view)
    if locked is not None and not part:
        late = version_problem(draft.bundle, locked, view.line("process.toml", "version"))
        view.problems += [late] if late else []
    return sorted(set(view.problems))


def _where(file: str, folder: Path, library: Path) -> str:
    if file.startswith("shared/"):
        return str(library / file.removeprefix("shared/"))
    return str(folder / file)

"""What a procedure is called: by its folder, on its cases, in what is said of its versions."""

import re
from collections.abc import Mapping

from engine.bundles.check.view import View

_TOML, _CHANGES = "process.toml", "CHANGES.md"


def check_names(view: View, taken: Mapping[str, str], folder: str | None) -> None:
    """The id is that of the folder, the numbers of cases are its own, the version is explained.

    `taken` are the prefixes of other procedures: prefix → procedure.
    """
    bundle = view.bundle
    if folder is not None and folder != bundle.key:
        hint = f'Write id = "{folder}", or rename the folder.'
        what = f"The folder is called “{folder}”, the process “{bundle.key}”."
        view.complain(_TOML, view.line(_TOML, "id"), what, hint)
    if view.draft.shared:
        return
    if bundle.number_prefix in taken:
        hint = f"Choose letters of its own; taken are: {', '.join(sorted(taken))}."
        other = taken[bundle.number_prefix]
        what = f"The cases of “{other}” begin with “{bundle.number_prefix}” too."
        view.complain(_TOML, view.line(_TOML, "number_prefix"), what, hint)
    if _CHANGES not in view.draft.files:
        hint = "Write what each version changes for the officers."
        view.complain(_CHANGES, 1, "The folder has no CHANGES.md.", hint)
    elif folder is not None:
        _check_changes(view)


def _check_changes(view: View) -> None:
    text = view.draft.files[_CHANGES].decode("utf-8", "replace")
    version = view.bundle.version
    if not re.search(rf"^#+[^\n]*\b{version}\b", text, re.MULTILINE):
        hint = f"Add the heading “## {version}” and, in both languages, what changes for officers."
        view.complain(_CHANGES, 1, f"It says nothing of version {version}.", hint)

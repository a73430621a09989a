"""What a case may be founded on: each is an answer that some form of the procedure offers."""

from collections.abc import Iterator

from engine.bundles.check.children import Complaint, asked, offered
from engine.bundles.check.view import View
from engine.bundles.definition import Foundation

_FILE = "process.toml"


def check_foundations(view: View) -> None:
    """Every `[[foundation]]` is chosen by an answer, and none is written twice."""
    known: set[tuple[str, str]] = set()
    for number, one in enumerate(view.bundle.foundations):
        found = list(_chosen(view, one))
        if (one.answer, one.value) in known:
            found.append(("value", f"“{one.value}” is there twice.", "Keep one of them."))
        known.add((one.answer, one.value))
        for key, what, hint in found:
            view.complain(_FILE, view.line(_FILE, "foundation", number, key), what, hint)


def _chosen(view: View, one: Foundation) -> Iterator[Complaint]:
    forms = (view.bundle.start_form, *view.bundle.forms.values())
    fields = [f for form in forms for f in asked(form.fields) if f.name == one.answer]
    if not fields:
        hint = "Name a choice of the start form or of an activity."
        yield "answer", f"No form asks “{one.answer}”.", hint
    for field in fields[:1]:
        yield from offered("value", field, (one.value,))

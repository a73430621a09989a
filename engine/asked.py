"""What a piece of work asks: the form of its activity, or that of the approval of one."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from engine.bundles.definition import Bundle, Field, Form, Option
from engine.bundles.forms.reading import parse_form
from engine.bundles.problem import Problem
from engine.model import WorkItem, WorkKind
from engine.text import Text

_FORMS = Path(__file__).parent / "reference" / "forms"


def form_of(bundle: Bundle, item: WorkItem) -> Form | None:
    """What the officer fills in who does this piece of work."""
    form = bundle.forms.get(item.activity)
    if item.kind == WorkKind.ACTIVITY or form is None:
        return form
    return approval_form(form)


def title_of(bundle: Bundle, item: WorkItem) -> Text:
    """How a piece of work is called."""
    form = form_of(bundle, item)
    return form.title if form is not None else Text(item.activity, item.activity)


def approval_form(form: Form) -> Form:
    """The small form by which what was prepared in an activity is approved or sent back."""
    blank = _engine_form("approval")
    parts = tuple(Option(part.name, part.label) for part in parts_of(form))
    return replace(
        blank,
        title=Text(f"Approva: {form.title.it}", f"Approve: {form.title.en}"),
        nature=form.nature,
        legal_basis=form.legal_basis,
        evidence=form.evidence,
        deadline=form.deadline,
        fields=tuple(_with_parts(field, parts) for field in blank.fields),
    )


def parts_of(form: Form) -> Iterator[Field]:
    """The parts of a form at which a comment can stand: sections, or what stands in none."""
    inside = False
    for field in form.fields:
        if field.type == "section":
            inside = True
            yield field
        elif not inside and field.type != "note":
            yield field


def _with_parts(field: Field, parts: tuple[Option, ...]) -> Field:
    if field.name == "part":
        return replace(field, options=(*parts, *field.options))
    return replace(field, fields=tuple(_with_parts(inner, parts) for inner in field.fields))


@cache
def _engine_form(name: str) -> Form:
    """A form that every procedure has, because the engine asks it."""
    problems: list[Problem] = []
    file = f"{name}.toml"
    form = parse_form({file: (_FORMS / file).read_bytes()}, file, problems)
    if form is None or problems:
        raise ValueError(f"{file}: {problems}")
    return form

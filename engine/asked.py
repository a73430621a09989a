"""What a piece of work asks: the form of its activity, or of its approval, or of an opinion."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from engine.bundles.columns import Column
from engine.bundles.definition import Bundle, ConsultationRule
from engine.bundles.form import Field, Form, Option
from engine.bundles.forms.reading import parse_form
from engine.bundles.hearing import (
    OPINION_FORM,
    columns_heard,
    columns_heard_before,
    rule_of_hearing,
)
from engine.bundles.hearing import Path as CallPath
from engine.bundles.problem import Problem
from engine.model import WorkItem, WorkItemState, WorkKind
from engine.text import Text, both

NEEDS_DOCUMENTS = "needs_documents"
_FORMS = Path(__file__).parent / "reference" / "forms"


def form_of(bundle: Bundle, item: WorkItem) -> Form | None:
    """What the officer fills in who does this piece of work."""
    form = bundle.forms.get(item.activity)
    if item.kind == WorkKind.CONSULTATION:
        return consultation_form(bundle, item)
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


def consultation_form(bundle: Bundle, item: WorkItem) -> Form:
    """The form by which a body gives the opinion that the matrix wants heard.

    Documents can be asked for once, and only where the term says how it is interrupted.
    """
    blank, rule = _engine_form(OPINION_FORM), rule_of(bundle, item)
    about = subject_of(bundle, item)
    term = bundle.deadlines.get(rule.term)
    usual = Text(
        f"Che cosa ne pensa il tuo ente di «{about.it}»?",
        f"What does your body think of “{about.en}”?",
    )
    first = item.rounds == 0 or item.state == WorkItemState.SUBMITTED  # what is read back then
    more = term is not None and term.interruption is not None and first
    return replace(
        blank,
        title=Text(f"Parere: {about.it}", f"Opinion: {about.en}"),
        what=rule.question or usual,
        legal_basis=term.legal_basis if term is not None else blank.legal_basis,
        evidence=term.evidence if term is not None else blank.evidence,
        deadline=rule.term,
        fields=blank.fields if more else tuple(_without_documents(blank.fields)),
    )


def answers_of(item: WorkItem) -> Mapping[str, Any]:
    """What was answered, or asked for instead by a body that waits for documents."""
    if item.kind == WorkKind.CONSULTATION and item.state == WorkItemState.SUBMITTED:
        return {"opinion": NEEDS_DOCUMENTS, "wanted": item.note}
    return item.answers or {}


def rule_of(bundle: Bundle, item: WorkItem) -> ConsultationRule:
    """The question and the term of a consultation."""
    path = tuple((element, key) for element, key in item.path)
    of = (item.activity, *(step for step, _ in reversed(path)))
    columns = columns_of(bundle, item.activity, path)
    return rule_of_hearing(bundle, of, columns)


def columns_of(bundle: Bundle, activity: str, path: CallPath) -> tuple[Column, ...]:
    """Who is heard about an activity, or before a milestone."""
    if is_milestone(bundle, activity):
        return columns_heard_before(bundle, activity)
    return columns_heard(bundle, activity, path)


def is_milestone(bundle: Bundle, name: str) -> bool:
    """Whether what is asked about is a milestone and not an activity."""
    return name not in bundle.forms and any(s.milestone == name for s in bundle.stages)


def subject_of(bundle: Bundle, item: WorkItem) -> Text:
    """What an opinion is about: an activity, or the stage that a milestone ends."""
    form = bundle.forms.get(item.activity)
    if form is not None:
        return form.title
    titles = (s.title for s in bundle.stages if s.milestone == item.activity)
    return next(titles, both(item.activity))


def _without_documents(fields: Iterable[Field]) -> Iterator[Field]:
    for field in fields:
        if field.name == "wanted":
            continue
        left = tuple(o for o in field.options if o.value != NEEDS_DOCUMENTS)
        yield replace(field, options=left)


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

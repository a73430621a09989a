"""An act that asks for a reason: its own page, with what follows from it, before any change."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import EngineError, FormInvalid, NotFound, OfficerNotFound
from engine.queries import CaseFile, Choice, Field, case_file, require_case_act
from engine.text import Text
from webapp import uploads
from webapp.auth import engine, officer
from webapp.errors import status_of
from webapp.forms import (
    Sources,
    Values,
    apply,
    draw,
    error_lines,
    keep_files,
    read,
    without_blank_rows,
)
from webapp.i18n import _, language
from webapp.requests import whole_number

CARRY_OUT = "carry_out"
PREVIEW = "preview"
PREFIX = "data."
"""Before the names of a form's own fields, so that none can be taken for the page's."""

REASON = Field(
    name="reason",
    type="long_text",
    label=Text("Motivo", "Reason"),
    help=Text(
        "Resta nella cronologia: lo leggono tutti gli enti del caso.",
        "It stays in the history: every body of the case reads it.",
    ),
    max="2000",
)
NOTHING_WRITTEN = Text("Compila questo campo.", "Fill in this field.")


@dataclass(frozen=True, slots=True)
class Act:
    """What the page of an act says: the act, what follows, what is asked."""

    title: str
    follows: Sequence[str]
    button: str
    back: str
    steps: Sequence[Mapping[str, Any]]
    version: int | None
    asked: Sequence[Field] = (REASON,)
    """The fields of the page; `own` are those without which the act makes no sense."""
    own: Sequence[Field] = ()
    choices: Mapping[str, Sequence[Choice]] | None = None
    preview: Callable[[Values], Any] | None = None
    """What would move if the act were done with these answers; refusals are those of the act."""
    nav: str = "cases"
    values: Mapping[str, Any] | None = None
    """What the fields hold before anybody wrote in them."""


def day_of(given: Values, name: str) -> date:
    """A day that was asked for. Raises FormInvalid when what was typed is none."""
    try:
        return date.fromisoformat(str(given[name]))
    except ValueError:
        words = Text("Scrivi la data come 09/12/2026.", "Write the date like 09/12/2026.")
        raise FormInvalid({name: [words]}) from None


def chosen(name: str, label: Text, *, help_: Text | None = None) -> Field:
    """A field whose answers are offered by the page."""
    return Field(name=name, type="organisation", label=label, help=help_ or Text("", ""))


def perform(act: Act, carry_out: Callable[[Values], str]) -> ResponseReturnValue:
    """Ask first; once asked, do it and go where it says. A refusal keeps what was written."""
    if request.method == "GET":
        return ask(act, values=act.values, previewed=_looked_ahead(act))
    given = read(act.asked, request.form, language=language(), prefix=PREFIX)
    refused = keep_files(act.asked, given, request.files, uploads.store, prefix=PREFIX)
    action = request.form.get("_action", "")
    try:
        if action == PREVIEW and act.preview is not None and not refused:
            return ask(act, values=given, previewed=act.preview(given))
        if action != CARRY_OUT or refused:
            apply(action, act.asked, given, prefix=PREFIX)
            return ask(act, values=given, refusal=FormInvalid(refused) if refused else None)
        given = without_blank_rows(act.asked, given)
        _require_answers(act, given)
        return redirect(carry_out(given))
    except EngineError as refusal:
        return ask(act, values=given, refusal=refusal)


def _require_answers(act: Act, given: Values) -> None:
    """The fields of the page itself; those of a form file are the engine's to judge."""
    blank = [field.name for field in (REASON, *act.own) if field in act.asked]
    missing = {name: [NOTHING_WRITTEN] for name in blank if not given.get(name)}
    if missing:
        raise FormInvalid(missing)


def version() -> int | None:
    """The version of the case or work item that the officer was looking at."""
    return whole_number(request.form.get("version", ""))


def _looked_ahead(act: Act) -> Any:
    """What the act would move as the page first stands; nothing while answers are missing."""
    if act.preview is None or act.own:
        return None
    try:
        return act.preview({})
    except EngineError:
        return None


def ask(
    act: Act,
    *,
    values: Mapping[str, Any] | None = None,
    refusal: EngineError | None = None,
    previewed: Any = None,
) -> ResponseReturnValue:
    """Show the page of an act; after a refusal with what was written and what would be right."""
    if isinstance(refusal, OfficerNotFound) and any(field.name == "person" for field in act.asked):
        # A name typed wrongly is a wrong answer of this form, not a page that is not there.
        told = Text(*(" ".join(both) for both in zip(refusal.message, refusal.hint, strict=True)))
        refusal = FormInvalid({"person": [told]})
    if isinstance(refusal, NotFound):
        raise refusal
    errors = refusal.fields if isinstance(refusal, FormInvalid) else {}
    files = uploads.of(act.asked, values or {})
    sources = Sources(act.choices or {}, language(), files=files)
    fields = draw(act.asked, values or {}, sources, errors, prefix=PREFIX)
    lines = error_lines(fields, language())
    page = render_template(
        "pages/case_act.html",
        nav=act.nav,
        act=act,
        fields=fields,
        errors=lines,
        refusal=None if lines else refusal,
        carry_out=CARRY_OUT,
        preview=PREVIEW if act.preview is not None else None,
        previewed=previewed,
    )
    return page, status_of(refusal) if refusal else 200


def case_of(case_id: str, act: str) -> CaseFile:
    """The case an act is about; the page is refused to whom the act, named like its command, is."""
    engine().read(require_case_act, actor=officer(), case_id=case_id, act=act)
    return engine().read(case_file, actor=officer(), case_id=case_id)


def on_case(
    file: CaseFile,
    title: str,
    follows: Sequence[str],
    *,
    asked: Sequence[Field] = (REASON,),
    own: Sequence[Field] = (),
    choices: Mapping[str, Sequence[Choice]] | None = None,
) -> Act:
    """An act on a whole case: its button repeats it, and the way back is the case."""
    case = {
        "label": f"{file.head.number} {file.head.title}",
        "url": url_for("case.show", case_id=file.head.id),
    }
    return Act(
        title=title,
        follows=follows,
        button=title,
        back=case["url"],
        steps=[{"label": _("Casi"), "url": url_for("case.index")}, case, {"label": title}],
        version=file.head.version,
        asked=asked,
        own=own,
        choices=choices,
    )


def both_named(name: Text, capacity: Text) -> Text:
    """Two names as one answer to choose: `Chivasso (Comune)`."""
    return Text(f"{name.it} ({capacity.it})", f"{name.en} ({capacity.en})")

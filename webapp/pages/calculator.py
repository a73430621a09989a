"""The term calculator: a bookmark holds the whole question, and the answer names every choice."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from engine.calculator import ARGUMENTS, Answer, answer, asked, calendar_for, towns
from engine.errors import FormInvalid
from engine.text import Text
from webapp.auth import engine
from webapp.forms.typed import iso_date
from webapp.i18n import _, language

blueprint = Blueprint("calculator", __name__)

Given = Mapping[str, Sequence[str]]


@blueprint.get("/calculator")
def show() -> ResponseReturnValue:
    """The question as a form, and under it the answer."""
    given = _given()
    found: Answer | None = None
    errors: Mapping[str, Any] = {}
    try:
        if any(given.get(name) for name in ("start", "days")):
            question = asked(given)
            found = answer(question, engine().read(calendar_for, code=question.calendar))
    except FormInvalid as refused:
        errors = refused.fields
    page = render_template(
        "pages/calculator.html",
        plain=_plain(given, errors),
        rules=_rules(given, errors),
        stretches=_stretches(),
        days_again=_rows("interrupt"),
        more=_rows("extend"),
        row_errors={name: errors.get(name, []) for name in ("suspend", "interrupt", "extend")},
        errors=[
            {"id": _anchor(name), "label": _label(name), "message": " ".join(_worded(words))}
            for name, words in errors.items()
        ],
        found=found,
        ledger=[_line(row) for row in found.ledger] if found else [],
    )
    # With scripts the answer is exchanged in place: a refusal has to come as a page, too.
    return page, 422 if errors and "HX-Request" not in request.headers else 200


def _given() -> Given:
    """What was typed, with days as Italian offices write them turned into ISO."""
    typed = {name: request.args.getlist(name) for name in ARGUMENTS if name != "suspend"}
    for name in ("start", "interrupt"):
        typed[name] = [iso_date(day.strip()) or day for day in typed[name]]
    typed["suspend"] = [
        f"{iso_date(since) or since}:{iso_date(resumed) or resumed}"
        for since, resumed in _pairs()
        if since or resumed
    ]
    return {name: values for name, values in typed.items() if values}


def _pairs() -> list[tuple[str, str]]:
    since = [day.strip() for day in request.args.getlist("suspend_from")]
    resumed = [day.strip() for day in request.args.getlist("suspend_to")]
    width = max(len(since), len(resumed))
    return list(
        zip(
            since + [""] * (width - len(since)),
            resumed + [""] * (width - len(resumed)),
            strict=True,
        )
    )


def _plain(given: Given, errors: Mapping[str, Any]) -> list[dict[str, Any]]:
    units = [
        ("calendar", _("giorni di calendario")), ("working", _("giorni lavorativi")),
        ("months", _("mesi")), ("years", _("anni")),
    ]  # fmt: skip
    bodies = [("", _("Solo festivi nazionali")), *engine().read(towns)]
    start = _first(given, "start")
    return [
        {**_field("start", "date", errors), "value": _typed_day(start), "required": True},
        {**_field("days", "integer", errors), "value": _first(given, "days"), "required": True},
        {**_field("unit", "select", errors), "options": _options(units, given, "unit")},
        {**_field("calendar", "select", errors), "options": _options(bodies, given, "calendar")},
    ]


def _rules(given: Given, errors: Mapping[str, Any]) -> list[dict[str, Any]]:
    offered = {
        "first_day": [
            ("out", _("Non si conta (art. 2963 c.c.)")),
            ("in", _("Si conta: pubblicazioni (TUEL art. 124)")),
        ],
        "roll": [
            ("next", _("Passa al primo giorno non festivo (art. 2963 c.c.)")),
            ("working", _("Passa al primo giorno lavorativo: anche di sabato")),
            ("none", _("Resta quel giorno")),
        ],
        "patron": [
            ("stay", _("Si segnala, ma non sposta")),
            ("move", _("Sposta come un festivo")),
        ],
    }
    return [
        {**_field(name, "select", errors), "options": _options(options, given, name)}
        for name, options in offered.items()
    ]


def _field(name: str, kind: str, errors: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": name, "name": name, "type": kind, "label": _label(name),
        "errors": errors.get(name, []), "required": kind == "select",
    }  # fmt: skip


def _label(name: str) -> str:
    return {
        "start": _("Giorno di partenza"),
        "days": _("Durata"),
        "unit": _("Unità"),
        "calendar": _("Calendario di"),
        "first_day": _("Primo giorno"),
        "roll": _("Se l’ultimo giorno è festivo"),
        "patron": _("Santo patrono"),
        "suspend": _("Sospensioni"),
        "interrupt": _("Interruzioni"),
        "extend": _("Proroghe"),
    }[name]


def _anchor(name: str) -> str:
    return {
        "suspend": "suspend_from-1", "interrupt": "interrupt-1", "extend": "extend-1",
    }.get(name, name)  # fmt: skip


def _options(options: Sequence[tuple[str, str]], given: Given, name: str) -> list[dict[str, Any]]:
    chosen = _first(given, name) or options[0][0]
    return [{"value": v, "label": words, "chosen": v == chosen} for v, words in options]


def _stretches() -> list[dict[str, str]]:
    """The suspensions typed so far, and one empty row for another."""
    rows = [pair for pair in _pairs() if any(pair)]
    return [{"since": since, "resumed": resumed} for since, resumed in [*rows, ("", "")]]


def _rows(name: str) -> list[str]:
    typed = (value.strip() for value in request.args.getlist(name))
    return [*(value for value in typed if value), ""]


def _first(given: Given, name: str) -> str:
    return next(iter(given.get(name, ())), "").strip()


def _typed_day(start: str) -> str:
    return f"{start[8:]}/{start[5:7]}/{start[:4]}" if iso_date(start) == start else start


def _worded(problems: Sequence[Text]) -> list[str]:
    return [problem.in_(language()) for problem in problems]


def _line(row: Any) -> dict[str, Any]:
    return {
        "on": row.day, "event": row.what, "rule": row.rule, "effect": row.effect,
        "due_on": row.due_on, "actor": "", "document": "", "reason": "", "counted": row.counted,
        "consents": (), "is_unverified": row.evidence == "unverified",
    }  # fmt: skip

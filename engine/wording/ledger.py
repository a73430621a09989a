"""The ledger of a term as a person reads it: date, event, rule, who, effect, count, last day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from engine.text import NO_TEXT, Text, both
from engine.wording.dates import UNITS, day_short, span
from engine.wording.terms import ROLL_RULE, silence_text


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One line as it was written down, whoever wrote it: an office, or the term calculator."""

    kind: str
    day: date
    amount: int | None = None
    unit: str | None = None
    until: date | None = None
    counted: int | None = None
    due_on: date | None = None
    steps: Sequence[Mapping[str, Any]] = ()
    actor: str = ""
    title: Text = NO_TEXT
    reason: str = ""
    document: str = ""
    consents: Sequence[Mapping[str, str]] = field(default_factory=tuple)
    legal_basis: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One line of a term's ledger, as a person reads it."""

    day: date
    what: Text
    rule: str
    effect: Text
    due_on: date | None
    actor: str
    kind: str = ""
    counted: int | None = None
    reason: str = ""
    document: str = ""
    evidence: str = ""
    consents: tuple[Text, ...] = ()


_WHAT: Mapping[str, Text] = {
    "start": Text("Il termine parte", "The term starts"),
    "suspend": Text("Sospeso", "Suspended"),
    "resume": Text("Ripreso", "Resumed"),
    "interrupt": Text("Interrotto", "Interrupted"),
    "restart": Text("Riparte da zero", "Begins again from zero"),
    "extend": Text("Prorogato", "Extended"),
    "profile": Text("Profilo cambiato", "Profile changed"),
    "recounted": Text(
        "Ricontato con la nuova versione del procedimento",
        "Counted anew with the new version of the procedure",
    ),
    "restored": Text("Rimessa la data di prima", "Given back the date it had"),
    "met": Text("Il termine si chiude", "The term closes"),
    "expired": Text("Il termine è passato", "The term has passed"),
    "silence": Text("Effetto del silenzio", "Effect of the silence"),
}
_NAMED = ("suspend", "resume", "interrupt", "restart", "profile")
"""Lines that say on which ground."""
CALENDAR_CHANGED = Text(
    "Ricontato con il calendario aggiornato", "Counted anew with the calendar as it now is"
)


def ledger_rows(
    lines: Sequence[LedgerLine], *, silence: str = "none", consequence: Text = NO_TEXT
) -> tuple[LedgerRow, ...]:
    """All lines in order; the holidays that move the last day stand after the line that set it."""
    rows: list[LedgerRow] = []
    last_moving = max((i for i, line in enumerate(lines) if line.steps), default=-1)
    stopped_on: date | None = None
    for position, line in enumerate(lines):
        row = _row(line, stopped_on, silence, consequence)
        stopped_on = line.day if line.kind == "suspend" else None
        rolls = [step for step in line.steps if step["rule"] == "roll"]
        if position == last_moving and rolls:
            rows.append(replace(row, due_on=date.fromisoformat(rolls[0]["from"])))
            rows += [_roll_row(roll) for roll in rolls]
        else:
            rows.append(row)
    return tuple(rows)


def _row(line: LedgerLine, stopped_on: date | None, silence: str, consequence: Text) -> LedgerRow:
    what = _WHAT.get(line.kind, both(line.kind))
    if line.kind == "recounted" and line.reason == "calendar":
        what = CALENDAR_CHANGED
    if line.kind in _NAMED and line.title:
        what = Text(f"{what.it}: {line.title.it}", f"{what.en}: {line.title.en}")
    return LedgerRow(
        day=line.day,
        what=what,
        rule=line.legal_basis,
        effect=_effect(line, stopped_on, silence, consequence),
        due_on=line.due_on,
        actor=line.actor,
        kind=line.kind,
        counted=line.counted,
        reason="" if line.reason == "calendar" else line.reason,
        document=line.document,
        evidence=line.evidence,
        consents=tuple(
            Text(
                f"consenso di {consent['organisation']}: {consent['document']}",
                f"consent of {consent['organisation']}: {consent['document']}",
            )
            for consent in line.consents
        ),
    )


def _effect(line: LedgerLine, stopped_on: date | None, silence: str, consequence: Text) -> Text:
    if line.kind == "suspend":
        if line.until is None:
            return Text("il conto si ferma", "the count stops")
        until = day_short(line.until)
        return Text(f"fermo, al più tardi fino al {until.it}",
                    f"stopped until {until.en} at the latest")  # fmt: skip
    if line.kind == "resume" and stopped_on is not None:
        days = span((line.day - stopped_on).days, "days")
        return Text(f"+{days.it}", f"+{days.en}")
    if line.kind == "interrupt":
        return Text("il conto torna a zero", "the count goes back to zero")
    if line.kind == "met":
        return Text("fatto in tempo, o non più richiesto", "done in time, or no longer asked")
    if line.kind == "expired":
        return consequence if silence == "none" else NO_TEXT
    if line.kind == "silence":
        return consequence or silence_text(silence)
    if line.amount is None or line.unit is None:
        return NO_TEXT
    if line.unit == "date":
        return Text("data stabilita", "date set")
    length = span(line.amount, line.unit) if line.unit in UNITS else NO_TEXT
    return Text(f"+{length.it}", f"+{length.en}") if line.kind == "extend" else length


def _roll_row(roll: Mapping[str, Any]) -> LedgerRow:
    name = roll["holiday"]
    plain = name["it"] in ("domenica", "sabato")
    what = (
        Text(name["it"].capitalize(), name["en"].capitalize())
        if plain
        else Text(f"Festivo: {name['it']}", f"Holiday: {name['en']}")
    )
    return LedgerRow(
        date.fromisoformat(roll["from"]), what, ROLL_RULE, Text("+1 giorno", "+1 day"),
        date.fromisoformat(roll["to"]), "", "roll",
    )  # fmt: skip

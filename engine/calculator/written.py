"""The answer of the calculator written down: as JSON, and as lines for a terminal."""

from typing import Any

from engine.calculator.answering import Answer
from engine.text import Language


def as_json(found: Answer, language: Language) -> dict[str, Any]:
    """The answer as the command and the JSON interface write it."""
    return {
        "due_on": found.due_on.isoformat(),
        "why": found.why.in_(language),
        "ledger": [
            {
                "day": row.day.isoformat() if row.day else None,
                "what": row.what.in_(language),
                "rule": row.rule,
                "evidence": row.evidence,
                "effect": row.effect.in_(language),
                "counted": row.counted,
                "due_on": row.due_on.isoformat() if row.due_on else None,
            }
            for row in found.ledger
        ],
        "choices": [
            {
                "id": choice.id,
                "title": choice.title.in_(language),
                "chosen": choice.chosen.in_(language),
                "default": choice.usual.in_(language),
                "is_default": choice.is_usual,
                "legal_basis": choice.legal_basis,
                "evidence": choice.evidence,
            }
            for choice in found.choices
        ],
        "calendar": {
            "code": found.calendar.code,
            "name": found.calendar.name.in_(language),
            "version": found.calendar_version,
        },
    }


def as_lines(found: Answer, language: Language) -> list[str]:
    """The day, the sentence, the ledger and the choices, line by line."""
    days = [f"{row.day:%d/%m/%Y}" if row.day else "" for row in found.ledger]
    lines = [f"{found.due_on:%d/%m/%Y}", found.why.in_(language), ""]
    for day, row in zip(days, found.ledger, strict=True):
        due = f" → {row.due_on:%d/%m/%Y}" if row.due_on else ""
        effect = f": {row.effect.in_(language)}" if row.effect else ""
        lines.append(f"{day:>10}  {row.what.in_(language)}{effect}{due}")
    lines.append("")
    for choice in found.choices:
        usual = "" if choice.is_usual else f" ({_USUAL[language]}: {choice.usual.in_(language)})"
        basis = f" {choice.legal_basis}" if choice.legal_basis else ""
        mark = f" [{_UNVERIFIED[language]}]" if choice.evidence == "unverified" else ""
        chosen = choice.chosen.in_(language)
        lines.append(f"{choice.title.in_(language)}: {chosen}{usual}.{basis}{mark}")
    lines.append(f"{found.calendar.name.in_(language)}, {found.calendar_version}")
    return lines


_USUAL = {"it": "di solito", "en": "usually"}
_UNVERIFIED = {"it": "da verificare", "en": "to be verified"}

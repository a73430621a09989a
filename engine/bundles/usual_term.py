"""The term of an opinion for which a procedure says nothing else (L. 241/1990 art. 16)."""

from collections.abc import Container
from dataclasses import replace

from engine.bundles.deadline import DeadlineRule, Interruption, Silence, Term
from engine.bundles.definition import Bundle
from engine.bundles.law import Law
from engine.text import Text

USUAL_TERM = DeadlineRule(
    name="heard-by-letter",
    title=Text("Parere chiesto dalla matrice", "Opinion the matrix asks for"),
    length=Term(20, "days"),
    starts_at=None,
    first_day="excluded",
    roll="next_non_holiday",
    silence=Silence.PROCEED_WITHOUT,
    nature="statutory",
    legal_basis="L. 241/1990 art. 16 c. 1-2",
    evidence="V",
    consequence=Text(
        "Se passa senza risposta si procede senza il parere, e resta scritto.",
        "If it passes unanswered, one goes on without the opinion, and that is recorded.",
    ),
    interruption=Interruption(
        title=Text(
            "Documenti chiesti da chi dà il parere", "Documents the consulted body asks for"
        ),
        law=Law("L. 241/1990 art. 16 c. 4", "V"),
        by=(),
        times=1,
        length=Term(15, "days"),
    ),
)


def with_usual_term(bundle: Bundle, drawn: Container[str]) -> Bundle:
    """The procedure with that term, if a letter C needs it that no drawn consultation hears."""
    if USUAL_TERM.name in bundle.deadlines:
        return bundle
    milestones = {stage.milestone for stage in bundle.stages}
    if not bundle.raci.heard_too and not any(
        "C" in cell and not (line in milestones and str(column) in drawn)
        for line, row in (*bundle.raci.rows.items(), *bundle.raci.changes.items())
        for column, cell in row.items()
    ):
        return bundle
    return replace(bundle, deadlines={**bundle.deadlines, USUAL_TERM.name: USUAL_TERM})

"""Who must be heard by a letter C of the matrix, where no drawn consultation does it.

A drawn consultation stands for the C that the procedure itself writes at a milestone. The C of an
activity is about that activity, and one laid over later is unknown to the drawing: both are asked.
"""

from collections.abc import Iterable

from engine.bundles.columns import Column
from engine.bundles.definition import Bundle, ConsultationRule
from engine.bundles.matrix import heard
from engine.bundles.usual_term import USUAL_TERM

OPINION_FORM = "consultation"
"""The name of the form of an opinion: anybody whom the matrix wants heard may fill it in."""
Path = tuple[tuple[str, str], ...]


def columns_heard(bundle: Bundle, activity: str, path: Path) -> tuple[Column, ...]:
    """The columns that must be heard before an activity is closed."""
    return tuple(c for c, cell in bundle.letters(activity, path).items() if "C" in cell)


def columns_heard_before(bundle: Bundle, milestone: str) -> tuple[Column, ...]:
    """The columns that must be heard once before a milestone is reached."""
    row = bundle.raci.rows.get(milestone, {})
    asked = [column for column, cell in row.items() if "C" in cell]
    if not asked:
        return ()
    drawn = heard(bundle)
    laid = bundle.raci.heard_too
    return tuple(c for c in asked if str(c) not in drawn or (milestone, c) in laid)


def rule_of_hearing(
    bundle: Bundle, of: Iterable[str], columns: Iterable[Column]
) -> ConsultationRule:
    """What is asked and until when: the procedure's own words, or the usual ones."""
    rows, wanted = set(of), set(columns)
    for rule in bundle.consultations:
        if rule.of in rows and (not rule.hears or wanted & set(rule.hears)):
            return rule
    return ConsultationRule(of=next(iter(rows), ""), hears=(), question=None, term=USUAL_TERM.name)

"""Who must be heard by a letter C of the matrix, where no drawn consultation does it."""

from collections.abc import Iterable, Mapping

from engine.bundles.definition import Bundle, Column, ConsultationRule
from engine.bundles.matrix import heard
from engine.bundles.usual_term import USUAL_TERM

OPINION_FORM = "consultation"
"""The name of the form of an opinion: anybody whom the matrix wants heard may fill it in."""
Path = tuple[tuple[str, str], ...]


def columns_heard(bundle: Bundle, activity: str, path: Path) -> tuple[Column, ...]:
    """The columns that must be heard before an activity is closed."""
    return _undrawn(bundle, bundle.letters(activity, path))


def columns_heard_before(bundle: Bundle, milestone: str) -> tuple[Column, ...]:
    """The columns that must be heard once before a milestone is reached."""
    return _undrawn(bundle, bundle.raci.rows.get(milestone, {}))


def rule_of_hearing(
    bundle: Bundle, of: Iterable[str], columns: Iterable[Column]
) -> ConsultationRule:
    """What is asked and until when: the procedure's own words, or the usual ones."""
    rows, wanted = set(of), set(columns)
    for rule in bundle.consultations:
        if rule.of in rows and (not rule.hears or wanted & set(rule.hears)):
            return rule
    return ConsultationRule(of=next(iter(rows), ""), hears=(), question=None, term=USUAL_TERM.name)


def _undrawn(bundle: Bundle, letters: Mapping[Column, str]) -> tuple[Column, ...]:
    asked = [column for column, cell in letters.items() if "C" in cell]
    if not asked:
        return ()
    drawn = heard(bundle)
    return tuple(column for column in asked if str(column) not in drawn)

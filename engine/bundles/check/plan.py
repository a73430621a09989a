"""The plan of a case: how long each stage takes, and which ones come before it."""

from engine.bundles.check.view import View
from engine.bundles.definition import Stage


def check_plan(view: View) -> None:
    """Either every stage says how long it takes or none does; each follows what stands above."""
    stages = () if view.draft.shared else view.bundle.stages
    planned = any(_has_length(stage) for stage in stages)
    for position, stage in enumerate(stages):
        if stage.aside and (_has_length(stage) or stage.after is not None):
            hint = "Take out expected, term and after: nobody plans to come there."
            _complain(view, position, "id", f"“{stage.id}” is aside and has no place.", hint)
        if planned and not _has_length(stage) and not stage.aside:
            hint = 'Write expected = "30 days" or term = "<name>", or take them from all stages.'
            _complain(view, position, "id", f"“{stage.id}” does not say how long it takes.", hint)
        _check_length(view, position, stage)
        above = [other.id for other in stages[:position] if not other.aside]
        for unknown in [other for other in stage.after or () if other not in above]:
            hint = f"Name stages that stand above it: {', '.join(above) or 'there are none'}."
            _complain(view, position, "after", f"“{stage.id}” cannot follow “{unknown}”.", hint)


def _has_length(stage: Stage) -> bool:
    return stage.expected is not None or stage.term is not None


def _check_length(view: View, position: int, stage: Stage) -> None:
    if stage.expected is not None and stage.term is not None:
        hint = "Keep the term if a rule sets the length, the expected one if the office does."
        what = f"“{stage.id}” takes its length from two places."
        _complain(view, position, "expected", what, hint)
    if stage.expected is not None and stage.expected.variable is not None:
        hint = 'Write expected = "30 days", or name the term that ends on that date.'
        _complain(view, position, "expected", "An expected length is a length.", hint)
    if stage.term is not None and stage.term not in view.bundle.deadlines:
        hint = f"Known terms: {', '.join(sorted(view.bundle.deadlines)) or 'none'}."
        _complain(view, position, "term", f"“{stage.term}” is no term.", hint)


def _complain(view: View, position: int, key: str, what: str, hint: str) -> None:
    view.complain("process.toml", view.line("process.toml", "stage", position, key), what, hint)

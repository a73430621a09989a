"""The plan of a case: when each stage and each term began, was to end, and will end. Pure.

Three dates stand side by side, so that nobody mistakes one for the other:

- the baseline: as it would have been computed on the day the case started;
- what happened: the day a milestone was reached, the day a term ended;
- the forecast: a running stage ends on the latest of today, the terms that bound it, and its own
  length; what follows is counted on from there, with the holidays of the calendar.

A forecast has no legal effect. A term of the law that stands still has no last day (L. 241/1990
art. 2 c. 7): its forecast then supposes that it goes on today, and says so.
"""

from engine.plan.facts import LIVING, Length, PlanRow, RowState, StageFacts, TermFacts
from engine.plan.foreseeing import foresee

__all__ = ["LIVING", "Length", "PlanRow", "RowState", "StageFacts", "TermFacts", "foresee"]

"""The plan of a case, and what would move if a stage slipped or a term were suspended."""

from engine.plan import PlanRow
from engine.queries.plan.case_plan import CasePlan, MovedRow, case_plan, moved_dates
from engine.queries.plan.supposing import Change, ShiftStage, SuspendTerm

__all__ = [
    "CasePlan", "Change", "MovedRow", "PlanRow", "ShiftStage", "SuspendTerm", "case_plan",
    "moved_dates",
]  # fmt: skip

"""What is in the tables of a case, for whoever tells a story about it."""

from dataclasses import dataclass

from sqlalchemy import or_, select

from engine.deliveries import CallService
from engine.facade import Engine
from engine.model import (
    LIVE,
    Case,
    CaseState,
    Deadline,
    DeadlineState,
    DeliveryRow,
    DeliveryState,
    Milestone,
    Party,
    WorkItem,
)


@dataclass(frozen=True, slots=True)
class Tables:
    """The rows of one case."""

    engine: Engine
    case_id: str

    def case(self) -> Case:
        """The case as it stands."""
        return self.engine.read(lambda r: r.session.get_one(Case, self.case_id))

    def items(self) -> list[WorkItem]:
        """What is to be done in it."""
        statement = select(WorkItem).where(
            WorkItem.case_id == self.case_id, WorkItem.state.in_(LIVE)
        )
        return self.engine.read(lambda r: list(r.session.scalars(statement)))

    def parties(self) -> list[Party]:
        """Who takes part, and who left; nobody before it is started."""
        if not self.case_id:
            return []
        statement = select(Party).where(Party.case_id == self.case_id).order_by(Party.id)
        return self.engine.read(lambda r: list(r.session.scalars(statement)))

    def running(self) -> list[Deadline]:
        """The terms that go on, or may go on by themselves, here and in the cases it opened."""
        own = or_(Case.id == self.case_id, Case.parent_id == self.case_id)
        moving = select(Case.id).where(own, Case.state != CaseState.SUSPENDED)
        statement = select(Deadline).where(
            Deadline.case_id.in_(moving),
            Deadline.state.in_((DeadlineState.RUNNING, DeadlineState.SUSPENDED)),
        )
        return self.engine.read(lambda r: list(r.session.scalars(statement)))

    def asked(self) -> list[DeliveryRow]:
        """What was asked of outside services that did not answer yet."""
        statement = select(DeliveryRow).where(
            DeliveryRow.case_id == self.case_id,
            DeliveryRow.kind == CallService.__name__,
            DeliveryRow.state == DeliveryState.PENDING,
        )
        return self.engine.read(lambda r: list(r.session.scalars(statement)))

    def milestones(self) -> list[str]:
        """What was reached by the case as a whole, in order."""
        statement = (
            select(Milestone.name)
            .where(Milestone.case_id == self.case_id, Milestone.branch == "")
            .order_by(Milestone.reached_at, Milestone.id)
        )
        return self.engine.read(lambda r: list(r.session.scalars(statement)))

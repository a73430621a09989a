"""A decision is refused while what must come before it is missing; the refusal says what."""

from sqlalchemy import select

from engine.bundles.form import Form
from engine.errors import NeedsMissing
from engine.model import Case, Deadline, Milestone, WorkItem
from engine.needs import NeedState, need_states
from engine.text import Text, apart
from engine.unit_of_work import UnitOfWork
from engine.wording import day_short


def require_needs(work: UnitOfWork, case: Case, item: WorkItem, form: Form | None) -> None:
    """Raise NeedsMissing unless every term and milestone the form names is over."""
    if form is None or not form.needs:
        return
    terms = {need.term for need in form.needs}
    names = {need.milestone for need in form.needs}
    deadlines = work.session.scalars(
        select(Deadline).where(Deadline.case_id == case.id, Deadline.name.in_(terms))
    ).all()
    milestones = work.session.scalars(
        select(Milestone).where(Milestone.case_id == case.id, Milestone.name.in_(names))
    ).all()
    missing = [s for s in need_states(form.needs, item, deadlines, milestones) if not s.met]
    if missing:
        said = [_said(state) for state in missing]
        raise NeedsMissing(
            Text(
                f"Prima di «{form.title.it}» manca: {'; '.join(t.it for t in said)}.",
                f"Before “{form.title.en}” there is missing: {'; '.join(t.en for t in said)}.",
            )
        )


def _said(state: NeedState) -> Text:
    until = Text("", "")
    if state.until is not None:
        day = day_short(state.until)
        until = Text(f", fino al {day.it}", f", until {day.en}")
    need, basis = state.need, apart(state.need.legal_basis)
    return Text(
        f"{need.what.it}{until.it} ({basis.it})",
        f"{need.what.en}{until.en} ({basis.en})",
    )

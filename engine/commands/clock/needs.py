"""A decision is refused while what must come before it is missing; the refusal says what."""

from engine.bundles.form import Form
from engine.errors import NeedsMissing
from engine.model import WorkItem
from engine.needs import NeedState, need_states
from engine.text import Text, apart
from engine.unit_of_work import UnitOfWork
from engine.wording import day_short


def require_needs(work: UnitOfWork, item: WorkItem, form: Form | None) -> None:
    """Raise NeedsMissing unless every term and milestone the form names is over."""
    if form is None:
        return
    missing = [state for state in need_states(work.session, form.needs, item) if not state.met]
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

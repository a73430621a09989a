"""An activity is done: its answers enter the case and its token moves."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.bpmn import jsonable
from engine.bundles.form import Form
from engine.bundles.letters.offers import offering
from engine.commands import _notices
from engine.commands._advance import advance
from engine.commands._answers import attach
from engine.commands._items import close_item
from engine.commands._usual import keep_usual
from engine.commands.linked.raising import require_free
from engine.commands.raci.handling import title_of
from engine.model import Case, LetterFacts, WorkItem
from engine.policy import Seat
from engine.unit_of_work import UnitOfWork


def finish(
    work: UnitOfWork, case: Case, item: WorkItem, form: Form | None, answers: Mapping[str, Any],
    *, seats: Sequence[Seat], by_id: str | None, by: str,
) -> dict[str, str]:  # fmt: skip
    """Close an activity with the answers of whoever did it and move the case on."""
    own = work.mandate.organisation_id if work.mandate is not None else None
    running, title = work.running(case), title_of(work, case, item)
    require_free(work, case, work.bundle(case), item.activity, answers)
    work.record(
        item.complete(
            by_id=by_id, by=by, answers=jsonable(answers),
            organisation=work.name_of(item.organisation_id or own), title=title, at=work.now,
        ),
        case,
    )  # fmt: skip
    if form is not None:
        attach(
            work, case, form, answers, work_item_id=item.id,
            organisation_id=item.organisation_id or own, by=by,
        )  # fmt: skip
        keep_usual(work, form, jsonable(answers), item.organisation_id or own)
    _keep_for_letters(work, case, item, own)
    close_item(work, case, item)
    running.warm.surface = running.warm.surface.without(item.token_id)
    _notices.tell_completed(work, case, work.bundle(case), item, seats)
    advance(
        work, case,
        lambda instance, facts: instance.complete(item.token_id, dict(answers), facts=facts),
    )  # fmt: skip
    return {"id": item.id, "state": item.state, "case": case.id}


def _keep_for_letters(work: UnitOfWork, case: Case, item: WorkItem, own: str | None) -> None:
    """What the letters of the activity name and only its branch knows, as it was at the act."""
    bundle = work.bundle(case)
    form = bundle.forms.get(item.activity)
    if form is None or not form.letters:
        return
    names = {name for letter in form.letters for name in bundle.templates[letter].names}
    names |= offering(bundle, names)
    variables = work.running(case).instance.variables(item.token_id)
    facts = {name: variables[name] for name in sorted(names) if name in variables}
    work.add(LetterFacts(
        work_item_id=item.id, organisation_id=item.organisation_id or own, facts=jsonable(facts),
    ))  # fmt: skip

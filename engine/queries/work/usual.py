"""What a body answers every time, offered to it again in whatever case."""

from collections.abc import Mapping
from typing import Any

from engine.bundles.form import Form
from engine.model import UsualAnswer, WorkKind
from engine.queries.work.acting import responsible
from engine.queries.work.found import Found
from engine.text import Text
from engine.unit_of_work import Reading


def usually(reading: Reading, found: Found) -> Mapping[str, Any]:
    """What the body wrote the last time: read by those of the body who write it again."""
    item = found.item
    if found.draft is not None or not item.is_live or item.kind != WorkKind.ACTIVITY:
        return {}
    own = [m.organisation_id for m in responsible(found.actor, found)]
    body = item.organisation_id or next(iter(own), None)
    return _last_answers(reading, found.form, body) if body in own else {}


def usual_labels(
    form: Form, usual: Mapping[str, Any], offered: Mapping[str, Any]
) -> tuple[Text, ...]:
    """The labels of the fields that begin with what the body usually answers."""
    return tuple(
        f.label for f in form.fields if f.name in usual and offered[f.name] == usual[f.name]
    )


def _last_answers(reading: Reading, form: Form, organisation_id: str | None) -> dict[str, Any]:
    """What a body last answered where it answers alike every time; one statement at most."""
    names = {field.name for field in form.fields if field.usual}
    if organisation_id is None or not names:
        return {}
    row = reading.session.get(UsualAnswer, (organisation_id, form.activity))
    return {k: v for k, v in row.answers.items() if k in names} if row is not None else {}

"""From what was typed to what the case keeps: validation, files, the values a token carries."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from engine import events
from engine.bpmn.script import evaluate
from engine.bundles.form import Field, Form
from engine.bundles.forms import validate
from engine.choices import choices
from engine.clock import day_of
from engine.model import Case, Document, Party, Upload
from engine.unit_of_work import UnitOfWork


def checked(
    work: UnitOfWork,
    form: Form,
    raw: Mapping[str, Any],
    *,
    parties: Sequence[Party],
    variables: Mapping[str, Any],
    uploaders: Collection[str] = (),
) -> dict[str, Any]:
    """The answers as native values. Raises FormInvalid naming every wrong field.

    `uploaders` are those beside the actor whose files the answers may name.
    """
    allowed = choices(
        work.session, form.fields, parties=parties, variables=variables, today=day_of(work.now)
    )
    return validate(
        form,
        raw,
        choices={path: [c.value for c in found] for path, found in allowed.items()},
        files=lambda upload_id: _uploaded(work, upload_id, uploaders),
        evaluate=lambda expression, values: bool(evaluate(expression, values, {})),
        known=variables,
    )


def _uploaded(
    work: UnitOfWork, upload_id: str, uploaders: Collection[str]
) -> Mapping[str, Any] | None:
    """The uploaded file an answer names, if it is the actor's to use."""
    upload = work.session.get(Upload, upload_id)
    if upload is None or not (upload.is_of(work.actor) or upload.uploaded_by_id in uploaders):
        return None
    return {"document": upload.id, "name": upload.filename, "sha256": upload.sha256}


def attach(
    work: UnitOfWork,
    case: Case,
    form: Form,
    answers: Mapping[str, Any],
    *,
    work_item_id: str | None,
    organisation_id: str | None,
    by: str | None = None,
) -> None:
    """Every file the answers name becomes a document of the case; `by` who sent it, if another."""
    for field, value in _files(form.fields, answers):
        upload = work.session.get_one(Upload, value["document"])
        title = field.kind or field.label
        document = Document(
            id=upload.id, case_id=case.id, work_item_id=work_item_id,
            organisation_id=organisation_id, field=field.name, title_it=title.it,
            title_en=title.en, visibility=field.visibility, filename=upload.filename,
            media_type=upload.media_type, size=upload.size, sha256=upload.sha256,
            attached_at=work.now, attached_by=by or work.author,
        )  # fmt: skip
        work.session.delete(upload)
        work.add(document)
        work.record(
            events.DocumentAttached(
                case.id, document.id, title.it, document.filename, document.sha256,
                work.name_of(organisation_id),
            ),
            case,
        )  # fmt: skip


def _files(
    fields: Sequence[Field], answers: Mapping[str, Any]
) -> list[tuple[Field, Mapping[str, Any]]]:
    found: list[tuple[Field, Mapping[str, Any]]] = []
    for field in fields:
        value = answers.get(field.name)
        if value is None:
            continue
        if field.type == "file":
            found.append((field, value))
        elif field.type in ("group", "section"):
            found += _files(field.fields, value if field.type == "group" else answers)
        elif field.type == "list":
            for row in value:
                found += _files(field.fields, row)
    return found

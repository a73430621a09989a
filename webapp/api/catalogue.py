"""The catalogue of procedures, and publishing a version of one."""

from typing import Any

from flask import request
from marshmallow import Schema, fields

from engine.commands import deploy_process
from engine.queries import ProcessView, StartView, deployments, form_fields, process, processes
from webapp.api.door import act, caller
from webapp.api.files import sent_file
from webapp.api.kit import Basis, Instant, Nth, Part, Words, page_of, whole
from webapp.api.raci import Matrix
from webapp.auth import engine
from webapp.i18n import language

part = Part("catalogue", "Processes", "What can be started, by whom, and what it asks.")


class Stage(Schema):
    id = fields.String()
    title = Words()
    milestone = fields.String()


class Process(Schema):
    key = fields.String()
    version = fields.Integer()
    title = Words()
    summary = Words(allow_none=True)
    stages = fields.List(fields.Nested(Stage))
    accountable = fields.String()
    accountable_title = Words(allow_none=True)
    legal_basis = Basis()
    evidence = fields.String(metadata={"description": "How well the legal basis is known."})
    may_start = fields.List(
        fields.String(), metadata={"description": "Ids of my mandates that may start it."}
    )
    cases_open = fields.Integer()


class Activity(Schema):
    id = fields.String()
    title = Words()
    what = Words(allow_none=True)
    stage = fields.String(allow_none=True)
    stage_title = Words(allow_none=True)
    nature = fields.String()
    legal_basis = Basis()
    evidence = fields.String()
    deadline = fields.String(allow_none=True)
    lane = fields.String(allow_none=True)


class DeadlineRule(Schema):
    name = fields.String()
    title = Words()
    length = Words(allow_none=True)
    starts_at = fields.String(allow_none=True)
    silence = fields.String()
    nature = fields.String()
    legal_basis = Basis()
    evidence = fields.String()
    consequence = Words(allow_none=True)


class Capacity(Schema):
    capacity = fields.String(attribute="id")
    title = Words()
    kind = fields.Function(lambda row: row.kinds[0], metadata={"type": "string"})
    kinds = fields.List(fields.String())
    min = fields.Integer()
    max = fields.Integer(allow_none=True)
    default = fields.String(
        allow_none=True, metadata={"description": "Need not be given where there is one."}
    )


def _form(row: StartView) -> dict[str, Any]:
    shown = form_fields(row.form, row.choices, language())
    return {"title": row.form.title.in_(language()), "fields": shown}


class StartForm(Schema):
    form = fields.Function(_form, metadata={"type": "object"})
    fields_ = fields.Function(
        lambda row: _form(row)["fields"], data_key="fields", metadata={"type": "array", "items": {}}
    )
    capacities = fields.List(fields.Nested(Capacity))
    mandates = fields.List(fields.String())


class Version(Schema):
    id = fields.String()
    process = fields.String()
    version = fields.Integer()
    digest = fields.String()
    deployed_at = Instant()
    deployed_by = fields.String()
    cases = fields.Integer()


class ProcessDrawing(Schema):
    process = Nth(0)
    title = Nth(1)
    xml = Nth(2)


class ProcessWhole(Process):
    activities = fields.List(fields.Nested(Activity))
    milestones = fields.List(fields.String())
    raci = fields.Nested(Matrix)
    deadlines = fields.List(fields.Nested(DeadlineRule))
    start = fields.Nested(StartForm)
    versions = fields.List(fields.Nested(Version))
    guide = Words(allow_none=True)
    drawings = fields.List(fields.Nested(ProcessDrawing))


class Deployed(Schema):
    process = fields.String()
    version = fields.Integer()
    digest = fields.String()


@part.get("/processes", page_of(Process))
def catalogue() -> dict[str, Any]:
    """Every procedure, in its newest version."""
    return whole(engine().read(processes, actor=caller()))


@part.get("/processes/<key>", ProcessWhole)
def one_process(key: str) -> ProcessView:
    """One procedure: start form, capacities, activities, milestones, RACI, deadlines, drawings."""
    return engine().read(process, actor=caller(), key=key)


@part.get("/deployments", page_of(Version))
def published() -> dict[str, Any]:
    """Every published version; for administrators."""
    return whole(engine().read(deployments, actor=caller()))


@part.post("/deployments", Deployed, status=201, upload=True)
def publish() -> dict[str, Any]:
    """Publish the zip of a process folder (multipart, field `file`, or the body itself)."""
    zipped = request.mimetype in ("application/zip", "application/octet-stream")
    content = request.get_data() if zipped else sent_file()[1]
    return act(deploy_process, files=content)

"""The responsibility matrix: who stands behind each letter, and changing a letter."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from marshmallow import Schema, fields, validate

from engine.commands import amend_matrix
from engine.queries import RaciView, case_raci, last_amendment
from webapp.api.door import act, caller, expected_version, only_looks
from webapp.api.kit import Nth, Part, Strict, Versioned, Words
from webapp.auth import engine

part = Part("raci", "Responsibilities", "The matrix of a case, which decides who may do what.")


class Column(Schema):
    key = Nth(0, metadata={"description": "`capacity.role`"})
    title = Nth(1)


class Behind(Schema):
    officer = fields.String(attribute="officer_id")
    name = fields.String()
    organisation = fields.String(attribute="organisation_id")
    organisation_name = Words(attribute="organisation")
    away = fields.String(metadata={"description": "Who substitutes him today."})
    substitutes = fields.String(metadata={"description": "Whose work he does today."})


class Cell(Schema):
    letters = fields.String()
    written = fields.String(
        allow_none=True, metadata={"description": "What the procedure says, if the case differs."}
    )
    behind = fields.List(fields.Nested(Behind))
    people = fields.List(fields.String())
    gap = fields.Boolean(metadata={"description": "A letter with nobody behind it."})
    missing = fields.List(Words(), metadata={"description": "Bodies that have named nobody."})


class Row(Schema):
    id = fields.String()
    title = Words()
    stage = fields.Boolean(metadata={"description": "A milestone; its letters are inherited."})
    cells = fields.Dict(keys=fields.String(), values=fields.Nested(Cell))


class Matrix(Schema):
    columns = fields.List(fields.Nested(Column))
    rows = fields.List(fields.Nested(Row))
    gaps = fields.Integer()


class Contact(Schema):
    name = fields.String()
    email = fields.String()


class Gap(Schema):
    organisation = fields.String(attribute="organisation_id")
    organisation_name = Words(attribute="organisation")
    role = fields.String()
    role_title = Words()
    letters = fields.String()
    lines = fields.List(Words())
    contacts = fields.List(
        fields.Nested(Contact), metadata={"description": "Who administers its mandates."}
    )
    pec = fields.String(allow_none=True)


class CaseMatrix(Matrix, Versioned):
    nobody = fields.List(fields.Nested(Gap))
    may_amend = fields.Boolean(metadata={"description": "Whether I may change its letters."})
    addable = fields.List(
        fields.Nested(Column), metadata={"description": "Other columns a letter may be put in."}
    )


class LetterChange(Strict):
    line = fields.String(required=True, metadata={"description": "The id of a row."})
    column = fields.String(required=True, metadata={"description": "`capacity.role`"})
    letters = fields.String(
        required=True, validate=validate.Length(max=2),
        metadata={"description": "R, A, RA, C, I, or empty to take the letter away."},
    )  # fmt: skip


class LetterChanges(Strict):
    changes = fields.List(
        fields.Nested(LetterChange), required=True, validate=validate.Length(min=1, max=200),
        metadata={"description": "An A moves by two changes at once."},
    )  # fmt: skip
    reason = fields.String(load_default="", validate=validate.Length(max=2000))
    document = fields.String(
        load_default="", validate=validate.Length(max=300),
        metadata={"description": "The act or its number in the register."},
    )  # fmt: skip


class ChangedLetter(Schema):
    line = fields.String()
    title = Words()
    column = fields.String()
    role = Words()
    before = fields.String()
    after = fields.String()


class ChangedRight(Schema):
    letter = fields.String()
    line = fields.String()
    title = Words()


class ChangedPerson(Schema):
    officer = fields.String(attribute="officer_id")
    name = fields.String()
    organisation = Words()
    role = Words(attribute="role_title")
    gains = fields.List(fields.Nested(ChangedRight))
    loses = fields.List(fields.Nested(ChangedRight))


class ChangedWork(Schema):
    id = fields.String()
    title = Words()
    organisation = Words(allow_none=True)
    due_on = fields.Date(allow_none=True)
    gains = fields.List(fields.String(), metadata={"description": "Letter and name."})
    loses = fields.List(fields.String(), metadata={"description": "Letter and name."})
    returned_from = fields.String(
        allow_none=True, metadata={"description": "Who held it and may not do it any more."}
    )


class MatrixEffect(Versioned):
    preview = fields.Boolean(metadata={"description": "Nothing was written."})
    letters = fields.List(fields.Nested(ChangedLetter))
    people = fields.List(fields.Nested(ChangedPerson), metadata={"description": "By name."})
    work = fields.List(fields.Nested(ChangedWork), metadata={"description": "Open work touched."})
    gaps = fields.List(Words(), metadata={"description": "Roles in which nobody is named."})


@part.get("/cases/<case_id>/raci", CaseMatrix)
def raci(case_id: str) -> RaciView:
    """Who does, answers for, is heard and is told, with the people behind the letters today."""
    return engine().read(case_raci, actor=caller(), case_id=case_id)


@part.patch("/cases/<case_id>/raci", MatrixEffect, body=LetterChanges, versioned=True, preview=True)
def amend(body: Mapping[str, Any], case_id: str) -> Any:
    """Change letters: rights change at once, for open work too; says who gains and loses what."""
    named = {"case_id": case_id, "version": expected_version(), **body}
    if only_looks():
        named["reason"] = named["reason"] or "–"
        seen = engine().preview(
            caller(),
            amend_matrix,
            lambda reading, _now: last_amendment(reading, actor=caller(), case_id=case_id),
            **named,
        )
        now = engine().read(case_raci, actor=caller(), case_id=case_id)
        return _effect(seen, preview=True, version=now.version)
    act(amend_matrix, **named)
    seen = engine().read(last_amendment, actor=caller(), case_id=case_id)
    return _effect(seen, preview=False, version=seen.version)


def _effect(seen: Any, *, preview: bool, version: int) -> Any:
    return SimpleNamespace(
        preview=preview, version=version, letters=seen.letters, people=seen.people,
        work=seen.work, gaps=seen.gaps,
    )  # fmt: skip

"""The responsibility matrix as JSON."""

from marshmallow import Schema, fields

from webapp.api.kit import Nth, Words


class Column(Schema):
    key = Nth(0, metadata={"description": "`capacity.role`"})
    title = Nth(1)


class Cell(Schema):
    letters = fields.String()
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

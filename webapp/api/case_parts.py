"""What belongs to a case: timeline, clocks, matrix, files, opinions, drawing, work."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from engine.queries import (
    ChildRow,
    DiagramView,
    Page,
    case_children,
    case_consultations,
    case_deadlines,
    case_diagram,
    case_documents,
    case_history,
    case_items,
    case_proof,
)
from webapp.api.door import caller
from webapp.api.kit import Free, Instant, Nth, Paging, Part, Words, page_of, whole
from webapp.api.rows import Consultation, Deadline, Document
from webapp.api.worklist import WorkItem
from webapp.auth import engine

part = Part("case_parts", "Case file", "Everything that belongs to one case.")


class Happening(Schema):
    seq = fields.Integer()
    id = fields.String()
    at = Instant()
    type = fields.String()
    lane = fields.String(metadata={"description": "act, clock, machine"})
    actor = fields.String()
    acting_for = fields.String(allow_none=True, metadata={"description": "As written down."})
    text = Words()
    payload = Free()
    digest = fields.String(
        metadata={"description": "SHA-256 of the digest before and the canonical entry."}
    )


class Proof(Schema):
    entries = fields.Integer()
    digest = fields.String(metadata={"description": "Of the last entry; it binds all others."})
    intact = fields.Boolean(metadata={"description": "The chain was followed and holds."})


class History(page_of(Happening)):  # type: ignore[misc]  # the base is made at run time
    proof = fields.Nested(Proof, required=True)


class HistorySearch(Paging):
    lane = fields.String(load_default=None, validate=validate.OneOf(("act", "clock", "machine")))


class Child(Schema):
    name = fields.String(metadata={"description": "For what it was opened."})
    title = Words()
    round = fields.Integer()
    party = fields.String(attribute="party_id")
    organisation = fields.String(attribute="organisation_id")
    organisation_name = Words(attribute="organisation")
    case = fields.String(attribute="case_id", allow_none=True)
    number = fields.String(allow_none=True)
    state = fields.String(
        metadata={"description": "Of the case; pending or dropped where there is none."}
    )
    state_text = Words()
    outcome = fields.String(allow_none=True)
    outcome_title = Words(allow_none=True)
    result = Free(metadata={"description": "What came back."})
    opened_at = Instant(allow_none=True)
    ended_at = Instant(allow_none=True)


class TokenOn(Schema):
    element = Nth(0)
    title = Nth(1)
    tokens = fields.Function(lambda row: row[2], metadata={"type": "integer"})


class Round(Schema):
    element = Nth(0)
    done = fields.Function(lambda row: row[1], metadata={"type": "integer"})
    total = fields.Function(lambda row: row[2], metadata={"type": "integer"})


class Drawing(Schema):
    process = fields.String()
    title = Words()
    xml = Words(metadata={"description": "BPMN 2.0"})
    done = fields.List(fields.String(), metadata={"description": "Elements that were passed."})
    flows_done = fields.List(fields.String())
    current = fields.List(fields.Nested(TokenOn))
    branches = fields.List(
        fields.Nested(Round), metadata={"description": "k of n per running multi-instance."}
    )


class Diagram(Schema):
    drawings = fields.List(fields.Nested(Drawing))


@part.get("/cases/<case_id>/history", History, query=HistorySearch)
def history(query: Mapping[str, Any], case_id: str) -> dict[str, Any]:
    """The timeline, newest first, with the proof that nothing was altered or removed."""
    page = engine().read(case_history, actor=caller(), case_id=case_id, **query)
    proof = engine().read(case_proof, actor=caller(), case_id=case_id)
    return {"items": page.items, "next": page.next, "total": page.total, "proof": proof}


@part.get("/cases/<case_id>/children", page_of(Child), query=Paging)
def children(query: Mapping[str, Any], case_id: str) -> Page[ChildRow]:
    """The cases that this one has opened for its parties, as far as I may see them."""
    return engine().read(case_children, actor=caller(), case_id=case_id, **query)


@part.get("/cases/<case_id>/work-items", page_of(WorkItem))
def items(case_id: str) -> dict[str, Any]:
    """All work of the case: what is open, then what was done."""
    return whole(engine().read(case_items, actor=caller(), case_id=case_id))


@part.get("/cases/<case_id>/deadlines", page_of(Deadline))
def deadlines(case_id: str) -> dict[str, Any]:
    """The terms of the case with the ledger and the explanation of each date."""
    return whole(engine().read(case_deadlines, actor=caller(), case_id=case_id))


@part.get("/cases/<case_id>/documents", page_of(Document))
def documents(case_id: str) -> dict[str, Any]:
    """The files of the case that I may open."""
    return whole(engine().read(case_documents, actor=caller(), case_id=case_id))


@part.get("/cases/<case_id>/consultations", page_of(Consultation))
def consultations(case_id: str) -> dict[str, Any]:
    """Opinions asked for and given, with their conditions."""
    return whole(engine().read(case_consultations, actor=caller(), case_id=case_id))


@part.get("/cases/<case_id>/diagram", Diagram)
def diagram(case_id: str) -> DiagramView:
    """The drawings as BPMN XML, with tokens, the path taken, and k of n per multi-instance."""
    return engine().read(case_diagram, actor=caller(), case_id=case_id)

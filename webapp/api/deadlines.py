"""Terms: why a day is that day, and the acts on a clock, each with a preview."""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from marshmallow import Schema, fields, validate
from werkzeug.exceptions import NotFound

from engine.commands import (
    choose_profile,
    extend_deadline,
    interrupt_deadline,
    resume_deadline,
    suspend_deadline,
)
from engine.queries import (
    ActPreview,
    ProfilesView,
    TermView,
    act_preview,
    as_it_is,
    case_profiles,
    term,
)
from webapp.api.door import act, caller, expected_version, only_looks
from webapp.api.kit import Part, Strict, Versioned, Words, page_of, whole
from webapp.api.rows import Deadline
from webapp.auth import engine

part = Part("deadlines", "Terms", "The legal clock: why a day is that day, and who may move it.")


class Basis(Schema):
    text = fields.String()
    evidence = fields.String()
    valid_from = fields.Date(allow_none=True)
    valid_to = fields.Date(allow_none=True)


class ClockAct(Schema):
    kind = fields.String(
        metadata={"description": "suspend, resume, interrupt, restart (POST …/resume), extend"}
    )
    ground = fields.String(metadata={"description": "Of a suspension; send it with the act."})
    title = Words()
    does = Words()
    law = fields.Nested(Basis)
    possible = fields.Boolean(metadata={"description": "For me, now."})
    why_not = Words(allow_none=True)
    days_left = fields.Integer(allow_none=True)
    latest = fields.Date(allow_none=True)
    consents = fields.Function(
        lambda row: [{"organisation": body, "name": name.it} for body, name in row.consents],
        metadata={"type": "array", "items": {"type": "object"}},
    )


class TermWhole(Versioned, Deadline):
    acts = fields.List(fields.Nested(ClockAct))
    profile = Words(allow_none=True)


class Moved(Schema):
    title = Words()
    nature = fields.String()
    before = fields.Date(allow_none=True)
    after = fields.Date(allow_none=True)
    days = fields.Integer(allow_none=True)
    state = fields.String()
    why = Words(allow_none=True)


class Effect(Versioned):
    preview = fields.Boolean(metadata={"description": "Nothing was written."})
    moved = fields.List(fields.Nested(Moved), metadata={"description": "Every date that moves."})
    told = fields.List(fields.String(), metadata={"description": "Who is told."})
    deadline = fields.Nested(TermWhole, allow_none=True)


class Grounds(Strict):
    reason = fields.String(load_default="", validate=validate.Length(max=2000))
    document = fields.String(
        load_default="", validate=validate.Length(max=300),
        metadata={"description": "The act or its number in the register."},
    )  # fmt: skip


class OnDay(Grounds):
    day = fields.Date(load_default=None, allow_none=True, metadata={"description": "Or today."})


class StoppedOn(OnDay):
    ground = fields.String(required=True)
    until = fields.Date(load_default=None, allow_none=True)


class MoreDays(Grounds):
    days = fields.Integer(required=True, strict=True)
    consents = fields.Dict(
        keys=fields.String(), values=fields.String(), load_default=dict,
        metadata={"description": "Organisation → the act by which it consented."},
    )  # fmt: skip


class ChosenProfile(Grounds):
    profile = fields.String(required=True)
    lengths = fields.Dict(
        keys=fields.String(), values=fields.String(), load_default=dict,
        metadata={"description": "Of a custom profile: term → “45 days”."},
    )  # fmt: skip


class ProfileOption(Schema):
    id = fields.String()
    title = Words()
    when = Words(allow_none=True)
    law = fields.Nested(Basis)
    custom = fields.Boolean()
    in_force = fields.Boolean()
    current = fields.Boolean()


class ProfileTerm(Schema):
    key = fields.String()
    title = Words()
    own = fields.String(metadata={"description": "Its length in this case, in a custom profile."})


class Profiles(Schema):
    options = fields.List(fields.Nested(ProfileOption))
    terms = fields.List(fields.Nested(ProfileTerm))
    may = fields.Boolean(metadata={"description": "Whether I may choose."})


@part.get("/deadlines/<deadline_id>", TermWhole)
def one(deadline_id: str) -> Any:
    """A term with its ledger, the reason of its day, and what I may do to its clock."""
    return _whole(engine().read(term, actor=caller(), deadline_id=deadline_id))


@part.get("/deadlines/<deadline_id>/<kind>", page_of(ClockAct))
def possible(deadline_id: str, kind: str) -> dict[str, Any]:
    """Whether I may do this to the clock of a term, and if not, why not."""
    view = engine().read(term, actor=caller(), deadline_id=deadline_id)
    if kind not in ("suspend", "resume", "interrupt", "extend"):
        raise NotFound
    kinds = ("resume", "restart") if kind == "resume" else (kind,)
    return whole([found for found in view.acts if found.kind in kinds])


@part.post("/deadlines/<deadline_id>/suspend", Effect, body=StoppedOn, versioned=True, preview=True)
def suspend(body: Mapping[str, Any], deadline_id: str) -> Any:
    """Stop the count on one of the term's grounds; it goes on with the days that are left."""
    return _act(suspend_deadline, deadline_id, body)


@part.post("/deadlines/<deadline_id>/resume", Effect, body=OnDay, versioned=True, preview=True)
def resume(body: Mapping[str, Any], deadline_id: str) -> Any:
    """Let a suspended term go on, or an interrupted one begin again from zero."""
    return _act(resume_deadline, deadline_id, body)


@part.post("/deadlines/<deadline_id>/interrupt", Effect, body=OnDay, versioned=True, preview=True)
def interrupt(body: Mapping[str, Any], deadline_id: str) -> Any:
    """Throw a term back to zero."""
    return _act(interrupt_deadline, deadline_id, body)


@part.post("/deadlines/<deadline_id>/extend", Effect, body=MoreDays, versioned=True, preview=True)
def extend(body: Mapping[str, Any], deadline_id: str) -> Any:
    """Add days, with the consent of those the rule names."""
    return _act(extend_deadline, deadline_id, body)


@part.get("/cases/<case_id>/profile", Profiles)
def profiles(case_id: str) -> ProfilesView:
    """The sets of lengths a case may follow."""
    return engine().read(case_profiles, actor=caller(), case_id=case_id)


@part.post("/cases/<case_id>/profile", Effect, body=ChosenProfile, versioned=True, preview=True)
def choose(body: Mapping[str, Any], case_id: str) -> Any:
    """Let a case follow another set of lengths; every living term is counted by it."""
    view = engine().read(case_profiles, actor=caller(), case_id=case_id)
    effect = _done(choose_profile, case_id, {"case_id": case_id, **body})
    if not effect["preview"]:
        view = engine().read(case_profiles, actor=caller(), case_id=case_id)
    return SimpleNamespace(**effect, version=view.case.version, deadline=None)


def _act(command: Callable[..., Any], deadline_id: str, body: Mapping[str, Any]) -> Any:
    view = engine().read(term, actor=caller(), deadline_id=deadline_id)
    effect = _done(command, view.case.id, {"deadline_id": deadline_id, **body})
    if not effect["preview"]:
        view = engine().read(term, actor=caller(), deadline_id=deadline_id)
    return SimpleNamespace(**effect, version=view.term.version, deadline=_whole(view))


def _done(
    command: Callable[..., Any], case_id: str, arguments: Mapping[str, Any]
) -> dict[str, Any]:
    """Carry out an act, or only look; either way say every date that moves."""
    before = engine().read(as_it_is, actor=caller(), case_id=case_id)

    def look(reading: Any, now: Any = None) -> ActPreview:
        return act_preview(reading, actor=caller(), case_id=case_id, before=before, since=now)

    if only_looks():
        said = {**arguments, "reason": arguments["reason"] or "–"}
        seen = engine().preview(caller(), command, look, version=expected_version(), **said)
        return {"preview": True, "moved": seen.moved, "told": seen.told}
    act(command, version=expected_version(), **arguments)
    seen = engine().read(look)
    return {"preview": False, "moved": seen.moved, "told": seen.told}


def _whole(view: TermView) -> Any:
    """The term itself, with what belongs to its page."""
    own = {name: getattr(view.term, name) for name in view.term.__dataclass_fields__}
    return SimpleNamespace(**own, acts=view.acts, profile=view.profile)

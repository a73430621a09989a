"""The life of a case: start, suspend, resume, withdraw, reopen, move a token by hand."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from engine import events
from engine.bpmn import Instance, Step
from engine.bundles.definition import Bundle, Capacity
from engine.commands import _children
from engine.commands._advance import advance, guarded, reflect
from engine.commands._answers import attach, checked
from engine.commands._matrix.in_force import applying
from engine.commands.messages import send, tell_all
from engine.errors import FormInvalid, Invalid, PartiesInvalid, ProcessNotFound, WrongState
from engine.model import Case, CaseCounter, CaseState, Organisation, Party
from engine.policy import require_administrator, require_column
from engine.store import Version
from engine.text import Text, both, in_sight
from engine.unit_of_work import UnitOfWork, of_kind


def start_case(
    work: UnitOfWork,
    *,
    process: str,
    title: str,
    parties: Sequence[Mapping[str, str]],
    data: Mapping[str, Any],
) -> str:
    """Open a case of a procedure for a title, with the bodies that take part.

    Raises ProcessNotFound, NotAllowed, PartiesInvalid where only the bodies are wrong, or
    FormInvalid with all that is wrong: the form's fields, `title` and `parties`.
    """
    version = work.versions.latest(work.session, process)
    if version is None:
        raise ProcessNotFound(
            Text("Questo procedimento non è pubblicato.", "This procedure is not published.")
        )
    return open_case(work, version, title=title, parties=parties, data=data).id


def open_case(
    work: UnitOfWork,
    version: Version,
    *,
    title: str,
    parties: Sequence[Mapping[str, str]],
    data: Mapping[str, Any],
    parent_id: str | None = None,
) -> Case:
    """Begin a case of this version, for a person or for the case that asked for it."""
    bundle, title = version.bundle, in_sight(title)
    bodies, unfit = _bodies(work, bundle, parties)
    case_id = work.new_id()
    rows = [
        of_kind(
            Party(
                id=work.new_id(), case_id=case_id, organisation_id=body.id, capacity=capacity,
                joined_at=work.now,
            ),
            body.kind,
        )
        for capacity, body in bodies
    ]  # fmt: skip
    # Who asked for it or raised it from another case was allowed to there.
    if not unfit and parent_id is None:
        work.mandate = require_column(work.actor.within(bundle.key), bundle.start_by, rows)
    answers = _all_right(work, bundle, title, rows, unfit, data)

    case = Case(
        id=case_id, number=_number(work, bundle), process=bundle.key,
        deployment_id=version.deployment_id, title=title[:300], state=CaseState.OPEN,
        zone_number=_zone(body for _, body in bodies), parent_id=parent_id, started_at=work.now,
        started_by=work.author, running=[], progress=[], variables={}, history_count=0,
        history_digest="",
        amendments=applying(version.amendments, [body.id for _, body in bodies]),
    )  # fmt: skip
    work.add(case)
    work.flush()
    work.parties(case)
    for row in rows:
        work.add_party(row)
    work.flush()
    work.record(
        events.CaseStarted(case.id, case.number, case.title, bundle.key, bundle.version), case
    )
    for row in rows:
        name = str(work.name_of(row.organisation_id))
        work.record(events.PartyJoined(case.id, row.id, name, row.capacity), case)
    starter = work.mandate.organisation_id if work.mandate else None
    attach(work, case, bundle.start_form, answers, work_item_id=None, organisation_id=starter)
    _first_step(work, case, version, answers)
    return case


def _all_right(
    work: UnitOfWork,
    bundle: Bundle,
    title: str,
    rows: Sequence[Party],
    unfit: Sequence[Text],
    data: Mapping[str, Any],
) -> dict[str, Any]:
    """The answers of the start form; a refusal names everything at once, so one reads it once."""
    wrong: dict[str, Any] = {}
    answers: dict[str, Any] = {}
    if not title:
        wrong["title"] = [Text("Il caso ha bisogno di un titolo.", "The case needs a title.")]
    try:
        answers = checked(work, bundle.start_form, data, parties=rows, variables={})
    except FormInvalid as invalid:
        wrong |= invalid.fields
    if unfit:
        told = Text(" ".join(p.it for p in unfit), " ".join(p.en for p in unfit))
        if not wrong:
            raise PartiesInvalid(
                told, Text("Correggi gli enti che partecipano.", "Correct the bodies taking part.")
            )
        wrong["parties"] = [told]
    if wrong:
        raise FormInvalid(wrong)
    return answers


def _first_step(work: UnitOfWork, case: Case, version: Version, answers: Mapping[str, Any]) -> None:
    started: list[Instance] = []

    def start() -> Step:
        instance, step = Instance.start(
            version.definition, data={**answers, "title": case.title}, facts=work.facts(case)
        )
        started.append(instance)
        return step

    step = guarded(start)
    reflect(work, work.begin(case, version, started[0]), step)


def _bodies(
    work: UnitOfWork, bundle: Bundle, given: Sequence[Mapping[str, str]]
) -> tuple[list[tuple[str, Organisation]], list[Text]]:
    """The organisations by capacity, defaults filled in, and all that is wrong with them."""
    known = {c.id: c for c in bundle.capacities}
    ids = [str(g.get("organisation", "")) for g in given]
    bodies = work.organisations(ids)
    problems: list[Text] = []
    chosen: dict[str, list[Organisation]] = {c: [] for c in known}
    for item in given:
        capacity, body = item.get("capacity", ""), bodies.get(str(item.get("organisation", "")))
        if capacity not in known or body is None:
            problems.append(
                Text(
                    f"«{item.get('organisation')}» come «{capacity}» non è noto.",
                    f"“{item.get('organisation')}” as “{capacity}” is not known.",
                )
            )
        elif body.kind not in known[capacity].kinds or body.closed_on is not None:
            problems.append(
                Text(
                    f"{body.name} non può partecipare come {known[capacity].title.it}.",
                    f"{body.name_en} cannot take part as {known[capacity].title.en}.",
                )
            )
        elif body not in chosen[capacity]:
            chosen[capacity].append(body)
    for capacity_ in bundle.capacities:
        if not chosen[capacity_.id] and capacity_.default is not None:
            chosen[capacity_.id] += _default(work, capacity_.default, chosen)
        # A body that comes by itself, with the zone of the others, is no answer that is missing.
        if capacity_.default is None or not problems:
            problems += _counted(capacity_, len(chosen[capacity_.id]))
    return [(capacity, body) for capacity, found in chosen.items() for body in found], problems


def _counted(capacity: Capacity, count: int) -> list[Text]:
    if count < capacity.min:
        return [
            Text(
                f"{capacity.title.it}: ne servono almeno {capacity.min}, ora {count}.",
                f"{capacity.title.en}: at least {capacity.min} needed, now {count}.",
            )
        ]
    if capacity.max is not None and count > capacity.max:
        return [
            Text(
                f"{capacity.title.it}: al massimo {capacity.max}, ora {count}.",
                f"{capacity.title.en}: at most {capacity.max}, now {count}.",
            )
        ]
    return []


def _default(
    work: UnitOfWork, rule: str, chosen: Mapping[str, list[Organisation]]
) -> list[Organisation]:
    """`the:<kind>`, `zone:<kind>` (of the first municipality chosen), `first:<capacity>`."""
    how, _, what = rule.partition(":")
    if how == "first":
        return chosen.get(what, [])[:1]
    statement = select(Organisation).where(
        Organisation.kind == what, Organisation.closed_on.is_(None)
    )
    if how == "zone":
        towns = [b for found in chosen.values() for b in found if b.kind == "municipality"]
        zone = _zone(towns)
        statement = statement.where(Organisation.zone_number == zone)
    found = work.session.scalars(statement.order_by(Organisation.name).limit(1)).all()
    work.organisations([o.id for o in found])
    return list(found)


def _zone(bodies: Iterable[Organisation]) -> int | None:
    return next((b.zone_number for b in bodies if b.zone_number is not None), None)


def _number(work: UnitOfWork, bundle: Bundle) -> str:
    """The next number of the year, e.g. ATR-2026-004. The counter's row is locked."""
    year = work.today.year
    counter = work.session.get(
        CaseCounter, (bundle.number_prefix, year), with_for_update=True, populate_existing=True
    )
    if counter is None:
        counter = CaseCounter(prefix=bundle.number_prefix, year=year, last=0)
        work.add(counter)
    counter.last += 1
    work.flush()
    return f"{bundle.number_prefix}-{year}-{counter.last:03d}"


def _commanded(
    work: UnitOfWork, case_id: str, command: str, reason: str, version: int | None
) -> Case:
    """The case, once the matrix has let the actor give this command and a reason was given."""
    case = work.case(case_id, version=version)
    bundle = work.bundle(case)
    columns = bundle.permissions.get(command, ())
    work.mandate = require_column(
        work.actor, columns, work.parties(case), accountable=bundle.accountable
    )
    require_reason(reason)
    return case


def require_reason(reason: str) -> None:
    """An act on a whole case says why: it will be read in years."""
    if not reason.strip():
        raise Invalid(
            Text("Manca il motivo.", "The reason is missing."),
            Text(
                "Scrivi perché: resta nella cronologia del caso.",
                "Write why: it stays in the history of the case.",
            ),
        )


def suspend_case(
    work: UnitOfWork, *, case_id: str, reason: str, version: int | None = None
) -> None:
    """Stop a case: its work stays readable, nothing can be completed and no term fires.

    The dates of the terms do not move; to stop a term's clock, suspend the term.
    """
    case = _commanded(work, case_id, "suspend_case", reason, version)
    work.record(case.suspend(by=work.author, reason=reason, at=work.now), case)
    _children.suspended(work, case)


def resume_case(work: UnitOfWork, *, case_id: str, reason: str, version: int | None = None) -> None:
    """Let a suspended case go on; terms that passed meanwhile take effect at the next tick.

    Its drawing is told wherever it listens: what it passed over while it stood still it looks at
    again, such as a place in a queue.
    """
    case = _commanded(work, case_id, "resume_case", reason, version)
    work.record(case.resume(reason=reason), case)
    tell_all(work, case, "case-resumed", {"reason": reason, "by": work.author})
    _children.resumed(work, case)


def withdraw_case(
    work: UnitOfWork, *, case_id: str, reason: str, version: int | None = None
) -> None:
    """End a case before its goal, by the path drawn for it."""
    case = _commanded(work, case_id, "withdraw_case", reason, version)
    case.require_running()
    case.require_not_ended()
    work.record(events.CaseWithdrawn(case.id, reason), case)
    send(work, case, "case-withdrawn", {"reason": reason, "by": work.author})


def reopen_case(work: UnitOfWork, *, case_id: str, reason: str, version: int | None = None) -> None:
    """Take up a closed case again, where its drawing lets it begin."""
    case = _commanded(work, case_id, "reopen_case", reason, version)
    case.require_running()
    if not case.is_ended:
        raise WrongState(
            Text(f"Il caso {case.number} non è concluso.", f"Case {case.number} has not ended.")
        )
    work.record(events.CaseReopened(case.id, reason), case)
    send(work, case, "case-reopened", {"reason": reason, "by": work.author})


def move_token(
    work: UnitOfWork,
    *,
    case_id: str,
    work_item_id: str,
    element: str,
    reason: str,
    version: int | None = None,
) -> None:
    """Put the token of a work item on another element of the same drawing: the last resort."""
    work.mandate = require_administrator(work.actor)
    case = work.case(case_id, version=version)
    require_reason(reason)
    case.require_running()
    item, _ = work.work_item(work_item_id)
    if item.case_id != case.id or not item.is_live:
        raise WrongState(
            Text("L’attività non è aperta in questo caso.", "This work is not open in this case.")
        )
    if work.bundle(case).element(element) is None:
        raise WrongState(both(element), Text("Elemento ignoto.", "Unknown element."))
    work.record(events.TokenMoved(case.id, item.activity, element, reason), case)
    advance(work, case, lambda instance, facts: instance.move(item.token_id, element, facts=facts))

"""Draft letters: what a form proposes to send or adopt, written out with what the case knows."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engine.actor import Actor
from engine.bundles.deadline import DeadlineRule
from engine.bundles.definition import Bundle
from engine.bundles.form import Field, Form
from engine.bundles.forms.rows import ROW, is_given, keyed
from engine.bundles.letter import LetterTemplate
from engine.bundles.letters import Block, Known, LetterRun, write, written_line
from engine.bundles.profiles import rule_in_profile
from engine.clock import day_of
from engine.errors import LetterNotFound
from engine.model import Deadline, LetterFacts, Organisation, WorkItem
from engine.policy import seats_of_item
from engine.queries._evidence import labels_of, token_variables
from engine.queries._lookup import Seen, body_name
from engine.queries.documents import UploadRow, documents_of, uploads_named
from engine.queries.rows import CaseHead, DocumentRow
from engine.queries.work_item import TaskView, found_item, work_item
from engine.text import Text, apart
from engine.unit_of_work import Reading
from engine.wording import deadline_why, length_text

LETTER_UNKNOWN = Text(
    "Questa attività non propone una lettera con questo nome.",
    "This piece of work proposes no letter of this name.",
)


@dataclass(frozen=True, slots=True)
class Addressee:
    """A body a letter is for, with its certified mail where the register knows it."""

    name: str
    pec: str | None
    copy: bool = False


@dataclass(frozen=True, slots=True)
class LetterView:
    """A draft letter. It is Italian whoever reads it; nothing is registered or sent."""

    name: str
    title: Text
    work_item_id: str
    activity_title: Text
    case: CaseHead
    sender: Addressee
    recipients: tuple[Addressee, ...]
    subject: tuple[LetterRun, ...]
    blocks: tuple[Block, ...]
    signed: tuple[LetterRun, ...]
    done: bool
    """The work is completed: the letter says what was registered, not what is being typed."""

    @property
    def missing(self) -> tuple[str, ...]:
        """What the blanks ask for, each once."""
        lines = (self.subject, *(block.runs for block in self.blocks), self.signed)
        blanks = (run.words.strip("[]") for line in lines for run in line if run.blank)
        return tuple(dict.fromkeys(blanks))


def draft_letter(reading: Reading, *, actor: Actor, work_item_id: str, name: str) -> LetterView:
    """A letter of a piece of work the officer may see, with the answers as they stand.

    What colleagues of another body are still typing is not in it.
    """
    task = work_item(reading, actor=actor, work_item_id=work_item_id)
    item, seen, reader = found_item(reading, actor, work_item_id)
    form = _form(task)
    named_by = {row.name for row in task.letters}
    template = seen.bundle.templates.get(name) if name in named_by else None
    if template is None:
        raise LetterNotFound(LETTER_UNKNOWN)
    answers = _answers(task)
    kept = None if item.is_live else reading.session.get(LetterFacts, item.id)
    variables = _variables(reading, seen, item, kept)
    uploads = uploads_named(reading, answers) if item.is_live else {}
    known = {**variables, **_with_files(_with_given(form, answers, variables), uploads)}
    named = _namer(seen, task)
    writer = _writer(seen, item, kept, reader)
    sender = _addressee(writer) if writer is not None else Addressee("", None)
    recipients = tuple(_recipients(seen, item, template, known, named, writer))
    known |= _facts(seen, item, task, writer, recipients)
    known["deadline"] = _terms(reading, seen, item, template.terms)
    if template.lists_documents:
        attached = documents_of(reading, reader, seen.case.id, seen.case.process)
        known["documents"] = _documents(task, form, uploads, attached)
    facts = Known(known, _fields(seen.bundle, form), named)
    return LetterView(
        name, template.title, item.id, form.title, task.case, sender, recipients,
        written_line(template.subject, facts), write(template.body, facts),
        written_line(template.signed, facts), task.answers is not None,
    )  # fmt: skip


def _variables(
    reading: Reading, seen: Seen, item: WorkItem, kept: LetterFacts | None
) -> Mapping[str, Any]:
    """What is known beside the answers: now, or when the work was completed."""
    if item.is_live:
        return token_variables(reading, seen, item)
    return {**seen.case.variables, **(kept.facts if kept is not None else {})}


def _form(task: TaskView) -> Form:
    """Whoever approves reads the letter of what was prepared."""
    return task.prepared.form if task.prepared is not None else task.form


def _answers(task: TaskView) -> Mapping[str, Any]:
    if task.prepared is not None:
        return task.prepared.values
    return task.answers if task.answers is not None else task.prefilled


def _with_given(
    form: Form, answers: Mapping[str, Any], variables: Mapping[str, Any]
) -> dict[str, Any]:
    """Answers to rows that the case gives, with what the case says of each row."""
    known = dict(answers)
    for field in form.fields:
        rows = known.get(field.name)
        if is_given(field) and isinstance(rows, list):
            items = dict(keyed(variables.get((field.options_from or "").partition(":")[2])))
            known[field.name] = [
                {**items.get(row.get(ROW, ""), {}), **row} for row in rows if isinstance(row, dict)
            ]
    return known


def _with_files(value: Any, uploads: Mapping[str, UploadRow]) -> Any:
    """The same answers, with name and fingerprint where a draft names a file."""
    if isinstance(value, Mapping):
        return {key: _with_files(one, uploads) for key, one in value.items()}
    if isinstance(value, list):
        return [_with_files(one, uploads) for one in value]
    found = uploads.get(value) if isinstance(value, str) else None
    return value if found is None else {"name": found.filename, "sha256": found.sha256}


def _namer(seen: Seen, task: TaskView) -> Callable[[str], str | None]:
    """Id of a party, body or row of the case, or code of an answer → how it is called."""
    labels = {code: words.it for code, words in labels_of(seen.bundle).items()}
    offers = task.prepared.choices if task.prepared is not None else task.choices
    labels |= {one.value: one.label.it for offered in offers.values() for one in offered}

    def named(key: str) -> str | None:
        party = seen.party(key)
        name = seen.body(party.organisation_id if party is not None else key)
        return name.it if name is not None else labels.get(key)

    return named


def _writer(
    seen: Seen, item: WorkItem, kept: LetterFacts | None, reader: Actor
) -> Organisation | None:
    """The body that did the work or does it; where several may, the reader's own first."""
    seats = seats_of_item(seen.bundle, seen.parties, item)
    doing = [seat.organisation_id for seat in seats if seat.letter == "R"]
    ours = [m.organisation_id for m in reader.mandates if m.organisation_id in doing]
    wanted = (kept.organisation_id if kept is not None else item.organisation_id, *ours, *doing)
    return next((found for key in wanted if (found := seen.bodies.get(key or ""))), None)


def _addressee(body: Organisation, *, copy: bool = False) -> Addressee:
    return Addressee(body_name(body).it, body.pec, copy)


def _recipients(
    seen: Seen, item: WorkItem, template: LetterTemplate, known: Mapping[str, Any],
    named: Callable[[str], str | None], writer: Organisation | None,
) -> Iterator[Addressee]:  # fmt: skip
    """To whom it goes, each once, never to the sender himself."""
    told = {writer.id} if writer is not None else set[str]()
    for one in template.recipients:
        if one.source == "name":
            yield Addressee(one.name, None, one.copy)
            continue
        ids: Iterable[Any] = (item.party_id,) if one.source == "party" else ()
        if one.source == "parties":
            parties = (p for p in seen.parties if p.capacity == one.name and p.left_at is None)
            ids = (party.id for party in parties)
        elif one.source == "case":
            ids = _ids(known.get(one.name))
        for key in ids:
            party = seen.party(key)
            body = seen.bodies.get(party.organisation_id if party is not None else key or "")
            if body is None and key and (name := named(key)):
                yield Addressee(name, None, one.copy)
            elif body is not None and (body.id not in told or one.source == "party"):
                told.add(body.id)
                yield _addressee(body, copy=one.copy)


def _ids(value: Any) -> list[str]:
    """The ids in an answer: one, several, or those of rows."""
    if isinstance(value, Mapping):
        inner = next((value[k] for k in ("party", "organisation", ROW) if k in value), None)
        return _ids(inner) if inner is not None else [str(key) for key in value]
    if isinstance(value, list | tuple):
        return [key for one in value for key in _ids(one)]
    return [value] if isinstance(value, str) and value else []


def _documents(
    task: TaskView, form: Form, uploads: Mapping[str, UploadRow],
    attached: Iterable[DocumentRow],
) -> list[dict[str, Any]]:  # fmt: skip
    """The files of this act and those its form wants in front; else all that parties may read."""
    of_the_act = [row for row in attached if row.work_item_id == task.id]
    in_front = [row.document for row in task.evidence_rows if row.document is not None]
    rows = [*of_the_act, *(in_front if form.documents else ())]
    own = {field.name: field.kind.it or field.label.it for field in form.fields}
    found = [
        {"title": own.get(field, row.filename), "name": row.filename, "sha256": row.sha256}
        for field, row in _sent(task, uploads)
    ]
    if not rows and not found:
        rows = list(attached)
    # What a body keeps for itself is never listed to others.
    rows = [row for row in dict.fromkeys(rows) if row.visibility != "own"]
    return found + [
        {
            "title": row.title.it, "name": row.filename, "sha256": row.sha256,
            "attached_on": day_of(row.attached_at),
            "by": row.organisation.it if row.organisation else row.attached_by,
        }
        for row in rows
    ]  # fmt: skip


def _sent(task: TaskView, uploads: Mapping[str, UploadRow]) -> list[tuple[str, UploadRow]]:
    """The files of the draft, by field."""
    answers = _answers(task)
    return [
        (name, uploads[value])
        for name, value in answers.items()
        if isinstance(value, str) and value in uploads
    ]


def _facts(
    seen: Seen, item: WorkItem, task: TaskView, writer: Organisation | None,
    recipients: tuple[Addressee, ...],
) -> dict[str, Any]:  # fmt: skip
    """What every letter knows, under the names of `OFFERED`."""
    head = task.case
    answering = next((p for p in task.people if p.letter == "A" and not p.gap), None)
    doing = next((p for p in task.people if p.is_me and p.letter == "R"), None)
    party = seen.party(item.party_id)
    branch = seen.bodies.get(party.organisation_id) if party is not None else None
    return {
        "case": {
            "number": head.number, "title": head.title, "process": head.process_title.it,
            "zone": f"zona omogenea {head.zone} «{head.zone_name.it}»" if head.zone else None,
            "legal_basis": _article(head.legal_basis),
        },
        "sender": {
            "name": body_name(writer).it, "pec": writer.pec, "fiscal_code": writer.fiscal_code,
        } if writer is not None else {},
        "party": {"name": body_name(branch).it, "pec": branch.pec} if branch is not None else {},
        "officer": {
            "name": task.completed_by or task.holder or (doing.name if doing else None),
            "role": doing.role_title.it if doing else None,
        },
        "responsible": {
            "name": answering.name, "role": answering.role_title.it,
            "body": answering.organisation.it,
        } if answering is not None else {},
        "recipients": [
            {"name": one.name, "pec": one.pec} for one in recipients
        ],
    }  # fmt: skip


def _article(basis: str) -> str | None:
    return None if basis == "organisational" else apart(basis).it


def _terms(reading: Reading, seen: Seen, item: WorkItem, names: Collection[str]) -> dict[str, Any]:
    """The terms a letter speaks of, as they run in the case, nearest to the work first."""
    if not names:
        return {}
    path = tuple((element, key) for element, key in item.path)
    rows = reading.session.scalars(
        select(Deadline)
        .where(Deadline.case_id == item.case_id, Deadline.name.in_(names))
        .order_by(Deadline.armed_at, Deadline.id)
    ).all()
    rules = {name: seen.bundle.deadline(name, path) for name in names}
    # Of a shared part used in several places the nearest caller says how long the term is.
    return {
        name: _term(seen, rule, _running(item, name, rows))
        for name, rule in rules.items()
        if rule is not None
    }


def _formally(consequence: str) -> str:
    """What a term page says to officers, as a letter says it."""
    passed, found, rest = consequence.partition("Se passa: ")
    return f"Trascorso il termine, {rest}" if found and not passed else consequence


def _running(item: WorkItem, name: str, rows: Iterable[Deadline]) -> Deadline | None:
    """The term of this name that concerns the work: of its party before any other, the last."""
    mine = [r for r in rows if r.name == name and r.party_id in (None, item.party_id)]
    return next(
        (r for r in reversed(mine) if r.party_id == item.party_id), mine[-1] if mine else None
    )


def _term(seen: Seen, rule: DeadlineRule, row: Deadline | None) -> dict[str, Any]:
    varied = rule_in_profile(seen.bundle, rule, seen.case.profile, seen.case.profile_lengths)
    length = varied.length
    facts = {
        "title": rule.title.it, "article": _article(varied.legal_basis),
        "consequence": _formally(varied.consequence.it),
        "length": None if length.variable else length_text(f"{length.amount} {length.unit}").it,
    }  # fmt: skip
    if row is None:
        return facts
    return facts | {
        "article": _article(row.legal_basis),
        "length": length_text(row.length).it or facts["length"],
        "starts_on": row.starts_on, "due_on": row.due_on,
        "why": deadline_why(row.steps).it if row.due_on else None,
    }  # fmt: skip


def _fields(bundle: Bundle, form: Form) -> dict[str, Field]:
    """The question behind each answer, and the columns of each table that a form shows.

    What the form itself says comes before any other.
    """
    asked = (*bundle.forms.values(), bundle.start_form, form)
    sent = tuple(rule.form for rule in bundle.messages.values() if rule.form is not None)
    every = [field for one in (*sent, *asked) for field in one.fields]
    shown = {field.table: _as_list(field.table, field) for field in every if field.table}
    return shown | {field.name: field for field in every}


def _as_list(name: str, note: Field) -> Field:
    """A table of the case as the list of its columns, so that its cells read like answers."""
    columns = tuple(
        Field(key, "money" if form == "money" else "text", column.label)
        for column in note.columns
        for key, _, form in (column.value.partition(":"),)
    )
    return Field(name, "list", note.label, fields=columns)

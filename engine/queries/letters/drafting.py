"""Draft letters: what a form proposes to send or adopt, written out with what the case knows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.actor import Actor
from engine.bundles.form import Form
from engine.bundles.forms.rows import ROW, is_given, keyed
from engine.bundles.letters import Block, Known, LetterRun, write, written_line
from engine.bundles.letters.offers import called
from engine.errors import LetterNotFound
from engine.model import LetterFacts, WorkItem
from engine.queries._evidence import labels_of, token_variables
from engine.queries._lookup import Seen
from engine.queries.documents import UploadRow, documents_of, uploads_named
from engine.queries.letters.addressing import Addressee, addressee, recipients_of, writer_of
from engine.queries.letters.facts import (
    answers_in,
    documents_listed,
    facts_of,
    fields_behind,
)
from engine.queries.letters.terms import terms_told
from engine.queries.rows import CaseHead
from engine.queries.work.found import find_work
from engine.queries.work.page import page_of
from engine.queries.work.views import TaskView
from engine.text import Text
from engine.unit_of_work import Reading

LETTER_UNKNOWN = Text(
    "Questa attività non propone una lettera con questo nome.",
    "This piece of work proposes no letter of this name.",
)


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
    found = find_work(reading, actor, work_item_id)
    item, seen, reader = found.item, found.seen, found.reader
    task = page_of(reading, found)
    form = _form(task)
    named_by = {row.name for row in task.letters}
    template = seen.bundle.templates.get(name) if name in named_by else None
    if template is None:
        raise LetterNotFound(LETTER_UNKNOWN)
    answers = answers_in(task)
    kept = None if item.is_live else reading.session.get(LetterFacts, item.id)
    variables = _variables(reading, seen, item, kept)
    uploads = uploads_named(reading, answers) if item.is_live else {}
    known = {**variables, **_with_files(_with_given(form, answers, variables), uploads)}
    named = _namer(seen, task, called(seen.bundle, template.names, variables))
    writer = writer_of(seen, item, kept, reader)
    sender = addressee(writer) if writer is not None else Addressee("", None)
    recipients = tuple(recipients_of(seen, item, template, known, named, writer))
    known |= facts_of(seen, item, task, writer, recipients)
    known["deadline"] = terms_told(reading, seen, item, template.terms)
    if template.lists_documents:
        attached = documents_of(reading, reader, seen.case.id, seen.case.process)
        known["documents"] = documents_listed(task, form, uploads, attached, sender.name)
    facts = Known(known, fields_behind(seen.bundle, form), named)
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


def _namer(seen: Seen, task: TaskView, offered: Mapping[str, str]) -> Callable[[str], str | None]:
    """Id of a party, body or row of the case, or code of an answer → how it is called."""
    labels = {code: words.it for code, words in labels_of(seen.bundle).items()}
    offers = task.prepared.choices if task.prepared is not None else task.choices
    labels |= offered
    labels |= {one.value: one.label.it for among in offers.values() for one in among}

    def named(key: str) -> str | None:
        party = seen.party(key)
        name = seen.body(party.organisation_id if party is not None else key)
        return name.it if name is not None else labels.get(key)

    return named

"""The receipt of an answer that came by a link: what was answered, when, under which number."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.asked import answers_of
from engine.bundles.form import Field, Form
from engine.deliveries import SendMail
from engine.model import AnswerLink, Case, WorkItem
from engine.text import Text, both
from engine.unit_of_work import UnitOfWork
from engine.wording import name_in_full, receipt_mail


def send_receipt(work: UnitOfWork, case: Case, item: WorkItem, form: Form, row: AnswerLink) -> None:
    """Send the receipt where the link was sent."""
    body = work.organisations([row.organisation_id])[row.organisation_id]
    mail = receipt_mail(
        body=name_in_full(body.kind, Text(body.name, body.name_en)), number=case.number,
        title=case.title, asked=form.title, by=str(row.answered_by), role=str(row.answered_as),
        at=work.now, receipt=str(row.receipt), answers=list(said(form.fields, answers_of(item))),
    )  # fmt: skip
    work.deliver(SendMail(row.address, *mail), case_id=case.id)


def said(fields: Sequence[Field], answers: Mapping[str, Any]) -> Iterator[tuple[Text, Text]]:
    """The answers of a form in words, label by label, in the order of the form."""
    for field in fields:
        value = answers.get(field.name)
        if field.type == "section":
            yield from said(field.fields, answers)
        elif field.type == "note" or value in (None, "", []):
            continue
        elif field.type == "group":
            yield from said(field.fields, value)
        elif field.type == "list":
            for number, line in enumerate(value, 1):
                for label, words in said(field.fields, line):
                    yield _numbered(label, number), words
        else:
            yield field.label, _words(field, value)


def _numbered(label: Text, number: int) -> Text:
    """The label of a row's answer: `Condizione 1`, `È vincolante 1`."""
    return Text(f"{label.it.rstrip('? ')} {number}", f"{label.en.rstrip('? ')} {number}")


def _words(field: Field, value: Any) -> Text:
    if field.type == "yes_no":
        return Text("sì", "yes") if value in (True, "yes") else Text("no", "no")
    if field.type == "file":
        return both(f"{value['name']}, SHA-256 {value['sha256']}")
    chosen = value if isinstance(value, list) else [value]
    known = {option.value: option.label for option in field.options}
    found = [known.get(str(one), both(str(one))) for one in chosen]
    return Text(", ".join(w.it for w in found), ", ".join(w.en for w in found))

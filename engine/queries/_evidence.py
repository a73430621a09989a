"""What an officer has in front while filling in a form: answers, tables and files of the case."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from engine.bpmn import Instance, Packed, ScriptFailed, TokenGone, jsonable
from engine.bundles.definition import Bundle
from engine.bundles.form import TODAY, Field, Form
from engine.bundles.forms.rows import given_rows, is_given
from engine.facts.scripts import script_facts
from engine.logs import log
from engine.model import CaseEngineState, WorkItem, WorkItemState
from engine.queries._lookup import Seen, spoken
from engine.queries.rows import DocumentRow, EvidenceRow
from engine.text import Text, both
from engine.unit_of_work import Reading
from engine.wording import day_short

_log = log(__name__)

NOT_WORKED_OUT = Text(
    "Questa tabella non si è potuta calcolare. Il compito si può completare lo stesso; avvisa chi "
    "amministra l’installazione.",
    "This table could not be worked out. The work can be completed all the same; tell whoever "
    "administers the installation.",
)

Rows = tuple[Mapping[str, Any], ...]
RECENT = 8
"""How many files are shown where the form names none."""


def token_variables(
    reading: Reading, seen: Seen, item: WorkItem, form: Form | None = None
) -> Mapping[str, Any]:
    """What the token of a live piece of work knows, as plain JSON; one statement.

    Tables that the form shows `anew` are worked out by their script as the case stands now, with
    the statements of what it asks. One that cannot be worked out says so, and is told in the log.
    """
    row = reading.session.execute(
        select(CaseEngineState.codec, CaseEngineState.blob, CaseEngineState.library).where(
            CaseEngineState.case_id == seen.case.id
        )
    ).one_or_none()
    if row is None:
        return seen.case.variables
    version = reading.versions.get(reading.session, seen.case.deployment_id)
    instance = Instance.load(version.definition, Packed(row.codec, row.blob, row.library))
    try:
        known: Mapping[str, Any] = jsonable(instance.variables(item.token_id))
        return {**known, **_tables_anew(reading, seen, item, form, instance)}
    except TokenGone:  # the item is about to be cancelled by another step
        return seen.case.variables


def _tables_anew(
    reading: Reading, seen: Seen, item: WorkItem, form: Form | None, instance: Instance
) -> Mapping[str, Any]:
    """The tables that change while the work is open: a place in a queue, the day it comes up."""
    shown = [f for f in form.fields if f.anew is not None] if form is not None else []
    if not shown:
        return {}
    facts = script_facts(
        reading.session, seen.case, seen.parties, lambda _: seen.bodies, reading.bundle,
        reading.today, acting=False,
    )  # fmt: skip
    found: dict[str, Any] = {}
    for script in sorted({str(f.anew) for f in shown}):
        tables = [str(f.table) for f in shown if f.anew == script]
        try:
            known = jsonable(instance.worked_out(item.token_id, script, facts=facts))
        except ScriptFailed as problem:
            # Whoever has the work can do it all the same; the drawing is for its author to mend.
            _log.error(
                "a table could not be worked out anew", case=seen.case.number,
                activity=item.activity, script=script, problem=problem.message,
            )  # fmt: skip
            known = dict.fromkeys(tables, NOT_WORKED_OUT)
        found |= {table: known.get(table) for table in tables}
    return found


def prefilled(
    form: Form,
    variables: Mapping[str, Any],
    draft: Mapping[str, Any],
    usual: Mapping[str, Any] = MappingProxyType({}),
    *,
    today: date,
) -> dict[str, Any]:
    """What the body answers every time, under what the case knows, under what somebody typed."""
    knows = {**variables, TODAY: today.isoformat()}
    known = {
        field.name: knows[field.prefill]
        for field in _same_level(form.fields)
        if field.prefill is not None and knows.get(field.prefill) is not None
    }
    rows = {
        field.name: given_rows(
            field, variables.get((field.options_from or "").partition(":")[2]),
            draft.get(field.name),
        )
        for field in _same_level(form.fields)
        if is_given(field)
    }  # fmt: skip
    return {**usual, **known, **draft, **rows}


def readable_tables(seen: Seen, form: Form, variables: Mapping[str, Any]) -> dict[str, Rows]:
    """The rows of each note that shows a table, by the name of its field."""
    return {
        field.name: table_rows(seen, variables.get(field.table))
        for field in _every(form.fields)
        if field.type == "note" and field.table is not None
    }


def table_rows(seen: Seen, value: Any) -> Rows:
    """A list or dictionary of rows as a table; ids of parties and coded answers are spelt out.

    A text is one row with its words, and so is what is said instead of a table.
    """
    if isinstance(value, Text):
        return ({"text": value},)
    if isinstance(value, Mapping):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = [(None, row) for row in value]
    elif isinstance(value, str) and value.strip():
        return ({"text": value},)
    else:
        return ()
    labels = labels_of(seen.bundle)
    return tuple(_row(seen, labels, key, row) for key, row in pairs)


def evidence_rows(
    seen: Seen,
    form: Form,
    variables: Mapping[str, Any],
    done: Sequence[WorkItem],
    documents: Sequence[DocumentRow],
) -> tuple[EvidenceRow, ...]:
    """The files and answers the form wants in front; the latest files where it names none."""
    if not form.documents:
        return tuple(_document(row) for row in documents[:RECENT])
    rows: list[EvidenceRow] = []
    for name in form.documents:
        files = [d for d in documents if name in (d.field, d.title.it, d.title.en)]
        rows += [_document(row) for row in files]
        if not files and variables.get(name) is not None:
            rows.append(_answer(seen, name, variables[name], done))
    return tuple(rows)


def _document(row: DocumentRow) -> EvidenceRow:
    return EvidenceRow(row.title, "document", row, None, row.attached_by, row.attached_at)


def _answer(seen: Seen, name: str, value: Any, done: Sequence[WorkItem]) -> EvidenceRow:
    field = next((f for f in _all_fields(seen.bundle) if f.name == name), None)
    label = field.label if field is not None else both(name.replace("_", " "))
    source = next(
        (
            item
            for item in reversed(done)
            if item.state == WorkItemState.COMPLETED and name in (item.answers or {})
        ),
        None,
    )
    by = source.completed_by if source is not None else None
    at = source.completed_at if source is not None else None
    if isinstance(value, Mapping | list):
        inner = field.fields if field is not None else ()
        columns = {one.name: one.label for one in _every(inner)}
        return EvidenceRow(label, "table", None, table_rows(seen, value), by, at, columns)
    coded = field is not None and field.type in ("choice", "yes_no")
    shown = spoken(field, value) if field is not None and coded else _readable(seen, {}, value)
    return EvidenceRow(label, "answer", None, shown, by, at)


def _row(seen: Seen, labels: Mapping[str, Text], key: Any, row: Any) -> Mapping[str, Any]:
    shown: dict[str, Any] = {}
    if key is not None:
        shown = {"key": key, "name": _readable(seen, {}, key)}
    if not isinstance(row, Mapping):
        return {**shown, "value": _readable(seen, labels, row)}
    shown |= {str(k): _readable(seen, labels, v) for k, v in row.items()}
    if "name" not in shown and "party" in row:
        shown["name"] = _readable(seen, {}, row["party"])
    return shown


def _readable(seen: Seen, labels: Mapping[str, Text], value: Any) -> Any:
    """An id of a party or body becomes its name, a coded answer its words, a day a day."""
    if isinstance(value, Mapping) and set(value) == {"it", "en"}:
        return Text(str(value["it"]), str(value["en"]))
    if not isinstance(value, str):
        return value
    if (day := _day(value)) is not None:
        return day_short(day)
    party = seen.party(value)
    name = seen.body(party.organisation_id if party is not None else value)
    return name or labels.get(value) or seen.named_so(value) or _listed(seen, labels, value)


def _listed(seen: Seen, labels: Mapping[str, Text], value: str) -> Any:
    """Words of a script that it joined by commas, if each of them is known."""
    parts = [labels.get(part) or seen.named_so(part) for part in value.split(", ")]
    known = [part for part in parts if part is not None]
    if len(known) < 2 or len(known) < len(parts):
        return value
    return Text(", ".join(t.it for t in known), ", ".join(t.en for t in known))


def _day(value: str) -> date | None:
    """The day that a script or a form wrote as `2026-12-09`."""
    try:
        return date.fromisoformat(value) if len(value) == len("2026-12-09") else None
    except ValueError:
        return None


def labels_of(bundle: Bundle) -> dict[str, Text]:
    """Words of every coded answer of the procedure; the first wording of a code stands."""
    found: dict[str, Text] = {}
    for field in _all_fields(bundle):
        for option in field.options:
            found.setdefault(option.value, option.label)
    return found | {said: Text(said, english) for said, english in bundle.words.items()}


def label_of(bundle: Bundle, name: str, value: str) -> Text:
    """Words of a coded answer to one field; the code itself where no field of that name has it."""
    field = next((one for one in _all_fields(bundle) if one.name == name), None)
    return both(value) if field is None else spoken(field, value)


def _all_fields(bundle: Bundle) -> Iterable[Field]:
    for form in (bundle.start_form, *bundle.forms.values()):
        yield from _every(form.fields)


def _every(fields: Iterable[Field]) -> Iterable[Field]:
    for field in fields:
        yield field
        yield from _every(field.fields)


def _same_level(fields: Iterable[Field]) -> Iterable[Field]:
    """The fields whose answers stand beside each other: those of a section too."""
    for field in fields:
        yield field
        if field.type == "section":
            yield from _same_level(field.fields)

"""The law of a procedure in one table, for a jurist to check."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from engine.bundles.deadline import DeadlineRule, Suspension, Term
from engine.bundles.definition import Bundle
from engine.bundles.form import Form
from engine.bundles.law import ORGANISATIONAL, Law
from engine.bundles.matrix import activities
from engine.bundles.questions import Question, common_questions
from engine.queries._evidence import label_of
from engine.queries._lookup import activity_title
from engine.text import NO_TEXT, Text, apart
from engine.wording import length_text, span

Kind = Literal[
    "procedure", "start", "activity", "message", "need", "separation", "profile", "term", "act"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class LawRow:
    """One thing that rests on an article."""

    kind: Kind
    step: str
    title: Text
    article: str
    term: Text
    silence: str
    evidence: str
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def mark(self) -> str:
        """How well it is known; nothing for a habit of the offices, which rests on no article."""
        return "" if self.article == ORGANISATIONAL else self.evidence


def law_rows(bundle: Bundle) -> tuple[LawRow, ...]:
    """Every legal basis of a procedure and of the parts it calls, in the order of its files."""
    return tuple(
        dict.fromkeys(
            [
                LawRow(
                    "procedure", bundle.key, bundle.title, bundle.legal_basis, NO_TEXT, "",
                    bundle.evidence,
                ),
                *_foundations(bundle),
                *_profiles(bundle),
                *_separations(bundle),
                *_sent("start", "start", bundle.title, bundle.start_form),
                *_activities(bundle),
                *_messages(bundle),
                *_terms(bundle),
            ]
        )
    )  # fmt: skip


def law_table(bundles: Iterable[Bundle]) -> str:
    """The law of all procedures as CSV: the document that a jurist reads and corrects."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        ["process", "kind", "step", "title", "article", "term", "silence", "evidence", "from", "to"]
    )
    for bundle in bundles:
        for row in law_rows(bundle):
            days = [day.isoformat() if day else "" for day in (row.valid_from, row.valid_to)]
            writer.writerow(
                [
                    bundle.key, row.kind, row.step, row.title.it, apart(row.article).it,
                    row.term.it, row.silence, row.evidence, *days,
                ]
            )  # fmt: skip
    return out.getvalue()


_HEAD = """# Domande aperte per il giurista / Open questions for the jurist

Ciò che nessuna fonte letta dice. Il procedimento funziona lo stesso: dove serve una scelta la
chiede alla persona, e il dato porta «da verificare» (`evidence = "unverified"`). Una risposta si
scrive nei dati, non nel programma: dove, lo dice l’ultima colonna. Le domande stanno in
`questions.csv` di ogni cartella e nella pagina «Norme» di ogni procedimento; questo foglio lo
scrive `python -m engine law`.

What no source that was read says. The procedures work all the same: where a choice is needed they
ask the person, and the datum is marked “to be verified”. An answer is written into the data, not
into the program: where, says the last column. The questions stand in `questions.csv` of each
folder and on the page “Law”; `python -m engine law` writes this sheet.
"""
_COLUMNS = "| n. | domanda / question | oggi / today | chi decide / who decides | dove / where |"


def questions_sheet(bundles: Iterable[Bundle]) -> str:
    """All open questions as one text, each under the first procedure it concerns."""
    told: set[int] = set()
    parts = [_HEAD]
    groups = [*((b.title, b.questions) for b in bundles),
              (Text("Per tutti", "For all"), common_questions())]  # fmt: skip
    for title, questions in groups:
        rows = [_asked(one) for one in questions if one.number not in told]
        told |= {one.number for one in questions}
        if rows:
            head = [f"## {title.it} / {title.en}", "", _COLUMNS, "|---|---|---|---|---|"]
            parts.append("\n".join([*head, *rows, ""]))
    return "\n".join(parts)


def _asked(one: Question) -> str:
    both = (f"{words.it} *{words.en}*" for words in (one.question, one.today, one.decides))
    return f"| {one.number} | {' | '.join(both)} | {one.where} |"


def _foundations(bundle: Bundle) -> Iterator[LawRow]:
    for one in bundle.foundations:
        label = label_of(bundle, one.answer, one.value)
        title = Text(f"{bundle.title.it}: {label.it}", f"{bundle.title.en}: {label.en}")
        yield _row("procedure", one.value, title, one.law)


def _profiles(bundle: Bundle) -> Iterator[LawRow]:
    for profile in bundle.profiles:
        yield _row("profile", profile.id, profile.title, profile.law)


def _activities(bundle: Bundle) -> Iterator[LawRow]:
    """Acts in the order in which people meet them; a term stands beside the act it bounds."""
    for activity in dict.fromkeys(task for task, _path, _stage in activities(bundle)):
        form = bundle.forms.get(activity)
        if form is None:
            continue
        yield from _act("activity", activity, activity_title(bundle, activity), form)


def _messages(bundle: Bundle) -> Iterator[LawRow]:
    """What people may send into a case, where an article speaks of it."""
    for name, rule in bundle.messages.items():
        if rule.form is not None:
            yield from _sent("message", name, rule.title, rule.form)


def _sent(kind: Kind, step: str, title: Text, form: Form) -> Iterator[LawRow]:
    """A form that no work of the procedure asks for: not in the table where no law asks either."""
    if form.legal_basis != ORGANISATIONAL:
        yield from _act(kind, step, form.title if form.title.it else title, form)


def _act(kind: Kind, step: str, title: Text, form: Form) -> Iterator[LawRow]:
    yield LawRow(kind, step, title, form.legal_basis, NO_TEXT, "", form.evidence)
    for need in form.needs:
        yield LawRow("need", step, need.what, need.legal_basis, NO_TEXT, "", need.evidence)


def _separations(bundle: Bundle) -> Iterator[LawRow]:
    """Functions that one person must not have a hand in at once."""
    for number, rule in enumerate(bundle.separations, start=1):
        yield _row("separation", f"separation-{number}", rule.title, rule.law)


def _terms(bundle: Bundle) -> Iterator[LawRow]:
    for key, rule in bundle.deadlines.items():
        yield _term(key, rule.title, rule)
        for profile in bundle.profiles:
            if (varied := rule.profiles.get(profile.id)) is not None:
                title = Text(
                    f"{rule.title.it} – {profile.title.it}", f"{rule.title.en} – {profile.title.en}"
                )
                yield _term(key, title, varied)
        yield from _stops(key, rule)


def _stops(key: str, rule: DeadlineRule) -> Iterator[LawRow]:
    for ground in rule.suspensions:
        yield _row("act", key, ground.title, ground.law, _stands(ground))
    if rule.interruption is not None:
        length = rule.interruption.length
        said = _written(length) if length is not None else NO_TEXT
        yield _row("act", key, rule.interruption.title, rule.interruption.law, said)
    if rule.extension is not None:
        yield _row(
            "act", key, rule.extension.title, rule.extension.law, _days(rule.extension.at_most)
        )


def _term(key: str, title: Text, rule: DeadlineRule) -> LawRow:
    return LawRow(
        "term", key, title, rule.legal_basis, _written(rule.length), rule.silence.value,
        rule.evidence, rule.valid_from, rule.valid_to,
    )  # fmt: skip


def _row(kind: Kind, step: str, title: Text, law: Law, term: Text = NO_TEXT) -> LawRow:
    return LawRow(kind, step, title, law.text, term, "", law.evidence, law.valid_from, law.valid_to)


def _written(length: Term) -> Text:
    said = f"case:{length.variable}" if length.variable else f"{length.amount} {length.unit}"
    return length_text(said)


def _stands(ground: Suspension) -> Text:
    """How long a ground may stop a term; where a reply sets it going, how long after."""
    if not ground.resumes_after:
        return _days(ground.at_most)
    days = span(ground.resumes_after, "days")
    return Text(f"riparte {days.it} dopo la risposta", f"goes on {days.en} after the reply")


def _days(most: int | None) -> Text:
    return length_text(f"{most} days") if most is not None else NO_TEXT

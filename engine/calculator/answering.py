"""The last day of a term, the sentence that explains it, its ledger, and every choice by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from engine.calculator.asking import Question
from engine.calculator.calendars import BodyCalendar
from engine.errors import FormInvalid
from engine.legal_clock import Counting, Entry, Kind, Standing, stand
from engine.text import Text
from engine.wording import LedgerLine, deadline_why, ledger_rows
from engine.wording.dates import day_in_words

CODE, PUBLICATION = "art. 2963 c.c.", "art. 124 D.Lgs. 267/2000 (TUEL)"

SUSPENSION = "art. 2 c. 7 L. 241/1990"
INTERRUPTION = "artt. 16 c. 4, 17-bis c. 1 L. 241/1990"
WORKING_DAYS = "art. 14-bis L. 241/1990"


@dataclass(frozen=True, slots=True)
class Choice:
    """A rule on which offices differ: what was chosen, what is usual, and what it rests on."""

    id: str
    title: Text
    chosen: Text
    usual: Text
    is_usual: bool
    legal_basis: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the ledger; an extension has no day of its own."""

    day: date | None
    what: Text
    rule: str
    effect: Text
    due_on: date | None
    counted: int | None
    evidence: str


@dataclass(frozen=True, slots=True)
class Answer:
    """When a term ends, and why."""

    due_on: date
    why: Text
    ledger: tuple[Row, ...]
    choices: tuple[Choice, ...]
    calendar: BodyCalendar
    calendar_version: str


def answer(question: Question, body: BodyCalendar) -> Answer:
    """Count a term. Raises FormInvalid for acts that cannot follow one another."""
    counting = Counting(question.first_day, question.roll, question.patron)
    entries = _entries(question, counting, body)
    standing = stand(entries, counting, body.calendar)
    if standing.due_on is None:  # a term with all its acts closed always has a last day
        raise FormInvalid({"suspend": [_TWICE]})
    return Answer(
        due_on=standing.due_on,
        why=deadline_why(standing.steps, legal_basis=_basis(question)),
        ledger=_ledger(question, standing),
        choices=_choices(question),
        calendar=body,
        calendar_version=standing.calendar,
    )


_BEFORE = Text(
    "Questo atto viene prima che il termine parta.", "This act comes before the term starts."
)
_TWICE = Text(
    "Il termine in quel giorno era già sospeso: unisci le due sospensioni.",
    "The term already stood still on that day: make one suspension of the two.",
)
_STOPPED = Text(
    "Quel giorno cade in una sospensione: falla finire nel giorno dell’interruzione.",
    "That day falls into a suspension: let it end on the day of the interruption.",
)


def _entries(question: Question, counting: Counting, body: BodyCalendar) -> list[Entry]:
    """All lines in the order of their days; extensions lengthen the term as it last began."""
    start = Entry(Kind.START, question.start, question.amount, question.unit)
    longer = [Entry(Kind.EXTEND, question.start, more, question.unit)
              for more in question.extensions]  # fmt: skip
    acts: list[tuple[date, date | None]] = []
    acts += [(one.since, one.resumed) for one in question.suspensions]
    acts += [(day, None) for day in question.interruptions]
    entries, problems = [start], dict[str, list[Text]]()
    still_until: date | None = None
    # On one day the resumption comes first, then what happens next.
    for day, resumed in sorted(acts, key=lambda act: (act[0], act[1] is None)):
        name = "interrupt" if resumed is None else "suspend"
        if day < question.start:
            problems.setdefault(name, []).append(_BEFORE)
        elif still_until is not None and day < still_until:
            problems.setdefault(name, []).append(_STOPPED if resumed is None else _TWICE)
        elif (over := _over(entries, longer, counting, body, day)) is not None:
            problems.setdefault(name, []).append(_passed(over))
        elif resumed is None:
            entries += [Entry(Kind.INTERRUPT, day),
                        Entry(Kind.RESTART, day, question.amount, question.unit)]  # fmt: skip
        else:
            entries += [Entry(Kind.SUSPEND, day), Entry(Kind.RESUME, resumed)]
            still_until = resumed
    if problems:
        raise FormInvalid(problems)
    return [*entries, *longer]


def _over(
    entries: Sequence[Entry], longer: Sequence[Entry], counting: Counting, body: BodyCalendar,
    day: date,
) -> date | None:  # fmt: skip
    """The last day, if an act comes after it; an extension may have been granted before."""
    due_on = stand([*entries, *longer], counting, body.calendar).due_on
    return due_on if due_on is not None and day > due_on else None


def _passed(due_on: date) -> Text:
    spoken = day_in_words(due_on)
    return Text(
        f"In quel giorno il termine era già passato: scadeva il {spoken.it}.",
        f"By that day the term was already over: it was due on {spoken.en}.",
    )


def _basis(question: Question) -> str:
    bases = ["Art. 2963 c.c."]
    if question.first_day == "included":
        bases.append(PUBLICATION)
    return "; ".join(bases)


_LAWS = {
    Kind.SUSPEND: (SUSPENSION, "V"),
    Kind.RESUME: (SUSPENSION, "V"),
    Kind.INTERRUPT: (INTERRUPTION, "V"),
    Kind.RESTART: (INTERRUPTION, "V"),
}


def _ledger(question: Question, standing: Standing) -> tuple[Row, ...]:
    lines, last = [], len(standing.lines) - 1
    for number, line in enumerate(standing.lines):
        entry = line.entry
        law, evidence = _LAWS.get(Kind(entry.kind), ("", ""))
        if entry.kind == Kind.START:
            law, evidence = _first_day_law(question)
        lines.append(
            LedgerLine(
                kind=entry.kind, day=entry.day, amount=entry.amount,
                unit=entry.unit if entry.amount is not None else None,
                counted=None if entry.kind == Kind.EXTEND else line.counted, due_on=line.due_on,
                steps=standing.steps if number == last else (), legal_basis=law,
                evidence=evidence,
            )
        )  # fmt: skip
    return tuple(
        Row(
            None if row.kind == Kind.EXTEND else row.day, row.what, row.rule, row.effect,
            row.due_on, row.counted, row.evidence,
        )
        for row in ledger_rows(lines)
    )  # fmt: skip


def _first_day_law(question: Question) -> tuple[str, str]:
    if question.first_day == "included":
        return PUBLICATION, "S"
    return "art. 2963 c. 2 c.c.", "unverified"


def _choices(question: Question) -> tuple[Choice, ...]:
    law, evidence = _first_day_law(question)
    included = question.first_day == "included"
    found = [
        Choice(
            "first_day", Text("Primo giorno", "First day"),
            _FIRST_DAY[question.first_day], _FIRST_DAY["excluded"], not included, law, evidence,
        ),
        Choice(
            "roll", Text("Ultimo giorno festivo", "Last day on a holiday"),
            _ROLL["none" if question.roll == "none" else "next"], _ROLL["next"],
            question.roll != "none", "art. 2963 c. 3 c.c.", "S",
        ),
        Choice(
            "saturday", Text("Ultimo giorno di sabato", "Last day on a Saturday"),
            _SATURDAY[question.roll == "next_working_day"], _SATURDAY[False],
            question.roll != "next_working_day", CODE, "unverified",
        ),
        Choice(
            "patron", Text("Santo patrono", "Patron saint"),
            _PATRON[question.patron], _PATRON["shown"], question.patron == "shown",
            "art. 2 L. 260/1949", "unverified",
        ),
    ]  # fmt: skip
    if question.unit in ("months", "years"):
        found.append(
            Choice(
                "months",
                Text("Mesi e anni", "Months and years"),
                _MONTHS,
                _MONTHS,
                True,
                CODE,
                "unverified",
            )
        )
    if question.unit == "working_days":
        found.append(
            Choice(
                "working_days", Text("Giorni lavorativi", "Working days"), _WORKING, _WORKING,
                True, WORKING_DAYS, "unverified",
            )
        )  # fmt: skip
    return tuple(found)


_FIRST_DAY = {
    "excluded": Text("non si conta", "is not counted"),
    "included": Text("si conta, come nelle pubblicazioni", "is counted, as in publications"),
}
_ROLL = {
    "next": Text(
        "passa al primo giorno non festivo", "moves to the next day that is no holiday"
    ),
    "none": Text("resta quel giorno", "stays that day"),
}  # fmt: skip
_SATURDAY = {
    True: Text("passa al primo giorno lavorativo", "moves to the next working day"),
    False: Text(
        "resta quel giorno: il sabato non è festivo",
        "stays that day: Saturday is no holiday",
    ),
}
_PATRON = {
    "shown": Text(
        "gli uffici sono chiusi, ma il termine non si sposta: non è fra i festivi di legge",
        "offices are closed, but the term does not move: it is no holiday of the law",
    ),
    "shifts": Text("sposta il termine come un festivo", "moves the term as a holiday does"),
}
_MONTHS = Text(
    "stesso numero del mese di arrivo, o l’ultimo giorno di un mese più corto",
    "same day of the month, or the last day of a shorter one",
)
_WORKING = Text(
    "dal lunedì al venerdì, esclusi i festivi", "Monday to Friday, holidays left out"
)  # fmt: skip

"""The sentence that explains a date says exactly what was counted."""

from datetime import date

import pytest

from engine.legal_clock import reckon
from engine.text import Text
from engine.wording import (
    LedgerLine,
    clock_state,
    days_left_text,
    deadline_why,
    ledger_rows,
    length_text,
    short_why,
)

CONSEQUENCE = Text("Se passa: sollecito.", "If it passes: a reminder.")


@pytest.mark.parametrize(
    ("start", "amount", "unit", "first_day", "italian", "english"),
    [
        (
            date(2026, 9, 4), 30, "days", "excluded",
            ("30 giorni dal 4 settembre 2026, il primo giorno non si conta. "
            "L’ultimo giorno, il 4 ottobre, è festivo: si passa al 5."),
            ("30 days from 4 September 2026, not counting the first day. "
            "The last day, 4 October, is a holiday: it moves to 5 October."),
        ),
        (
            date(2026, 10, 9), 60, "days", "excluded",
            ("60 giorni dal 9 ottobre 2026, il primo giorno non si conta. "
            "L’ultimo giorno, l’8 dicembre, è festivo: si passa al 9."),
            ("60 days from 9 October 2026, not counting the first day. "
            "The last day, 8 December, is a holiday: it moves to 9 December."),
        ),
        (
            date(2026, 11, 23), 15, "days", "included",
            "15 giorni dal 23 novembre 2026, il primo giorno si conta.",
            "15 days from 23 November 2026, counting the first day.",
        ),
        (
            date(2026, 12, 28), 90, "days", "excluded",
            ("90 giorni dal 28 dicembre 2026, il primo giorno non si conta. "
            "L’ultimo giorno, il 28 marzo, è festivo e il 29 è festivo: si passa al 30."),
            ("90 days from 28 December 2026, not counting the first day. The last day, 28 March, "
            "is a holiday, and 29 March is a holiday: it moves to 30 March."),
        ),
        (
            date(2026, 10, 30), 30, "days", "excluded",
            ("30 giorni dal 30 ottobre 2026, il primo giorno non si conta. "
            "L’ultimo giorno, il 29 novembre, è domenica: si passa al 30."),
            ("30 days from 30 October 2026, not counting the first day. "
            "The last day, 29 November, is a Sunday: it moves to 30 November."),
        ),
        (
            date(2026, 9, 8), 3, "months", "excluded",
            ("3 mesi dall’8 settembre 2026, contati da data a data. "
            "L’ultimo giorno, l’8 dicembre, è festivo: si passa al 9."),
            ("3 months from 8 September 2026, counted from date to date. "
            "The last day, 8 December, is a holiday: it moves to 9 December."),
        ),
        (
            date(2026, 11, 23), 1, "working_days", "excluded",
            "1 giorno lavorativo dal 23 novembre 2026, il primo giorno non si conta.",
            "1 working day from 23 November 2026, not counting the first day.",
        ),
        (
            date(2027, 3, 31), 0, "date", "excluded",
            "È la data che il caso stabilisce: 31 marzo 2027.",
            "It is the date set in the case: 31 March 2027.",
        ),
    ],
)  # fmt: skip
def test_the_spoken_sentence_follows_the_counting(
    start: date, amount: int, unit: str, first_day: str, italian: str, english: str
) -> None:
    reckoning = reckon(start, amount, unit, first_day=first_day)  # type: ignore[arg-type]

    why = deadline_why(reckoning.steps)

    assert why.it == italian
    assert why.en == english


def test_a_month_that_changes_while_rolling_is_named() -> None:
    why = deadline_why(reckon(date(2026, 10, 1), 31, "days").steps)

    assert "il 1 novembre, è festivo: si passa al 2." in why.it

    new_year = deadline_why(reckon(date(2026, 12, 1), 31, "days").steps)
    assert new_year.it.endswith("il 1 gennaio, è festivo: si passa al 2.")

    across = deadline_why(reckon(date(2027, 1, 1), 30, "days").steps)
    assert across.it.endswith("il 31 gennaio, è domenica: si passa al 1 febbraio.")


def test_a_term_without_a_start_says_so() -> None:
    assert "non si conosce ancora" in deadline_why([]).it


def test_a_list_gives_the_reason_in_one_line() -> None:
    steps = reckon(date(2026, 10, 9), 60, "days").steps

    why = short_why(steps, nature="agreed", consequence=CONSEQUENCE)

    assert why.it == (
        "60 giorni concordati dal 09/10/2026; l’8 dicembre è festivo. Se passa: sollecito."
    )
    assert why.en == (
        "60 agreed days from 9 October 2026; 8 December is a holiday. If it passes: a reminder."
    )


def test_the_ledger_shows_each_day_that_moved_the_date() -> None:
    reckoning = reckon(date(2026, 12, 28), 90, "days")

    line = LedgerLine(
        kind="start", day=date(2026, 12, 28), amount=90, unit="days", steps=reckoning.steps,
        due_on=reckoning.due_on, actor="Davide Monticone", legal_basis="clausola 9.1",
    )  # fmt: skip
    start, easter, monday = ledger_rows([line])

    assert (start.effect.it, start.due_on) == ("90 giorni", date(2027, 3, 28))
    assert (easter.what.it, easter.due_on) == ("Festivo: Pasqua", date(2027, 3, 29))
    assert (monday.rule, monday.due_on) == ("art. 2963 c. 3 c.c.", reckoning.due_on)


@pytest.mark.parametrize(
    ("days", "italian", "english"),
    [
        (16, "fra 16 giorni", "in 16 days"),
        (1, "scade domani", "due tomorrow"),
        (0, "scade oggi", "due today"),
        (-1, "1 giorno di ritardo", "1 day late"),
        (-3, "3 giorni di ritardo", "3 days late"),
    ],
)
def test_the_days_that_are_left(days: int, italian: str, english: str) -> None:
    today = date(2026, 11, 23)
    clock = clock_state(date.fromordinal(today.toordinal() + days), today=today)

    assert days_left_text(days, clock) == (italian, english)


def test_a_suspended_clock_is_neither_running_nor_late() -> None:
    clock = clock_state(date(2026, 1, 1), today=date(2026, 11, 23), suspended=True)

    assert clock == "suspended"
    assert days_left_text(-300, clock).it == "sospeso"


def test_lengths_of_time_read_as_people_say_them() -> None:
    assert length_text("30 days") == ("30 giorni", "30 days")
    assert length_text("1 months") == ("1 mese", "1 month")
    assert length_text("5 working_days") == ("5 giorni lavorativi", "5 working days")
    assert "stabilita nel caso" in length_text("case:agreement_end").it

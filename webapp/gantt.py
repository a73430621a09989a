"""The plan of a case as a drawing: where each bar begins and ends, in plain numbers.

The template only writes them down (`parts/gantt.html`): no script, no style, and the words are
those of the plan. A drawing never stands alone: the same rows follow it as a table.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from textwrap import wrap
from typing import Literal

from babel.dates import format_date

from engine.queries import CasePlan, PlanRow
from engine.text import Text
from webapp.filters import LOCALES
from webapp.i18n import _, language

WIDTH = 1160
LEFT = 262
"""Where time begins; before it stand the names."""
RIGHT = 112
"""Room for the date behind the last bar."""
TOP = 48
STAGE, TERM, TWO_LINES = 40, 28, 38
"""Heights of a row: of a stage, of a term, of a term with a long name."""
LETTERS = 33
"""That fit beside a bar, in a line."""
MARGIN = timedelta(days=90)
"""A term that ends so much later than every stage runs out of the drawing."""
LIVING = ("waiting", "running", "suspended", "interrupted")
OVER = ("done", "met")
LABEL = 74
"""Room that the name of a month or a date takes."""

Kind = Literal["before", "done", "passed", "elapsed", "forecast", "supposed", "still"]
KINDS: tuple[Kind, ...] = (
    "done", "passed", "elapsed", "forecast", "supposed", "before", "still",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of time in a row."""

    kind: Kind
    x: float
    width: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Row:
    """A stage or a term: its name, its bars, its last day."""

    title: tuple[str, ...]
    y: float
    height: float
    indent: int
    bars: tuple[Bar, ...]
    label: str
    label_x: float
    anchor: Literal["start", "end"]


@dataclass(frozen=True, slots=True)
class Tick:
    """The beginning of a month."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Gantt:
    """A drawing ready to be written."""

    width: int
    height: float
    ticks: tuple[Tick, ...]
    rows: tuple[Row, ...]
    today_x: float
    today_label: str
    kinds: tuple[Kind, ...]
    """The kinds of bars that occur, for the legend."""
    compares: bool
    """The thin bars show how things are now, not how they were meant at the start."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the plan as it is drawn and told: bodies with the same dates are one line."""

    row: PlanRow
    title: Text
    before: tuple[date, date] | None
    """What is drawn thin: the baseline, or how things are now."""


def lines(plan: CasePlan, now: CasePlan | None = None) -> tuple[Line, ...]:
    """The lines of a plan; against `now`, if the plan is a supposed one."""
    known = {row.key: row for row in now.rows} if now is not None else {}
    found: dict[object, list[Line]] = {}
    for row in plan.rows:
        was = known.get(row.key, row)
        begins, ends = row.baseline_from, row.baseline_on
        if now is not None:
            begins, ends = was.forecast_from, was.forecast_on
        before = (begins, ends) if begins is not None and ends is not None else None
        line = Line(row, row.title, before)
        found.setdefault(_same(line), []).append(line)
    return tuple(_together(group) for group in found.values())


def gantt(plan: CasePlan, now: CasePlan | None = None) -> Gantt:
    """Draw a plan; against `now`, if the plan is a supposed one."""
    told = [line for line in lines(plan, now) if _days(line)]
    scale = _Scale.over(told, plan.today, plan.start)
    rows: list[Row] = []
    y = float(TOP)
    for line in told:
        rows.append(_row(line, scale, plan.today, y))
        y += rows[-1].height
    drawn = {bar.kind for row in rows for bar in row.bars}
    return Gantt(
        width=WIDTH, height=y + 6, ticks=tuple(_ticks(scale)), rows=tuple(rows),
        today_x=scale.x(plan.today),
        today_label=_("oggi %(day)s", day=_in_short(plan.today, year=False)),
        kinds=tuple(kind for kind in KINDS if kind in drawn), compares=now is not None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Scale:
    first: date
    last: date

    @classmethod
    def over(cls, told: Sequence[Line], today: date, start: date) -> "_Scale":
        """From the month of the first day to the end of the last month that matters."""
        stages = [d for line in told if line.row.kind == "stage" for d in _days(line)]
        terms = [d for line in told if line.row.kind == "term" for d in _days(line)]
        if stages:
            farthest = max(*stages, today) + MARGIN
            terms = [day for day in terms if day <= farthest]
        days = [today, start, *stages, *terms]
        first, last = min(days), max(days)
        return cls(first.replace(day=1), _month(last, 1))

    def x(self, day: date) -> float:
        """Where a day stands; one outside is put at the edge."""
        share = (day - self.first) / (self.last - self.first)
        return round(LEFT + min(max(share, 0.0), 1.0) * (WIDTH - LEFT - RIGHT), 1)


def _days(line: Line) -> list[date]:
    row = line.row
    known = (row.starts_on, row.ended_on, row.forecast_from, row.forecast_on, *(line.before or ()))
    return [day for day in known if day is not None]


def _same(line: Line) -> object:
    """Terms of one rule are one line while they have the same dates; those that are over anyway."""
    row = line.row
    if row.kind == "stage" or not row.rule:
        return row.key
    if row.state not in LIVING:
        return (row.rule, row.stage, row.state)
    return (row.rule, row.stage, row.state, row.starts_on, row.forecast_on, line.before, row.pauses)


def _together(group: Sequence[Line]) -> Line:
    first = group[0]
    row = first.row
    if len(group) == 1:
        name = _named(row.title, row.body)
        return replace(first, title=name)
    bodies = [body for line in group if (body := line.row.body) is not None]
    several = len(dict.fromkeys(bodies))
    # A term that began anew, as the end of an agreement at each renewal, is no other body's.
    count = (
        Text(f"{several} enti", f"{several} bodies")
        if several > 1
        else _named(Text(f"{len(group)} volte", f"{len(group)} times"), next(iter(bodies), None))
    )
    starts = [line.row.starts_on for line in group if line.row.starts_on is not None]
    ends = [line.row.ended_on for line in group if line.row.ended_on is not None]
    if row.state not in LIVING:
        row = replace(
            row, starts_on=min(starts, default=None), ended_on=max(ends, default=None),
            forecast_from=min(starts, default=None), forecast_on=max(ends, default=None), pauses=(),
        )  # fmt: skip
    thin = [line.before for line in group if line.before is not None]
    before = (min(b[0] for b in thin), max(b[1] for b in thin)) if thin else None
    return Line(row, _named(row.title, count), before)


def _named(title: Text, body: Text | None) -> Text:
    if body is None:
        return title
    return Text(f"{title.it} · {body.it}", f"{title.en} · {body.en}")


def _row(line: Line, scale: _Scale, today: date, y: float) -> Row:
    row = line.row
    is_stage = row.kind == "stage"
    title = _in_lines(line.title.in_(language()), LETTERS if is_stage else LETTERS + 3)
    height = STAGE if is_stage else TERM if len(title) == 1 else TWO_LINES
    thick = 16.0 if is_stage else 11.0
    bars = tuple(_bars(line, scale, today, y + 5, thick))
    end = max((bar.x + bar.width for bar in bars), default=scale.x(today))
    label = _label(row, scale)
    fits = end + LABEL + 14 <= WIDTH
    start = min((bar.x for bar in bars), default=end)
    return Row(
        title=title,
        y=y, height=height, indent=0 if is_stage else 12, bars=bars, label=label,
        label_x=round(end + 6 if fits else start - 6, 1), anchor="start" if fits else "end",
    )  # fmt: skip


def _label(row: PlanRow, scale: _Scale) -> str:
    if row.forecast_on is None:
        return _("non prevedibile") if row.state != "skipped" else ""
    words = _in_short(row.forecast_on)
    return f"{words} →" if row.forecast_on > scale.last else words


def _bars(line: Line, scale: _Scale, today: date, y: float, thick: float) -> Iterable[Bar]:
    row = line.row
    if line.before is not None:
        yield _bar("before", line.before[0], line.before[1], scale, y + thick + 3, 5)
    begins, ends = row.forecast_from, row.forecast_on
    if begins is not None and row.ended_on is not None:
        kind: Kind = "done" if row.state in OVER else "passed"
        yield _bar(kind, begins, row.ended_on, scale, y, thick)
    elif begins is not None:
        if row.starts_on is not None and begins < today:
            elapsed = min(today, ends) if ends is not None else today
            yield _bar("elapsed", begins, elapsed, scale, y, thick)
        if ends is not None and ends > today:
            ahead: Kind = "supposed" if row.supposed else "forecast"
            yield _bar(ahead, max(begins, today), ends, scale, y, thick)
    for pause in row.pauses:
        until = pause.to or max(today, pause.after)
        if until > pause.after:
            yield _bar("still", pause.after, until, scale, y, thick)


def _bar(kind: Kind, begins: date, ends: date, scale: _Scale, y: float, height: float) -> Bar:
    x = scale.x(begins)
    return Bar(kind, x, max(round(scale.x(ends) - x, 1), 2.0), y, height)


def _ticks(scale: _Scale) -> Iterable[Tick]:
    """Every month a line; names as far as there is room."""
    months = (scale.last.year - scale.first.year) * 12 + scale.last.month - scale.first.month
    room = (WIDTH - LEFT - RIGHT) / max(months, 1)
    step = next((n for n in (1, 2, 3, 6, 12, 24) if n * room >= LABEL), 60)
    lined = 1 if room >= 8 else step
    for number in range(0, months + 1, lined):
        month = _month(scale.first, number)
        named = number % step == 0
        pattern = "LLL yyyy"
        words = format_date(month, pattern, locale=LOCALES[language()]) if named else ""
        yield Tick(scale.x(month), words)


def _month(day: date, later: int) -> date:
    year, month = divmod(day.month - 1 + later, 12)
    return date(day.year + year, month + 1, 1)


def _in_short(day: date, *, year: bool = True) -> str:
    """A day beside a bar: `28/12/2026`, in English `28 Dec 2026`."""
    pattern = {"it": "dd/MM/yyyy" if year else "dd/MM", "en": "d MMM yyyy" if year else "d MMM"}
    return format_date(day, pattern[language()], locale=LOCALES[language()])


def _in_lines(words: str, letters: int) -> tuple[str, ...]:
    """A name in two lines at most."""
    found = wrap(words, letters)
    if len(found) > 2:
        found = [found[0], f"{found[1][: letters - 1].rstrip()}…"]
    return tuple(found)

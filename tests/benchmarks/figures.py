"""What was measured, what it was to be, and what is said where a goal is missed."""

import statistics
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

KNOWN_LIMITS = Path(__file__).parent / "known_limits.toml"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; the goal is on `value`, whose unit says whether it is a ratio."""

    name: str
    database: str
    value: float
    unit: str
    median_ms: float | None = None
    p95_ms: float | None = None
    at_most: float | None = None
    note: str = ""

    @property
    def missed(self) -> bool:
        return self.at_most is not None and self.value > self.at_most


@dataclass(frozen=True, slots=True)
class Limit:
    """A goal that is known to be missed: where, up to which value, and why."""

    figure: str
    database: str
    at_most: float
    reason: str

    def covers(self, figure: Figure) -> bool:
        """Whether it explains this figure; what is worse than written down is not explained."""
        return (
            self.figure == figure.name
            and self.database in ("every", figure.database)
            and figure.value <= self.at_most
        )


@dataclass(slots=True)
class Report:
    """All figures of a run."""

    figures: list[Figure] = field(default_factory=list)
    limits: Sequence[Limit] = ()

    def add(self, figure: Figure) -> None:
        """One more line."""
        self.figures.append(figure)

    def time(
        self, name: str, database: str, times: Sequence[float], *, against: Sequence[float] = (),
        at_most: float | None = None, note: str = "",
    ) -> None:  # fmt: skip
        """Times in milliseconds, as they are or as a ratio to others of the same run."""
        median = statistics.median(times)
        ratio = median / statistics.median(against) if against else None
        self.add(
            Figure(
                name, database, median if ratio is None else ratio, "ms" if ratio is None else "×",
                median, percentile(times, 95), at_most, note,
            )
        )  # fmt: skip

    def limit(self, figure: Figure) -> Limit | None:
        """What was written down about a missed goal."""
        return next((limit for limit in self.limits if limit.covers(figure)), None)

    @property
    def unexplained(self) -> list[Figure]:
        """Goals missed without a reason."""
        return [f for f in self.figures if f.missed and self.limit(f) is None]

    def as_json(self) -> dict[str, Any]:
        """The run for machines."""
        rows = []
        for figure in self.figures:
            limit = self.limit(figure) if figure.missed else None
            rows.append(
                {
                    **asdict(figure), "missed": figure.missed,
                    "known_limit": limit.reason if limit else None,
                }
            )  # fmt: skip
        return {
            "figures": rows,
            "known_limits": [asdict(limit) for limit in self.limits],
            "ok": not self.unexplained,
        }

    def as_table(self) -> str:
        """The run for people, as Markdown."""
        lines = [
            "| figure | database | median ms | p95 ms | value | goal | |",
            "|---|---|---|---|---|---|---|",
        ]
        for f in self.figures:
            goal = "" if f.at_most is None else f"≤ {f.at_most:g} {f.unit}"
            said = f.note
            if f.missed:
                said = "known limit" if self.limit(f) else "**missed**"
            lines.append(
                f"| {f.name} | {f.database} | {_number(f.median_ms)} | {_number(f.p95_ms)} "
                f"| {_number(f.value)} {f.unit} | {goal} | {said} |"
            )
        return "\n".join(lines)


def known_limits() -> tuple[Limit, ...]:
    """What is written down about goals that are missed."""
    found = tomllib.loads(KNOWN_LIMITS.read_text(encoding="utf-8"))
    return tuple(Limit(**entry) for entry in found.get("limit", ()))


def percentile(times: Sequence[float], share: int) -> float:
    """The value that this share of the times does not exceed."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)]


def timed(act: Callable[[], object]) -> float:
    """How many milliseconds something takes."""
    began = perf_counter()
    act()
    return (perf_counter() - began) * 1000


def in_turn(
    rounds: int, acts: Mapping[str, Callable[[], Callable[[], object]]], *, warm: int = 3
) -> dict[str, list[float]]:
    """Times of several acts, one after the other in every round, so that all meet the same machine.

    Each entry prepares an act and gives it back to be timed. The first rounds only warm up.
    """
    times: dict[str, list[float]] = {name: [] for name in acts}
    for number in range(warm + rounds):
        for name, prepare in acts.items():
            spent = timed(prepare())
            if number >= warm:
                times[name].append(spent)
    return times


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"

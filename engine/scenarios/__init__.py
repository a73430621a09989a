"""Plays the stories of a process folder through the commands, exactly as officers would live them.

A story names its parties, its steps and what must come out. What happened is written as a trace,
one line an event, without ids: reviewed once, compared ever after. Together the stories must pass
every sequence flow of the drawing and of what it calls, but for what can never happen there.
"""

import csv
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from engine.actor import Actor
from engine.bundles.definition import Bundle
from engine.bundles.load import load_folder
from engine.errors import EngineError
from engine.model import WorkItem
from engine.scenarios.cast import StoryBroken
from engine.scenarios.possible import possible_flows
from engine.scenarios.stage import Stage
from engine.scenarios.telling import Telling, why

__all__ = ["Report", "Telling", "opened", "play"]


@dataclass(slots=True)
class Report:
    """What the stories of one process showed."""

    key: str
    passed: int = 0
    total: int = 0
    flows: int = 0
    covered: int = 0
    missing: list[str] = field(default_factory=list)
    unshown: list[str] = field(default_factory=list)
    """Rows of coverage.csv whose stories do not pass an element they are said to show."""
    failures: list[str] = field(default_factory=list)

    @property
    def percent(self) -> float:
        return 100.0 * self.covered / self.flows if self.flows else 100.0

    def __str__(self) -> str:
        share = f"{self.percent:.1f}".removesuffix(".0")
        return f"{self.key} {self.passed}/{self.total} {share}"


def play(
    folder: Path, *, shared: Path | None = None, update: bool = False,
    before: Callable[[Telling, Actor, WorkItem], None] | None = None,
    after: Callable[[Telling], None] | None = None,
) -> Report:  # fmt: skip
    """Play every story of a folder; with `update`, write the traces instead of comparing them.

    `before` looks at each piece of work before it is done, `after` at the case of each story once
    it is told.
    """
    bundle = load_folder(folder, shared)
    report = Report(bundle.key)
    passed: dict[str, set[tuple[str, str]]] = {}
    with tempfile.TemporaryDirectory() as place:
        stage = Stage.open(Path(place), [*opened(bundle, folder.parent, shared), bundle])
        for path in sorted((folder / "scenarios").glob("*.toml")):
            report.total += 1
            try:
                told = Telling(stage, bundle, tomllib.loads(path.read_text("utf-8")))
                if before is not None:
                    told.before = partial(before, told)
                told.run()
                if after is not None:
                    after(told)
                _compare(path.with_suffix(".trace"), told.trace(), update=update)
                report.passed += 1
            except (StoryBroken, EngineError, tomllib.TOMLDecodeError) as broken:
                report.failures.append(f"{path.name}: {why(broken)}")
            else:
                passed[path.stem] = told.flows()
        stage.engine.close()
    drawn = possible_flows(bundle)
    every = set().union(*passed.values())
    report.flows, report.covered = len(drawn), len(drawn & every)
    report.missing = sorted(f"{a} → {b}" for a, b in drawn - every)
    if not report.failures:
        report.unshown = list(_unshown(folder / "coverage.csv", passed))
    return report


def _unshown(table: Path, passed: Mapping[str, set[tuple[str, str]]]) -> Iterator[str]:
    """A row of coverage.csv is proof only where one of its stories passes what it names."""
    if not table.exists():
        return
    with table.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            flows = set().union(*(passed.get(story, ()) for story in row["scenario"].split()))
            seen = {element for flow in flows for element in flow}
            for element in row["element"].split():
                if element not in seen:
                    yield f"{row['item']}: {row['scenario']} does not pass {element}"


def opened(bundle: Bundle, library: Path, shared: Path | None) -> list[Bundle]:
    """The procedures whose cases this one opens, the innermost first."""
    found: dict[str, Bundle] = {}
    keys = [rule.process for rule in bundle.children.values()]
    for key in (*keys, *(rule.process for rule in bundle.raises.values())):
        other = load_folder(library / key, shared)
        found |= {b.key: b for b in (*opened(other, library, shared), other)}
    return list(found.values())


def _compare(path: Path, trace: str, *, update: bool) -> None:
    if update:
        path.write_text(trace, encoding="utf-8")
        return
    if not path.exists():
        raise StoryBroken(f"{path.name} is missing: play with --update, read it, commit it")
    golden = path.read_text(encoding="utf-8")
    if golden != trace:
        pairs = enumerate(zip(golden.splitlines(), trace.splitlines(), strict=False), 1)
        line, (was, now) = next(
            ((n, p) for n, p in pairs if p[0] != p[1]), (0, ("(length)", "(length)"))
        )
        raise StoryBroken(f"the trace differs at line {line}: was “{was}”, is “{now}”")

"""One drill: an office under load, faults at random moments, and a look at what is left."""

import json
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import engine as engine_room
from engine import Actor
from engine.bundles.load import load_folder
from engine.commands import deploy_process
from engine.seed import install, seed
from engine.settings import Settings
from tests.faults.checker import check, unfinished
from tests.faults.house import House, open_house, plan
from tests.faults.load import Load, Officers
from tests.faults.outside import open_outside

FOLDER = Path(__file__).parent / "processes" / "drill"
OFFICERS = 4
SETTLING_SECONDS = 90


@dataclass
class Report:
    """What was done, what was found."""

    faults: Counter[str] = field(default_factory=Counter)
    acts: Counter[str] = field(default_factory=Counter)
    counted: Counter[str] = field(default_factory=Counter)
    ends: dict[str, list[int]] = field(default_factory=dict)
    """Processes that ended by themselves, with their exit codes."""
    findings: list[str] = field(default_factory=list)
    seconds: float = 0

    def __str__(self) -> str:
        def listed(counts: Counter[str]) -> str:
            return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))

        lines = [
            f"faults    {self.faults.total()}: {listed(self.faults)}",
            f"acts      {self.acts.total()}: {listed(self.acts)}",
            f"looked at {listed(self.counted)}",
            f"ended by themselves: {self.ends or 'none'}",
            f"findings  {len(self.findings)}",
            *(f"  {finding}" for finding in self.findings),
            f"{self.seconds:.0f} s",
        ]
        return "\n".join(lines)


def drill(
    *,
    faults: int,
    pause: float,
    seed_number: int,
    folder: Path | None = None,
    tell: Callable[[str], object] = lambda _words: None,
) -> Report:
    """Let the office work under so many faults, `pause` seconds apart on average, and look."""
    began = time.monotonic()
    chance = random.Random(seed_number)
    place = folder or Path(tempfile.mkdtemp(prefix="concerto-drill-"))
    report = Report()
    with open_outside(place, chance) as outside, open_house(place, outside) as house:
        load = Load(house.addresses, _furnish(house), random.Random(chance.random()))
        house.begin()
        load.begin(OFFICERS)
        try:
            _wait_for_work(load, house)
            for number, fault in enumerate(plan(faults, chance), start=1):
                _live(house, chance.uniform(0.5, 1.5) * pause)
                house.strike(fault, chance)
                done, after = load.count("acknowledged"), time.monotonic() - began
                tell(f"{number:5} {fault:17} {after:5.0f} s, {done} acts acknowledged")
            _while(house, load.end)
            tell(f"no more faults    {time.monotonic() - began:5.0f} s")
            _settle(house, load, report)
            tell(f"all done          {time.monotonic() - began:5.0f} s")
        finally:
            load.stop.set()
            load.give_up.set()
        house.end()
        checker = check(house.dsn, load.acts, outside.mails.read(), outside.registrations.read())
        report.faults = house.faults
        report.acts = Counter(act.outcome for act in load.acts)
        report.counted = checker.counted
        report.ends = {part.name: part.ends for part in house.parts if part.ends}
        report.findings += load.findings + checker.findings
    report.seconds = time.monotonic() - began
    return report


def _furnish(house: House) -> Officers:
    """Schema, territory, people and the process of the drill."""
    settings = Settings.from_environment(house.environment)
    office = engine_room.open(settings)
    problems = install(office, processes=house.folder / "no-processes")
    assert not problems
    accounts = house.folder / "accounts.json"
    seed(office, accounts_file=accounts)
    files = dict(load_folder(FOLDER, None).files)
    office.run(Actor.system("drill"), deploy_process, files=files)
    office.close()
    return officers_of(accounts)


def officers_of(accounts: Path) -> Officers:
    """The tokens of the demo office that the drill needs."""
    coordinators, towns = [], {}
    for person in json.loads(accounts.read_text(encoding="utf-8")):
        for role in person["roles"]:
            if role["role"] == "coordinator":
                coordinators.append(person["token"])
            if role["role"] == "officer" and role["capacity"] == "municipality":
                towns[role["organisation"]] = person["token"]
    return Officers(coordinators, towns)


def _wait_for_work(load: Load, house: House) -> None:
    limit = time.monotonic() + 60
    while load.count("acknowledged") < 5:
        if time.monotonic() > limit:
            raise RuntimeError(f"nobody can work: see {house.folder}")
        _live(house, 0.2)


def _live(house: House, seconds: float) -> None:
    """Let time pass, and start again what has died."""
    limit = time.monotonic() + seconds
    while True:
        house.revive()
        left = limit - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(0.2, left))


def _while(house: House, act: Callable[[], None]) -> None:
    thread = threading.Thread(target=act)
    thread.start()
    while thread.is_alive():
        _live(house, 0.2)
    thread.join()


def _settle(house: House, load: Load, report: Report) -> None:
    """No more faults: what was lent to the dead comes back, and everything gets done."""
    load.give_up.clear()
    house.empty_queue()
    house.end_loans()
    _while(house, load.confirm_rest)
    again = time.monotonic() + 5
    before: list[str] = []
    limit = time.monotonic() + SETTLING_SECONDS
    while left := list(unfinished(house.dsn)):
        if left != before:  # a thousand faults leave much to do: slow is not stuck
            before, limit = left, time.monotonic() + SETTLING_SECONDS
        if time.monotonic() > limit:
            report.findings.append(f"nothing moved for {SETTLING_SECONDS} s: {left}")
            return
        if time.monotonic() > again:
            # What a busy register put off is due again too.
            house.end_loans()
            again = time.monotonic() + 5
        _live(house, 0.5)

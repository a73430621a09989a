"""Random cases of the real processes, lived through the commands by officers who know no process.

`./dev bench walks [cases of each process] [first seed] [processes]`. A walker knows only the
offers, the form of a piece of work, and what may befall a case: silence, services nobody has
connected, bodies that come and go, suspension, withdrawal, reopening, and cases that its parties
raise from it, which go on beside it. Every case must come to an end, those it raised too, each
result must come back, and no drawing may fail on the way. After `RESTLESS` acts a walker only
answers as the examples say, so that a circle shows itself.
"""

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, event, select

from engine import Actor
from engine.bundles.columns import Column
from engine.bundles.definition import Bundle
from engine.bundles.form import Field, Form
from engine.bundles.forms import examples, visible_fields
from engine.bundles.forms.presenting import ALL
from engine.bundles.load import load_folder
from engine.bundles.roles import roles
from engine.choices import Choice
from engine.clock import day_of
from engine.commands import (
    add_party,
    complete_task,
    deliver_message,
    expire_deadline,
    mark_failed,
    raise_case,
    register_body,
    remove_party,
    reopen_case,
    resume_case,
    start_case,
    store_upload,
    suspend_case,
    withdraw_case,
)
from engine.db import connect
from engine.deliveries import CallService
from engine.errors import EngineError, HeldUpByCase, ProcessFault
from engine.migrations import upgrade
from engine.model import (
    TO_DO,
    Case,
    CaseState,
    ChildCase,
    ChildRound,
    Deadline,
    DeadlineState,
    DeliveryRow,
    DeliveryState,
    Neighbour,
    Offer,
    Organisation,
    Party,
    WorkItem,
)
from engine.queries import form_spec, raise_spec
from engine.scenarios.opened import tend_all
from tests.benchmarks import over_http
from tests.office import Office, open_office

PROCESSES = Path(__file__).parents[2] / "processes"
BEGIN = datetime(2027, 1, 11, 8, 0, tzinfo=UTC)
RESTLESS = 150  # acts after which a walker answers only as the examples say
MOST_RAISED = 2  # cases raised from one that go on at the same time
LIMIT = 700  # acts after which a case is said to run in a circle
PICKED = ("choice", "choices", "yes_no")
PAPER = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
CLOCK = Actor.system("clock")
RELAY = Actor.system("relay")


class Stuck(AssertionError):
    """A case that cannot go on, or does not come to an end."""


@dataclass(slots=True)
class Walker:
    """Somebody who does whatever is offered, in one case after the other."""

    office: Office
    bundle: Bundle
    chance: random.Random = field(default_factory=random.Random)
    actors: dict[tuple[str, str], Actor] = field(default_factory=dict)
    ends: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    acts: list[str] = field(default_factory=list)
    case_id: str = ""
    archived: bool = False
    beside: dict[str, Bundle] = field(default_factory=dict)
    """The procedures of which cases may be raised from this one."""
    raised: list["Walker"] = field(default_factory=list)
    """Cases raised from this one that still go on."""
    family: list[str] = field(default_factory=list)
    """The case and all that were raised from it: one silence is all of theirs."""
    returned: Counter[str] = field(default_factory=Counter)
    """How raised cases ended whose result came back, over all walks."""
    restless: int = RESTLESS
    whim: float = 0.0
    """How often this walker answers otherwise than the examples say: calm ones get far."""

    def walk(self, seed: int, *, steady: bool = False) -> str:
        """Live one case from its start to an end, and say which; Stuck when there is none.

        A steady walker answers as the examples say from the first act on, and nothing befalls him.
        """
        self.chance = random.Random(f"{self.bundle.key} {seed}")
        self.acts, self.archived = [], False
        self.raised, self.family = [], []
        self.restless = 0 if steady else RESTLESS
        self.whim = self.chance.choice((0.04, 0.12, 0.35))
        self.office.clock.at = BEGIN
        try:
            self._start()
            while not self._over():
                if len(self.acts) > LIMIT:
                    raise Stuck("the case runs in a circle")
                self._act()
        except (Stuck, EngineError) as problem:
            told = "\n  ".join(self.acts[-12:])
            why = getattr(problem, "fields", "")
            raise Stuck(f"{self.bundle.key} {seed}: {problem!r} {why}\n  {told}") from problem
        self._drop_mail()
        case = self._case()
        end = f"{case.state} {case.outcome}"
        self.ends[end] += 1
        return end

    def _drop_mail(self) -> None:
        """No relay runs here: what nobody sends would be looked through again in every case."""
        with self.office.session() as session, session.begin():
            session.execute(delete(DeliveryRow).where(DeliveryRow.case_id.in_(self.family)))

    # -- what to do next -----------------------------------------------------------------------
    def _start(self) -> None:
        chosen = {
            capacity.id: self._bodies(capacity.kinds, capacity.min, capacity.max)
            for capacity in self.bundle.capacities
            if capacity.default is None
        }
        parties = [{"organisation": b, "capacity": c} for c, found in chosen.items() for b in found]
        by = self._starter(chosen)
        data = self._answers(self.bundle.start_form, {}, by, steady=True)
        self.case_id = self.office.engine.run(
            by, start_case, process=self.bundle.key, title="Passeggiata", parties=parties, data=data
        )
        self.family.append(self.case_id)
        self.acts.append(f"start with {[p['organisation'] for p in parties]}")

    def _starter(self, chosen: Mapping[str, Sequence[str]]) -> Actor:
        """Whoever may start, in a body that has such a role: an office has no municipal officer."""
        seats = [
            (next(iter(chosen.get(column.capacity, ())), self._usual(column.capacity)), column.role)
            for column in self.bundle.start_by
        ]
        with self.office.session() as session:
            kinds = {body: session.get_one(Organisation, body).kind for body, _ in seats}
        return self._actor(*next(s for s in seats if (kinds[s[0]], s[1]) in roles()))

    def _bodies(self, kinds: Sequence[str], least: int, most: int | None = None) -> list[str]:
        """Some towns of one zone, often such as touch each other; one at most where one will do."""
        with self.office.session() as session:
            bodies = session.execute(
                select(Organisation.id, Organisation.zone_number)
                .where(Organisation.kind.in_(kinds))
                .order_by(Organisation.id)
            ).all()
            near = session.execute(select(Neighbour.organisation_id, Neighbour.neighbour_id)).all()
        if least < 2:
            count = max(least, self.chance.choice((0, 1)))
            return self.chance.sample([b for b, _ in bodies], min(count, len(bodies)))
        zones = Counter(zone for _, zone in bodies)
        zone = self.chance.choice(sorted(z for z, n in zones.items() if z and n >= least))
        towns = [body for body, there in bodies if there == zone]
        wanted = min(len(towns), self.chance.randint(2, 8), most or len(towns))
        if self.chance.random() < 0.4:  # any towns at all
            return self.chance.sample(towns, wanted)
        chosen = [self.chance.choice(towns)]
        while len(chosen) < wanted:
            edge = {b for a, b in near if a in chosen and b in towns} - set(chosen)
            if not edge:
                break
            chosen.append(self.chance.choice(sorted(edge)))
        return chosen if len(chosen) >= least else self.chance.sample(towns, wanted)

    def _over(self) -> bool:
        """Ended, nothing left to do, and nobody who wants to begin again."""
        case = self._case()
        if not case.is_ended or self._offers() or self.raised:
            return False
        return self.archived or len(self.acts) > self.restless or self.chance.random() < 0.5

    def _act(self) -> None:
        steady = len(self.acts) > self.restless
        if self.raised and (self.chance.random() < 0.4 or not self._offers()):
            self._go_on(self.chance.choice(self.raised))
            return
        if self._case().state != CaseState.SUSPENDED:
            self._serve()
        if not steady and self.chance.random() < self.whim / 4:
            self._disturb()
            return
        offers = [] if self._case().state == CaseState.SUSPENDED else self._offers()
        if offers and (steady or self.chance.random() < 0.97):
            self._complete(self.chance.choice(offers), steady=steady)
        else:
            self._be_silent()

    def _complete(self, offer: tuple[str, str, str], *, steady: bool) -> None:
        item_id, organisation, role = offer
        actor = self._actor(organisation, role)
        asked = self.office.engine.read(form_spec, actor=actor, work_item_id=item_id)
        data = self._answers(asked.form, asked.choices, actor, steady=steady)
        chosen = {
            f.name: data[f.name] for f in asked.form.fields if f.name in data and f.type in PICKED
        }
        self.acts.append(f"{asked.form.activity} by {role} of {organisation}: {chosen}")
        try:
            self.office.engine.run(actor, complete_task, work_item_id=item_id, data=data)
        except HeldUpByCase:
            if not self.raised:
                raise
            self.acts[-1] += " (held up by a raised case)"
            self._go_on(self.chance.choice(self.raised))
        self._tend()

    def _go_on(self, other: "Walker") -> None:
        """One act in a case raised from this one; once it has ended its result must be back."""
        if not other._over():
            other._act()
        self._tend()
        case = other._case()
        if not case.is_ended or other._offers():
            return
        if self._case().state == CaseState.SUSPENDED:  # a result waits until it is taken up again
            self._command(resume_case)
            self._tend()
        self.raised.remove(other)
        with self.office.session() as session:
            row, round_ = session.execute(
                select(ChildCase, ChildRound)
                .join(ChildRound, ChildRound.id == ChildCase.round_id)
                .where(ChildCase.child_id == case.id)
            ).one()
        if row.outcome != case.outcome:
            raise Stuck(f"{case.number} ended as {case.outcome}, its row says {row.outcome}")
        if round_.told_at is None and not self._case().is_ended:
            raise Stuck(f"the result of {case.number} did not come back")
        self.returned[f"{other.bundle.key} {case.state} {case.outcome}"] += 1

    def _tend(self) -> None:
        """What a worker does for the cases that this one raised."""
        if self.bundle.raises and len(self.family) > 1:
            tend_all(self.office.engine, self.bundle)

    def _serve(self) -> None:
        """Services fail, as in an installation that has connected none: people take over."""
        with self.office.session() as session:
            asked = session.scalars(
                select(DeliveryRow.id).where(
                    DeliveryRow.case_id == self.case_id,
                    DeliveryRow.kind == CallService.__name__,
                    DeliveryRow.state == DeliveryState.PENDING,
                )
            ).all()
        for delivery_id in asked:
            self.acts.append("a service is not connected")
            self.office.engine.run(
                RELAY, mark_failed, delivery_id=delivery_id, error="not connected", final=True
            )

    def _be_silent(self) -> None:
        """Nobody does anything until the next term of the case is over."""
        case = self._case()
        if case.state == CaseState.SUSPENDED:
            self._command(resume_case)
            return
        with self.office.session() as session:
            due_on = session.scalar(
                select(Deadline.due_on)
                .where(*self._running(), Deadline.due_on.is_not(None))
                .order_by(Deadline.due_on)
            )
        if due_on is None:
            if self._offers() or self.raised:
                return
            if case.is_ended:
                self.archived = True
                return
            raise Stuck(f"nobody can do anything, and no term runs; the case is {case.state}")
        days = (due_on - day_of(self.office.clock.now())).days + 1
        self.office.clock.advance(timedelta(days=max(days, 0)))
        today = day_of(self.office.clock.now())
        self.acts.append(f"silence until {today}")
        with self.office.session() as session:
            due = session.scalars(
                select(Deadline.id)
                .where(*self._running(), Deadline.due_on < today)
                .order_by(Deadline.due_on, Deadline.id)
            ).all()
        for deadline_id in due:
            self.office.engine.run(CLOCK, expire_deadline, deadline_id=deadline_id)
        self._tend()

    def _running(self) -> tuple[Any, ...]:
        return Deadline.case_id.in_(self.family), Deadline.state == DeadlineState.RUNNING

    def _disturb(self) -> None:
        """Something befalls the case that nobody planned; most of it may be refused."""
        case = self._case()
        befalls = [self._withdraw_party, self._withdraw_party, self._add_party, self._add_party]
        if any(rule.by for rule in self.bundle.messages.values()):
            befalls.append(self._message)
        if self.beside and not case.is_ended and len(self.raised) < MOST_RAISED:
            befalls += [self._raise] * 3
        if case.is_ended:
            befalls += [lambda: self._command(reopen_case)] * 4
        else:
            befalls.append(lambda: self._command(suspend_case))
        if self.chance.random() < 0.2:
            befalls = [lambda: self._command(withdraw_case)]
        try:
            self.chance.choice(befalls)()
        except ProcessFault:
            raise
        except EngineError as refusal:
            self.refused[type(refusal).__name__] += 1
            self.acts[-1] += f" (refused: {refusal})"
        self._tend()

    def _command(self, command: Any) -> None:
        name = command.__name__
        columns = self.bundle.permissions.get(name, (self.bundle.accountable,))
        self.acts.append(name)
        self.office.engine.run(
            self._seated(columns[0]), command, case_id=self.case_id, reason="Passeggiata"
        )

    def _withdraw_party(self) -> None:
        living = [p for p in self._parties() if p.left_at is None]
        towns = [p for p in living if p.capacity == "municipality"]
        party = self.chance.choice(towns if towns and self.chance.random() < 0.85 else living)
        self.acts.append(f"remove {party.organisation_id}")
        by = self._seated(self.bundle.accountable)
        self.office.engine.run(
            by, remove_party, case_id=self.case_id, party_id=party.id, reason="Recesso"
        )

    def _add_party(self) -> None:
        capacity = self.chance.choice([c for c in self.bundle.capacities if c.max != 1])
        body = self.chance.choice(self._bodies(capacity.kinds, capacity.min) or ["cmto"])
        gone = [
            p.organisation_id
            for p in self._parties()
            if p.left_at is not None and p.capacity == capacity.id
        ]
        if gone and self.chance.random() < 0.5:
            body = self.chance.choice(gone)
        self.acts.append(f"add {body} as {capacity.id}")
        by = self._seated(self.bundle.accountable)
        self.office.engine.run(
            by, add_party, case_id=self.case_id, organisation_id=body, capacity=capacity.id,
            reason="Si aggiunge",
        )  # fmt: skip

    def _message(self) -> None:
        sent = (rule for rule in self.bundle.messages.values() if rule.by)
        rule = self.chance.choice(sorted(sent, key=lambda r: r.name))
        by = self._seated(rule.by[0])
        self.acts.append(f"message {rule.name}")
        data = self._answers(rule.form, {}, by, steady=False) if rule.form else {}
        self.office.engine.run(by, deliver_message, case_id=self.case_id, name=rule.name, data=data)

    def _raise(self) -> None:
        """A party raises a case of another procedure, which then goes on beside this one."""
        rule = self.chance.choice(sorted(self.bundle.raises.values(), key=lambda r: r.name))
        present = {p.capacity for p in self._parties()}
        columns = [column for column in rule.by if column.capacity in present]
        if not columns:
            return  # an office that this case does without cannot raise anything
        by = self._seated(self.chance.choice(columns))
        self.acts.append(f"raise {rule.name} by {by.name}")
        engine = self.office.engine
        asked = engine.read(raise_spec, actor=by, case_id=self.case_id, name=rule.name)
        parties = []
        for pick in asked.picks:
            most = min(len(pick.choices), pick.max or 3)
            count = self.chance.randint(min(max(pick.min, 1), most), most)
            chosen = self.chance.sample(pick.choices, count)
            parties += [{"organisation": c.value, "capacity": pick.capacity} for c in chosen]
        data = self._answers(asked.form, asked.choices, by, steady=False)
        child_id = engine.run(
            by, raise_case, case_id=self.case_id, name=rule.name, title="Dal caso",
            parties=parties, data=data,
        )  # fmt: skip
        other = Walker(self.office, self.beside[rule.process], self.chance, self.actors)
        other.acts, other.refused, other.family = self.acts, self.refused, self.family
        other.case_id, other.whim, other.restless = child_id, self.whim, self.restless
        self.family.append(child_id)
        self.raised.append(other)

    # -- how to answer -------------------------------------------------------------------------
    def _answers(
        self, form: Form, choices: Mapping[str, Sequence[Choice]], by: Actor, *, steady: bool
    ) -> dict[str, Any]:
        """Answers that fit the form: as the examples say, with what is picked left to chance."""

        def upload(_: Field) -> str:
            kept = self.office.engine.run(by, store_upload, filename="foglio.pdf", content=PAPER)
            return str(kept["id"])

        given: dict[str, Any] = {}
        for asked in () if steady else form.fields:
            if asked in visible_fields(form.fields, given):
                given |= self._picked(asked, choices)
        return examples(form, choices, upload, given=given)

    def _picked(self, asked: Field, choices: Mapping[str, Sequence[Choice]]) -> dict[str, Any]:
        """Whatever decides about the rest of a form or the way of a case is some choice."""
        offered = [o.value for o in choices.get(asked.name, asked.options)]
        if asked.type == "yes_no":
            offered = ["yes", "no"]
        if asked.type not in PICKED or not offered:
            return {}
        usual = offered[0] if asked.example not in offered else asked.example
        by_chance = self.chance.random() < self.whim
        if asked.type == "choices":
            least = min(max(1, asked.min_items), len(offered))
            some = self.chance.sample(offered, self.chance.randint(least, len(offered)))
            usual_ones = offered if asked.example == ALL else offered[:least]
            return {asked.name: some if by_chance else usual_ones}
        return {asked.name: self.chance.choice(offered) if by_chance else usual}

    # -- what is there -------------------------------------------------------------------------
    def _actor(self, organisation: str, role: str) -> Actor:
        seat = (organisation, role)
        if seat not in self.actors:
            self.actors[seat] = self.office.officer(f"{role} {organisation}", seat)
        return self.actors[seat]

    def _seated(self, column: Column) -> Actor:
        """Somebody of a body that takes part in a capacity."""
        bodies = [p for p in self._parties() if p.capacity == column.capacity]
        living = [p for p in bodies if p.left_at is None] or bodies
        body = living[0].organisation_id if living else column.capacity
        return self._actor(body, column.role)

    def _usual(self, name: str) -> str:
        """The body that takes part in a capacity by itself."""
        return self._first_of(next(c.kinds for c in self.bundle.capacities if c.id == name))

    def _first_of(self, kinds: Sequence[str]) -> str:
        first = select(Organisation.id).where(Organisation.kind.in_(kinds))
        with self.office.session() as session:
            return str(session.scalar(first.order_by(Organisation.id)))

    def _offers(self) -> list[tuple[str, str, str]]:
        """Pieces of work with a seat that may do them."""
        statement = (
            select(Offer.work_item_id, Offer.organisation_id, Offer.role, Organisation.kind)
            .join(WorkItem, WorkItem.id == Offer.work_item_id)
            .join(Organisation, Organisation.id == Offer.organisation_id)
            .where(Offer.case_id == self.case_id, WorkItem.state.in_(TO_DO), Offer.letter == "R")
            .order_by(Offer.work_item_id, Offer.organisation_id, Offer.role)
        )
        with self.office.session() as session:
            found = session.execute(statement).all()
        # A capacity may take bodies of several kinds; nobody is president of a municipality.
        return [(item, body, role) for item, body, role, kind in found if (kind, role) in roles()]

    def _case(self) -> Case:
        with self.office.session() as session:
            return session.get_one(Case, self.case_id)

    def _parties(self) -> list[Party]:
        with self.office.session() as session:
            statement = select(Party).where(Party.case_id == self.case_id).order_by(Party.id)
            return list(session.scalars(statement))


def bundles() -> list[Bundle]:
    """Every process of the house."""
    folders = sorted(p.parent for p in PROCESSES.glob("*/process.toml"))
    return [load_folder(folder, PROCESSES / "shared") for folder in folders]


def settle(office: Office, bundle: Bundle) -> Walker:
    """Publish a process in an office, and let somebody in who walks through it."""
    office.deploy(PROCESSES / bundle.key, PROCESSES / "shared")
    kinds = {kind for capacity in bundle.capacities for kind in capacity.kinds}
    for zone in (9, 10) if "planning_office" in kinds else ():
        office.engine.run(
            CLOCK, register_body, kind="planning_office", valid_from=BEGIN.date(), reason="prova",
            facts={"name": {"it": f"Ufficio {zone}", "en": f"Office {zone}"}, "zone": zone},
        )  # fmt: skip
    others = {rule.process for rule in bundle.raises.values()}
    walker = Walker(office, bundle, beside={b.key: b for b in bundles() if b.key in others})
    for one in (bundle, *walker.beside.values()):
        rows = one.raci.rows.values()
        answering = {column for row in rows for column, cell in row.items() if "A" in cell}
        for column in sorted(answering, key=str):  # who approves must be there
            takes = next(c.kinds for c in one.capacities if c.id == column.capacity)
            walker._actor(walker._first_of(takes), column.role)
    return walker


def _hurry(connection: Any, _record: Any) -> None:
    """A thousand cases that nobody will ask for after a power cut need not wait for the disk."""
    connection.execute("PRAGMA synchronous=OFF")


def say(line: str) -> None:
    """A line for whoever measures."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> int:
    """Walk through every process; say how the cases ended and how long it took."""
    if "--http" in arguments:
        rest = [word for word in arguments if word != "--http"]
        return over_http.main(rest, [bundle.key for bundle in bundles()], say)
    count = int(arguments[0]) if arguments else 100
    first = int(arguments[1]) if len(arguments) > 1 else 0
    stuck = 0
    for bundle in (b for b in bundles() if b.key in arguments[2:] or not arguments[2:]):
        with tempfile.TemporaryDirectory() as place:
            url = f"sqlite:///{place}/walks.sqlite3"
            upgrade(connect(url))
            office = open_office(url, Path(place))
            event.listen(office.engine.database, "connect", _hurry)
            office.engine.database.dispose()  # the next connection is one in a hurry
            walker = settle(office, bundle)
            started = time.monotonic()
            for seed in range(first, first + count):
                try:
                    walker.walk(seed)
                except Stuck as problem:
                    stuck += 1
                    say(str(problem))
            seconds = time.monotonic() - started
            walker.office.engine.close()
        say(f"{bundle.key}: {count} cases in {seconds:.0f} s, {stuck} stuck")
        for end, number in sorted(walker.ends.items()):
            say(f"  {number:>4} {end}")
        say(f"  refused, as they should be: {dict(walker.refused)}")
        if walker.beside:
            say(f"  raised from them, results back: {dict(sorted(walker.returned.items()))}")
    return 1 if stuck else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Random cases of the real processes, lived through the commands by officers who know no process.

`./dev bench walks [cases of each process] [first seed] [processes]`. What is done next is in the
mind of `walking.py`; here are its hands: offers, forms, commands. Silence, services nobody has
connected, bodies that come and go, suspension, withdrawal, reopening and cases that parties raise
befall a case. Every case must come to an end, those it raised too, each result must come back, and
no drawing may fail on the way.
"""

import sys
import tempfile
import time
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
from engine.bundles.forms import examples, json_fields, visible_fields
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
from tests.benchmarks.walking import PICKED, Mind, Refused, Standing, Stuck
from tests.office import Office, open_office

PROCESSES = Path(__file__).parents[2] / "processes"
BEGIN = datetime(2027, 1, 11, 8, 0, tzinfo=UTC)
PAPER = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
CLOCK = Actor.system("clock")
RELAY = Actor.system("relay")
CASE_COMMANDS = {
    "suspend_case": suspend_case,
    "resume_case": resume_case,
    "withdraw_case": withdraw_case,
    "reopen_case": reopen_case,
}


@dataclass(slots=True)
class Walker(Mind):
    """Somebody who acts by commands, in whatever seat the work is offered to."""

    office: Office
    bundle: Bundle
    beside: dict[str, Bundle] = field(default_factory=dict)
    """The procedures of which cases may be raised from this one."""
    actors: dict[tuple[str, str], Actor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.key = self.bundle.key

    @property
    def _failures(self) -> tuple[type[Exception], ...]:
        return Stuck, Refused, EngineError

    def _leave(self) -> None:
        """No relay runs here: what nobody sends would be looked through again in every case."""
        with self.office.session() as session, session.begin():
            session.execute(delete(DeliveryRow).where(DeliveryRow.case_id.in_(self.family)))

    def _start(self) -> None:
        self.office.clock.at = BEGIN
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
        placed, touching = [(b, zone) for b, zone in bodies], [(a, b) for a, b in near]
        return self._towns(placed, touching, least, most)

    def _complete(self, offer: Any, *, steady: bool) -> None:
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

    def _look_for_result(self, other: Mind, case: Standing) -> None:
        with self.office.session() as session:
            row, round_ = session.execute(
                select(ChildCase, ChildRound)
                .join(ChildRound, ChildRound.id == ChildCase.round_id)
                .where(ChildCase.child_id == other.case_id)
            ).one()
        if row.outcome != case.outcome:
            raise Stuck(f"{case.number} ended as {case.outcome}, its row says {row.outcome}")
        if round_.told_at is None and not self._case().is_ended:
            raise Stuck(f"the result of {case.number} did not come back")

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

    def _be_silent(self) -> bool:
        with self.office.session() as session:
            due_on = session.scalar(
                select(Deadline.due_on)
                .where(*self._running(), Deadline.due_on.is_not(None))
                .order_by(Deadline.due_on)
            )
        if due_on is None:
            return False
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
        return True

    def _running(self) -> tuple[Any, ...]:
        return Deadline.case_id.in_(self.family), Deadline.state == DeadlineState.RUNNING

    def _tried(self, by: Actor, command: Any, **given: Any) -> Any:
        """What may be refused; that a drawing fails may not."""
        try:
            return self.office.engine.run(by, command, **given)
        except ProcessFault:
            raise
        except EngineError as refusal:
            raise Refused(type(refusal).__name__, str(refusal)) from refusal

    def _command(self, name: str) -> None:
        columns = self.bundle.permissions.get(name, (self.bundle.accountable,))
        self.acts.append(name)
        by, command = self._seated(columns[0]), CASE_COMMANDS[name]
        self._tried(by, command, case_id=self.case_id, reason="Passeggiata")

    def _withdraw_party(self) -> None:
        living = [p for p in self._parties() if p.left_at is None]
        towns = [p for p in living if p.capacity == "municipality"]
        party = self.chance.choice(towns if towns and self.chance.random() < 0.85 else living)
        self.acts.append(f"remove {party.organisation_id}")
        by = self._seated(self.bundle.accountable)
        self._tried(by, remove_party, case_id=self.case_id, party_id=party.id, reason="Recesso")

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
        self._tried(
            by, add_party, case_id=self.case_id, organisation_id=body, capacity=capacity.id,
            reason="Si aggiunge",
        )  # fmt: skip

    def _hears_messages(self) -> bool:
        return any(rule.by for rule in self.bundle.messages.values())

    def _may_raise(self) -> bool:
        return bool(self.beside)

    def _message(self) -> None:
        sent = (rule for rule in self.bundle.messages.values() if rule.by)
        rule = self.chance.choice(sorted(sent, key=lambda r: r.name))
        by = self._seated(rule.by[0])
        self.acts.append(f"message {rule.name}")
        data = self._answers(rule.form, {}, by, steady=False) if rule.form else {}
        self._tried(by, deliver_message, case_id=self.case_id, name=rule.name, data=data)

    def _raise(self) -> None:
        rule = self.chance.choice(sorted(self.bundle.raises.values(), key=lambda r: r.name))
        present = {p.capacity for p in self._parties()}
        columns = [column for column in rule.by if column.capacity in present]
        if not columns:
            return  # an office that this case does without cannot raise anything
        by = self._seated(self.chance.choice(columns))
        self.acts.append(f"raise {rule.name} by {by.name}")
        try:
            asked = self.office.engine.read(
                raise_spec, actor=by, case_id=self.case_id, name=rule.name
            )
        except EngineError as refusal:
            raise Refused(type(refusal).__name__, str(refusal)) from refusal
        parties = []
        for pick in asked.picks:
            chosen = self._some([c.value for c in pick.choices], pick.min, pick.max)
            parties += [{"organisation": body, "capacity": pick.capacity} for body in chosen]
        data = self._answers(asked.form, asked.choices, by, steady=False)
        child_id = self._tried(
            by, raise_case, case_id=self.case_id, name=rule.name, title="Dal caso",
            parties=parties, data=data,
        )  # fmt: skip
        bundle = self.beside[rule.process]
        self._joined(Walker(self.office, bundle, actors=self.actors), child_id)

    # -- how to answer -------------------------------------------------------------------------
    def _answers(
        self, form: Form, choices: Mapping[str, Sequence[Choice]], by: Actor, *, steady: bool
    ) -> dict[str, Any]:
        """Answers that fit the form: as the examples say, with what is picked left to chance."""

        def upload(_: Field) -> str:
            kept = self.office.engine.run(by, store_upload, filename="foglio.pdf", content=PAPER)
            return str(kept["id"])

        given: dict[str, Any] = {}
        # Nobody picks what the page does not offer: an office where there is none.
        shown = {f["name"]: [o["value"] for o in f["options"]]
                 for f in json_fields(form, "it", choices)}  # fmt: skip
        for asked in () if steady else form.fields:
            if asked in visible_fields(form.fields, given):
                given |= self._picked(asked, choices, shown[asked.name])
        return examples(form, choices, upload, given=given)

    def _picked(
        self, asked: Field, choices: Mapping[str, Sequence[Choice]], shown: Sequence[str]
    ) -> dict[str, Any]:
        offered = [o.value for o in choices.get(asked.name, asked.options) if o.value in shown]
        answer = self._pick(asked.type, offered, asked.example, asked.min_items)
        return {} if answer is None else {asked.name: answer}

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

    def _case(self) -> Standing:
        with self.office.session() as session:
            case = session.get_one(Case, self.case_id)
            return Standing(case.number, case.state, case.outcome)

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

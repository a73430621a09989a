"""The worklist against a simple model of it: random acts of several people, step by step.

The model knows no token and no row. It says who may do what, what is refused and why, and what each
person must see afterwards; the product has to agree after every step, on both databases.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from engine import Actor
from engine.commands import (
    add_party,
    claim,
    complete_task,
    delegate,
    release,
    remove_party,
    reopen_case,
    resume_case,
    return_task,
    save_draft,
    suspend_case,
    withdraw_case,
)
from engine.errors import (
    AlreadyClaimed,
    AlreadyCompleted,
    CaseSuspended,
    EngineError,
    KeyReused,
    NotAllowed,
    NotHeld,
    NotResponsible,
    OfficerNotFound,
    StaleVersion,
    WorkItemNotFound,
)
from engine.model import Party, WorkItem
from engine.queries import worklist
from engine.training import tick
from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE, Office

PEOPLE: dict[str, tuple[str, str]] = {
    "davide": ("cmto", "coordinator"),
    "dora": ("cmto", "director"),
    "elena": (CHIVASSO, "officer"),
    "enzo": (CHIVASSO, "officer"),
    "anna": (CASTAGNETO, "officer"),
    "rosa": (RONDISSONE, "officer"),
}
TOWNS = (CHIVASSO, CASTAGNETO, RONDISSONE)
ANSWERS: dict[str, dict[str, Any]] = {
    "prepare": {"visit_on": "2027-03-01", "budget": "1200.50"},
    "answer": {"coming": "no"},
    "decide": {"decision": "go"},
}
LONG = 16  # days: ten of the term, and whatever the roll to a working day adds
LIVE = ("open", "held", "returned")
person = st.sampled_from(sorted(PEOPLE))


@dataclass
class Item:
    """What the model remembers of one piece of work."""

    activity: str
    town: str | None
    state: str = "open"
    holder: str | None = None
    over: bool = False
    """Its term has passed."""

    def may(self, name: str) -> bool:
        """The matrix: who does it."""
        organisation, role = PEOPLE[name]
        if self.activity == "answer":
            return organisation == self.town
        return role == {"prepare": "coordinator", "decide": "director"}[self.activity]

    @property
    def live(self) -> bool:
        return self.state in LIVE


@dataclass
class Visit:
    """A case as the model sees it."""

    id: str
    towns: set[str]
    ever: set[str]
    """Towns that are or were parties: they see the case."""
    round: set[str] = field(default_factory=set)
    """Towns that took part in the round that runs."""
    state: str = "open"
    items: dict[str, Item] = field(default_factory=dict)

    def sees(self, name: str) -> bool:
        """Whether the case exists for this person."""
        organisation, _ = PEOPLE[name]
        return organisation == "cmto" or organisation in self.ever

    def open(self, activity: str) -> list[Item]:
        """Live work of an activity."""
        return [i for i in self.items.values() if i.activity == activity and i.live]

    def drop_all(self) -> None:
        """Nothing is asked of anybody any more."""
        for item in self.items.values():
            if item.live:
                item.state, item.holder = "cancelled", None

    def round_goes_on(self) -> str | None:
        """What opens once nobody is left to answer."""
        return None if self.open("answer") else "decide"


class Worklist(RuleBasedStateMachine):
    """Acts, each with what the model says comes of it."""

    office: Office

    @initialize()
    def a_visit_begins(self) -> None:
        """One case, of two towns."""
        self.people = {name: self.office.actor(name) for name in PEOPLE}
        self.keys = count()
        self.days = 0
        self.done: list[tuple[str, str, str, Any]] = []
        case_id = self.office.visit(self.people["davide"], CHIVASSO, CASTAGNETO)
        towns = {CHIVASSO, CASTAGNETO}
        self.visit = Visit(case_id, set(towns), set(towns))
        self.opened("prepare")

    # -- one piece of work ------------------------------------------------------------------------

    @rule(name=person, data=st.data())
    def somebody_takes(self, name: str, data: st.DataObject) -> None:
        item_id, item = self.pick(data)
        refusal = self.cannot_do(name, item) or self.cannot_take(name, item)
        self.act(refusal, name, claim, work_item_id=item_id)
        if refusal is None:
            item.state, item.holder = "held", name

    @rule(name=person, data=st.data())
    def somebody_puts_back(self, name: str, data: st.DataObject) -> None:
        item_id, item = self.pick(data)
        refusal = self.unseen(name)
        if refusal is None and name != "davide":  # who answers for it may always
            refusal = self.cannot_do(name, item)
            if refusal is None and item.holder != name:
                refusal = NotHeld
        if refusal is None and not item.live:
            refusal = AlreadyCompleted
        if refusal is None and item.state != "held":
            refusal = NotHeld
        if name == "davide" and item.activity == "decide" and refusal is NotResponsible:
            refusal = None
        self.act(refusal, name, release, work_item_id=item_id)
        if refusal is None:
            item.state, item.holder = "open", None

    @rule(name=person, to=person, data=st.data())
    def somebody_hands_over(self, name: str, to: str, data: st.DataObject) -> None:
        item_id, item = self.pick(data)
        refusal = self.unseen(name)
        if refusal is None and not (name == "davide" or item.may(name)):
            refusal = NotAllowed
        if refusal is None and not item.may(to):
            refusal = OfficerNotFound
        if refusal is None and not item.live:
            refusal = AlreadyCompleted
        self.act(
            refusal, name, delegate, work_item_id=item_id, to=self.office.people[to], reason="prego"
        )
        if refusal is None:
            item.state, item.holder = "held", to

    @rule(name=person, data=st.data())
    def somebody_gives_back(self, name: str, data: st.DataObject) -> None:
        item_id, item = self.pick(data)
        refusal = self.cannot_do(name, item)
        if refusal is None and not item.live:
            refusal = AlreadyCompleted
        elif refusal is None and item.holder not in (None, name):
            refusal = AlreadyClaimed
        self.act(refusal, name, return_task, work_item_id=item_id, reason="non tocca a noi")
        if refusal is None:
            item.state, item.holder = "returned", None

    @rule(name=person, data=st.data())
    def somebody_keeps_a_draft(self, name: str, data: st.DataObject) -> None:
        item_id, item = self.pick(data)
        refusal = self.unseen(name)
        if refusal is None and not item.live:
            refusal = AlreadyCompleted
        refusal = refusal or self.cannot_do(name, item)
        if refusal is None and item.holder not in (None, name):
            refusal = AlreadyClaimed
        self.act(refusal, name, save_draft, work_item_id=item_id, data={"note": "bozza"})

    @rule(name=person, again=st.booleans(), data=st.data())
    def somebody_completes(self, name: str, again: bool, data: st.DataObject) -> None:
        item_id, item = self.pick(data)
        answers = dict(ANSWERS[item.activity])
        if again and item.activity == "decide":
            answers["decision"] = "ask_again"
        refusal = self.cannot_complete(name, item)
        key = f"{self.visit.id}-{next(self.keys)}"
        result = self.once(refusal, name, key, item_id, answers)
        if refusal is None:
            self.done.append((name, key, item_id, (answers, result)))
            item.state, item.holder = "completed", name
            self.moved_on(item, answers)

    @rule(name=person, data=st.data())
    def somebody_completes_what_has_changed(self, name: str, data: st.DataObject) -> None:
        item_id, item = self.pick(data)
        refusal = self.cannot_do(name, item)
        if refusal is None:
            refusal = StaleVersion if item.live else AlreadyCompleted
        with self.office.session() as session:
            version = session.get_one(WorkItem, item_id).version - 1
        self.act(
            refusal, name, complete_task, work_item_id=item_id, data=ANSWERS[item.activity],
            version=version,
        )  # fmt: skip

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def a_key_comes_again(self, data: st.DataObject) -> None:
        """A double click changes nothing and is answered like the first."""
        name, key, item_id, (answers, result) = data.draw(st.sampled_from(self.done))
        assert self.once(None, name, key, item_id, answers) == result
        self.once(KeyReused, name, key, item_id, {**answers, "something": "else"})

    # -- the whole case ---------------------------------------------------------------------------

    @precondition(lambda self: self.visit.open("answer") and self.visit.state == "open")
    @rule(data=st.data())
    def a_town_leaves(self, data: st.DataObject) -> None:
        town = data.draw(st.sampled_from(sorted(self.visit.towns)))
        with self.office.session() as session:
            found = session.query(Party).filter_by(case_id=self.visit.id, organisation_id=town)
            party_id = found.one().id
        self.act(
            None, "davide", remove_party, case_id=self.visit.id, party_id=party_id, reason="esce"
        )
        self.visit.towns.discard(town)
        for item in self.visit.open("answer"):
            if item.town == town:
                item.state, item.holder = "cancelled", None
        self.opened(self.visit.round_goes_on())

    @precondition(lambda self: self.visit.open("answer") and self.visit.state == "open")
    @rule(town=st.sampled_from(TOWNS))
    def a_town_joins(self, town: str) -> None:
        if town in self.visit.round or town in self.visit.towns:
            return
        self.act(
            None, "davide", add_party, case_id=self.visit.id, organisation_id=town,
            capacity="municipality", reason="entra",
        )  # fmt: skip
        self.visit.towns.add(town)
        self.visit.ever.add(town)
        self.visit.round.add(town)
        self.found("answer", town)

    @precondition(lambda self: self.visit.state in ("open", "suspended"))
    @rule()
    def the_case_stands_still_or_goes_on(self) -> None:
        stands = self.visit.state == "suspended"
        command = resume_case if stands else suspend_case
        self.act(None, "davide", command, case_id=self.visit.id, reason="motivo")
        self.visit.state = "open" if stands else "suspended"
        self.time_takes_effect()

    @precondition(lambda self: self.visit.state == "open")
    @rule()
    def the_case_is_withdrawn(self) -> None:
        self.act(None, "davide", withdraw_case, case_id=self.visit.id, reason="motivo")
        self.visit.state = "withdrawn"
        self.visit.drop_all()

    @precondition(lambda self: self.visit.state in ("completed", "withdrawn"))
    @rule()
    def the_case_is_taken_up_again(self) -> None:
        self.act(None, "davide", reopen_case, case_id=self.visit.id, reason="motivo")
        self.visit.state = "open"
        self.opened("prepare")

    @precondition(lambda self: self.days < 6 * LONG)
    @rule()
    def time_passes(self) -> None:
        self.days += LONG
        self.office.clock.advance(timedelta(days=LONG))
        for item in self.visit.open("answer"):
            item.over = True
        self.time_takes_effect()

    # -- what must hold ---------------------------------------------------------------------------

    @invariant()
    def everybody_sees_his_work(self) -> None:
        if not hasattr(self, "visit"):
            return
        for name, actor in self.people.items():
            mine = {i for i, item in self.visit.items.items() if item.live and item.holder == name}
            todo = {
                i for i, item in self.visit.items.items()
                if item.live and item.may(name) and item.holder in (None, name)
                and self.visit.state != "suspended"
            }  # fmt: skip
            assert self.listed(actor, "mine") == mine, name
            assert self.listed(actor, "todo") == todo, name

    @invariant()
    def every_piece_of_work_is_as_the_model_says(self) -> None:
        if not hasattr(self, "visit"):
            return
        names = {officer_id: name for name, officer_id in self.office.people.items()}
        with self.office.session() as session:
            rows = session.query(WorkItem).filter_by(case_id=self.visit.id).all()
        assert {r.id: (r.state, names.get(r.holder_id or "")) for r in rows} == {
            i: (item.state, item.holder) for i, item in self.visit.items.items()
        }

    # -- the model's judgement --------------------------------------------------------------------

    def unseen(self, name: str) -> type[EngineError] | None:
        return None if self.visit.sees(name) else WorkItemNotFound

    def cannot_do(self, name: str, item: Item) -> type[EngineError] | None:
        return self.unseen(name) or (None if item.may(name) else NotResponsible)

    def cannot_take(self, name: str, item: Item) -> type[EngineError] | None:
        if not item.live:
            return AlreadyCompleted
        return AlreadyClaimed if item.holder not in (None, name) else None

    def cannot_complete(self, name: str, item: Item) -> type[EngineError] | None:
        refusal = self.cannot_do(name, item)
        if refusal is None and not item.live:
            refusal = AlreadyCompleted
        if refusal is None and self.visit.state == "suspended":
            refusal = CaseSuspended
        return refusal or self.cannot_take(name, item)

    def moved_on(self, item: Item, answers: dict[str, Any]) -> None:
        """What follows from a completed piece of work."""
        if item.activity == "prepare":
            self.visit.round = set(self.visit.towns)
            for town in sorted(self.visit.towns):
                self.found("answer", town)
            if not self.visit.towns:
                self.opened("decide")
        elif item.activity == "answer":
            self.opened(self.visit.round_goes_on())
        elif answers["decision"] == "ask_again":
            self.opened("prepare")
        else:
            self.visit.state = "completed"

    def time_takes_effect(self) -> None:
        """The clock ticks: whoever did not answer in time is not asked any more."""
        tick(self.office.engine)
        late = [item for item in self.visit.open("answer") if item.over]
        if self.visit.state != "open" or not late:
            return
        for item in late:
            item.state, item.holder = "cancelled", None
        self.opened(self.visit.round_goes_on())

    # -- between model and product ----------------------------------------------------------------

    def opened(self, activity: str | None) -> None:
        if activity is not None:
            self.found(activity, None)

    def found(self, activity: str, town: str | None) -> None:
        """Learn the id of the work that the model expects to be there now."""
        new = [
            row for row in self.office.items(self.visit.id, activity)
            if row.id not in self.visit.items and town in (None, row.organisation_id)
        ]  # fmt: skip
        assert len(new) == 1, f"expected one new {activity} of {town}, found {len(new)}"
        self.visit.items[new[0].id] = Item(activity, town)

    def pick(self, data: st.DataObject) -> tuple[str, Item]:
        """Some work, more often what is live than what is over."""
        live = [i for i, item in self.visit.items.items() if item.live]
        ids = list(self.visit.items)
        chosen = data.draw(st.sampled_from(live * 4 + ids) if live else st.sampled_from(ids))
        return chosen, self.visit.items[chosen]

    def act(
        self, refusal: type[EngineError] | None, name: str, command: Callable[..., Any],
        **given: Any,
    ) -> None:  # fmt: skip
        if refusal is None:
            self.office.engine.run(self.people[name], command, **given)
            return
        with pytest.raises(EngineError) as refused:
            self.office.engine.run(self.people[name], command, **given)
        assert type(refused.value) is refusal, (command.__name__, name, given)

    def once(
        self, refusal: type[EngineError] | None, name: str, key: str, item_id: str,
        answers: dict[str, Any],
    ) -> Any:  # fmt: skip
        def run() -> Any:
            return self.office.engine.run_once(
                self.people[name], key, complete_task, work_item_id=item_id, data=answers
            )

        if refusal is None:
            return run()
        with pytest.raises(EngineError) as refused:
            run()
        assert type(refused.value) is refusal, (name, self.visit.items[item_id])
        return None

    def listed(self, actor: Actor, scope: Any) -> set[str]:
        page = self.office.engine.read(worklist, actor=actor, scope=scope, limit=200)
        return {row.id for row in page.items if row.case_id == self.visit.id}


@pytest.mark.slow
def test_the_worklist_is_what_the_model_says(office: Office) -> None:
    for name, seat in PEOPLE.items():
        office.officer(name, seat)
    machine = type("WorklistOfTheOffice", (Worklist,), {"office": office})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=7,
            stateful_step_count=22,
            suppress_health_check=list(HealthCheck),
        ),
    )

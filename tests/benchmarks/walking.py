"""The mind of somebody who walks through cases and knows no procedure: chance decides what is next.

Whoever acts by commands (`walks.py`) and whoever acts over the JSON interface (`over_http.py`) has
the same mind and lends it hands: what is offered, how it is done, what may befall a case. A walker
answers as the examples of a form say, now and then otherwise; after `RESTLESS` acts only as they
say, so that a circle shows itself. Cases that parties raise go on beside the one they came from.
"""

import random
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from engine.bundles.forms.presenting import ALL

RESTLESS = 150  # acts after which a walker answers only as the examples say
MOST_RAISED = 2  # cases raised from one that go on at the same time
LIMIT = 700  # acts after which a case is said to run in a circle
PICKED = ("choice", "choices", "yes_no")


class Stuck(AssertionError):
    """A case that cannot go on, or does not come to an end."""


class Refused(Exception):
    """The product let something be, as it may: by which kind of refusal, in its own words."""

    def __init__(self, kind: str, words: str) -> None:
        super().__init__(words)
        self.kind = kind


class Standing(NamedTuple):
    """Where a case stands."""

    number: str
    state: str
    outcome: str | None

    @property
    def is_ended(self) -> bool:
        """Whether nothing goes on in it."""
        return self.state not in ("open", "suspended")


@dataclass(slots=True)
class Mind(ABC):
    """Somebody who does whatever is offered, in one case after the other."""

    key: str = field(init=False, default="")
    """Of the procedure."""
    chance: random.Random = field(init=False, default_factory=random.Random)
    ends: Counter[str] = field(init=False, default_factory=Counter)
    refused: Counter[str] = field(init=False, default_factory=Counter)
    acts: list[str] = field(init=False, default_factory=list)
    case_id: str = field(init=False, default="")
    archived: bool = field(init=False, default=False)
    raised: list[Self] = field(init=False, default_factory=list)
    """Cases raised from this one that still go on."""
    family: list[str] = field(init=False, default_factory=list)
    """The case and all that were raised from it: one silence is all of theirs."""
    returned: Counter[str] = field(init=False, default_factory=Counter)
    """How raised cases ended whose result came back, over all walks."""
    restless: int = field(init=False, default=RESTLESS)
    whim: float = field(init=False, default=0.0)
    """How often this walker answers otherwise than the examples say: calm ones get far."""

    def walk(self, seed: int, *, steady: bool = False) -> str:
        """Live one case from its start to an end, and say which; Stuck when there is none.

        A steady walker answers as the examples say from the first act on, and nothing befalls him.
        """
        self.chance = random.Random(f"{self.key} {seed}")
        self.acts, self.archived = [], False
        self.raised, self.family = [], []
        self.restless = 0 if steady else RESTLESS
        self.whim = self.chance.choice((0.04, 0.12, 0.35))
        try:
            self._start()
            while not self._over():
                if len(self.acts) > LIMIT:
                    raise Stuck("the case runs in a circle")
                self._act()
        except self._failures as problem:
            told = "\n  ".join(self.acts[-12:])
            why = getattr(problem, "fields", "")
            raise Stuck(f"{self.key} {seed}: {problem!r} {why}\n  {told}") from problem
        self._leave()
        case = self._case()
        end = f"{case.state} {case.outcome}"
        self.ends[end] += 1
        return end

    # -- what to do next -----------------------------------------------------------------------
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
        if self._case().state != "suspended":
            self._serve()
        if not steady and self.chance.random() < self.whim / 4:
            self._disturb()
            return
        offers = [] if self._case().state == "suspended" else self._offers()
        if offers and (steady or self.chance.random() < 0.97):
            self._complete(self.chance.choice(offers), steady=steady)
        else:
            self._wait()

    def _go_on(self, other: Self) -> None:
        """One act in a case raised from this one; once it has ended its result must be back."""
        if not other._over():
            other._act()
        self._tend()
        case = other._case()
        if not case.is_ended or other._offers():
            return
        if self._case().state == "suspended":  # a result waits until it is taken up again
            self._command("resume_case")
            self._tend()
        self.raised.remove(other)
        self._look_for_result(other, case)
        self.returned[f"{other.key} {case.state} {case.outcome}"] += 1

    def _wait(self) -> None:
        """Nobody does anything until the next term of the case is over."""
        case = self._case()
        if case.state == "suspended":
            self._command("resume_case")
        elif not self._be_silent():
            if self._offers() or self.raised:
                return
            if case.is_ended:
                self.archived = True
                return
            raise Stuck(f"nobody can do anything, and no term runs; the case is {case.state}")

    def _disturb(self) -> None:
        """Something befalls the case that nobody planned; most of it may be refused."""
        case = self._case()
        befalls = [self._withdraw_party, self._withdraw_party, self._add_party, self._add_party]
        if self._hears_messages():
            befalls.append(self._message)
        if self._may_raise() and not case.is_ended and len(self.raised) < MOST_RAISED:
            befalls += [self._raise] * 3
        if case.is_ended:
            befalls += [self._commanding("reopen_case")] * 4
        else:
            befalls.append(self._commanding("suspend_case"))
        if self.chance.random() < 0.2:
            befalls = [self._commanding("withdraw_case")]
        try:
            self.chance.choice(befalls)()
        except Refused as refusal:
            self.refused[refusal.kind] += 1
            self.acts[-1] += f" (refused: {refusal})"
        self._tend()

    def _commanding(self, name: str) -> Callable[[], None]:
        return lambda: self._command(name)

    # -- whom and what to choose ---------------------------------------------------------------
    def _towns(
        self,
        bodies: Sequence[tuple[str, int | None]],
        near: Sequence[tuple[str, str]],
        least: int,
        most: int | None,
    ) -> list[str]:
        """Some towns of one zone, often such as touch each other; one at most where one will do."""
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

    def _pick(self, kind: str, offered: Sequence[str], example: Any, min_items: int) -> Any:
        """Whatever decides about the rest of a form or the way of a case is some choice.

        None where nothing is to be picked.
        """
        if kind == "yes_no":
            offered = ["yes", "no"]
        if kind not in PICKED or not offered:
            return None
        usual = offered[0] if example not in offered else example
        by_chance = self.chance.random() < self.whim
        if kind == "choices":
            least = min(max(1, min_items), len(offered))
            some = self.chance.sample(offered, self.chance.randint(least, len(offered)))
            usual_ones = offered if example == ALL else offered[:least]
            return some if by_chance else list(usual_ones)
        return self.chance.choice(offered) if by_chance else usual

    def _some(self, choices: Sequence[str], least: int, most: int | None) -> list[str]:
        """Whom a raised case shall have beside those who take part by themselves."""
        upper = min(len(choices), most or 3)
        count = self.chance.randint(min(max(least, 1), upper), upper)
        return self.chance.sample(choices, count)

    def _joined(self, other: Self, case_id: str) -> None:
        """A case raised from this one goes on beside it, led by the same mind."""
        other.chance, other.acts, other.refused = self.chance, self.acts, self.refused
        other.family, other.case_id = self.family, case_id
        other.whim, other.restless = self.whim, self.restless
        self.family.append(case_id)
        self.raised.append(other)

    # -- the hands -----------------------------------------------------------------------------
    @property
    @abstractmethod
    def _failures(self) -> tuple[type[Exception], ...]:
        """What ends a walk."""

    @abstractmethod
    def _start(self) -> None:
        """Begin a case."""

    @abstractmethod
    def _leave(self) -> None:
        """Put in order what an ended case leaves behind."""

    @abstractmethod
    def _case(self) -> Standing:
        """Where the case stands now."""

    @abstractmethod
    def _offers(self) -> list[Any]:
        """What somebody may do in it now."""

    @abstractmethod
    def _complete(self, offer: Any, *, steady: bool) -> None:
        """Do it."""

    @abstractmethod
    def _serve(self) -> None:
        """Let outside services answer, as in an installation that has connected none."""

    @abstractmethod
    def _tend(self) -> None:
        """What workers do for cases raised from others."""

    @abstractmethod
    def _be_silent(self) -> bool:
        """Let days pass until the next term is over; False when none runs."""

    @abstractmethod
    def _look_for_result(self, other: Self, case: Standing) -> None:
        """Stuck if the end of a raised case did not come back."""

    @abstractmethod
    def _command(self, name: str) -> None:
        """Suspend, resume, withdraw or reopen the case."""

    @abstractmethod
    def _withdraw_party(self) -> None:
        """A body leaves."""

    @abstractmethod
    def _add_party(self) -> None:
        """A body comes."""

    @abstractmethod
    def _hears_messages(self) -> bool:
        """Whether people may send it anything."""

    @abstractmethod
    def _message(self) -> None:
        """Somebody tells it something."""

    @abstractmethod
    def _may_raise(self) -> bool:
        """Whether cases of other procedures may be raised from it."""

    @abstractmethod
    def _raise(self) -> None:
        """A party raises a case of another procedure, which then goes on beside this one."""

"""`python -m tests.golden.states FOLDER…`: keep the states of the longest stories of a process.

Run it once for each version that is released, before the first case of it is opened, and commit the
new file. Files of earlier versions and formats stay as they are: they are what is being proven.
"""

import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.bpmn import Definition, Instance, Packed, Step
from engine.bundles.load import load_folder
from engine.scenarios import opened
from engine.scenarios.stage import Stage
from engine.scenarios.telling import Telling
from tests.golden.states.kept import Kept, Story, put_state, seen, where_of

ACTS = ("complete", "deliver", "answer", "fail", "add_branch")
KINDS = {"complete": "activity", "deliver": "wait", "answer": "request", "fail": "request"}


class Recorder:
    """Writes down what is done to every case while a story is played."""

    def __init__(self) -> None:
        self.cases: list[list[Kept]] = []
        self.packed: list[list[Packed]] = []
        self.definitions: list[Definition] = []
        # Each instance in memory: itself, the number of its case, how many acts it has seen.
        self._place: dict[int, tuple[Instance, int, int]] = {}
        self._acting: tuple[Instance, Kept, Step] | None = None

    def began(self, instance: Instance, definition: Definition, kept: Kept, step: Step) -> None:
        """A case was opened."""
        self.cases.append([])
        self.packed.append([])
        self.definitions.append(definition)
        self._place[id(instance)] = (instance, len(self.cases) - 1, 0)
        self.did(instance, kept, step)

    def did(self, instance: Instance, kept: Kept, step: Step) -> None:
        """Something moved; what a refused command had done before is forgotten."""
        _, case, number = self._place[id(instance)]
        del self.cases[case][number:], self.packed[case][number:]
        packed = PACK(instance)
        kept.seen = seen(step)
        self.cases[case].append(kept)
        self.packed[case].append(packed)
        self._place[id(instance)] = (instance, case, number + 1)

    def loaded(self, instance: Instance, packed: Packed) -> None:
        """A stored case was taken up again."""
        for case, states in enumerate(self.packed):
            for number in range(len(states), 0, -1):
                if states[number - 1].blob == packed.blob:
                    self._place[id(instance)] = (instance, case, number)
                    return


PACK, START, LOAD = Instance.pack, Instance.start, Instance.load


@contextmanager
def recording() -> Iterator[Recorder]:
    """Listen at the door of every case."""
    recorder = Recorder()
    originals = {name: getattr(Instance, name) for name in ACTS}
    for name, original in originals.items():
        setattr(Instance, name, _listened(recorder, name, original))

    def start(definition: Definition, *, data: Any, facts: Any) -> tuple[Instance, Step]:
        asked: list[list[Any]] = []
        instance, step = START(definition, data=data, facts=_heard(facts, asked))
        recorder.began(instance, definition, Kept("start", [], dict(data), asked), step)
        return instance, step

    def load(definition: Definition, packed: Packed) -> Instance:
        instance = LOAD(definition, packed)
        recorder.loaded(instance, packed)
        return instance

    Instance.start, Instance.load = staticmethod(start), staticmethod(load)  # type: ignore[method-assign]  # put back below
    try:
        yield recorder
    finally:
        Instance.start, Instance.load = START, LOAD  # type: ignore[method-assign]  # as it was
        for name, original in originals.items():
            setattr(Instance, name, original)


def _listened(recorder: Recorder, name: str, original: Callable[..., Step]) -> Callable[..., Step]:
    def act(instance: Instance, *arguments: Any, facts: Any, **more: Any) -> Step:
        asked: list[list[Any]] = []
        before = instance.look(facts=facts)
        if name == "add_branch":
            element, key, item = arguments
            where, given = [element, [list(p) for p in more["within"]]], [key, item]
        else:
            token, *rest = arguments
            where = where_of(before, KINDS[name], token, rest[0] if name == "deliver" else "")
            given = rest if name in ("deliver", "fail") else rest[0]
        step = original(instance, *arguments, facts=_heard(facts, asked), **more)
        recorder.did(instance, Kept(name, where, given, asked), step)
        return step

    return act


def _heard(facts: Any, asked: list[list[Any]]) -> dict[str, Any]:
    def fact(name: str) -> Any:
        def answer(*arguments: Any) -> Any:
            told = facts[name](*arguments)
            asked.append([name, list(arguments), told])
            return told

        return answer

    return {name: fact(name) for name in facts}


def longest(folder: Path) -> list[Path]:
    """The story with the most steps, and the longest of those that complete their case.

    Of those that live in one case: where another is raised its own procedure keeps its states.
    """
    read = {p: tomllib.loads(p.read_text("utf-8")) for p in (folder / "scenarios").glob("*.toml")}
    told = {p: t for p, t in read.items() if not any("raise" in step for step in t["steps"])}
    by_length = sorted(told, key=lambda path: (-len(told[path]["steps"]), path.name))
    complete = (p for p in by_length if told[p].get("expect", {}).get("state") == "completed")
    return list(dict.fromkeys([by_length[0], next(complete, by_length[0])]))


def record(folder: Path, path: Path, shared: Path | None = None) -> Story:
    """Play one story of a folder and write down every state."""
    bundle = load_folder(folder, shared)
    with tempfile.TemporaryDirectory() as place:
        stage = Stage.open(Path(place), [*opened(bundle, folder.parent, shared), bundle])
        with recording() as recorder:
            Telling(stage, bundle, tomllib.loads(path.read_text("utf-8"))).run()
        stage.engine.close()
    assert len({id(d) for d in recorder.definitions}) == 1, "one story, one specification"
    for case, states in zip(recorder.cases, recorder.packed, strict=True):
        for number, (kept, packed) in enumerate(zip(case, states, strict=True)):
            put_state(kept, packed, as_stored=number == len(case) // 2)
    specification = recorder.definitions[0].document.decode()
    return Story(bundle.key, bundle.version, path.stem, specification, recorder.cases)


if __name__ == "__main__":
    for folder in map(Path, sys.argv[1:]):
        for path in longest(folder):
            written = record(folder, path)
            place = written.write()
            acts = sum(len(case) for case in written.cases)
            print(f"{place.name}: {acts} states, {place.stat().st_size} bytes")

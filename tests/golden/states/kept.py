"""Cases as they were stored, step by step, with the acts that moved them: kept for ever.

A file holds the longest story of one version of a process: the specification, and for each case of
the story every act, what the engine answered about the case meanwhile, the state it left and what
could be seen then. Written once, by the release that ran the process; read by every later one.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import zstandard

from engine.bpmn import Definition, Instance, Packed, Step

HERE = Path(__file__).parent
SUFFIX = ".json.zst"


@dataclass(slots=True)
class Kept:
    """One act, and how the case stood after it."""

    act: str  # start, complete, deliver, answer, fail, add_branch
    where: list[Any]  # what it acted on, told without ids, and which of several alike
    given: Any
    facts: list[list[Any]] = field(default_factory=list)  # [name, arguments, answer], …
    seen: dict[str, Any] = field(default_factory=dict)
    codec: int = 0
    library: str = ""
    state: str = ""  # as text; base64 where the stored state was compressed


@dataclass(slots=True)
class Story:
    """The cases of one story."""

    process: str
    version: int
    scenario: str
    specification: str
    cases: list[list[Kept]]

    @property
    def name(self) -> str:
        """How its file is called: by process, version, story and format of the states."""
        states = self.cases[0][0].codec // 2 + 1
        return f"{self.process}-{self.version}-{self.scenario}-format-{states}"

    def write(self) -> Path:
        """Keep the story, much compressed: its states are alike."""
        text = json.dumps(asdict(self), default=_encoded, separators=(",", ":"))
        place = HERE / (self.name + SUFFIX)
        settings = zstandard.ZstdCompressionParameters.from_level(19, window_log=27)
        place.write_bytes(
            zstandard.ZstdCompressor(compression_params=settings).compress(text.encode())
        )
        return place

    @classmethod
    def read(cls, place: Path) -> "Story":
        """Read a kept story."""
        reader = zstandard.ZstdDecompressor(max_window_size=2**27)
        told = json.loads(reader.decompress(place.read_bytes()), object_hook=_decoded)
        told["cases"] = [[Kept(**kept) for kept in case] for case in told["cases"]]
        return cls(**told)


def packed_of(kept: Kept) -> Packed:
    """The state as it was stored."""
    text = kept.state
    blob = base64.b64decode(text) if kept.codec % 2 else text.encode()
    return Packed(kept.codec, blob, kept.library)


def put_state(kept: Kept, packed: Packed, *, as_stored: bool) -> None:
    """Keep a state as text, which compresses well beside its likes, or exactly as stored."""
    kept.library, kept.codec = packed.library, packed.codec
    if not packed.codec % 2:
        kept.state = packed.blob.decode()
    elif as_stored:
        kept.state = base64.b64encode(packed.blob).decode()
    else:
        kept.codec -= 1  # the same format, not compressed
        kept.state = zstandard.ZstdDecompressor().decompress(packed.blob).decode()


def seen(step: Step) -> dict[str, Any]:
    """What a step shows, without the ids that differ from run to run."""
    shown: dict[str, list[Any]] = {
        "open": [[a.element, a.process, a.path, a.lane, a.variables] for a in step.open],
        "waits": [[w.kind, w.name, w.element, w.path, w.key, w.repeats] for w in step.waits],
        "requests": [[r.topic, r.element, r.path, r.parameters] for r in step.requests],
        "branches": [[b.element, b.path, b.total, b.done, b.keys] for b in step.branches],
        "running": [list(place) for place in step.running],
        "variables": [step.variables],
    }
    digest = hashlib.sha256()
    for name, rows in shown.items():
        digest.update(name.encode())
        for row in sorted(canonical(row) for row in rows):
            digest.update(row.encode())
    return {
        "open": sorted(f"{a.element} {path_text(a.path)}".strip() for a in step.open),
        "waits": sorted(f"{w.name} {path_text(w.path)}".strip() for w in step.waits),
        "end": step.end,
        "ended": step.ended,
        "digest": digest.hexdigest()[:24],
    }


def path_text(path: Any) -> str:
    """A path as people read it."""
    return "/".join(f"{element}[{key}]" if key else element for element, key in path)


def canonical(value: object) -> str:
    """The same text for the same value, whatever the order of its keys."""
    return json.dumps(value, default=_encoded, sort_keys=True, separators=(",", ":"))


def token_of(step: Step, where: list[Any]) -> str:
    """The token an act is meant for, among those that are alike."""
    kind, *address, number = where
    found = list(addresses(step, kind))
    alike = sorted((mark, token) for token, told, mark in found if told == address)
    assert len(alike) > number, f"nobody waits at {address}: {[told for _, told, _ in found]}"
    token: str = alike[number][1]
    return token


def where_of(step: Step, kind: str, token_id: str, name: str = "") -> list[Any]:
    """How to tell a token without its id."""
    found = list(addresses(step, kind))
    told = next(t for token, t, _ in found if token == token_id and name in ("", t[-1]))
    alike = sorted((mark, token) for token, t, mark in found if t == told)
    return [kind, *told, [token for _, token in alike].index(token_id)]


def addresses(step: Step, kind: str) -> Iterator[tuple[str, list[Any], str]]:
    """Every token of a kind: its id, its place, and a mark that orders those of one place."""
    if kind == "activity":
        for a in step.open:
            yield a.token_id, [a.element, path_text(a.path)], canonical(a.variables)
    elif kind == "request":
        for r in step.requests:
            yield r.token_id, [r.element, path_text(r.path)], canonical(r.parameters)
    else:
        for w in step.waits:
            mark = canonical([w.key, w.variables])
            yield w.token_id, [w.element, path_text(w.path), w.name], mark


def run_on(case: Instance, step: Step, kept: Kept) -> Step:
    """Do a kept act again."""
    facts = _told_again(kept.facts)
    if kept.act == "add_branch":
        element, path = kept.where
        key, item = kept.given
        within = tuple((name, of) for name, of in path)
        return case.add_branch(element, key, item, within=within, facts=facts)
    token = token_of(step, kept.where)
    if kept.act == "complete":
        return case.complete(token, kept.given, facts=facts)
    if kept.act == "deliver":
        return case.deliver(token, *kept.given, facts=facts)
    if kept.act == "answer":
        return case.answer(token, kept.given, facts=facts)
    return case.fail(token, *kept.given, facts=facts)


def look(case: Instance, kept: Kept) -> Step:
    """How a stored case stands, with the answers of that day."""
    return case.look(facts=_told_again(kept.facts))


def definition_of(story: Story) -> Definition:
    """The process as it was compiled then."""
    return Definition.restore(story.specification.encode())


def _told_again(facts: list[list[Any]]) -> Mapping[str, Any]:
    told = {(name, canonical(arguments)): answer for name, arguments, answer in facts}
    names = {name for name, _ in told}

    def fact(name: str) -> Any:
        return lambda *arguments: told[name, canonical(arguments)]

    return {name: fact(name) for name in names}


def _encoded(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"$datetime": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot be kept")


def _decoded(table: dict[str, Any]) -> Any:
    if table.keys() == {"$datetime"}:
        return datetime.fromisoformat(table["$datetime"])
    if table.keys() == {"$date"}:
        return date.fromisoformat(table["$date"])
    return Decimal(table["$decimal"]) if table.keys() == {"$decimal"} else table

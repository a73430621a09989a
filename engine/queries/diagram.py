"""The drawing of a case with its tokens."""

import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import select

from engine.actor import Actor
from engine.bundles.definition import Bundle
from engine.bundles.drawing import in_english
from engine.bundles.drawn import Drawing
from engine.model import LIVE, CaseEngineState, WorkItem
from engine.queries._lookup import activity_title, element_name, seen_case
from engine.text import Text
from engine.unit_of_work import Reading


@dataclass(frozen=True, slots=True)
class DiagramPart:
    """One drawing: the procedure itself or an element it calls."""

    process: str
    title: Text
    xml: Text
    """BPMN 2.0; the names of its nodes in either language."""
    done: tuple[str, ...]
    flows_done: tuple[str, ...]
    current: tuple[tuple[str, Text, int], ...]
    """Element, its words, and how many tokens stand on it."""
    branches: tuple[tuple[str, int, int], ...]
    """Element, done and total of a running multi-instance."""
    branch_titles: tuple[Text, ...]
    """The words of each of these, in the same order."""


@dataclass(frozen=True, slots=True)
class DiagramView:
    """All drawings of a case, its own first."""

    drawings: tuple[DiagramPart, ...]


def case_diagram(reading: Reading, *, actor: Actor, case_id: str) -> DiagramView:
    """Where the tokens of a case stand and which way they came."""
    seen = seen_case(reading, actor, case_id)
    flows = reading.session.scalar(
        select(CaseEngineState.flows).where(CaseEngineState.case_id == case_id)
    )
    passed = {(source, target) for source, _, target in (f.partition(">") for f in flows or ())}
    open_ = Counter(
        reading.session.scalars(
            select(WorkItem.activity).where(WorkItem.case_id == case_id, WorkItem.state.in_(LIVE))
        )
    )
    tokens = dict.fromkeys(seen.case.running, 1) | dict(open_)
    rounds: dict[str, tuple[int, int]] = {}
    for branch in seen.case.progress:
        done, total = rounds.get(branch["element"], (0, 0))
        rounds[branch["element"]] = (done + branch["done"], total + branch["total"])
    return DiagramView(
        tuple(
            _part(seen.bundle, drawing, passed, tokens, rounds)
            for drawing in own_first(seen.bundle)
        )
    )


def own_first(bundle: Bundle) -> list[Drawing]:
    """The drawing of the procedure itself, then those it calls, by name."""
    own = bundle.key.replace("-", "_")
    return sorted(bundle.drawings.values(), key=lambda d: (d.process != own, d.process))


def drawing_title(bundle: Bundle, drawing: Drawing) -> Text:
    """What a drawing is called: the title of its own folder."""
    if drawing.process == bundle.key.replace("-", "_"):
        return bundle.title
    folder, _, _ = drawing.file.rpartition("/")
    manifest = bundle.files.get(f"{folder}/process.toml")
    titles = tomllib.loads(manifest.decode()).get("title", {}) if manifest is not None else {}
    plain = drawing.process.replace("_", " ")
    return Text(titles.get("it", plain), titles.get("en", plain))


def drawing_words(bundle: Bundle, drawing: Drawing) -> Text:
    """The drawing as BPMN with its names in either language."""
    return Text(bundle.bpmn[drawing.file].decode(), _in_english(bundle, drawing).decode())


@lru_cache(maxsize=64)
def _english(content: bytes, titles: tuple[tuple[str, str], ...]) -> bytes:
    return in_english(content, dict(titles))


def _in_english(bundle: Bundle, drawing: Drawing) -> bytes:
    titles = [(key, form.title.en) for key, form in bundle.forms.items()]
    titles.append((drawing.process, drawing_title(bundle, drawing).en))
    return _english(bundle.bpmn[drawing.file], tuple(titles))


def _part(
    bundle: Bundle, drawing: Drawing, passed: set[tuple[str, str]], tokens: dict[str, int],
    rounds: dict[str, tuple[int, int]],
) -> DiagramPart:  # fmt: skip
    here = drawing.elements
    # A sub-process is drawn around its content, which says better where the token stands.
    around = {element.parent for element in here.values()}
    branches = [(e, *counts) for e, counts in sorted(rounds.items()) if e in here]
    left = {source for source, _ in passed} | {target for _, target in passed}
    return DiagramPart(
        process=drawing.process,
        title=drawing_title(bundle, drawing),
        xml=drawing_words(bundle, drawing),
        done=tuple(sorted(e for e in here if e in left and e not in tokens)),
        flows_done=tuple(f.id for f in drawing.flows if (f.source, f.target) in passed),
        current=tuple(
            (e, _words(bundle, drawing, e), count)
            for e, count in sorted(tokens.items())
            if e in here and e not in around
        ),
        branches=tuple(branches),
        branch_titles=tuple(_words(bundle, drawing, branch[0]) for branch in branches),
    )


def _words(bundle: Bundle, drawing: Drawing, element_id: str) -> Text:
    if element_id in bundle.forms:
        return activity_title(bundle, element_id)
    return element_name(drawing.elements[element_id])

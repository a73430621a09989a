"""The letters of the stories: each written out once from what an officer really registered."""

import re
from collections.abc import Iterable

from sqlalchemy import select

from engine.actor import Actor
from engine.bundles.definition import Bundle
from engine.model import WorkItem, WorkItemState, WorkKind
from engine.queries import LetterRun, LetterView, draft_letter
from engine.scenarios import Telling
from engine.unit_of_work import Reading

_LEAKED = re.compile(r"None|[0-9a-f]{8}-[0-9a-f]{4}-|\{|\}|True|False")


class Letters:
    """Reads the letters of every piece of work that the stories completed."""

    def __init__(self) -> None:
        self.written: dict[str, str] = {}
        self.leaked: list[str] = []

    def read(self, told: Telling) -> None:
        """The letters of one story; the first of each name is kept."""
        reader = Actor.system("letters")
        for item_id, names in told.engine.read(_proposing, told.case_id, told.bundle):
            # A letter that some story has filled without a blank has been read enough.
            for name in (n for n in names if "[" in self.written.get(n, "[")):
                letter = told.engine.read(
                    draft_letter, actor=reader, work_item_id=item_id, name=name
                )
                text = written(letter)
                self.leaked += [f"{name}: {found[0]}" for found in _LEAKED.finditer(text)]
                known = self.written.get(name)
                if known is None or text.count("[") < known.count("["):
                    self.written[name] = text


def _proposing(reading: Reading, case_id: str, bundle: Bundle) -> list[tuple[str, tuple[str, ...]]]:
    done = reading.session.scalars(
        select(WorkItem)
        .where(
            WorkItem.case_id == case_id,
            WorkItem.kind == WorkKind.ACTIVITY,
            WorkItem.state == WorkItemState.COMPLETED,
        )
        .order_by(WorkItem.id)
    )
    return [(item.id, bundle.forms[item.activity].letters) for item in done]


def written(letter: LetterView) -> str:
    """A letter as plain text, as it is reviewed."""
    marks = {"heading": "# ", "item": "- ", "paragraph": ""}
    lines = [f"Da: {letter.sender.name}"]
    lines += [f"{'Cc' if one.copy else 'A'}: {one.name}" for one in letter.recipients]
    lines += [f"Oggetto: {_said(letter.subject)}", ""]
    lines += [f"{marks[block.kind]}{_said(block.runs)}" for block in letter.blocks]
    lines += [f"Firma: {_said(letter.signed)}"] if letter.signed else []
    return "\n".join(lines) + "\n"


def _said(runs: Iterable[LetterRun]) -> str:
    return "".join(run.words for run in runs)

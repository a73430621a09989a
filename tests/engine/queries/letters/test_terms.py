"""A letter speaks of the term of its own part of the procedure, of this time and no other."""

import pytest

from engine.bundles.load import load_files
from engine.model import Deadline, DeadlineState, WorkItem, WorkItemState
from engine.queries.letters.terms import meant
from tests.engine.bundles.tiny import tiny

FIRST, SECOND = [["round", "first"]], [["round", "second"]]
RUNNING, OVER = DeadlineState.RUNNING, DeadlineState.EXPIRED
DONE, TO_DO = WorkItemState.COMPLETED, WorkItemState.OPEN


def work(number: int, state: str, path: list[list[str]], party: str | None = None) -> WorkItem:
    return WorkItem(id=f"{number:03}", state=state, path=path, party_id=party)


def term(
    number: int, state: str, path: list[list[str]], party: str | None = None, of: str | None = None
) -> Deadline:
    return Deadline(id=f"{number:03}", state=state, path=path, party_id=party, work_item_id=of)


@pytest.mark.parametrize(
    ("item", "first", "rows", "wanted"),
    [
        # A notice is written before its term begins; that of the other part is none of its own.
        (work(30, TO_DO, SECOND), 30, [term(20, OVER, FIRST)], None),
        (work(30, TO_DO, SECOND), 30, [term(20, RUNNING, FIRST)], None),
        (work(10, DONE, FIRST), 10, [term(20, OVER, FIRST), term(40, RUNNING, SECOND)], 20),
        # The part begins anew: the days of the first time are over, also when it is read again.
        (work(30, TO_DO, FIRST), 10, [term(20, OVER, FIRST)], None),
        (work(30, DONE, FIRST), 10, [term(20, OVER, FIRST), term(40, RUNNING, FIRST)], 40),
        (work(10, DONE, FIRST), 10, [term(20, OVER, FIRST), term(40, RUNNING, FIRST)], 20),
        # A notice that is made again within its term keeps it.
        (work(30, TO_DO, FIRST), 10, [term(20, RUNNING, FIRST)], 20),
        # A certificate is written when the term is over.
        (work(30, TO_DO, FIRST), 30, [term(20, OVER, FIRST)], 20),
        (work(50, TO_DO, FIRST), 30, [term(20, OVER, FIRST), term(40, OVER, FIRST)], 40),
        (work(30, DONE, FIRST), 30, [term(20, OVER, FIRST), term(40, OVER, FIRST)], 20),
        # A sub-process is a part of its page; what lies around counts where nothing nearer does.
        (work(30, TO_DO, [*FIRST, ["voting", ""]]), 30, [term(20, RUNNING, FIRST)], 20),
        (work(30, TO_DO, FIRST), 30, [term(20, RUNNING, [])], 20),
        (work(30, TO_DO, FIRST), 30, [term(20, RUNNING, FIRST), term(25, RUNNING, [])], 20),
        # That of a body comes before that of all, and is never that of another body.
        (work(30, TO_DO, [], "a"), 30, [term(20, RUNNING, [], "a"), term(25, RUNNING, [])], 20),
        (work(30, TO_DO, [], "a"), 30, [term(20, RUNNING, [], "b")], None),
        # The term of the work itself.
        (work(30, TO_DO, FIRST), 10, [term(31, OVER, FIRST, of="030")], 31),
    ],
)
def test_the_term_of_this_part_and_of_this_time(
    item: WorkItem, first: int, rows: list[Deadline], wanted: int | None
) -> None:
    found = meant(load_files(tiny()), item, rows, f"{first:03}")
    assert (None if found is None else int(found.id)) == wanted

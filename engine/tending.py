"""Tending the cases that other cases have opened: one after the other, each in its own act."""

from collections.abc import Mapping
from typing import Any

from engine.actor import Actor
from engine.commands import list_children, tell_parent, tend_child
from engine.errors import EngineError
from engine.facade import Engine
from engine.logs import log
from engine.queries import children_to_tend

TENDING = Actor.system("tending")

_log = log(__name__)


def tend_children(engine: Engine, payload: Mapping[str, Any]) -> None:
    """Do all there is to do for the children of a round, and tell their parent if they are done.

    It may be broken off anywhere and repeated: what was done is not done again. A child that cannot
    be opened or led holds up none of the others; its refusal is raised once they are through, so
    that the delivery is tried again and in the end stands where an administrator looks.
    """
    round_id = str(payload["round_id"])
    engine.run(TENDING, list_children, round_id=round_id)
    refusals: list[EngineError] = []
    for child_case_id in engine.read(children_to_tend, round_id=round_id):
        try:
            engine.run(TENDING, tend_child, child_case_id=child_case_id)
        except EngineError as refusal:
            _log.warning("child not tended", child=child_case_id, why=str(refusal))
            refusals.append(refusal)
    engine.run(TENDING, tell_parent, round_id=round_id)
    if refusals:
        raise refusals[0]

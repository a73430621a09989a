"""Carries out one delivery and tells the engine how it went."""

from collections.abc import Mapping
from typing import Any

from engine import Actor, Engine
from engine.commands import mark_delivered, mark_failed
from engine.logs import log
from workers.gateways import Outside
from workers.jobs import JOBS

RELAY = Actor.system("relay")

_log = log(__name__)


def carry_out(
    engine: Engine, outside: Outside, delivery_id: str, kind: str, payload: Mapping[str, Any]
) -> bool:
    """Do what a delivery says; success and failure are both reported, never lost."""
    try:
        result = JOBS[kind](delivery_id, payload, outside)
    except Exception as failure:  # whatever goes wrong outside is the engine's to judge
        reason = f"{type(failure).__name__}: {failure}"[:500]
        _log.warning("delivery failed", delivery=delivery_id, kind=kind, reason=reason)
        engine.run(RELAY, mark_failed, delivery_id=delivery_id, error=reason)
        return False
    engine.run(RELAY, mark_delivered, delivery_id=delivery_id, result=result)
    _log.info("delivered", delivery=delivery_id, kind=kind)
    return True

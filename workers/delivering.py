"""Carries out one delivery and tells the engine how it went."""

from collections.abc import Callable, Mapping
from typing import Any

from engine import Actor, Engine
from engine.commands import mark_delivered, mark_failed, mark_not_connected, mark_stuck
from engine.errors import EngineError, StaleVersion
from engine.logs import log
from workers.gateways import NoGateway, Outside, Refused
from workers.jobs import CHORES, JOBS

RELAY = Actor.system("relay")

_log = log(__name__)


def carry_out(
    engine: Engine, outside: Outside, delivery_id: str, kind: str, payload: Mapping[str, Any]
) -> bool:
    """Do what a delivery says; success and failure are both reported, never lost."""
    try:
        result = _done(engine, outside, delivery_id, kind, payload)
    except NoGateway as missing:
        reason = _told(missing)
        _log.info("not connected", delivery=delivery_id, kind=kind, reason=reason)
        _report(
            engine, delivery_id,
            lambda: engine.run(
                RELAY, mark_not_connected, delivery_id=delivery_id, error=reason
            ),
        )  # fmt: skip
        return False
    except Exception as failure:  # whatever goes wrong outside is the engine's to judge
        reason = _told(failure)
        final = isinstance(failure, Refused)
        _log.warning("delivery failed", delivery=delivery_id, kind=kind, reason=reason, final=final)
        _report(
            engine, delivery_id,
            lambda: engine.run(
                RELAY, mark_failed, delivery_id=delivery_id, error=reason, final=final
            ),
        )  # fmt: skip
        return False
    _report(
        engine, delivery_id,
        lambda: engine.run(RELAY, mark_delivered, delivery_id=delivery_id, result=result),
    )  # fmt: skip
    _log.info("delivered", delivery=delivery_id, kind=kind)
    return True


def _done(
    engine: Engine, outside: Outside, delivery_id: str, kind: str, payload: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    if kind in CHORES:
        CHORES[kind](engine, payload)
        return None
    return JOBS[kind](delivery_id, payload, outside)


def _report(engine: Engine, delivery_id: str, tell: Callable[[], None]) -> None:
    """Tell the engine; a case that cannot go on with it is put where an administrator looks.

    A database that is away is not handled: the loan of the delivery ends, and it comes back.
    """
    try:
        tell()
    except StaleVersion:
        raise
    except EngineError as fault:
        _log.error("delivery stuck", delivery=delivery_id, why=str(fault))
        engine.run(RELAY, mark_stuck, delivery_id=delivery_id, error=_told(fault))


def _told(failure: Exception) -> str:
    words = str(failure)
    return words if isinstance(failure, Refused) else f"{type(failure).__name__}: {words}"

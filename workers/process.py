"""What a worker process holds for its whole life, and the one function that RQ calls."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine import Engine
from workers.delivering import carry_out
from workers.gateways import Outside


@dataclass(frozen=True, slots=True)
class _Process:
    engine: Engine
    outside: Outside


_process: list[_Process] = []


def equip(engine: Engine, outside: Outside) -> None:
    """Give this process the engine and the gateways that its jobs will use."""
    _process[:] = [_Process(engine, outside)]


def deliver(delivery_id: str, kind: str, payload: Mapping[str, Any]) -> None:
    """Carry out a queued delivery: the only job there is."""
    (process,) = _process
    carry_out(process.engine, process.outside, delivery_id, kind, payload)

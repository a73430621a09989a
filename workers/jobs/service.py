"""Asks an outside service the question that a drawn service task waits for."""

from collections.abc import Mapping
from typing import Any

from workers.gateways import Outside


def call_service(
    delivery_id: str, payload: Mapping[str, Any], outside: Outside
) -> Mapping[str, Any]:
    """Call the gateway of the topic; its answer moves the case on."""
    return outside.service(payload["topic"]).call(delivery_id, payload["parameters"])

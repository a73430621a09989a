"""The few things a script of a drawing may do."""

from typing import Literal


def script_problems(source: str, mode: Literal["exec", "eval"]) -> list[str]:
    """Say why a script or an expression would be refused, before any case meets it."""
    raise NotImplementedError

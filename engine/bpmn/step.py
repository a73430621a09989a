"""What the rest of the engine sees of a running case: plain values, no object of the library.

`variables` are references into the running case, for speed: read them, never change them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

# ((activity id, party key or ""), …) from the outside in: where in the nesting an element stands.
Path = tuple[tuple[str, str], ...]

# Functions a script may call, given with every call: members("municipality"), today(), …
Facts = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True, slots=True)
class Packed:
    """The state of one case as it is stored, without its specification."""

    codec: int
    blob: bytes
    library: str


@dataclass(frozen=True, slots=True)
class Activity:
    """A user task that waits for an officer."""

    token_id: str
    element: str
    process: str
    path: Path
    lane: str | None
    properties: Mapping[str, str]
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wait:
    """A deadline or message a token waits for; a choice of several gives one wait for each name."""

    token_id: str
    kind: Literal["deadline", "message"]
    name: str
    element: str
    path: Path
    key: str | None
    interrupting: bool
    repeats: bool
    attached_to: str | None
    variables: Mapping[str, Any]
    properties: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Request:
    """A service task that waits for its answer."""

    token_id: str
    topic: str
    element: str
    path: Path
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Passed:
    """A node completed in this step, and the elements its token went on to."""

    element: str
    process: str
    path: Path
    properties: Mapping[str, str]
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """A message the case has thrown; it always leaves the case."""

    name: str
    payload: Any
    element: str
    path: Path
    properties: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Branches:
    """A running multi-instance: `done` of `total`, and the keys of all its branches."""

    element: str
    path: Path
    total: int
    done: int
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Everything one call has changed (`passed`, `sent`) and how the case stands after it."""

    open: tuple[Activity, ...]
    waits: tuple[Wait, ...]
    requests: tuple[Request, ...]
    branches: tuple[Branches, ...]
    running: tuple[tuple[str, Path], ...]
    passed: tuple[Passed, ...]
    sent: tuple[Sent, ...]
    ended: bool
    end: str | None
    variables: Mapping[str, Any]

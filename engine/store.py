"""What a process keeps in memory or on disk beside the database: versions, running cases, files.

Nothing here is the truth. A version is restored from its row, a running case from its packed state,
and a file lies under its own SHA-256, so that it can only be what its row says.
"""

import hashlib
import os
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.bpmn import Definition, Instance, Step
from engine.bundles.definition import Bundle
from engine.bundles.load import load_files, unpack_files
from engine.model import Deployment


@dataclass(frozen=True, slots=True)
class Version:
    """A published version, ready to run: shared by all threads, never changed."""

    deployment_id: str
    bundle: Bundle
    definition: Definition
    amendments: Mapping[str, Any] = field(default_factory=dict)
    """Letters in force for the cases that begin now; only of the latest, as it was asked."""


class Versions:
    """Published versions, each restored once per process."""

    def __init__(self) -> None:
        self._found: dict[str, Version] = {}
        self._lock = threading.Lock()

    def get(self, session: Session, deployment_id: str) -> Version:
        """The version a case keeps."""
        found = self._found.get(deployment_id)
        if found is None:
            row = session.get_one(Deployment, deployment_id)
            bundle = load_files(unpack_files(row.files))
            made = Version(deployment_id, bundle, Definition.restore(row.specification))
            with self._lock:
                found = self._found.setdefault(deployment_id, made)
        return found

    def latest(self, session: Session, process: str) -> Version | None:
        """The version new cases start with."""
        statement = (
            select(Deployment.id, Deployment.amendments)
            .where(Deployment.process == process)
            .order_by(Deployment.version.desc())
            .limit(1)
        )
        found = session.execute(statement).one_or_none()
        if found is None:
            return None
        return replace(self.get(session, found.id), amendments=found.amendments)


@dataclass(frozen=True, slots=True)
class Surface:
    """What a case waits for, as its rows say it: the next step is compared with this."""

    activities: frozenset[str]
    deadlines: frozenset[tuple[str, str]]
    messages: frozenset[tuple[str, str]]
    requests: frozenset[str]

    @classmethod
    def of(cls, step: Step) -> "Surface":
        """The surface after a step."""
        return cls(
            frozenset(a.token_id for a in step.open),
            frozenset((w.token_id, w.name) for w in step.waits if w.kind == "deadline"),
            frozenset((w.token_id, w.name) for w in step.waits if w.kind == "message"),
            frozenset(r.token_id for r in step.requests),
        )

    def without(self, token_id: str) -> "Surface":
        """The surface once the rows of a piece of work are closed, before its token moves."""
        return replace(self, activities=self.activities - {token_id})


NOTHING = Surface(frozenset(), frozenset(), frozenset(), frozenset())


@dataclass(slots=True)
class Warm:
    """A running case in memory, with what its rows say of it."""

    version: int
    instance: Instance
    surface: Surface
    flows: dict[str, int]


class HotCases:
    """Cases as they were after their last commit in this process.

    A copy is taken out before use and put back only after commit: a failed command loses it and
    the next one reads the stored state, so a half-moved token can never be seen.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._cases: OrderedDict[str, Warm] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, case_id: str, version: int) -> Warm | None:
        """The copy of exactly this version, or None."""
        with self._lock:
            found = self._cases.pop(case_id, None)
        return found if found is not None and found.version == version else None

    def keep(self, case_id: str, warm: Warm) -> None:
        """Put a copy back after commit."""
        with self._lock:
            self._cases[case_id] = warm
            self._cases.move_to_end(case_id)
            while len(self._cases) > self._size:
                self._cases.popitem(last=False)


class Files:
    """Documents on disk, each under its SHA-256, written whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        """Keep the content and return its SHA-256."""
        digest = hashlib.sha256(content).hexdigest()
        target = self.path(digest)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=target.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(target)
        return digest

    def path(self, digest: str) -> Path:
        """Where the content with this SHA-256 lies."""
        return self._folder / digest[:2] / digest

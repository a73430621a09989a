"""What a process keeps in memory or on disk beside the database: versions, running cases, files.

Nothing here is the truth. A version is restored from its row, a running case from its packed state,
and a file lies under its own SHA-256, so that it can only be what its row says.
"""

import hashlib
import os
import tempfile
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.bpmn import Definition, Instance
from engine.bundles.definition import Bundle
from engine.bundles.load import load_files, unpack_files
from engine.model import Deployment

HOT_CASES = 256


@dataclass(frozen=True, slots=True)
class Version:
    """A published version, ready to run: shared by all threads, never changed."""

    deployment_id: str
    bundle: Bundle
    definition: Definition


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
            select(Deployment.id)
            .where(Deployment.process == process)
            .order_by(Deployment.version.desc())
            .limit(1)
        )
        deployment_id = session.scalar(statement)
        return None if deployment_id is None else self.get(session, deployment_id)


class HotCases:
    """Cases as they were after their last commit in this process.

    A copy is taken out before use and put back only after commit: a failed command loses it and
    the next one reads the stored state, so a half-moved token can never be seen.
    """

    def __init__(self, size: int = HOT_CASES) -> None:
        self._size = size
        self._cases: OrderedDict[str, tuple[int, Instance]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, case_id: str, version: int) -> Instance | None:
        """The copy of exactly this version, or None."""
        with self._lock:
            found = self._cases.pop(case_id, None)
        return found[1] if found is not None and found[0] == version else None

    def keep(self, case_id: str, version: int, instance: Instance) -> None:
        """Put a copy back after commit."""
        with self._lock:
            self._cases[case_id] = (version, instance)
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

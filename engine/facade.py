"""The two doors. `run` changes things in one transaction; `read` looks. Nobody else commits."""

import hashlib
import random
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

import orjson
from sqlalchemy import Engine as SqlEngine
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from engine.actor import Actor
from engine.bpmn import BpmnError
from engine.clock import Clock, ShiftedClock, SystemClock
from engine.db import connect, session_factory
from engine.errors import EngineError, KeyReused, ProcessFault, StaleVersion
from engine.ids import NewId, new_id
from engine.model import RememberedAnswer, Setting
from engine.policy import require_door
from engine.settings import Settings
from engine.store import Files, HotCases, Versions
from engine.text import Text
from engine.unit_of_work import TRAINING_DAYS, Reading, UnitOfWork

P = ParamSpec("P")
R = TypeVar("R")
L = TypeVar("L")

ATTEMPTS = 4
RETRYABLE = ("40001", "40P01", "55P03")
"""PostgreSQL: serialisation failure, deadlock, lock not available."""


class Engine:
    """Everything the office can do, behind `run` and `read`."""

    def __init__(
        self,
        database: SqlEngine,
        settings: Settings,
        *,
        clock: Clock | None = None,
        ids: NewId = new_id,
    ) -> None:
        self.settings = settings
        self.database = database
        self.clock: Clock = clock or SystemClock()
        self._ids = ids
        self._sessions = session_factory(database)
        self._readers = session_factory(
            database.execution_options(sqlite_begin="DEFERRED", postgresql_readonly=True)
        )
        self._versions = Versions()
        self._hot = HotCases(settings.hot_cases)
        self._files = Files(settings.data_dir / "documents")

    def run(
        self,
        actor: Actor,
        command: Callable[Concatenate[UnitOfWork, P], R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Carry out a command for the actor: all of it and its history, or nothing.

        Raises the command's own refusals; a race that stays lost after retries is StaleVersion.
        """
        require_door([actor], command)
        return self._retried(lambda: self._run(actor, lambda work: command(work, *args, **kwargs)))

    def run_once(
        self,
        actor: Actor,
        key: str,
        command: Callable[Concatenate[UnitOfWork, P], R],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """As `run`, but a repeated key returns the first result and changes nothing.

        The result is remembered in the same transaction as the change, so that no crash can fall
        between the two. Raises KeyReused when the key was used for something else.
        """
        require_door([actor], command)
        fingerprint = _fingerprint(command.__name__, args, kwargs)

        def act(work: UnitOfWork) -> R:
            known = work.session.get(RememberedAnswer, (actor.officer_id, key))
            if known is not None:
                result: R = _remembered(known, fingerprint)
                return result
            result = command(work, *args, **kwargs)
            work.add(
                RememberedAnswer(
                    officer_id=actor.officer_id, key=key, fingerprint=fingerprint,
                    result=result, answer=None, at=work.now,
                )
            )  # fmt: skip
            return result

        try:
            return self._retried(lambda: self._run(actor, act))
        except EngineError:
            # Of a double click the slower one finds the work done: by itself, a moment ago.
            known = self.read(lambda reading: _kept(reading, actor, key))
            if known is None:
                raise
            first: R = _remembered(known, fingerprint)
            return first

    def preview(
        self,
        actor: Actor,
        command: Callable[Concatenate[UnitOfWork, P], Any],
        look: Callable[[Reading, datetime], L],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> L:
        """What the office would look like after a command: it is carried out, looked at, undone.

        The same code decides as for the act itself, so that a preview cannot promise what the act
        would refuse. Raises the command's own refusals.
        """

        require_door([actor], command)

        def attempt() -> L:
            with self._sessions() as session:
                work = self._work(session, actor)
                try:
                    command(work, *args, **kwargs)
                    work.flush()
                    return look(self._reading(session, work.now), work.now)
                finally:
                    session.rollback()

        return self._retried(attempt)

    def read(
        self,
        query: Callable[Concatenate[Reading, P], R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Ask a question; nothing can change."""
        require_door([*args, *kwargs.values()], query)
        with self._readers() as session:
            return query(self._reading(session, self.clock.now()), *args, **kwargs)

    def move_training_clock(self, days: int) -> None:
        """Follow the days written in the database; only a training instance has such a clock."""
        if isinstance(self.clock, ShiftedClock):
            self.clock.days = days

    def close(self) -> None:
        """Let go of the database."""
        self.database.dispose()

    def _run(self, actor: Actor, act: Callable[[UnitOfWork], R]) -> R:
        with self._sessions() as session, session.begin():
            work = self._work(session, actor)
            result = act(work)
            work.flush()
        work.keep_hot()
        return result

    def _work(self, session: Session, actor: Actor) -> UnitOfWork:
        return UnitOfWork(
            session, actor, self.clock.now(), self._ids, self.settings, self._versions,
            self._hot, self._files,
        )  # fmt: skip

    def _reading(self, session: Session, now: datetime) -> Reading:
        return Reading(
            session, now, self.settings, self._versions, self._files,
            training_days=getattr(self.clock, "days", 0),
        )  # fmt: skip

    def _retried(self, attempt: Callable[[], R]) -> R:
        for number in range(ATTEMPTS):
            try:
                return attempt()
            except (DBAPIError, StaleDataError, ProcessFault) as lost:
                if number + 1 == ATTEMPTS or not _is_race(lost):
                    if isinstance(lost, StaleDataError):
                        break
                    raise
                # Two writers that met once should not meet again at the same moment.
                time.sleep(random.uniform(0.005, 0.05) * (number + 1))  # noqa: S311 (no secret)
        raise StaleVersion(
            Text("Il caso è appena cambiato.", "The case has just been changed by somebody else.")
        )


def open_engine(settings: Settings, *, clock: Clock | None = None) -> Engine:
    """The engine of an installation, on its database and with its clock."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if clock is None and settings.training:
        clock = ShiftedClock()
    return Engine(connect(settings.database_url), settings, clock=clock)


def restore_training_clock(engine: Engine) -> None:
    """After a restart a training instance goes on at the day it had reached."""

    def days(reading: Reading) -> int:
        row = reading.session.get(Setting, TRAINING_DAYS)
        return int(row.value) if row is not None else 0

    engine.move_training_clock(engine.read(days))


def _is_race(error: BaseException | None) -> bool:
    # A script that asks the database may lose a race too: the fault of the drawing hides it.
    while isinstance(error, ProcessFault | BpmnError):
        error = error.__cause__
    if isinstance(error, StaleDataError | IntegrityError):
        return True
    original = getattr(error, "orig", None)
    return getattr(original, "sqlstate", None) in RETRYABLE or "locked" in str(original)


def _fingerprint(name: str, args: Any, kwargs: Any) -> str:
    canonical = orjson.dumps([name, args, kwargs], default=repr, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(canonical).hexdigest()


def _kept(reading: Reading, actor: Actor, key: str) -> RememberedAnswer | None:
    return reading.session.get(RememberedAnswer, (actor.officer_id, key))


def _remembered(known: RememberedAnswer, fingerprint: str) -> Any:
    if known.fingerprint != fingerprint:
        raise KeyReused(
            Text(
                "Questa chiave è già stata usata per un’altra richiesta.",
                "This key was already used for another request.",
            ),
            Text("Usa una chiave nuova.", "Use a new key."),
        )
    return known.result

"""Lets the deadlines that fell due expire, one transaction each."""

from engine import Actor, Engine
from engine.commands import expire_deadline
from engine.errors import EngineError
from engine.logs import log
from engine.queries import due_deadlines

CLOCK = Actor.system("clock")
BATCH = 100

_log = log(__name__)


def expire_due(engine: Engine) -> int:
    """Expire everything due; a deadline that cannot expire is named and holds up no other."""
    expired, tried = 0, set[str]()
    while True:
        # Those tried in vain stay due, so room is left for as many others.
        due = engine.read(due_deadlines, limit=BATCH + len(tried))
        fresh = [row for row in due if row.deadline_id not in tried]
        if not fresh:
            return expired
        for row in fresh:
            tried.add(row.deadline_id)
            expired += _expire(engine, row.deadline_id, row.case_id)


def _expire(engine: Engine, deadline_id: str, case_id: str) -> bool:
    try:
        return engine.run(CLOCK, expire_deadline, deadline_id=deadline_id)
    except EngineError as refusal:
        # Another clock was faster, or an officer closed the case a moment ago.
        _log.info("not expired", deadline=deadline_id, case=case_id, reason=str(refusal))
        return False
    except Exception:
        _log.exception("expiry failed", deadline=deadline_id, case=case_id)
        return False

"""The answer to a form that was refused, kept for its officer so that reload and back find it."""

import zlib
from datetime import timedelta

from sqlalchemy import delete

from engine.errors import NotAllowed
from engine.model import KeptPage
from engine.text import Text
from engine.unit_of_work import UnitOfWork

KEPT_FOR = timedelta(days=1)


def keep_page(work: UnitOfWork, *, page: str, status: int) -> str:
    """Keep what a page answered, for a day and for this officer alone; returns where it is kept."""
    if work.actor.officer_id is None:
        raise NotAllowed(Text("Accedi prima.", "Sign in first."))
    old = work.now - KEPT_FOR
    work.session.execute(
        delete(KeptPage).where(KeptPage.officer_id == work.actor.officer_id, KeptPage.at < old)
    )
    kept = KeptPage(
        id=work.new_id(), officer_id=work.actor.officer_id, status=status,
        content=zlib.compress(page.encode()), at=work.now,
    )  # fmt: skip
    work.add(kept)
    return kept.id

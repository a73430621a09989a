"""What was answered to an Idempotency-Key is kept, so that the second answer equals the first."""

from collections.abc import Mapping
from typing import Any

from engine.errors import NotFound
from engine.model import RememberedAnswer
from engine.text import Text
from engine.unit_of_work import UnitOfWork


def keep_answer(work: UnitOfWork, *, key: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the answer that was built for a key; returns the one kept first, whoever built it."""
    row = work.session.get(
        RememberedAnswer, (work.actor.officer_id, key), with_for_update=True, populate_existing=True
    )
    if row is None:
        raise NotFound(
            Text("Nessun atto ha usato questa chiave.", "No act has used this key."),
            Text("Ripeti l’atto con la sua chiave.", "Repeat the act with its key."),
        )
    if row.answer is None:
        row.answer = dict(answer)
    return dict(row.answer)

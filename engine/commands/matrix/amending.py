"""A letter of one case changes by an act of those who answer for the procedure."""

from collections.abc import Mapping, Sequence

from engine.bundles.matrix import read_cells
from engine.commands._matrix.laying import amend, refused
from engine.commands.cases import require_reason
from engine.errors import Invalid
from engine.policy import amenders, require_column
from engine.text import Text
from engine.unit_of_work import UnitOfWork

LONGEST_REASON, LONGEST_DOCUMENT = 2000, 300


def amend_matrix(
    work: UnitOfWork,
    *,
    case_id: str,
    changes: Sequence[Mapping[str, str]],
    reason: str,
    document: str = "",
    version: int | None = None,
) -> None:
    """Change letters of a case's matrix; who may do its work changes in the same commit.

    Each change is `{"line", "column", "letters"}`; an A moves by two changes at once. Open work
    goes to whoever has its letters now; what somebody holds who may no longer do it goes back to
    the office. Raises NotAllowed, or MatrixInvalid with every line that would not be in order.
    """
    case = work.case(case_id, version=version)
    bundle = work.bundle(case)
    work.mandate = require_column(
        work.actor, amenders(bundle), work.parties(case), accountable=bundle.accountable
    )
    require_reason(reason)
    _require_short(reason, document)
    case.require_running()
    case.require_not_ended()
    cells, wrong = read_cells(bundle, changes)
    if wrong:
        raise refused(wrong)
    amend(work, case, "case", cells, reason.strip(), document.strip())


def _require_short(reason: str, document: str) -> None:
    if len(reason) > LONGEST_REASON or len(document) > LONGEST_DOCUMENT:
        raise Invalid(
            Text(
                f"Il motivo ha al massimo {LONGEST_REASON} caratteri, l’atto {LONGEST_DOCUMENT}.",
                f"A reason has at most {LONGEST_REASON} characters, an act {LONGEST_DOCUMENT}.",
            )
        )

"""What scripts may ask of a matrix that is not their own case's: its letters, what is wrong with
others, who would gain and lose. The target is a case, an office or a whole programme."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from engine.bundles.definition import Bundle
from engine.bundles.matrix import (
    CASE,
    OFFICE,
    PROGRAMME,
    Cell,
    amended,
    column_title,
    columns_of,
    laid,
    lines,
    read_cells,
    wrong_letters,
)
from engine.mandates import acting
from engine.model import ENDED, Case, Deployment, Officer, Organisation, Party
from engine.text import Text, both

_ACTING = acting()
_PEOPLE = (
    select(
        Officer.id, Officer.name, Organisation.name.label("body"),
        Organisation.name_en.label("body_en"), _ACTING.c.organisation_id,
        _ACTING.c.role, _ACTING.c.process,
    )
    .join(_ACTING, _ACTING.c.officer_id == Officer.id)
    .join(Organisation, Organisation.id == _ACTING.c.organisation_id)
    .where(Officer.active)
    .order_by(Officer.name, Officer.id, Organisation.name)
)  # fmt: skip
_LETTERS = "RACI"
NOBODY = Text("nessuna persona", "nobody")
Told = list[dict[str, Any]]
"""Rows of a table."""
BundleOf = Callable[[str], Bundle]
"""The procedure as a deployment has it, by the id of the deployment."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a matrix is in force: one case, the cases of an office, or all of a procedure."""

    layer: str
    about: str
    """The number of the case, or the name of the office."""
    bundle: Bundle
    """The version, without any changed letter."""
    amendments: Mapping[str, Any]
    case_id: str | None = None
    deployment_id: str | None = None
    office_id: str | None = None

    @property
    def now(self) -> Bundle:
        """The procedure with the letters that hold there today."""
        return amended(self.bundle, self.amendments)

    def with_(self, cells: Iterable[Cell]) -> Bundle:
        """The same with other letters."""
        return amended(self.bundle, laid(self.bundle, self.amendments, self.layer, cells))


def target_of(
    session: Session, version: BundleOf, place: Mapping[str, Any], own_id: str
) -> Target | Text:
    """What `{"target", "procedure", "number", "office"}` means; or why it means nothing."""
    kind, procedure = str(place.get("target") or ""), str(place.get("procedure") or "")
    if kind == "case":
        number = str(place.get("number") or "").strip()
        # Without a number: the case from which this one was raised.
        above = select(Case.parent_id).where(Case.id == own_id).scalar_subquery()
        meant = Case.number == number if number else Case.id == above
        case = session.scalar(select(Case).where(meant))
        if case is None or case.id == own_id or case.state in ENDED:
            return Text(
                f"Nessun caso aperto ha il numero «{number}».",
                f"No open case has the number “{number}”.",
            )
        bundle = version(case.deployment_id)
        return Target(CASE, case.number, bundle, case.amendments, case_id=case.id)
    row = session.execute(
        select(Deployment.id, Deployment.amendments)
        .where(Deployment.process == procedure)
        .order_by(Deployment.version.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return Text(
            f"Nessun procedimento si chiama «{procedure}».",
            f"No procedure is called “{procedure}”.",
        )
    bundle = version(row.id)
    if kind == "programme":
        title = bundle.title.it
        return Target(PROGRAMME, title, bundle, row.amendments, deployment_id=row.id)
    office = session.get(Organisation, str(place.get("office") or ""))
    if kind != "office" or office is None:
        return Text("L’ufficio non è nel registro.", "The office is not in the register.")
    layer = f"{OFFICE}{office.id}"
    return Target(
        layer, office.name, bundle, row.amendments, deployment_id=row.id, office_id=office.id
    )


def cases_of(target: Target, own_id: str) -> Any:
    """The ids of the cases in which it is in force, in the order in which they are locked."""
    open_ = (Case.state.not_in(ENDED), Case.id != own_id)
    statement = select(Case.id).where(*open_).order_by(Case.id)
    if target.case_id is not None:
        return statement.where(Case.id == target.case_id)
    statement = statement.where(Case.process == target.bundle.key)
    if target.office_id is not None:
        takes_part = exists().where(
            Party.case_id == Case.id, Party.organisation_id == target.office_id,
            Party.left_at.is_(None),
        )  # fmt: skip
        statement = statement.where(takes_part)
    return statement


def letter_functions(
    session: Session, version: BundleOf, own_id: str, today: date
) -> dict[str, Callable[..., Any]]:
    """`matrix`, `matrix_problems` and `matrix_difference` for the scripts of a case."""

    def matrix(place: Mapping[str, Any]) -> dict[str, Any]:
        target = target_of(session, version, place, own_id)
        if isinstance(target, Text):
            return {
                "problem": _both(target), "about": "", "lines": {}, "columns": {}, "rows": [],
            }  # fmt: skip
        bundle = target.now
        return {
            "problem": "", "about": f"{bundle.title.it}: {target.about}",
            "lines": {
                line.key: {"label": _both(line.title)}
                for line in lines(bundle)
                if not line.key.startswith("stage:")
            },
            "columns": {
                str(c): {"label": _both(column_title(bundle, c))} for c in columns_of(bundle)
            },
            "rows": [_row(bundle, line) for line in lines(bundle) if line.letters(bundle)],
        }  # fmt: skip

    def problems(place: Mapping[str, Any], changes: Any) -> Told:
        target = target_of(session, version, place, own_id)
        if isinstance(target, Text):
            return [{"problem": _both(target)}]
        cells, wrong = read_cells(target.now, changes or ())
        found = wrong or wrong_letters(target.now, target.with_(cells), _present(session, target))
        return [{"problem": _both(text)} for text in dict.fromkeys(found)]

    def difference(place: Mapping[str, Any], changes: Any) -> Told:
        target = target_of(session, version, place, own_id)
        if isinstance(target, Text):
            return []
        cells, wrong = read_cells(target.now, changes or ())
        return [] if wrong else _difference(session, target, cells, own_id, today)

    return {"matrix": matrix, "matrix_problems": problems, "matrix_difference": difference}


def _both(text: Text) -> dict[str, str]:
    """A text as a script holds it; in a table it is read in the reader's language."""
    return {"it": text.it, "en": text.en}


def _joined(texts: Iterable[Text], by: str) -> dict[str, str]:
    found = list(texts)
    return _both(Text(by.join(t.it for t in found) or "–", by.join(t.en for t in found) or "–"))


def _row(bundle: Bundle, line: Any) -> dict[str, Any]:
    """A line as a table tells it: who has which letter."""
    row = {"line": _both(line.title)}
    for letter in _LETTERS:
        on = [c for c, cell in line.letters(bundle).items() if letter in cell]
        row[letter] = _joined((column_title(bundle, c) for c in on), ", ")
    return row


def _present(session: Session, target: Target) -> set[str] | None:
    """The capacities in which somebody takes part, where the target is one case."""
    if target.case_id is None:
        return None
    living = select(Party.capacity).where(Party.case_id == target.case_id, Party.left_at.is_(None))
    return set(session.scalars(living))


def _difference(
    session: Session, target: Target, cells: Iterable[Cell], own_id: str, today: date
) -> Told:
    """Who gains and who loses which letter where, by name; a role with nobody in it by itself."""
    before, after = target.now, target.with_(cells)
    seats: dict[str, set[str]] = {}
    for capacity, body in session.execute(
        select(Party.capacity, Party.organisation_id)
        .where(Party.case_id.in_(cases_of(target, own_id).order_by(None)), Party.left_at.is_(None))
        .distinct()
    ):
        seats.setdefault(capacity, set()).add(body)
    bodies = sorted({body for of in seats.values() for body in of})
    people = session.execute(_PEOPLE, {"bodies": bodies, "today": today}).all() if bodies else []
    told: dict[tuple[Text, Text], tuple[list[Text], list[Text]]] = {}
    for line in lines(after):
        was, now = line.letters(before), line.letters(after)
        for column in dict.fromkeys((*was, *now)):
            gained = [x for x in now.get(column, "") if x not in was.get(column, "")]
            lost = [x for x in was.get(column, "") if x not in now.get(column, "")]
            if not gained and not lost:
                continue
            on = [
                (both(p.name), Text(p.body, p.body_en))
                for p in people
                if p.role == column.role and p.organisation_id in seats.get(column.capacity, ())
                and p.process in (None, target.bundle.key)
            ]  # fmt: skip
            for who in dict.fromkeys(on) or [(NOBODY, column_title(after, column))]:
                gains, loses = told.setdefault(who, ([], []))
                gains += [_letter(letter, line.title) for letter in gained]
                loses += [_letter(letter, line.title) for letter in lost]
    return [
        {
            "who": _both(who), "body": _both(body), "gains": _joined(gains, "; "),
            "loses": _joined(loses, "; "),
        }
        for (who, body), (gains, loses) in told.items()
    ]  # fmt: skip


def _letter(letter: str, title: Text) -> Text:
    return Text(f"{letter} {title.it}", f"{letter} {title.en}")

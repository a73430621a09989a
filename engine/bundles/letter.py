"""A letter before it is filled in: its parts, and the names that it may use."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from engine.text import Text

OFFERED: Mapping[str, Mapping[str, str]] = {
    "case": {
        "number": "numero della pratica", "title": "oggetto della pratica",
        "process": "procedimento", "zone": "zona omogenea", "legal_basis": "norma",
    },
    "sender": {
        "name": "ente che scrive", "pec": "PEC dell’ente che scrive",
        "fiscal_code": "codice fiscale dell’ente che scrive",
    },
    "party": {"name": "ente", "pec": "PEC dell’ente"},
    "officer": {"name": "chi se ne occupa", "role": "ruolo"},
    "responsible": {
        "name": "responsabile del procedimento", "role": "ruolo del responsabile",
        "body": "ente del responsabile",
    },
    "deadline": {
        "title": "termine", "length": "durata del termine", "starts_on": "inizio del termine",
        "due_on": "ultimo giorno del termine", "why": "motivo della data",
        "article": "norma del termine", "consequence": "effetto del silenzio",
    },
    "documents": {
        "title": "documento", "name": "nome del file", "sha256": "impronta SHA-256",
        "attached_on": "data", "by": "chi l’ha allegato",
    },
    "recipients": {"name": "destinatario", "pec": "PEC"},
}  # fmt: skip
"""Names beside the answers of the case, what each has, and what its blank says. The name of a
`deadline` stands in between; `documents` and `recipients` are lists."""

LISTS = ("documents", "recipients")


@dataclass(frozen=True, slots=True)
class Place:
    """`{date_of_sitting}`: where an answer goes."""

    path: tuple[str, ...]
    """Empty: nothing in the procedure knows it, the officer writes it into the file."""
    blank: str
    """What the blank says as long as it is not known; empty: the label of the field."""
    line: int


Piece = str | Place
LineKind = Literal["paragraph", "heading", "item", "point"]


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph, a heading, an item of a list or a numbered point, counted when written out."""

    kind: LineKind
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Each:
    """`% for row in rows`: once for each row; what follows `% else` where there is none."""

    row: str
    path: tuple[str, ...]
    body: tuple["Node", ...]
    otherwise: tuple["Node", ...]
    line: int


@dataclass(frozen=True, slots=True)
class When:
    """`% if answer = one, other`, or `% if answer`: where it was given and is not a no."""

    path: tuple[str, ...]
    among: tuple[str, ...]
    body: tuple["Node", ...]
    otherwise: tuple["Node", ...]
    line: int


Node = Line | Each | When


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom it goes: `parties:<capacity>`, `case:<variable>`, `party` or a name."""

    source: Literal["parties", "case", "party", "name"]
    name: str
    copy: bool
    line: int


@dataclass(frozen=True, slots=True)
class LetterTemplate:
    """A letter as the process folder has it."""

    name: str
    file: str
    title: Text
    """What officers call it; the letter itself is Italian."""
    recipients: tuple[Recipient, ...]
    subject: tuple[Piece, ...]
    signed: tuple[Piece, ...]
    """Who signs, under the text; empty where the body of the text says it."""
    body: tuple[Node, ...]

    @property
    def names(self) -> frozenset[str]:
        """What it asks of the case: answers and variables by name."""
        return frozenset(path[0] for path in self._paths()) - OFFERED.keys()

    @property
    def terms(self) -> frozenset[str]:
        """The terms of which it says something."""
        return frozenset(p[1] for p in self._paths() if p[0] == "deadline" and len(p) > 1)

    @property
    def lists_documents(self) -> bool:
        """Whether it goes through the files."""
        return any(path[0] == "documents" for path in self._paths())

    def _paths(self) -> set[tuple[str, ...]]:
        asked = {(one.name,) for one in self.recipients if one.source == "case"}
        return asked | _in_line((*self.subject, *self.signed)) | _inside(self.body)


def _inside(nodes: Iterable[Node]) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for node in nodes:
        if isinstance(node, Line):
            found |= _in_line(node.pieces)
            continue
        inner = _inside((*node.body, *node.otherwise))
        row = node.row if isinstance(node, Each) else None
        found |= {node.path} | {path for path in inner if path[0] != row}
    return found


def _in_line(pieces: Iterable[Piece]) -> set[tuple[str, ...]]:
    return {piece.path for piece in pieces if isinstance(piece, Place) and piece.path}

"""Letters: every name they use is that of a form, of the drawing or of what each letter knows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from engine.bundles.check.terms import somewhere
from engine.bundles.check.view import View
from engine.bundles.form import Field, Form
from engine.bundles.letter import (
    LISTS,
    OFFERED,
    Each,
    LetterTemplate,
    Line,
    Node,
    Piece,
    Place,
    When,
)
from engine.bundles.roles import kinds

_OF_A_FILE = ("name", "sha256")


def check_letters(view: View) -> None:
    """The letters that forms name, and all that the letters name."""
    named: dict[str, list[str]] = {}
    for activity, form in view.bundle.forms.items():
        for letter in form.letters:
            named.setdefault(letter, []).append(activity)
            if letter not in view.bundle.templates:
                file = view.draft.form_files[activity]
                near = get_close_matches(letter, view.bundle.templates, n=1)
                hint = f"Did you mean “{near[0]}”?" if near else f"Write letters/{letter}.txt."
                what = f"There is no letter “{letter}”."
                view.complain(file, view.line(file, "letters"), what, hint)
    for name, template in view.bundle.templates.items():
        if name not in named:
            hint = f'Write letters = ["{name}"] in the form it belongs to, or delete it.'
            view.complain(template.file, 1, f"No form names the letter “{name}”.", hint)
        for activity in named.get(name, ()):
            _Reader(view, template, view.bundle.forms[activity]).check()


@dataclass(frozen=True, slots=True)
class _Row:
    """What a row of a list is known to have; None: only the case knows."""

    fields: tuple[Field, ...] = ()
    names: frozenset[str] | None = None


_Rows = Mapping[str, _Row]


class _Reader:
    """One letter beside the form that names it."""

    def __init__(self, view: View, template: LetterTemplate, form: Form) -> None:
        self._view, self._template, self._form = view, template, form
        asked = (view.bundle.start_form, *view.bundle.forms.values(), form)
        asked += tuple(r.form for r in view.bundle.messages.values() if r.form)
        self._fields = {f.name: f for one in asked for f in one.fields}

    def check(self) -> None:
        """Every name in the letter, from its head to its end."""
        for recipient in self._template.recipients:
            if recipient.source == "parties":
                self._capacity(recipient.name, recipient.line)
            elif recipient.source == "case":
                self._known((recipient.name,), recipient.line, {})
        for pieces in (self._template.subject, self._template.signed):
            self._pieces(pieces, {})
        self._nodes(self._template.body, {})

    def _complain(self, line: int, what: str, hint: str) -> None:
        self._view.complain(self._template.file, line, what, hint)

    def _capacity(self, name: str, line: int) -> None:
        # A part that several call writes to capacities that not each of them has.
        known = {capacity.id for capacity in self._view.bundle.capacities}
        if self._template.file.startswith("shared/"):
            known |= kinds()
        if name not in known and not self._view.draft.shared:
            hint = f"Known: {', '.join(sorted(known))}."
            self._complain(line, f"There is no capacity “{name}”.", hint)

    def _nodes(self, nodes: Iterable[Node], rows: _Rows) -> None:
        for node in nodes:
            if isinstance(node, Line):
                self._pieces(node.pieces, rows)
            elif isinstance(node, Each):
                self._each(node, rows)
            else:
                self._when(node, rows)

    def _each(self, node: Each, rows: _Rows) -> None:
        self._known(node.path, node.line, rows)
        field = self._field(node.path, rows)
        if field is not None and field.type not in ("list", "choices"):
            hint = "Go through a list, or through choices."
            self._complain(node.line, f"“{'.'.join(node.path)}” has no rows.", hint)
        self._nodes(node.body, {**rows, node.row: self._row(node.path, field)})
        self._nodes(node.otherwise, rows)

    def _row(self, path: Sequence[str], field: Field | None) -> _Row:
        if path[0] in LISTS:
            return _Row((), frozenset(OFFERED[path[0]]))
        if field is None or field.options_from:
            return _Row(field.fields if field else ())
        return _Row(field.fields, frozenset(one.name for one in field.fields))

    def _when(self, node: When, rows: _Rows) -> None:
        if node.among or not self._of_a_caller(node.path[0], rows):
            self._known(node.path, node.line, rows)
        field = self._field(node.path, rows)
        offered = _answers(field)
        odd = [word for word in node.among if offered is not None and word not in offered]
        if odd:
            hint = f"It offers: {', '.join(sorted(offered or ()))}."
            what = f"“{odd[0]}” is never the answer to “{'.'.join(node.path)}”."
            self._complain(node.line, what, hint)
        self._nodes(node.body, rows)
        self._nodes(node.otherwise, rows)

    def _pieces(self, pieces: Iterable[Piece], rows: _Rows) -> None:
        for piece in pieces:
            if not isinstance(piece, Place) or not piece.path:
                continue
            if piece.blank and self._of_a_caller(piece.path[0], rows):
                continue
            known = self._known(piece.path, piece.line, rows)
            bare = piece.path[0] not in (*rows, *OFFERED, *self._fields)
            if known and bare and not piece.blank and not self._view.draft.shared:
                name = ".".join(piece.path)
                hint = f"No form asks it: write {{{name} | words of the blank}}."
                self._complain(piece.line, f"“{name}” has no words for its blank.", hint)

    def _of_a_caller(self, name: str, rows: _Rows) -> bool:
        """In a shared part: what one of its callers knows and another need not."""
        shared = self._template.file.startswith("shared/")
        return shared and name not in (*rows, *OFFERED, *self._fields)

    def _known(self, path: Sequence[str], line: int, rows: _Rows) -> bool:
        """Whether a name can be found; says what is wrong if not."""
        first, *rest = path
        if first in rows:
            offered: Iterable[str] = rows[first].names or ()
            wrong = bool(rest) and rows[first].names is not None and rest[0] not in offered
        elif first in OFFERED:
            return self._known_to_all(path, line)
        elif first in self._fields:
            field = self._fields[first]
            inside = _OF_A_FILE if field.type == "file" else [f.name for f in field.fields]
            wrong = bool(rest) and not field.options_from and rest[0] not in inside
            offered = inside
        elif self._view.draft.shared or somewhere(self._view, first):
            return True  # of a shared part the callers know
        else:
            near = get_close_matches(first, (*self._fields, *OFFERED, *rows), n=1)
            hint = f"Did you mean “{near[0]}”?" if near else "Name a field, or what a script sets."
            self._complain(line, f"Nothing in the procedure is called “{first}”.", hint)
            return False
        if wrong:
            self._complain(line, f"“{first}” has no “{rest[0]}”.", _among(offered))
        return not wrong

    def _known_to_all(self, path: Sequence[str], line: int) -> bool:
        first, *rest = path
        if first == "deadline" and rest:
            name, rest = rest[0], rest[1:]
            rules = self._view.bundle.deadlines
            terms = {*rules, *(key.rsplit("/", 1)[-1] for key in rules)}
            if name not in terms and not self._view.draft.shared:
                self._complain(line, f"There is no term “{name}”.", _among(terms))
                return False
        if first in LISTS and not rest:
            return True
        if len(rest) != 1 or rest[0] not in OFFERED[first]:
            named = "deadline.<term>" if first == "deadline" else first
            hint = f"Write {named}. with one of: {', '.join(OFFERED[first])}."
            self._complain(line, f"“{'.'.join(path)}” is nothing a letter knows.", hint)
            return False
        return True

    def _field(self, path: Sequence[str], rows: _Rows) -> Field | None:
        first, *rest = path
        if first in OFFERED:
            return None
        if first in rows:
            inside: Iterable[Field] = rows[first].fields
            if not rest:
                return None
            first, *rest = rest
            field = next((one for one in inside if one.name == first), None)
        else:
            field = self._fields.get(first)
        for name in rest:
            inside = field.fields if field is not None else ()
            field = next((one for one in inside if one.name == name), None)
        return field


def _answers(field: Field | None) -> set[str] | None:
    """What may be answered, where that is fixed."""
    if field is not None and field.type == "yes_no":
        return {"yes", "no"}
    if field is not None and field.options and not field.options_from:
        return {option.value for option in field.options}
    return None


def _among(offered: Iterable[str]) -> str:
    return f"Known: {', '.join(sorted(offered)) or 'none'}."

"""letters/<name>.txt as a template; every slip of the pen becomes a problem with its line."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from engine.bundles.letter import (
    Each,
    LetterTemplate,
    Line,
    LineKind,
    Node,
    Piece,
    Place,
    Recipient,
    When,
)
from engine.bundles.problem import Problem
from engine.bundles.source import read_text
from engine.text import Text

_FILE = re.compile(r"(?:shared/[^/]+/)?letters/([a-z][a-z0-9-]*)\.txt")
_HEAD = re.compile(r"(title\.it|title\.en|to|copy|subject|signed):\s*(\S.*)")
_PLACE = re.compile(r"\{([^{}]*)\}")
_WITHIN = re.compile(r"([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_/-]*)*)?\s*(?:\|\s*(\S.*?)\s*)?")
_FOR = re.compile(r"for ([a-z][a-z0-9_]*) in ([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_/-]*)*)")
_IF = re.compile(r"if ([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_/-]*)*)(?:\s*=\s*(\S.*))?")
_BEGINS = re.compile(r"(- |# |\d+[.)] )")
_KINDS: Mapping[str, LineKind] = {"-": "item", "#": "heading"}
DEEPEST = 4
_AS_WRITTEN = "Write {name}, {name.part}, {name | words of the blank} or {| words of a blank}."
_STATEMENTS = "Write “% for row in rows”, “% if answer”, “% if answer = value”, % else, % end."


def parse_letters(files: Mapping[str, bytes], problems: list[Problem]) -> dict[str, LetterTemplate]:
    """The letters of a version by name, those of the parts it calls included."""
    found: dict[str, LetterTemplate] = {}
    for file in sorted(files):
        inner = file.split("/", 2)[2] if file.startswith("shared/") else file
        if not inner.startswith("letters/"):
            continue
        match = _FILE.fullmatch(file)
        if match is None:
            hint = "Letters are letters/<name>.txt, the name in small letters, digits and -."
            problems.append(Problem(file, 1, "This is no place for a letter.", hint))
        elif match[1] in found:
            hint = f"Rename it: {found[match[1]].file} has the same name."
            problems.append(Problem(file, 1, f"“{match[1]}” is two letters.", hint))
        else:
            text = read_text(files, file, problems)
            if text is not None:
                found[match[1]] = _Reader(file, text, problems).letter(match[1])
    return found


class _Reader:
    """Reads one file, line by line."""

    def __init__(self, file: str, text: str, problems: list[Problem]) -> None:
        self._file, self._problems = file, problems
        self._lines = text.splitlines()
        self._at = 0

    def letter(self, name: str) -> LetterTemplate:
        """The whole file: its head, a blank line, its text."""
        head: dict[str, tuple[str, int]] = {}
        recipients: list[Recipient] = []
        while self._at < len(self._lines) and self._lines[self._at].strip():
            line, self._at = self._lines[self._at].strip(), self._at + 1
            match = _HEAD.fullmatch(line)
            if match is None:
                hint = "The first lines are title.it, title.en, to, copy, subject, signed."
                self._complain(self._at, f"“{line[:40]}” is not known in the head.", hint)
            elif match[1] in ("to", "copy"):
                recipients.append(self._recipient(match[2], copy=match[1] == "copy"))
            elif match[1] in head:
                self._complain(self._at, f"“{match[1]}” is said twice.", "Delete one of them.")
            else:
                head[match[1]] = match[2], self._at
        for key in ("title.it", "title.en", "subject"):
            if key not in head:
                self._complain(1, f"The letter has no “{key}”.", f"Write {key}: … at its top.")
        body = self._nodes(0, ())
        if not body:
            self._complain(len(self._lines) or 1, "The letter has no text.", "Write it.")
        said = {key: self._pieces(*head[key]) for key in ("subject", "signed") if key in head}
        title = Text(head.get("title.it", ("", 0))[0], head.get("title.en", ("", 0))[0])
        return LetterTemplate(
            name, self._file, title, tuple(recipients), said.get("subject", ()),
            said.get("signed", ()), body,
        )  # fmt: skip

    def _complain(self, line: int, what: str, hint: str) -> None:
        self._problems.append(Problem(self._file, line, what, hint))

    def _recipient(self, words: str, *, copy: bool) -> Recipient:
        source, colon, name = words.partition(":")
        if words == "party":
            return Recipient("party", "", copy, self._at)
        for known in ("parties", "case"):
            if colon and source == known:
                kind: Literal["parties", "case"] = "parties" if known == "parties" else "case"
                return Recipient(kind, name.strip(), copy, self._at)
        return Recipient("name", words, copy, self._at)

    def _nodes(self, depth: int, until: Sequence[str]) -> tuple[Node, ...]:
        """What stands up to one of these statements, which is left to be read."""
        nodes: list[Node] = []
        while self._at < len(self._lines):
            line = self._lines[self._at].strip()
            if not line.startswith("%"):
                nodes += self._text() if line else ()
                self._at += 0 if line else 1
                continue
            said = line.removeprefix("%").strip()
            if said in until:
                break
            self._at += 1
            node = self._statement(said, depth)
            nodes += () if node is None else (node,)
        return tuple(nodes)

    def _statement(self, said: str, depth: int) -> Node | None:
        line = self._at
        each, when = _FOR.fullmatch(said), _IF.fullmatch(said)
        if each is None and when is None:
            self._complain(line, f"“% {said[:40]}” is not understood here.", _STATEMENTS)
            return None
        if depth == DEEPEST:
            self._complain(line, f"More than {DEEPEST} statements in one another.", "Write less.")
        inner = self._nodes(depth + 1, ("else", "end"))
        otherwise: tuple[Node, ...] = ()
        if self._statement_is("else"):
            otherwise = self._nodes(depth + 1, ("end",))
        if not self._statement_is("end"):
            self._complain(line, f"“% {said[:40]}” has no end.", "Write “% end” where it ends.")
        if each is not None:
            return Each(each[1], _path(each[2]), inner, otherwise, line)
        assert when is not None  # one of the two matched
        among = tuple(word.strip() for word in (when[2] or "").split(",") if word.strip())
        return When(_path(when[1]), among, inner, otherwise, line)

    def _statement_is(self, word: str) -> bool:
        here = self._lines[self._at].strip() if self._at < len(self._lines) else ""
        found = here.startswith("%") and here.removeprefix("%").strip() == word
        self._at += found
        return found

    def _text(self) -> Iterator[Line]:
        """One paragraph, heading or item: its lines up to the next that begins something."""
        first = self._lines[self._at].strip()
        begins = _BEGINS.match(first)
        kind: LineKind = _KINDS.get(begins[1][0], "point") if begins else "paragraph"
        words = first[begins.end() :] if begins else first
        pieces = list(self._pieces(words, self._at + 1))
        self._at += 1
        while self._at < len(self._lines):
            line = self._lines[self._at].strip()
            if not line or line.startswith("%") or _BEGINS.match(line) or kind == "heading":
                break
            pieces += [" ", *self._pieces(line, self._at + 1)]
            self._at += 1
        yield Line(kind, tuple(pieces))

    def _pieces(self, words: str, line: int) -> tuple[Piece, ...]:
        pieces: list[Piece] = []
        end = 0
        for match in _PLACE.finditer(words):
            pieces += [words[end : match.start()]] if match.start() > end else []
            end = match.end()
            within = _WITHIN.fullmatch(match[1].strip())
            if within is None or not (within[1] or within[2]):
                self._complain(line, f"“{match[0][:40]}” names nothing.", _AS_WRITTEN)
            else:
                pieces.append(Place(_path(within[1] or ""), within[2] or "", line))
        rest = words[end:]
        if "{" in rest or "}" in _PLACE.sub("", words):
            self._complain(line, "A bracket has no partner.", _AS_WRITTEN)
        return (*pieces, rest) if rest else tuple(pieces)


def _path(words: str) -> tuple[str, ...]:
    return tuple(words.split(".")) if words else ()

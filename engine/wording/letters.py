"""Letters of the matrix and their changes, in words."""

from collections.abc import Mapping
from typing import Any

from engine.text import Text

LETTER = {
    "R": Text("esegue", "does it"),
    "A": Text("risponde", "answers for it"),
    "C": Text("è sentito", "is heard"),
    "I": Text("è informato", "is told"),
}
NOTHING = Text("nessuna lettera", "no letter")


def letters_words(letters: str) -> Text:
    """`RA` as it is spoken: does it and answers for it."""
    words = [LETTER[letter] for letter in letters if letter in LETTER]
    if not words:
        return NOTHING
    return Text(" e ".join(w.it for w in words), " and ".join(w.en for w in words))


def letters_text(change: Mapping[str, Any]) -> Text:
    """One changed letter: which line, which role, from what to what."""
    before, after = change["before"] or "–", change["after"] or "–"
    title, role = change["title"], change["role"]
    return Text(
        f"«{title['it']}», {role['it']}: da {before} a {after}",
        f"“{title['en']}”, {role['en']}: from {before} to {after}",
    )

"""Text that a person reads, in the two languages of the product."""

from typing import Literal, NamedTuple

Language = Literal["it", "en"]


class Text(NamedTuple):
    """One sentence or label, Italian first, English beside it."""

    it: str
    en: str

    def in_(self, language: str) -> str:
        """The wording for a reader; anything but English reads Italian."""
        return self.en if language == "en" else self.it

    def __bool__(self) -> bool:
        return bool(self.it or self.en)


NO_TEXT = Text("", "")


def both(words: str) -> Text:
    """A proper name: the same in every language."""
    return Text(words, words)


def in_sight(words: str) -> str:
    """Words as one line of signs that can be seen: a name that shows nothing cannot be clicked,
    and one that turns the writing round shows another."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())


_BESIDE = " | "


def in_one(text: Text) -> str:
    """Both wordings in one line, for what is stored and compared as one: a legal basis."""
    return text.it if text.it == text.en else f"{text.it}{_BESIDE}{text.en}"


def apart(words: str) -> Text:
    """The two wordings of such a line; an article cited is the same in every language."""
    italian, beside, english = words.partition(_BESIDE)
    return Text(italian, english) if beside else both(words)

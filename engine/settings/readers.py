"""How the words of an environment variable become a value, or a complaint and what to write."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from engine.settings.providers import NAME


class Unusable(ValueError):
    """A reader's complaint: the fact and the way out."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.what, self.hint = what, hint


def text(value: str) -> str:
    return value


def folder(value: str) -> Path:
    return Path(value).expanduser().resolve()


def whole(lowest: int, highest: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not value.isdecimal() or not lowest <= int(value) <= highest:
            raise Unusable(
                f"“{value}” is not a whole number from {lowest} to {highest}.",
                f"Write a number, for instance {lowest}.",
            )
        return int(value)

    return read


def one_of(*allowed: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        for word in allowed:
            if value.lower() == word.lower():
                return word
        raise Unusable(f"“{value}” is not known.", f"Write one of: {', '.join(allowed)}.")

    return read


def address(*schemes: str, example: str, host: bool = True) -> Callable[[str], str]:
    def read(value: str) -> str:
        try:
            parts = urlsplit(value)
            complete = parts.scheme in schemes and (bool(parts.hostname) or not host)
            _ = parts.port
        except ValueError:
            complete = False
        if not complete:
            # The value is not repeated: such addresses carry passwords and this text is logged.
            raise Unusable(
                f"is not an address that begins with {' or '.join(s + '://' for s in schemes)}.",
                f"Write it like {example}.",
            )
        return value

    return read


def optional(read: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda value: read(value) if value else None


def database(value: str) -> str:
    if not value:
        return ""
    read = address(
        "postgresql+psycopg",
        "postgresql",
        "sqlite",
        example="postgresql+psycopg://concerto:password@localhost/concerto",
        host=False,
    )
    # SQLAlchemy's short spelling may change its meaning between releases; the driver is named.
    return str(read(value)).replace("postgresql://", "postgresql+psycopg://", 1)


def mailbox(value: str) -> str:
    local, at, domain = value.rpartition("@")
    if not (local and at and domain) or any(c.isspace() for c in domain.rstrip(">")):
        raise Unusable(f"“{value}” is not a mail address.", "Write it like name@municipality.it.")
    return value


def names(value: str) -> tuple[str, ...]:
    names = tuple(value.replace(",", " ").split())
    if any(NAME.fullmatch(name) is None for name in names) or len(set(names)) < len(names):
        raise Unusable(
            f"“{value}” is not a list of different names.",
            "Write lower-case letters and digits, separated by spaces, for instance: spid region.",
        )
    return names

"""What every sentence about an event is made of: names of things, bodies, reasons."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.text import NO_TEXT, Text, both

Payload = Mapping[str, Any]
Name = Callable[[str], Text]


def _as_written(key: str) -> Text:
    return both(key)


def message_received(title: Text) -> Text:
    """A message that came in, where no event of a drawing says what has happened."""
    return Text(f"Comunicazione ricevuta: {title.it}", f"Message received: {title.en}")


def _received_as_written(key: str) -> Text:
    return message_received(both(key))


def _no_answer(_activity: str, _answers: Mapping[str, Any]) -> Text:
    return NO_TEXT


@dataclass(frozen=True, slots=True)
class Names:
    """What the ids in a payload are called; the bundle of the case knows."""

    activity: Name = _as_written
    milestone: Name = _as_written
    deadline: Name = _as_written
    capacity: Name = _as_written
    message: Name = _as_written
    received: Name = _received_as_written
    """What has happened once a message is there; `message` is what its sender does."""
    outcome: Name = _as_written
    element: Name = _as_written
    party: Name = _as_written
    children: Name = _as_written
    """The cases that were opened for the parties, all of one name."""
    document: Name = _as_written
    """A file by the title written down when it came in."""
    body: Name = _as_written
    """A body by the name written down when it acted."""
    answer: Callable[[str, Mapping[str, Any]], Text] = _no_answer
    """The answer that decides an activity, inside a sentence: `approvato, stesso testo`."""


def by_body(p: Payload, names: Names, told: Text) -> Text:
    """Who first, then what: `Comune di Chivasso: conclusa «Verbale», approvato`."""
    if not p.get("organisation"):
        return Text(upper(told.it), upper(told.en))
    body = names.body(p["organisation"])
    return Text(f"{body.it}: {told.it}", f"{body.en}: {told.en}")


def with_body(p: Payload, names: Names, told: Text) -> Text:
    """What happened, then to whom: `Parte il termine «Parere» (Regione Piemonte)`."""
    if not p.get("organisation"):
        return told
    body = names.body(p["organisation"])
    return Text(f"{told.it} ({body.it})", f"{told.en} ({body.en})")


def because(told: Text, p: Payload) -> Text:
    """What happened and the reason that was given; a reason of our own is known in English too."""
    reason = p.get("reason")
    english = p.get("reason_en") or reason
    return Text(f"{told.it}: {reason}", f"{told.en}: {english}") if reason else told


def upper(words: str) -> str:
    """The words as the beginning of a sentence."""
    return words[:1].upper() + words[1:]


def lower(words: str) -> str:
    """The words inside a sentence; one all in capitals is an abbreviation and stays."""
    return words if words[:2].isupper() else words[:1].lower() + words[1:]

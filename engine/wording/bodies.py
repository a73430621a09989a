"""What bodies are called: in full where they act, bare in the register of the territory."""

from engine.text import Text

FULL: dict[str, Text] = {"municipality": Text("Comune di {}", "Municipality of {}")}
"""Kinds whose name alone would read as a place; all others carry their kind in their name."""

TO = {
    "Comune": "al ",
    "Città": "alla ",
    "Regione": "alla ",
    "Assemblea": "all'",
    "Collegio": "al ",
    "Ordine": "all'",
    "Politecnico": "al ",
    "Università": "all'",
}


def name_in_full(kind: str, name: Text) -> Text:
    """`Comune di Chivasso`, `Municipality of Chivasso`: a body that acts, or owes an act."""
    pattern = FULL.get(kind)
    if pattern is None:
        return name
    return Text(pattern.it.format(name.it), pattern.en.format(name.en))


def to_body(name: str) -> str:
    """`al Comune di Chivasso`, `alla Regione Piemonte`: the Italian preposition of a body."""
    return TO.get(name.split(" ", 1)[0], "a ") + name

"""Why a case cannot go over to another version, in words."""

from engine.text import Text, both

_WHY = {
    "gone": Text(
        "non è più disegnato: indica dove prosegue", "is no longer drawn: say where it goes on"
    ),
    "kind": Text("è diventato di un altro tipo", "has become something of another kind"),
    "scope": Text("sta in un altro sottoprocesso", "stands in another sub-process"),
    "lane": Text("passa alla corsia {about}: conferma", "moves to the lane {about}: confirm it"),
    "event": Text("non attende più {about}", "no longer waits for {about}"),
    "called": Text("non richiama più {about}", "no longer calls {about}"),
    "hangs": Text(
        "attenderebbe per sempre {about}: prima concludi o sposta",
        "would wait for ever for {about}: complete or move it first",
    ),
}


def obstacle_text(obstacle: str, element: str, about: str) -> Text:
    """One obstacle as a sentence about its element."""
    why = _WHY.get(obstacle, both(obstacle))
    return Text(
        f"«{element}» {why.it.format(about=about)}", f"“{element}” {why.en.format(about=about)}"
    )

"""Where a case and its bodies stand, in a few words."""

from datetime import date

from engine.text import NO_TEXT, Text
from engine.wording.bodies import to_body
from engine.wording.dates import day_short, span

CASE_STATES: dict[str, Text] = {
    "open": Text("In corso", "In progress"),
    "suspended": Text("Sospeso", "Suspended"),
    "completed": Text("Concluso", "Completed"),
    "withdrawn": Text("Ritirato", "Withdrawn"),
    "cancelled": Text("Annullato", "Cancelled"),
}


def case_state_text(state: str) -> Text:
    """The state of a case as its badge says it."""
    return CASE_STATES.get(state, Text(state, state))


def child_state_text(state: str) -> Text:
    """How far the case of one party is that has not been opened."""
    if state == "pending":
        return Text("Si sta aprendo", "Being opened")
    return Text("Non aperto", "Not opened")


def children_text(asked: int, done: int, withdrawn: int) -> Text:
    """How far the cases are that one case has opened: `120 conclusi su 312, 2 ritirati`."""
    gone = Text(f", ritirati {withdrawn}", f", {withdrawn} withdrawn") if withdrawn else NO_TEXT
    return Text(f"conclusi {done} su {asked}{gone.it}", f"{done} of {asked} done{gone.en}")


def stage_text(
    state: str, *, reached_on: date | None = None, done: int = 0, total: int = 0,
    due_on: date | None = None, reason: Text = NO_TEXT, waits_for: Text = NO_TEXT,
    missed: bool = False, overtaken: bool = False,
) -> Text:  # fmt: skip
    """The short fact under a stage: when it closed, how many, what it waits for, why it stopped.

    `overtaken`: the case already stands in a later one, as where opinions are no longer needed.
    """
    count = Text(f"{done} su {total}", f"{done} of {total}") if total > 1 else NO_TEXT
    if state == "done":
        return _joined(day_short(reached_on) if reached_on else NO_TEXT, count)
    if state in ("current", "action"):
        by = day_short(due_on, weekday=True) if due_on else NO_TEXT
        until = Text(f"entro {by.it}", f"by {by.en}") if by else NO_TEXT
        return _joined(reason, count, until)
    if state == "blocked" and waits_for:
        return Text(f"prima serve: {waits_for.it}", f"needs first: {waits_for.en}")
    if missed:
        return reason or Text("non raggiunta", "not reached")
    return Text("non conclusa", "not completed") if overtaken else NO_TEXT


def shortage_text(capacity: Text, count: int, least: int) -> Text:
    """`troppo pochi: Comune 1, ne servono 2`."""
    return Text(
        f"troppo pochi: {capacity.it} {count}, ne servono {least}",
        f"too few: {capacity.en} {count}, {least} needed",
    )


def party_text(
    *, left_on: date | None = None, opening: Text = NO_TEXT, late: bool = False,
    more: int = 0, waits: bool = True,
) -> Text:  # fmt: skip
    """What a body is doing now in a case."""
    if left_on is not None:
        on = day_short(left_on)
        return Text(f"uscito il {on.it}", f"left on {on.en}")
    if opening:
        also = Text(f" e altre {more}", f" and {more} more") if more else NO_TEXT
        if late:
            return Text(f"in ritardo: «{opening.it}»{also.it}", f"late: “{opening.en}”{also.en}")
        return Text(f"«{opening.it}»{also.it}", f"“{opening.en}”{also.en}")
    if waits:
        return Text("niente da fare ora", "nothing to do now")
    return Text("concluso", "finished")


def peer_text(state: str, on: date | None) -> Text:
    """How far another body is with the same activity: `concluso 12/11`, `in carico`."""
    short = day_short(on, year=False) if on else NO_TEXT
    words = {
        "done": Text(f"concluso {short.it}", f"done {short.en}"),
        "doing": Text(f"in corso dal {short.it}", f"in hand since {short.en}"),
        "waiting": Text(f"da fare dal {short.it}", f"to do since {short.en}"),
        "left": Text("uscito dal caso", "has left the case"),
    }
    found = words[state]
    return Text(found.it.removesuffix(" dal ").rstrip(), found.en.removesuffix(" since ").rstrip())


def next_step_text(
    *, mine: Text = NO_TEXT, others: Text = NO_TEXT, body: Text = NO_TEXT, bodies: int = 0,
    state: str = "open", by: str | None = None, awaited: Text = NO_TEXT,
    awaited_on: date | None = None,
) -> Text:  # fmt: skip
    """Whose turn it is, and for what; the reader's own step is just its title."""
    if state == "suspended":
        return Text(f"Il caso è sospeso: chiedi a {by}.", f"The case is suspended: ask {by}.")
    if mine:
        return mine
    if bodies > 1 and others:
        return Text(f"Tocca a {bodies} enti: {others.it}", f"It is the turn of {bodies} bodies: {others.en}")  # fmt: skip  # noqa: E501
    if body and others:
        return Text(
            f"Tocca {to_body(body.it)}: {others.it}",
            f"It is the turn of the {body.en}: {others.en}",
        )
    if others:
        return Text(f"Da fare: {others.it}", f"To do: {others.en}")
    if awaited and awaited_on is not None:
        on = day_short(awaited_on)
        return Text(
            f"Nessuno deve fare nulla ora. Si aspetta il {on.it}: {awaited.it}.",
            f"Nobody has anything to do now. Awaited on {on.en}: {awaited.en}.",
        )
    if state == "open":
        return Text(
            "Nessuno deve fare nulla ora: il caso aspetta una data o una comunicazione.",
            "Nobody has anything to do now: the case waits for a date or a message.",
        )
    return Text("Non c’è altro da fare.", "There is nothing more to do.")


def late_text(days: int) -> Text:
    """`fermo da 8 giorni`."""
    since = span(days, "days")
    return Text(f"fermo da {since.it}", f"standing for {since.en}")


def _joined(*parts: Text) -> Text:
    kept = [part for part in parts if part]
    return Text(" · ".join(p.it for p in kept), " · ".join(p.en for p in kept))

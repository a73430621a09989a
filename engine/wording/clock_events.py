"""What happened to a clock, in whole sentences."""

from datetime import date

from engine.text import NO_TEXT, Text
from engine.wording.dates import day_short, span
from engine.wording.reminders import point_text
from engine.wording.telling import Names, Payload, because, with_body
from engine.wording.terms import silence_text


def term_started(p: Payload, names: Names) -> Text:
    """A term begins to run."""
    title = names.deadline(p["name"])
    told = Text(f"Parte il termine «{title.it}»", f"The term “{title.en}” starts")
    if p.get("due_on"):
        by = day_short(date.fromisoformat(p["due_on"]))
        told = Text(f"{told.it}, entro il {by.it}", f"{told.en}, due on {by.en}")
    return with_body(p, names, told)


def term_changed(p: Payload, names: Names) -> Text:
    """The last day of a term moves with its rule or calendar."""
    title = names.deadline(p["name"])
    told = Text(f"Il termine «{title.it}» cambia", f"The term “{title.en}” changes")
    return with_body(p, names, _due(p, told))


def term_suspended(p: Payload, names: Names) -> Text:
    """The count stops."""
    title = names.deadline(p["name"])
    told = Text(
        f"Si ferma il termine «{title.it}» ({p['ground']})",
        f"The clock of the term “{title.en}” is stopped ({p['ground']})",
    )
    if p.get("until"):
        until = day_short(date.fromisoformat(p["until"]))
        told = Text(
            f"{told.it}, al più tardi fino al {until.it}",
            f"{told.en}, until {until.en} at the latest",
        )
    return because(_with_act(p, told), p)


def term_resumed(p: Payload, names: Names) -> Text:
    """The count goes on."""
    title = names.deadline(p["name"])
    day = day_short(date.fromisoformat(p["day"]))
    told = Text(
        f"Il termine «{title.it}» riprende dal {day.it}",
        f"The term “{title.en}” goes on from {day.en}",
    )
    return with_body(p, names, _due(p, told))


def term_interrupted(p: Payload, names: Names) -> Text:
    """What was counted is gone."""
    title = names.deadline(p["name"])
    told = Text(
        f"Si interrompe il termine «{title.it}»: il conto torna a zero",
        f"The term “{title.en}” is interrupted: its count goes back to zero",
    )
    return because(_with_act(p, told), p)


def term_restarted(p: Payload, names: Names) -> Text:
    """A term begins again."""
    title = names.deadline(p["name"])
    told = Text(
        f"Riparte da zero il termine «{title.it}»",
        f"The term “{title.en}” begins again from zero",
    )
    return with_body(p, names, _due(p, told))


def term_extended(p: Payload, names: Names) -> Text:
    """Days are added."""
    title = names.deadline(p["name"])
    days = span(int(p["days"]), "days")
    told = Text(
        f"Il termine «{title.it}» è prorogato di {days.it}",
        f"The term “{title.en}” is extended by {days.en}",
    )
    return because(_with_act(p, _due(p, told)), p)


def profile_chosen(p: Payload, _names: Names) -> Text:
    """A case follows another set of lengths."""
    told = Text(
        f"Il caso segue ora il profilo «{p['title']}»",
        f"The case now follows the profile “{p['title']}”",
    )
    return because(_with_act(p, told), p)


def _due(p: Payload, told: Text) -> Text:
    if not p.get("due_on"):
        return told
    by = day_short(date.fromisoformat(p["due_on"]))
    return Text(f"{told.it}: ora scade il {by.it}", f"{told.en}: now due on {by.en}")


def _with_act(p: Payload, told: Text) -> Text:
    """The body and the act, before the reason."""
    body = f" ({p['organisation']})" if p.get("organisation") else ""
    act = f", {p['document']}" if p.get("document") else ""
    return Text(f"{told.it}{body}{act}", f"{told.en}{body}{act}")


def term_met(p: Payload, names: Names) -> Text:
    """A term was kept, or is no longer asked."""
    title = names.deadline(p["name"])
    return with_body(
        p, names, Text(f"Si chiude il termine «{title.it}»", f"The term “{title.en}” closes")
    )


def term_expired(p: Payload, names: Names) -> Text:
    """A term has passed, and what its silence means."""
    # `none` says nothing about answers: many terms wait for a day, not for a body.
    silence = silence_text(p["silence"]) if p["silence"] != "none" else NO_TEXT
    title = names.deadline(p["name"])
    told = Text(f"È passato il termine «{title.it}»", f"The term “{title.en}” has passed")
    if p.get("due_on"):
        on = day_short(date.fromisoformat(p["due_on"]))
        told = Text(f"{told.it} del {on.it}", f"{told.en}, due on {on.en}")
    told = with_body(p, names, told)
    return Text(f"{told.it}. {silence.it}", f"{told.en}. {silence.en}") if silence else told


def reminded(p: Payload, names: Names) -> Text:
    """Somebody was reminded, warned or asked for help."""
    title = names.deadline(p["name"])
    point = point_text(p["stage"], p["amount"], p["unit"])
    told = {
        "reminder": Text("Ricordato il termine", "Reminded of the term"),
        "silence_ahead": Text("Avvisati del silenzio sul termine", "Warned of silence on the term"),
        "escalation": Text("Chiesto di intervenire sul termine", "Asked to step in on the term"),
    }.get(p["stage"], Text("Avviso sul termine", "Notice about the term"))
    return with_body(
        p, names,
        Text(f"{told.it} «{title.it}» ({point.it})", f"{told.en} “{title.en}” ({point.en})"),
    )  # fmt: skip

"""Events told in sentences: what the timeline of a case reads."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from engine.text import NO_TEXT, Text, both
from engine.wording.bodies import OF_BODIES
from engine.wording.dates import day_short, sentence, span
from engine.wording.reminders import point_text
from engine.wording.stages import children_text
from engine.wording.terms import silence_text

Lane = Literal["act", "clock", "machine"]
NAMED = 3
"""Bodies named in one line; the others are counted."""

Payload = Mapping[str, Any]
Name = Callable[[str], Text]


def _as_written(key: str) -> Text:
    return both(key)


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
    """The answer that decides an activity, in words: `approvato, stesso testo`."""


def lane_of(kind: str) -> Lane:
    """In which lane of the timeline an event stands."""
    return HAPPENINGS[kind][0] if kind in HAPPENINGS else "machine"


def event_sentence(kind: str, payload: Payload, names: Names) -> Text:
    """One event as a whole sentence; an event of a later release is told by its name."""
    if kind not in HAPPENINGS:
        return both(kind)
    told = HAPPENINGS[kind][1](payload, names)
    return Text(sentence(told.it), sentence(told.en))


def _said(italian: str, english: str) -> Callable[[Payload, Names], Text]:
    """A sentence with the payload's own words in it, and the reason if one was given."""
    return lambda p, _names: _because(Text(italian.format_map(p), english.format_map(p)), p)


def _joined(p: Payload, names: Names) -> Text:
    as_ = names.capacity(p["capacity"])
    body = names.body(p["organisation"])
    return Text(f"{body.it} entra nel caso ({as_.it})", f"{body.en} joins the case ({as_.en})")


def joined_together(bodies: Sequence[Text]) -> Text:
    """Several bodies that join a case at once, told in one line: the first ones and how many."""
    first, more = bodies[:NAMED], len(bodies) - NAMED
    italian, english = ", ".join(b.it for b in first), ", ".join(b.en for b in first)
    if more > 0:
        italian, english = f"{italian} e altri {more}", f"{english} and {more} more"
    count = len(bodies)
    return Text(f"Entrano nel caso {count} enti: {italian}.", f"{count} bodies join: {english}.")


def _left(p: Payload, names: Names) -> Text:
    body = names.body(p["organisation"])
    return _because(Text(f"{body.it} esce dal caso", f"{body.en} leaves the case"), p)


def _opened(p: Payload, names: Names) -> Text:
    title = names.activity(p["activity"])
    return _by_body(p, names, Text(f"da fare «{title.it}»", f"to do: “{title.en}”"))


def _claimed(p: Payload, names: Names) -> Text:
    title = names.activity(p["activity"])
    return Text(
        f"{p['holder']} prende in carico «{title.it}»", f"{p['holder']} takes “{title.en}” in hand"
    )


def _released(p: Payload, names: Names) -> Text:
    title = names.activity(p["activity"])
    told = Text(f"«{title.it}» torna ai colleghi", f"“{title.en}” goes back to the colleagues")
    return _because(told, p)


def _delegated(p: Payload, names: Names) -> Text:
    title = names.activity(p["activity"])
    return _because(
        Text(f"«{title.it}» passa a {p['to']}", f"“{title.en}” is handed over to {p['to']}"), p
    )


def _returned(p: Payload, names: Names) -> Text:
    title = names.activity(p["activity"])
    return _because(
        Text(
            f"«{title.it}» torna a chi ne risponde",
            f"“{title.en}” is returned to whoever answers for it",
        ),
        p,
    )


def _completed(p: Payload, names: Names) -> Text:
    title = names.activity(p["activity"])
    answer = names.answer(p["activity"], p.get("answers") or {})
    italian, english = f"conclusa «{title.it}»", f"“{title.en}” completed"
    if answer:
        italian, english = f"{italian}, {_lower(answer.it)}", f"{english}, {_lower(answer.en)}"
    return _by_body(p, names, Text(italian, english))


def _cancelled(p: Payload, names: Names) -> Text:
    title = names.activity(p["activity"])
    return _by_body(
        p, names, Text(f"«{title.it}» non è più richiesta", f"“{title.en}” is no longer asked")
    )


def _reached(p: Payload, names: Names) -> Text:
    title = names.milestone(p["milestone"])
    return _with_body(p, names, Text(f"Raggiunto: {title.it}", f"Reached: {title.en}"))


def _term_started(p: Payload, names: Names) -> Text:
    title = names.deadline(p["name"])
    told = Text(f"Parte il termine «{title.it}»", f"The term “{title.en}” starts")
    if p.get("due_on"):
        by = day_short(date.fromisoformat(p["due_on"]))
        told = Text(f"{told.it}, entro il {by.it}", f"{told.en}, due on {by.en}")
    return _with_body(p, names, told)


def _term_changed(p: Payload, names: Names) -> Text:
    title = names.deadline(p["name"])
    told = Text(f"Il termine «{title.it}» cambia", f"The term “{title.en}” changes")
    return _with_body(p, names, _due(p, told))


def _term_suspended(p: Payload, names: Names) -> Text:
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
    return _because(_with_act(p, told), p)


def _term_resumed(p: Payload, names: Names) -> Text:
    title = names.deadline(p["name"])
    day = day_short(date.fromisoformat(p["day"]))
    told = Text(
        f"Il termine «{title.it}» riprende dal {day.it}",
        f"The term “{title.en}” goes on from {day.en}",
    )
    return _with_body(p, names, _due(p, told))


def _term_interrupted(p: Payload, names: Names) -> Text:
    title = names.deadline(p["name"])
    told = Text(
        f"Si interrompe il termine «{title.it}»: il conto torna a zero",
        f"The term “{title.en}” is interrupted: its count goes back to zero",
    )
    return _because(_with_act(p, told), p)


def _term_restarted(p: Payload, names: Names) -> Text:
    title = names.deadline(p["name"])
    told = Text(
        f"Riparte da zero il termine «{title.it}»",
        f"The term “{title.en}” begins again from zero",
    )
    return _with_body(p, names, _due(p, told))


def _term_extended(p: Payload, names: Names) -> Text:
    title = names.deadline(p["name"])
    days = span(int(p["days"]), "days")
    told = Text(
        f"Il termine «{title.it}» è prorogato di {days.it}",
        f"The term “{title.en}” is extended by {days.en}",
    )
    return _because(_with_act(p, _due(p, told)), p)


def _profile_chosen(p: Payload, _names: Names) -> Text:
    told = Text(
        f"Il caso segue ora il profilo «{p['title']}»",
        f"The case now follows the profile “{p['title']}”",
    )
    return _because(_with_act(p, told), p)


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


def _term_met(p: Payload, names: Names) -> Text:
    title = names.deadline(p["name"])
    return _with_body(
        p, names, Text(f"Si chiude il termine «{title.it}»", f"The term “{title.en}” closes")
    )


def _term_expired(p: Payload, names: Names) -> Text:
    # `none` says nothing about answers: many terms wait for a day, not for a body.
    silence = silence_text(p["silence"]) if p["silence"] != "none" else NO_TEXT
    title = names.deadline(p["name"])
    told = Text(f"È passato il termine «{title.it}»", f"The term “{title.en}” has passed")
    if p.get("due_on"):
        on = day_short(date.fromisoformat(p["due_on"]))
        told = Text(f"{told.it} del {on.it}", f"{told.en}, due on {on.en}")
    told = _with_body(p, names, told)
    return Text(f"{told.it}. {silence.it}", f"{told.en}. {silence.en}") if silence else told


def _reminded(p: Payload, names: Names) -> Text:
    title = names.deadline(p["name"])
    point = point_text(p["stage"], p["amount"], p["unit"])
    told = {
        "reminder": Text("Ricordato il termine", "Reminded of the term"),
        "silence_ahead": Text("Avvisati del silenzio sul termine", "Warned of silence on the term"),
        "escalation": Text("Chiesto di intervenire sul termine", "Asked to step in on the term"),
    }.get(p["stage"], Text("Avviso sul termine", "Notice about the term"))
    return _with_body(
        p, names,
        Text(f"{told.it} «{title.it}» ({point.it})", f"{told.en} “{title.en}” ({point.en})"),
    )  # fmt: skip


def _attached(p: Payload, names: Names) -> Text:
    title = names.document(p["title"])
    return _with_body(
        p,
        names,
        Text(
            f"Acquisito «{title.it}», {p['filename']}",
            f"“{title.en}” filed, {p['filename']}",
        ),
    )


def _received(p: Payload, names: Names) -> Text:
    title = names.message(p["name"])
    told = Text(f"Comunicazione ricevuta: {title.it}", f"Message received: {title.en}")
    if p.get("party"):
        body = names.party(p["party"])
        told = Text(f"{told.it} ({body.it})", f"{told.en} ({body.en})")
    return _because(told, p.get("payload") or {})


def _sent(p: Payload, names: Names) -> Text:
    title = names.message(p["name"])
    return Text(f"Comunicazione inviata: {title.it}", f"Message sent: {title.en}")


def _children_asked(p: Payload, names: Names) -> Text:
    title = names.children(p["name"])
    return Text(
        f"«{title.it}»: si apre un caso per ogni ente",
        f"“{title.en}”: one case is opened for each body",
    )


def _children_listed(p: Payload, names: Names) -> Text:
    title, count = names.children(p["name"]), p["count"]
    return Text(
        f"«{title.it}»: casi da aprire {count}", f"“{title.en}”: cases to be opened: {count}"
    )


def _children_closed(p: Payload, names: Names) -> Text:
    title = names.children(p["name"])
    far = children_text(p["asked"], p["done"], p["withdrawn"])
    how = {
        "all": Text("non se ne aspettano altri", "no more are awaited"),
        "enough": Text("sono abbastanza", "they are enough"),
    }.get(p["closed_by"], Text("non si aspettano oltre", "they are awaited no longer"))
    return Text(f"«{title.it}»: {far.it}, {how.it}", f"“{title.en}”: {far.en}, {how.en}")


def _returned_up(p: Payload, names: Names) -> Text:
    told = Text(f"Esito riportato al caso {p['number']}", f"Result reported to case {p['number']}")
    if not p.get("outcome"):
        return told
    outcome = names.outcome(p["outcome"])
    return Text(f"{told.it}: {_lower(outcome.it)}", f"{told.en}: {_lower(outcome.en)}")


def _ended(p: Payload, names: Names) -> Text:
    words = {
        "completed": Text("Caso concluso", "Case completed"),
        "withdrawn": Text("Caso ritirato", "Case withdrawn"),
        "cancelled": Text("Caso annullato", "Case cancelled"),
    }.get(p["state"], Text("Caso concluso", "Case ended"))
    if not p.get("outcome"):
        return words
    outcome = names.outcome(p["outcome"])
    return Text(f"{words.it}: {_lower(outcome.it)}", f"{words.en}: {_lower(outcome.en)}")


def _moved(p: Payload, names: Names) -> Text:
    source, target = names.element(p["source"]), names.element(p["target"])
    return _because(
        Text(
            f"Spostato a mano da «{source.it}» a «{target.it}»",
            f"Moved by hand from “{source.en}” to “{target.en}”",
        ),
        p,
    )


def _officer_appointed(p: Payload, _names: Names) -> Text:
    return Text(
        f"{p['officer']}: incarico «{p['role']}» in {p['organisation']}, {p['act']}",
        f"{p['officer']}: mandate “{p['role']}” in {p['organisation']}, {p['act']}",
    )


def _clock_moved(p: Payload, _names: Names) -> Text:
    by, today = span(p["days"], "days"), day_short(date.fromisoformat(p["today"]))
    return Text(
        f"Orologio di prova avanti di {by.it}: oggi è il {today.it}",
        f"Training clock moved by {by.en}: today is {today.en}",
    )


Teller = Callable[[Payload, Names], Text]

HAPPENINGS: dict[str, tuple[Lane, Teller]] = {
    "CaseStarted": (
        "act",
        _said("Avviato il caso {number}: {title}", "Case {number} started: {title}"),
    ),
    "PartyJoined": ("act", _joined),
    "PartyLeft": ("act", _left),
    "WorkItemOpened": ("machine", _opened),
    "WorkItemClaimed": ("act", _claimed),
    "WorkItemReleased": ("act", _released),
    "WorkItemDelegated": ("act", _delegated),
    "WorkItemReturned": ("act", _returned),
    "WorkItemCompleted": ("act", _completed),
    "WorkItemCancelled": ("machine", _cancelled),
    "MilestoneReached": ("act", _reached),
    "DeadlineStarted": ("clock", _term_started),
    "DeadlineChanged": ("clock", _term_changed),
    "DeadlineSuspended": ("clock", _term_suspended),
    "DeadlineResumed": ("clock", _term_resumed),
    "DeadlineInterrupted": ("clock", _term_interrupted),
    "DeadlineRestarted": ("clock", _term_restarted),
    "DeadlineExtended": ("clock", _term_extended),
    "ProfileChosen": ("clock", _profile_chosen),
    "DeadlineMet": ("clock", _term_met),
    "DeadlineExpired": ("clock", _term_expired),
    "PeopleReminded": ("clock", _reminded),
    "DocumentAttached": ("act", _attached),
    "MessageDelivered": ("act", _received),
    "MessageSent": ("machine", _sent),
    "ServiceRequested": (
        "machine",
        _said("Richiesta a un servizio esterno: {topic}", "Outside service asked: {topic}"),
    ),
    "ServiceAnswered": (
        "machine",
        _said("Risposta del servizio esterno: {topic}", "Outside service answered: {topic}"),
    ),
    "ServiceFailed": (
        "machine",
        _said(
            "Il servizio esterno {topic} non ha risposto: {error}",
            "The outside service {topic} did not answer: {error}",
        ),
    ),
    "DeliveryFailed": (
        "machine",
        _said("Un messaggio non è arrivato: {error}", "A message did not arrive: {error}"),
    ),
    "DeliveryRetried": (
        "machine",
        _said("Un invio fallito riparte", "A failed delivery is sent again"),
    ),
    "DeliveryWithdrawn": (
        "machine",
        _said("Un invio fallito non serve più", "A failed delivery is not needed any more"),
    ),
    "ChildCasesAsked": ("act", _children_asked),
    "ChildCasesListed": ("machine", _children_listed),
    "ChildCasesClosed": ("act", _children_closed),
    "OpenedForCase": (
        "machine",
        _said("Aperto per il caso {number}", "Opened for case {number}"),
    ),
    "ResultReturned": ("machine", _returned_up),
    "CaseSuspended": ("clock", _said("Caso sospeso", "Case suspended")),
    "CaseResumed": ("clock", _said("Caso ripreso", "Case resumed")),
    "CaseWithdrawn": ("act", _said("Caso ritirato", "Case withdrawn")),
    "CaseReopened": ("act", _said("Caso riaperto", "Case reopened")),
    "CaseEnded": ("act", _ended),
    "TokenMoved": ("act", _moved),
    "CaseMigrated": (
        "machine",
        _said(
            "Il caso passa dalla versione {source} alla {target} del procedimento",
            "The case goes over from version {source} to {target} of its procedure",
        ),
    ),
    "MigrationUndone": (
        "machine",
        _said(
            "Il caso torna dalla versione {source} alla {target} del procedimento",
            "The case goes back from version {source} to {target} of its procedure",
        ),
    ),
    "ProcessDeployed": (
        "machine",
        _said(
            "Pubblicata la versione {version} di {process}",
            "Version {version} of {process} published",
        ),
    ),
    "ClockMoved": ("clock", _clock_moved),
    "OfficerAppointed": ("act", _officer_appointed),
    "PatronSet": (
        "act",
        _said("{organisation}: patrono {name} {day}", "{organisation}: patron {name} {day}"),
    ),
    "ClosingDayAdded": (
        "act",
        _said(
            "{organisation}: chiusura del {day}, {name} ({act})",
            "{organisation}: closed on {day}, {name} ({act})",
        ),
    ),
    "ClosingDayRemoved": (
        "act",
        _said(
            "{organisation}: tolta la chiusura del {day}, {name}",
            "{organisation}: closing of {day}, {name}, taken out",
        ),
    ),
    **{kind: ("act", _said(words.it, words.en)) for kind, words in OF_BODIES.items()},
}
"""Every event with its lane and how it is told."""


def _by_body(p: Payload, names: Names, told: Text) -> Text:
    """Who first, then what: `Comune di Chivasso: conclusa «Verbale», approvato`."""
    if not p.get("organisation"):
        return Text(_upper(told.it), _upper(told.en))
    body = names.body(p["organisation"])
    return Text(f"{body.it}: {told.it}", f"{body.en}: {told.en}")


def _with_body(p: Payload, names: Names, told: Text) -> Text:
    if not p.get("organisation"):
        return told
    body = names.body(p["organisation"])
    return Text(f"{told.it} ({body.it})", f"{told.en} ({body.en})")


def _because(told: Text, p: Payload) -> Text:
    reason = p.get("reason")
    return Text(f"{told.it}: {reason}", f"{told.en}: {reason}") if reason else told


def _lower(words: str) -> str:
    # A word all in capitals is an abbreviation and stays.
    return words if words[:2].isupper() else words[:1].lower() + words[1:]


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]

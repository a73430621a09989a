"""Events told in sentences: what the timeline of a case reads."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Literal

from engine.text import Text, both
from engine.wording import clock_events as clock
from engine.wording.bodies import OF_ACCOUNTS, OF_BODIES
from engine.wording.dates import counted, day_short, sentence, span
from engine.wording.letters import letters_text
from engine.wording.services import service_title
from engine.wording.stages import children_text
from engine.wording.telling import Names, Payload, because, by_body, lower, with_body

Lane = Literal["act", "clock", "machine"]
NAMED = 3
"""Bodies named in one line; the others are counted."""


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
    return lambda p, _names: because(Text(italian.format_map(p), english.format_map(p)), p)


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
    return because(Text(f"{body.it} esce dal caso", f"{body.en} leaves the case"), p)


def _opened(p: Payload, names: Names) -> Text:
    title = names.activity(p["activity"])
    return by_body(p, names, Text(f"da fare «{title.it}»", f"to do: “{title.en}”"))


def _claimed(p: Payload, names: Names) -> Text:
    title = names.activity(p["activity"])
    return Text(
        f"{p['holder']} prende in carico «{title.it}»", f"{p['holder']} takes “{title.en}” in hand"
    )


def _released(p: Payload, names: Names) -> Text:
    title = names.activity(p["activity"])
    told = Text(f"«{title.it}» torna ai colleghi", f"“{title.en}” goes back to the colleagues")
    return because(told, p)


def _delegated(p: Payload, names: Names) -> Text:
    title = names.activity(p["activity"])
    return because(
        Text(f"«{title.it}» passa a {p['to']}", f"“{title.en}” is handed over to {p['to']}"), p
    )


def _returned(p: Payload, names: Names) -> Text:
    title = names.activity(p["activity"])
    return because(
        Text(
            f"«{title.it}» torna a chi ne risponde",
            f"“{title.en}” is returned to whoever answers for it",
        ),
        p,
    )


def _submitted(p: Payload, names: Names) -> Text:
    title = names.activity(p["activity"])
    italian, english = f"«{title.it}» va in approvazione", f"“{title.en}” is submitted for approval"
    if p["round"] > 1:
        italian = f"{italian}, per la {p['round']}ª volta"
        english = f"{english}, round {p['round']}"
    return by_body(p, names, Text(italian, english))


def _taken_back(p: Payload, names: Names) -> Text:
    title = names.activity(p["activity"])
    return Text(
        f"Ritirata dall’approvazione «{title.it}»: chi l’ha preparata la riprende",
        f"“{title.en}” taken back from approval by whoever prepared it",
    )


def _sent_back(p: Payload, names: Names) -> Text:
    title = names.activity(p["activity"])
    said = "; ".join([p["reason"], *(r["comment"] for r in p["remarks"])]).strip("; ")
    told = Text(
        f"«{title.it}» torna con osservazioni a {p['prepared_by']}",
        f"“{title.en}” goes back to {p['prepared_by']} with comments",
    )
    return because(told, {"reason": said})


def _approved(p: Payload, names: Names) -> Text:
    title = names.activity(p["activity"])
    told = Text(
        f"approvata «{title.it}», preparata da {p['prepared_by']}",
        f"“{title.en}” approved, prepared by {p['prepared_by']}",
    )
    return by_body(p, names, told)


def _asked(p: Payload, names: Names) -> Text:
    title = names.activity(p["activity"])
    return with_body(
        p, names, Text(f"Chiesto il parere su «{title.it}»", f"Opinion asked on “{title.en}”")
    )


OPINIONS = {
    "favourable": Text("favorevole", "in favour"),
    "conditions": Text("favorevole con condizioni", "in favour with conditions"),
    "unfavourable": Text("contrario", "against"),
    "no_remarks": Text("nessuna osservazione", "no remarks"),
}


def _answered(p: Payload, names: Names) -> Text:
    title = names.activity(p["activity"])
    said = OPINIONS.get((p.get("answers") or {}).get("opinion", ""), both(""))
    italian, english = f"parere su «{title.it}»", f"opinion on “{title.en}”"
    if said:
        italian, english = f"{italian}, {said.it}", f"{english}, {said.en}"
    return by_body(p, names, Text(italian, english))


def _silent(p: Payload, names: Names) -> Text:
    title = names.activity(p["activity"])
    means = {
        "assent": Text("il silenzio vale assenso", "silence is assent"),
        "negative": Text("il silenzio vale diniego", "silence is refusal"),
        "waived": Text("si prosegue senza", "one goes on without"),
    }.get(p["silence"], Text("si procede senza il parere", "one proceeds without the opinion"))
    told = Text(
        f"nessuna risposta su «{title.it}»: {means.it}",
        f"no answer on “{title.en}”: {means.en}",
    )
    return because(by_body(p, names, told), p)


def _unasked(p: Payload, names: Names) -> Text:
    title = names.activity(p["activity"])
    why = {
        "letter": Text("non è più da sentire", "it need not be heard any more"),
        "activity": Text("l’attività non è più richiesta", "the activity is no longer asked"),
        "milestone": Text("la fase si è conclusa", "the stage is over"),
        "case": Text("il caso si è chiuso", "the case has ended"),
    }.get(p["reason"], both(p["reason"]))
    told = Text(
        f"il parere su «{title.it}» non è più atteso: {why.it}",
        f"the opinion on “{title.en}” is awaited no more: {why.en}",
    )
    return by_body(p, names, told)


def _wanted(p: Payload, names: Names) -> Text:
    title = names.activity(p["activity"])
    told = Text(
        f"chiede documenti per il parere su «{title.it}»",
        f"asks for documents for the opinion on “{title.en}”",
    )
    return because(by_body(p, names, told), p)


def _given(p: Payload, names: Names) -> Text:
    title = names.activity(p["activity"])
    told = Text(
        f"Dati i documenti per il parere su «{title.it}»",
        f"Documents given for the opinion on “{title.en}”",
    )
    return because(with_body(p, names, told), p)


def _completed(p: Payload, names: Names) -> Text:
    title = names.activity(p["activity"])
    answer = names.answer(p["activity"], p.get("answers") or {})
    italian, english = f"conclusa «{title.it}»", f"“{title.en}” completed"
    if answer:
        italian, english = f"{italian}, {answer.it}", f"{english}, {answer.en}"
    return by_body(p, names, Text(italian, english))


def _cancelled(p: Payload, names: Names) -> Text:
    title = names.activity(p["activity"])
    return by_body(
        p, names, Text(f"«{title.it}» non è più richiesta", f"“{title.en}” is no longer asked")
    )


def _link_sent(p: Payload, names: Names) -> Text:
    title = names.activity(p["activity"])
    by_itself = p["by_itself"]
    italian = f"{'parte da solo' if by_itself else 'inviato'} a {p['address']} il collegamento"
    english = f"link{' went by itself' if by_itself else ' sent'} to {p['address']}"
    told = Text(f"{italian} per «{title.it}»", f"{english} for “{title.en}”")
    return because(by_body(p, names, told), p)


def _link_revoked(p: Payload, names: Names) -> Text:
    title = names.activity(p["activity"])
    told = Text(
        f"revocato il collegamento inviato a {p['address']} per «{title.it}»",
        f"link sent to {p['address']} for “{title.en}” revoked",
    )
    return because(by_body(p, names, told), p)


def _in_force(p: Payload, _names: Names) -> Text:
    letters = counted(p["letters"], ("lettera", "lettere"), ("letter", "letters"))
    cases = counted(p["reached"], ("caso aperto", "casi aperti"), ("open case", "open cases"))
    told = Text(
        f"La matrice è in vigore per {p['about']}: {letters.it}, {cases.it}",
        f"The matrix is in force for {p['about']}: {letters.en}, {cases.en}",
    )
    return because(told, p)


_REACHED = Text("Raggiunto", "Reached")


def _reached(p: Payload, names: Names) -> Text:
    title = names.milestone(p["milestone"])
    what = Text("Raggiunto di nuovo", "Reached again") if p.get("again") else _REACHED
    return with_body(p, names, Text(f"{what.it}: {title.it}", f"{what.en}: {title.en}"))


def _attached(p: Payload, names: Names) -> Text:
    title = names.document(p["title"])
    return with_body(
        p,
        names,
        Text(
            f"Acquisito «{title.it}», {p['filename']}",
            f"“{title.en}” filed, {p['filename']}",
        ),
    )


def _received(p: Payload, names: Names) -> Text:
    told = names.received(p["name"])
    if p.get("party"):
        body = names.party(p["party"])
        told = Text(f"{told.it} ({body.it})", f"{told.en} ({body.en})")
    return because(told, p.get("payload") or {})


def _sent(p: Payload, names: Names) -> Text:
    title = names.message(p["name"])
    return Text(f"Comunicazione inviata: {title.it}", f"Message sent: {title.en}")


def _service(italian: str, english: str) -> Callable[[Payload, Names], Text]:
    """A sentence about an outside service, by its name."""

    def told(p: Payload, _names: Names) -> Text:
        service, error = service_title(p["topic"]), p.get("error", "")
        return Text(
            italian.format(service=f"«{service.it}»", error=error),
            english.format(service=f"“{service.en}”", error=error),
        )

    return told


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


def _raised(p: Payload, names: Names) -> Text:
    title, body = names.children(p["name"]), names.body(p["organisation"])
    return Text(
        f"{body.it}: «{title.it}», caso {p['number']}, {p['title']}",
        f"{body.en}: “{title.en}”, case {p['number']}, {p['title']}",
    )


def _came_back(p: Payload, names: Names) -> Text:
    title = names.children(p["name"])
    return Text(
        f"«{title.it}»: torna l’esito del caso {p['number']}",
        f"“{title.en}”: the result of case {p['number']} comes back",
    )


def _returned_up(p: Payload, names: Names) -> Text:
    told = Text(f"Esito riportato al caso {p['number']}", f"Result reported to case {p['number']}")
    if not p.get("outcome"):
        return told
    outcome = names.outcome(p["outcome"])
    return Text(f"{told.it}: {lower(outcome.it)}", f"{told.en}: {lower(outcome.en)}")


def _ended(p: Payload, names: Names) -> Text:
    words = {
        "completed": Text("Caso concluso", "Case completed"),
        "withdrawn": Text("Caso ritirato", "Case withdrawn"),
        "cancelled": Text("Caso annullato", "Case cancelled"),
    }.get(p["state"], Text("Caso concluso", "Case ended"))
    if not p.get("outcome"):
        return words
    outcome = names.outcome(p["outcome"])
    return Text(f"{words.it}: {lower(outcome.it)}", f"{words.en}: {lower(outcome.en)}")


def _moved(p: Payload, names: Names) -> Text:
    source, target = names.element(p["source"]), names.element(p["target"])
    return because(
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


def _amended(p: Payload, _names: Names) -> Text:
    changes = [letters_text(change) for change in p["changes"]]
    act = f" ({p['document']})" if p.get("document") else ""
    return because(
        Text(
            f"Matrice cambiata: {'; '.join(c.it for c in changes)}{act}",
            f"Matrix changed: {'; '.join(c.en for c in changes)}{act}",
        ),
        p,
    )


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
    "WorkItemSubmitted": ("act", _submitted),
    "WorkItemTakenBack": ("act", _taken_back),
    "WorkItemSentBack": ("act", _sent_back),
    "WorkItemApproved": ("act", _approved),
    "ConsultationAsked": ("act", _asked),
    "ConsultationAnswered": ("act", _answered),
    "ConsultationSilent": ("clock", _silent),
    "ConsultationEnded": ("machine", _unasked),
    "DocumentsWanted": ("act", _wanted),
    "DocumentsGiven": ("act", _given),
    "WorkItemCompleted": ("act", _completed),
    "WorkItemCancelled": ("machine", _cancelled),
    "AnswerLinkSent": ("act", _link_sent),
    "AnswerLinkRevoked": ("act", _link_revoked),
    "MilestoneReached": ("act", _reached),
    "DeadlineStarted": ("clock", clock.term_started),
    "DeadlineChanged": ("clock", clock.term_changed),
    "DeadlineSuspended": ("clock", clock.term_suspended),
    "DeadlineResumed": ("clock", clock.term_resumed),
    "DeadlineInterrupted": ("clock", clock.term_interrupted),
    "DeadlineRestarted": ("clock", clock.term_restarted),
    "DeadlineExtended": ("clock", clock.term_extended),
    "ProfileChosen": ("clock", clock.profile_chosen),
    "MatrixAmended": ("act", _amended),
    "MatrixPutInForce": (
        "act",
        _in_force,
    ),
    "DeadlineMet": ("clock", clock.term_met),
    "DeadlineExpired": ("clock", clock.term_expired),
    "PeopleReminded": ("clock", clock.reminded),
    "DocumentAttached": ("act", _attached),
    "MessageDelivered": ("act", _received),
    "MessageSent": ("machine", _sent),
    "ServiceRequested": (
        "machine",
        _service("Richiesta al servizio {service}", "Service {service} asked"),
    ),
    "ServiceAnswered": (
        "machine",
        _service("Risposta del servizio {service}", "Service {service} answered"),
    ),
    "ServiceFailed": (
        "machine",
        _service(
            "Il servizio {service} non ha risposto: {error}",
            "The service {service} did not answer: {error}",
        ),
    ),
    "ServiceNotConnected": (
        "machine",
        _service(
            "Il servizio {service} non è ancora collegato: si fa a mano",
            "The service {service} is not connected yet: it is done by hand",
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
    "CaseRaised": ("act", _raised),
    "RaisedCaseReturned": ("act", _came_back),
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
    "AccountChanged": ("act", lambda p, n: _said(*_account(p))(p, n)),
    **{kind: ("act", _said(words.it, words.en)) for kind, words in OF_BODIES.items()},
}
"""Every event with its lane and how it is told."""


def _account(p: Payload) -> tuple[str, str]:
    told = OF_ACCOUNTS[p["what"]]
    return told.it, told.en

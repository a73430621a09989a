"""Messages to people without account: who asks for what, and the link by which they do it."""

from collections.abc import Sequence
from datetime import date, datetime
from html import escape

from engine.clock import ROME
from engine.text import Language, Text
from engine.wording.dates import day_short
from engine.wording.mails import LONGEST_SUBJECT, Mail

KEEP_IT = Text(
    "Chi apre il collegamento risponde per l’ente: inoltralo solo a chi deve rispondere.",
    "Whoever opens the link answers for the body: forward it only to whoever is to answer.",
)
NEVER_ASKED = Text(
    "Se non te l’aspettavi, ignora questo messaggio: senza aprire il collegamento non succede "
    "nulla. Non inoltrarlo: chi lo apre agisce al tuo posto.",
    "If you did not expect this, ignore the message: nothing happens unless the link is used. "
    "Do not forward it: whoever opens it acts in your place.",
)


def invitation_mail(
    *, name: str, by: str, body: Text, role: Text, act: str, until: date, link: str
) -> Mail:
    """The invitation to a mandate."""
    day = day_short(until)
    return bilingual(
        Text(f"Invito a lavorare per {body.it}", f"Invitation to work for {body.en}"),
        (
            Text(
                f"{name}, {by} ti invita a lavorare con Concerto per {body.it}, nel ruolo "
                f"«{role.it}» ({act}).",
                f"{name}, {by} invites you to work with Concerto for {body.en}, as “{role.en}” "
                f"({act}).",
            ),
            Text(
                f"Apri il collegamento, controlla l’incarico e accettalo. Vale una volta sola, "
                f"fino al {day.it}.",
                f"Open the link, check the mandate and accept it. It is good once, until {day.en}.",
            ),
        ),
        link=link,
    )


def acceptance_mail(*, person: str, email: str, body: Text, role: Text, place: str) -> Mail:
    """What whoever invited learns once the mandate lives."""
    return bilingual(
        Text(f"{person} ha accettato l’invito", f"{person} accepted the invitation"),
        (
            Text(
                f"{person} ({email}) ha accettato l’incarico per {body.it}, nel ruolo "
                f"«{role.it}». Se non è la persona che intendevi, fai finire l’incarico.",
                f"{person} ({email}) accepted the mandate for {body.en}, as “{role.en}”. If this "
                f"is not the person you meant, end the mandate.",
            ),
        ),
        link=place,
        closing=None,
    )


def question_mail(
    *, body: Text, number: str, title: str, asked: Text, due_on: date | None, until: date, link: str
) -> Mail:
    """The request to a consulted body, with the link by which it answers."""
    day = day_short(until)
    term = Text("", "")
    if due_on is not None:
        last = day_short(due_on)
        term = Text(f" Il termine per rispondere è il {last.it}.", f" Answer by {last.en}.")
    return bilingual(
        Text(f"{number}: si chiede la risposta di {body.it}", f"{number}: {body.en} is asked"),
        (
            Text(
                f"{body.it} è sentito nel procedimento {number}, {title}: «{asked.it}».{term.it}",
                f"{body.en} is heard in procedure {number}, {title}: “{asked.en}”.{term.en}",
            ),
            Text(
                "Per rispondere non serve un account: apri il collegamento, leggi la richiesta e i "
                f"documenti, scrivi e invia. Puoi salvare una bozza e tornare. Vale fino al "
                f"{day.it}.",
                "It takes no account: open the link, read the request and its documents, write and "
                f"send. You can keep a draft and come back. It is good until {day.en}.",
            ),
        ),
        link=link,
        closing=KEEP_IT,
    )


def receipt_mail(
    *, body: Text, number: str, title: str, asked: Text, by: str, role: str, at: datetime,
    receipt: str, answers: Sequence[tuple[Text, Text]],
) -> Mail:  # fmt: skip
    """What a body answered by a link, when, and the digest by which that can be proved."""
    moment = at.astimezone(ROME)
    day, hour = day_short(moment.date()), f"{moment:%H:%M}"
    told = [
        Text(
            f"Ricevuta. {body.it} ha risposto a «{asked.it}» nel procedimento {number}, {title}, "
            f"il {day.it} alle {hour}. Ha inviato: {by}, {role} (dichiarati).",
            f"Receipt. {body.en} answered “{asked.en}” in procedure {number}, {title}, on {day.en} "
            f"at {hour}. Sent by {by}, {role} (as declared).",
        ),
        *(
            Text(_answered(label.it, said.it), _answered(label.en, said.en))
            for label, said in answers
        ),
        Text(
            f"Impronta della risposta nella cronologia del procedimento (SHA-256): {receipt}",
            f"Digest of the answer in the history of the procedure (SHA-256): {receipt}",
        ),
    ]
    subject = Text(f"{number}: ricevuta della risposta", f"{number}: receipt of the answer")
    return bilingual(subject, told, link="", closing=None)


def _answered(label: str, said: str) -> str:
    """`Condizione 1: ogni anno`, but `È vincolante? Sì`."""
    return f"{label} {said}" if label.endswith("?") else f"{label}: {said}"


def bilingual(
    subject: Text, told: Sequence[Text], *, link: str, closing: Text | None = NEVER_ASKED
) -> Mail:
    """Italian first, then English: who has no account has chosen no language."""
    parts = [*told, *([closing] if closing is not None else [])]
    languages: tuple[Language, ...] = ("it", "en")
    texts = [_text(parts, len(told), link, language) for language in languages]
    pages = [_html(parts, len(told), link, language) for language in languages]
    named = " ".join(subject.it.split())[:LONGEST_SUBJECT]
    document = (
        f'<!doctype html>\n<html lang="it"><head><meta charset="utf-8">'
        f"<title>{escape(named)}</title></head>\n<body>\n"
        + "\n<hr>\n".join(pages)
        + "\n</body></html>\n"
    )
    return Mail(named, "\n\n--\n\n".join(texts) + "\n", document)


def _text(parts: Sequence[Text], before: int, link: str, language: Language) -> str:
    said = [part.in_(language) for part in parts]
    way = [link] if link else []
    return "\n\n".join([*said[:before], *way, *said[before:]])


def _html(parts: Sequence[Text], before: int, link: str, language: Language) -> str:
    said = [f"<p>{escape(part.in_(language))}</p>" for part in parts]
    way = [f'<p><a href="{escape(link)}">{escape(link)}</a></p>'] if link else []
    inside = "\n".join([*said[:before], *way, *said[before:]])
    return f'<div lang="{language}">\n{inside}\n</div>'

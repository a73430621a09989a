"""Messages to people without account: who asks for what, and the link by which they do it."""

from collections.abc import Sequence
from datetime import date
from html import escape

from engine.text import Language, Text
from engine.wording.dates import day_short
from engine.wording.mails import LONGEST_SUBJECT, Mail

NEVER_ASKED = Text(
    "Se non te l'aspettavi, ignora questo messaggio: senza aprire il collegamento non succede "
    "nulla. Non inoltrarlo: chi lo apre agisce al tuo posto.",
    "If you did not expect this, ignore the message: nothing happens unless the link is used. "
    "Do not forward it: whoever opens it acts in your place.",
)


def invitation_mail(
    *, name: str, by: str, body: Text, role: Text, act: str, until: date, link: str
) -> Mail:
    """The invitation to a mandate."""
    day = day_short(until)
    return _mail(
        Text(f"Invito a lavorare per {body.it}", f"Invitation to work for {body.en}"),
        (
            Text(
                f"{name}, {by} ti invita a lavorare con Concerto per {body.it}, nel ruolo "
                f"«{role.it}» ({act}).",
                f"{name}, {by} invites you to work with Concerto for {body.en}, as “{role.en}” "
                f"({act}).",
            ),
            Text(
                f"Apri il collegamento, controlla l'incarico e accettalo. Vale una volta sola, "
                f"fino al {day.it}.",
                f"Open the link, check the mandate and accept it. It is good once, until {day.en}.",
            ),
        ),
        link=link,
    )


def acceptance_mail(*, person: str, email: str, body: Text, role: Text, place: str) -> Mail:
    """What whoever invited learns once the mandate lives."""
    return _mail(
        Text(f"{person} ha accettato l'invito", f"{person} accepted the invitation"),
        (
            Text(
                f"{person} ({email}) ha accettato l'incarico per {body.it}, nel ruolo "
                f"«{role.it}». Se non è la persona che intendevi, fai finire l'incarico.",
                f"{person} ({email}) accepted the mandate for {body.en}, as “{role.en}”. If this "
                f"is not the person you meant, end the mandate.",
            ),
        ),
        link=place,
        closing=None,
    )


def _mail(
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
    return "\n\n".join([*said[:before], link, *said[before:]])


def _html(parts: Sequence[Text], before: int, link: str, language: Language) -> str:
    said = [f"<p>{escape(part.in_(language))}</p>" for part in parts]
    way = f'<p><a href="{escape(link)}">{escape(link)}</a></p>'
    inside = "\n".join([*said[:before], way, *said[before:]])
    return f'<div lang="{language}">\n{inside}\n</div>'

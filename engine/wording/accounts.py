"""What the holder of an account is told about it: a link for a new password, and every change."""

from datetime import datetime

from engine.clock import ROME
from engine.text import Text
from engine.wording.links import bilingual
from engine.wording.mails import Mail

OF_ONES_OWN: dict[str, Text] = {
    "password_changed": Text("La tua password è cambiata.", "Your password was changed."),
    "password_reset": Text(
        "La tua password è stata scelta di nuovo con un collegamento.",
        "Your password was chosen anew by a link.",
    ),
    "mail_changed": Text(
        "L’indirizzo di posta del tuo account è cambiato.",
        "The mail address of your account was changed.",
    ),
    "sessions_ended": Text(
        "I tuoi accessi sono stati chiusi su ogni dispositivo.",
        "You were signed out of every device.",
    ),
    "fiscal_code": Text(
        "Il codice fiscale del tuo account è stato corretto.",
        "The fiscal code of your account was corrected.",
    ),
    "identities_removed": Text(
        "Le identità digitali del tuo account sono state dimenticate.",
        "The digital identities of your account were forgotten.",
    ),
    "closed": Text("Il tuo account è stato chiuso.", "Your account was closed."),
    "reopened": Text("Il tuo account è stato riaperto.", "Your account was reopened."),
    "second_factor_set_up": Text(
        "Il secondo fattore del tuo account è attivo.",
        "The second factor of your account is active.",
    ),
    "second_factor_removed": Text(
        "Il secondo fattore del tuo account è stato tolto.",
        "The second factor of your account was removed.",
    ),
    "second_factor_reset": Text(
        "Il secondo fattore del tuo account è stato azzerato.",
        "The second factor of your account was reset.",
    ),
    "recovery_code_used": Text(
        "Con un codice di riserva qualcuno è entrato nel tuo account.",
        "A recovery code was used to come in to your account.",
    ),
}
"""How a change of one's own account is told, by the word under which the history keeps it."""
NOT_YOU = Text(
    "Se non lo sapevi, avvisa subito chi amministra Concerto nel tuo ente. Questo avviso parte "
    "sempre: non si può spegnere.",
    "If you did not know, tell the administrator of Concerto in your body at once. This notice is "
    "always sent: it cannot be switched off.",
)
NOT_ASKED = Text(
    "Se non l’hai chiesto, ignora questo messaggio: la tua password resta com’è. Non inoltrarlo: "
    "chi apre il collegamento sceglie la tua password.",
    "If you did not ask for this, ignore the message: your password stays as it is. Do not forward "
    "it: whoever opens the link chooses your password.",
)


def reset_mail(*, name: str, login: str, by: str, until: datetime, link: str) -> Mail:
    """The link by which the holder of an account chooses a new password; `by` who sends it."""
    until = until.astimezone(ROME)
    who = Text(f"{by} ti manda", f"{by} sends you") if by else Text("ecco", "here is")
    return bilingual(
        Text("Scegli una nuova password", "Choose a new password"),
        (
            Text(
                f"{name}, {who.it} il collegamento per scegliere una nuova password. Il tuo nome "
                f"utente è {login}.",
                f"{name}, {who.en} the link to choose a new password. Your user name is {login}.",
            ),
            Text(
                f"Vale una volta sola, fino alle {until:%H:%M} del {until:%d/%m/%Y}.",
                f"It is good once, until {until:%H:%M} on {until:%d/%m/%Y}.",
            ),
        ),
        link=link,
        closing=NOT_ASKED,
    )


def account_mail(told: Text, *, by: str, reason: str, at: datetime, place: str) -> Mail:
    """A change of an account, for its holder; `by` is empty where he did it himself."""
    at = at.astimezone(ROME)
    parts = [
        told,
        Text(f"È successo il {at:%d/%m/%Y alle %H:%M}.", f"This was on {at:%d/%m/%Y at %H:%M}."),
    ]
    if by:
        parts.append(Text(f"L’ha fatto: {by}.", f"Done by: {by}."))
    if reason:
        parts.append(Text(f"Motivo: {reason}", f"Reason: {reason}"))
    return bilingual(told, parts, link=place, closing=NOT_YOU)

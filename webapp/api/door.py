"""The door of the JSON interface: who calls, for whom, and what may be repeated safely."""

import re
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from flask import g, request
from werkzeug.wrappers import Response

from engine import Actor
from engine.commands import keep_answer
from engine.errors import Invalid, NotAllowed, StaleVersion
from engine.queries import every_mandate, kept_answer, token_holder
from engine.text import Text
from webapp.auth import SignInNeeded, engine, present
from webapp.security import csrf

P = ParamSpec("P")
R = TypeVar("R")

LONGEST_KEY = 200
LANGUAGES = ("it", "en")
KEPT_HEADERS = ("ETag", "Location", "Preference-Applied")
BRIEFLY = "return=minimal"


class TokenNeeded(SignInNeeded):
    """A call came without a token or a session, or with one that is no longer good."""

    def __init__(self) -> None:
        super().__init__()
        self.message = Text("Questa chiamata chiede un token.", "This call needs a token.")
        self.hint = Text(
            "Crea un token nella pagina del tuo account e invialo come “Authorization: Bearer …”.",
            "Create a token on your account page and send it as “Authorization: Bearer …”.",
        )


class Replay(Exception):
    """The act was done before: its first answer is given again."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__()
        self.answer = answer


class Done(Exception):
    """The act is done, and its caller wants to hear no more than that."""


def enter() -> None:
    """Recognise the caller, by token or by browser session; nothing is looked up before."""
    token = _bearer()
    if token is None:
        officer = present()
        if officer is None:
            raise TokenNeeded
        # A browser sends its cookie by itself, so whoever made it send must know the token too.
        csrf.protect()
        actor, language = officer.actor, officer.language
    else:
        holder = engine().read(token_holder, token=token)
        if holder is None:
            raise TokenNeeded
        actor, language = holder.actor, holder.language
    g.language = _language(language)
    g.caller = _acting(actor)


def caller() -> Actor:
    """The officer who calls, narrowed to the mandate he names."""
    return cast(Actor, g.caller)


def act(command: Callable[Concatenate[Any, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Carry out a command for the caller; with an Idempotency-Key, once however often asked."""
    return act_as(caller(), command, *args, **kwargs)


def act_as(
    actor: Actor, command: Callable[Concatenate[Any, P], R], /, *args: P.args, **kwargs: P.kwargs
) -> R:
    """As `act`, under the mandate that was found for it."""
    key = _idempotency_key()
    if key is None:
        result = engine().run(actor, command, *args, **kwargs)
    else:
        result = engine().run_once(actor, key, command, *args, **kwargs)
        answer = engine().read(kept_answer, actor=actor, key=key)
        if answer is not None:
            raise Replay(answer)
        g.keep_under = key
    if g.get("briefly"):
        raise Done
    return result


def wants_it_brief() -> bool:
    """Whether the caller needs no answer but that it is done (RFC 7240 §4.2)."""
    return BRIEFLY in re.split(r"\s*[,;]\s*", request.headers.get("Prefer", "").lower())


def only_looks() -> bool:
    """Whether the caller asks what an act would change, and wants nothing written."""
    return request.args.get("preview", "") not in ("", "0", "false")


def say_done(_done: Done) -> Response:
    """Nothing but the news that it is done: what it led to is not read."""
    return Response(status=204, headers={"Preference-Applied": BRIEFLY})


def keep(response: Response) -> Response:
    """Keep the answer of an act under its key; of two that raced, both give the first."""
    key = g.pop("keep_under", None)
    if key is None or not 200 <= response.status_code < 300:
        return response
    answer = {
        "status": response.status_code,
        "body": response.get_data(as_text=True),
        "headers": {n: response.headers[n] for n in KEPT_HEADERS if n in response.headers},
    }
    return replayed(engine().run(caller(), keep_answer, key=key, answer=answer))


def give_again(replay: Replay) -> Response:
    """The first answer to an act that is asked for again."""
    return replayed(replay.answer)


def replayed(answer: dict[str, Any]) -> Response:
    """A kept answer, as it was given."""
    return Response(
        answer["body"], answer["status"], answer["headers"], mimetype="application/json"
    )


def expected_version() -> int | None:
    """The version the caller decided on (`If-Match`). Raises StaleVersion for one never given."""
    given = request.headers.get("If-Match", "").strip()
    if given in ("", "*"):
        return None
    number = given.removeprefix("W/").strip('"')
    if not number.isdecimal() or len(number) > 9:
        raise StaleVersion(
            Text(
                f"La versione {given[:40]} non è mai esistita.",
                f"There never was a version {given[:40]}.",
            ),
            Text(
                "Invia in If-Match l’ETag dell’ultima lettura.",
                "Send in If-Match the ETag you last read.",
            ),
        )
    return int(number)


def _idempotency_key() -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not 1 <= len(key) <= LONGEST_KEY:
        raise Invalid(
            Text(
                f"Idempotency-Key ha da 1 a {LONGEST_KEY} caratteri.",
                f"An Idempotency-Key has 1 to {LONGEST_KEY} characters.",
            ),
            Text("Usa per esempio un UUID.", "Use for instance a UUID."),
        )
    return key


def _bearer() -> str | None:
    """The token sent; None when the call does not speak of any."""
    header = request.headers.get("Authorization")
    if header is None:
        return None
    kind, _, token = header.partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _acting(actor: Actor) -> Actor:
    mandate_id = request.headers.get("X-Acting-For")
    if not mandate_id:
        return actor
    if all(mandate.id != mandate_id for mandate in actor.mandates):
        # In a browser the band may already have narrowed the officer to another mandate.
        actor = engine().read(every_mandate, actor)
    if all(mandate.id != mandate_id for mandate in actor.mandates):
        raise NotAllowed(
            Text(
                "L’incarico indicato non è tuo o non vale oggi.", "That mandate is not yours now."
            ),
            Text(
                "Invia in X-Acting-For uno degli id di GET /me.",
                "Send in X-Acting-For one of the ids of GET /me.",
            ),
        )
    return actor.narrowed(mandate_id)


def _language(of_officer: str) -> str:
    asked = request.args.get("lang") or request.accept_languages.best_match(LANGUAGES)
    return asked if asked in LANGUAGES else of_officer

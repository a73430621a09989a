"""The identity providers of an installation: what the settings say of each (OpenID Connect)."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from engine.text import Text

Match = Literal["fiscal_code", "email", "subject"]
MATCHES: tuple[Match, ...] = ("fiscal_code", "email", "subject")
NAME = re.compile(r"[a-z][a-z0-9]{0,29}")
FISCAL_CODE_OF_SPID = "https://attributes.eid.gov.it/fiscal_number"
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Provider:
    """One way in by somebody else's account."""

    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    title: Text
    scope: str
    match: Match
    fiscal_code_claim: str
    levels: tuple[str, ...]
    """Levels of assurance (`acr`) that are enough; empty: whatever the provider vouches for."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """A setting that cannot be used, and what to write instead."""

    name: str
    what: str
    hint: str


@dataclass(frozen=True, slots=True)
class ProviderSetting:
    """One environment variable of each provider: `OIDC_<NAME>_` and this word."""

    word: str
    default: str | None
    """None: it must be written."""
    meaning: str
    wrong: Callable[[str], tuple[str, str] | None] = lambda _: None
    """The fact and the way out, if the value cannot be used."""


def _issuer(value: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    secure = parts.scheme == "https" or (parts.scheme == "http" and host in LOCAL_HOSTS)
    if secure and host and not (parts.query or parts.fragment or parts.username):
        return None
    # Keys and codes travel there: without TLS anybody on the way could sign in as anybody.
    return (
        "is not an address that begins with https://.",
        "Write the issuer as the provider spells it, like https://login.municipality.it.",
    )


def _match(value: str) -> tuple[str, str] | None:
    if value in MATCHES:
        return None
    return f"“{value}” is not known.", f"Write one of: {', '.join(MATCHES)}."


def _scope(value: str) -> tuple[str, str] | None:
    if "openid" in value.split():
        return None
    return "lacks the word openid.", "Write it like: openid profile email."


PROVIDER_SETTINGS: tuple[ProviderSetting, ...] = (
    ProviderSetting(
        "ISSUER",
        None,
        "Address of the provider, exactly as its own description (`/.well-known/…`) spells it.",
        _issuer,
    ),
    ProviderSetting("CLIENT_ID", None, "How the provider calls this installation."),
    ProviderSetting(
        "CLIENT_SECRET", "", "Secret agreed with the provider. Empty: a public client, PKCE alone."
    ),
    ProviderSetting(
        "TITLE", "", "Its name on the sign-in page, in Italian. Empty: the one in `OIDC_PROVIDERS`."
    ),
    ProviderSetting("TITLE_EN", "", "The same in English. Empty: as in Italian."),
    ProviderSetting("SCOPE", "openid profile email", "What is asked of the provider.", _scope),
    ProviderSetting(
        "MATCH",
        "fiscal_code",
        "How a person is recognised the first time: by `fiscal_code`, by `email` if the provider "
        "says it is verified, or by `subject` if that is the user name here.",
        _match,
    ),
    ProviderSetting(
        "FISCAL_CODE_CLAIM", FISCAL_CODE_OF_SPID, "The claim that holds the fiscal code."
    ),
    ProviderSetting(
        "LEVELS",
        "",
        "Levels of assurance that are enough, separated by spaces; asked for as `acr_values` and "
        "required of the answer. Empty: any.",
    ),
)


def read_providers(
    names: Sequence[str], environment: Mapping[str, str]
) -> tuple[tuple[Provider, ...], list[Complaint]]:
    """The providers named, and everything that is wrong with what is written about them."""
    complaints = _strangers(names, environment)
    found = []
    for name in names:
        values = {}
        for setting in PROVIDER_SETTINGS:
            variable = f"OIDC_{name.upper()}_{setting.word}"
            written = environment.get(variable, "").strip() or setting.default
            if written is None:
                complaints.append(Complaint(variable, "is missing.", setting.meaning))
                continue
            if wrong := setting.wrong(written):
                complaints.append(Complaint(variable, *wrong))
            values[setting.word.lower()] = written
        if len(values) == len(PROVIDER_SETTINGS):
            found.append(_provider(name, values))
    return tuple(found), complaints


def _strangers(names: Sequence[str], environment: Mapping[str, str]) -> list[Complaint]:
    """A variable that nobody reads is a typing error that would go unnoticed."""
    known = {f"OIDC_{name.upper()}_{s.word}" for name in names for s in PROVIDER_SETTINGS}
    known.add("OIDC_PROVIDERS")
    words = ", ".join(setting.word for setting in PROVIDER_SETTINGS)
    hint = f"A variable is OIDC_, a name of OIDC_PROVIDERS in capitals, and one of: {words}."
    return [
        Complaint(variable, "is read by nobody.", hint)
        for variable in sorted(environment)
        if variable.startswith("OIDC_") and variable not in known
    ]


def _provider(name: str, values: Mapping[str, Any]) -> Provider:
    title = values["title"] or name
    return Provider(
        name=name, issuer=values["issuer"], client_id=values["client_id"],
        client_secret=values["client_secret"], title=Text(title, values["title_en"] or title),
        scope=values["scope"], match=values["match"],
        fiscal_code_claim=values["fiscal_code_claim"], levels=tuple(values["levels"].split()),
    )  # fmt: skip

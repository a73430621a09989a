"""What can hold of a body: how each fact is given, checked, and shown by the body of today."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from engine.bundles import identifiers
from engine.bundles.roles import BodyKind, roles
from engine.errors import FormInvalid
from engine.model import Membership, Organisation, Zone
from engine.text import Text
from engine.unit_of_work import UnitOfWork

MOST_POSTS = 500


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: its kind, what it is about where there may be several, and the value."""

    kind: str
    subject: str
    value: Any


@dataclass(frozen=True, slots=True)
class About:
    """The body a fact is told of, its kind, and the hands to look things up with."""

    work: UnitOfWork
    body: Organisation
    rule: BodyKind


class Wrong(Exception):
    """A value that cannot be; the sentence says what would be right."""

    def __init__(self, it: str, en: str) -> None:
        super().__init__(en)
        self.sentence = Text(it, en)


def read_facts(
    work: UnitOfWork, body: Organisation, rule: BodyKind, given: Mapping[str, Any]
) -> list[Fact]:
    """The facts that were given, checked. Raises FormInvalid with everything that is wrong."""
    found: list[Fact] = []
    errors: dict[str, list[Text]] = {}
    for name, value in given.items():
        kind = {"join": "member", "leave": "member", "posts": "post"}.get(name, name)
        try:
            if kind not in rule.facts:
                raise Wrong("Un ente di questo tipo non ha questo dato.",
                            "A body of this kind has no such fact.")  # fmt: skip
            found += _several(work, rule, name, value) or [
                Fact(kind, "", _SINGLE[name](About(work, body, rule), value))
            ]
        except Wrong as wrong:
            errors[name] = [wrong.sentence]
    if errors:
        raise FormInvalid(errors)
    return found


def baseline(work: UnitOfWork, body: Organisation, fact: Fact) -> Any:
    """What holds of a body now, as a fact would say it; None when nothing does."""
    if fact.kind == "name":
        return {"it": body.name, "en": body.name_en}
    if fact.kind == "member":
        member = work.session.get(Membership, (body.id, fact.subject))
        return True if member is not None else None
    if fact.kind == "post":
        return (body.posts or {}).get(fact.subject)
    if fact.kind == "closed":
        return None
    return getattr(body, _COLUMN[fact.kind])


def change(work: UnitOfWork, body: Organisation, fact: Fact, since: date | None = None) -> None:
    """Make the body of today as the fact says."""
    if fact.kind == "name":
        body.name, body.name_en = fact.value["it"], fact.value["en"]
    elif fact.kind == "member":
        row = work.session.get(Membership, (body.id, fact.subject))
        if fact.value and row is None:
            work.add(Membership(organisation_id=body.id, member_id=fact.subject))
        elif not fact.value and row is not None:
            work.session.delete(row)
    elif fact.kind == "post":
        posts = {**(body.posts or {}), fact.subject: fact.value}
        body.posts = {role: count for role, count in posts.items() if count}
    elif fact.kind == "closed":
        body.closed_on = since if fact.value else None
    else:
        setattr(body, _COLUMN[fact.kind], fact.value)


def _several(work: UnitOfWork, rule: BodyKind, name: str, value: Any) -> list[Fact]:
    if name in ("join", "leave"):
        ids = value if isinstance(value, list) else [value]
        known = work.organisations([str(i) for i in ids])
        for one in ids:
            if str(one) not in known or known[str(one)].kind not in rule.members:
                raise Wrong("Scegli Comuni o enti che ne possono fare parte.",
                            "Choose bodies that may belong to it.")  # fmt: skip
        return [Fact("member", str(one), name == "join") for one in ids]
    if name == "posts":
        return list(_posts(rule, value))
    return []


def _posts(rule: BodyKind, value: Any) -> Iterator[Fact]:
    for role, count in (value if isinstance(value, Mapping) else {"": None}).items():
        if (rule.kind, role) not in roles():
            raise Wrong(f"«{role}» non è un ruolo di questo ente.",
                        f"“{role}” is no role of this body.")  # fmt: skip
        if not isinstance(count, int) or not 0 <= count <= MOST_POSTS:
            raise Wrong("Quanti posti: un numero intero.", "How many posts: a whole number.")
        yield Fact("post", role, count)


Reader = Callable[[About, Any], Any]


def _name(_about: About, value: Any) -> dict[str, str]:
    both = value if isinstance(value, Mapping) else {"it": value}
    italian = str(both.get("it") or "").strip()
    english = str(both.get("en") or "").strip() or italian
    if not italian or max(len(italian), len(english)) > 200:
        raise Wrong("Il nome ha da 1 a 200 caratteri.", "A name has 1 to 200 characters.")
    return {"it": italian, "en": english}


def _zone(about: About, value: Any) -> int | None:
    if value is None:
        return None
    number = int(value) if str(value).isdecimal() and len(str(value)) < 6 else 0
    if about.work.session.get(Zone, number) is None:
        raise Wrong("Questa zona non esiste.", "There is no such zone.")
    return number


def _code(check: Callable[[str], str | None], it: str, en: str) -> Reader:
    def read(_about: About, value: Any) -> str | None:
        if not value:
            return None
        if (code := check(str(value))) is None:
            raise Wrong(it, en)
        return code

    return read


def _istat(about: About, value: Any) -> str:
    code = identifiers.istat_code(str(value))
    if code is None:
        raise Wrong("Il codice ISTAT ha sei cifre.", "An ISTAT code has six digits.")
    taken = select(Organisation.id).where(
        Organisation.istat_code == code, Organisation.id != about.body.id
    )
    with about.work.session.no_autoflush:
        if about.work.session.scalar(taken) is not None:
            raise Wrong("Un altro ente ha già questo codice.", "Another body has this code.")
    return code


def _population(_about: About, value: Any) -> int:
    if not isinstance(value, int) or not 0 <= value < 100_000_000:
        raise Wrong("Scrivi un numero intero.", "Write a whole number.")
    return value


def _text(_about: About, value: Any) -> str | None:
    words = str(value or "").strip()
    if len(words) > 120:
        raise Wrong("Al massimo 120 caratteri.", "120 characters at most.")
    return words or None


def _representative(_about: About, value: Any) -> dict[str, str] | None:
    if not value:
        return None
    both = value if isinstance(value, Mapping) else {}
    name, act = str(both.get("name") or "").strip(), str(both.get("act") or "").strip()
    if not name or not act or max(len(name), len(act)) > 200:
        raise Wrong("Indica chi rappresenta e con quale atto.",
                    "Say who represents it and by which act.")  # fmt: skip
    return {"name": name, "act": act}


def _seat(about: About, value: Any) -> str | None:
    if not value:
        return None
    found = about.work.organisations([str(value)]).get(str(value))
    if found is None or found.kind not in about.rule.members:
        raise Wrong("La sede è presso un ente che ne può fare parte.",
                    "The seat is with a body that may belong to it.")  # fmt: skip
    return found.id


def _part_of(about: About, value: Any) -> str:
    found = about.work.organisations([str(value)]).get(str(value))
    if found is None or found.kind != about.rule.within:
        raise Wrong("Scegli l’ente di cui fa parte.", "Choose the body it is part of.")
    return found.id


def _closed(_about: About, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong("Rispondi sì o no.", "Answer yes or no.")
    return value


_COLUMN = {
    "zone": "zone_number", "istat_code": "istat_code", "ipa_code": "ipa_code",
    "fiscal_code": "fiscal_code", "pec": "pec", "population": "population",
    "part_of": "part_of_id", "seat": "seat_id", "legal_form": "legal_form",
    "representative": "representative",
}  # fmt: skip
_SINGLE: dict[str, Reader] = {
    "name": _name, "zone": _zone, "istat_code": _istat, "population": _population,
    "ipa_code": _code(
        identifiers.ipa_code, "Un codice IPA ha lettere e cifre, per esempio «c_c665».",
        "An IPA code has letters and digits, for instance “c_c665”.",
    ),
    "fiscal_code": _code(
        identifiers.fiscal_code, "Il codice fiscale non è giusto: controlla ogni carattere.",
        "The fiscal code is wrong: check each character.",
    ),
    "pec": _code(
        identifiers.mail_address, "Scrivi un indirizzo PEC, per esempio «protocollo@pec.ente.it».",
        "Write a certified mail address, for instance “protocollo@pec.ente.it”.",
    ),
    "legal_form": _text, "representative": _representative, "seat": _seat, "part_of": _part_of,
    "closed": _closed,
}  # fmt: skip

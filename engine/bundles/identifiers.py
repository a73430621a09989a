"""Codes by which Italian bodies are known, checked as their issuers check them."""

import re

_ODD = dict(zip("0123456789", (1, 0, 5, 7, 9, 13, 15, 17, 19, 21), strict=True)) | dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (
            *(1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20),
            *(11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
        ),
        strict=True,
    )
)  # fmt: skip
_DIGIT = "[0-9LMNPQRSTUV]"
_PERSON = re.compile(rf"[A-Z]{{6}}{_DIGIT}{{2}}[A-EHLMPRST]{_DIGIT}{{2}}[A-Z]{_DIGIT}{{3}}[A-Z]")
_IPA = re.compile(r"[a-z0-9_.-]{2,40}")
_MAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")


def fiscal_code(written: str) -> str | None:
    """A fiscal code without blanks, in capitals; None when its control character is wrong.

    Eleven digits for bodies (control digit by Luhn), sixteen characters for persons
    (D.M. 23-12-1976; letters for digits where two would coincide).
    """
    code = re.sub(r"\s", "", written).upper()
    if re.fullmatch(r"[0-9]{11}", code):
        doubled = (int(d) * (1 + i % 2) for i, d in enumerate(code[:10]))
        total = sum(d if d < 10 else d - 9 for d in doubled)
        return code if (10 - total % 10) % 10 == int(code[10]) else None
    if not _PERSON.fullmatch(code):
        return None
    total = sum(_ODD[c] if i % 2 == 0 else _even(c) for i, c in enumerate(code[:15]))
    return code if chr(ord("A") + total % 26) == code[15] else None


def ipa_code(written: str) -> str | None:
    """A code of the index of public administrations, in small letters; None when it is none."""
    code = written.strip().lower()
    return code if _IPA.fullmatch(code) else None


def istat_code(written: str) -> str | None:
    """The six digits of a municipality; None when they are not."""
    code = written.strip()
    return code if re.fullmatch(r"[0-9]{6}", code) else None


def mail_address(written: str) -> str | None:
    """An address of certified mail; None when it cannot be one."""
    address = written.strip()
    return address if len(address) <= 200 and _MAIL.fullmatch(address) else None


def _even(character: str) -> int:
    return int(character) if character.isdecimal() else ord(character) - ord("A")

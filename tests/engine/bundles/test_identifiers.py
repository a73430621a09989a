"""Codes of bodies and persons, checked as their issuers do."""

import pytest

from engine.bundles.identifiers import fiscal_code, ipa_code, istat_code, mail_address


@pytest.mark.parametrize("code", ["01907990012", "RSSMRA85T10A562S", " rss mra 85t10 a562s "])
def test_right_fiscal_codes_are_kept_in_capitals(code: str) -> None:
    assert fiscal_code(code) == code.replace(" ", "").upper()


@pytest.mark.parametrize("code", ["", "0190799001", "01907990013", "RSSMRA85T10A562T", "ABC"])
def test_a_wrong_control_character_is_found(code: str) -> None:
    assert fiscal_code(code) is None


def test_every_single_wrong_digit_of_a_bodys_code_is_found() -> None:
    right = "01907990012"
    wrong = {
        right[:i] + d + right[i + 1 :] for i in range(11) for d in "0123456789" if d != right[i]
    }
    assert [code for code in wrong if fiscal_code(code)] == []


def test_other_codes() -> None:
    assert ipa_code(" C_C665 ") == "c_c665"
    assert ipa_code("c c665") is None
    assert istat_code("001082") == "001082"
    assert istat_code("1082") is None
    assert mail_address("protocollo@pec.example.it") == "protocollo@pec.example.it"
    assert mail_address("protocollo@pec") is None

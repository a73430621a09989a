"""What templates do to a value, in both languages."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest

from engine.text import Text
from tests.webapp.axe.sample import create_sample
from webapp import filters

NARROW_SPACE = "\u00a0"


@pytest.fixture(params=["it", "en"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    with create_sample().test_request_context(f"/cases?q=via+Po&lang={request.param}"):
        yield request.param


def test_words_follow_the_reader(language: str) -> None:
    words = Text("Registra", "Register")

    assert filters.text(words) == {"it": "Registra", "en": "Register"}[language]
    assert filters.text([words, "x"]) == {"it": "Registra, x", "en": "Register, x"}[language]
    assert filters.text(None) == ""


def test_a_day_carries_its_weekday_and_a_machine_readable_date(language: str) -> None:
    shown = filters.day(date(2026, 12, 9))

    assert {"it": ">mer 09/12/2026<", "en": ">Wed 9 December 2026<"}[language] in shown
    assert 'datetime="2026-12-09"' in shown
    assert {"it": ">09/12/2026<", "en": ">9 December 2026<"}[language] in filters.day(
        "2026-12-09", weekday=False
    )
    assert {"it": ">mer 09/12<", "en": ">Wed 9 December<"}[language] in filters.day(
        date(2026, 12, 9), short=True
    )
    assert filters.day(None) == ""


def test_an_instant_is_shown_in_the_time_of_rome() -> None:
    with create_sample().test_request_context("/"):
        summer = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)

        assert ">mer 01/07/2026 00:30<" in filters.when(summer)
        assert 'datetime="2026-06-30T22:30:00+00:00"' in filters.when(summer)
        # An instant without a zone was kept in UTC; its day is the day in Rome.
        assert ">08:14<" in filters.when("2026-11-23T07:14:00", clock_only=True)
        assert "2026-07-01" in filters.day(summer)


def test_what_stands_in_place_of_an_amount_stays_as_it_is(language: str) -> None:
    """An office that has given no figures has a dash where the others have their funds."""
    assert filters.money("–") == "–"
    awaited = Text("in attesa", "awaited")
    assert filters.money(awaited) == awaited.in_(language)


def test_amounts_and_sizes_follow_the_language(language: str) -> None:
    assert (
        filters.money(Decimal("3687.65"))
        == {
            "it": f"3.687,65{NARROW_SPACE}€",
            "en": "€3,687.65",
        }[language]
    )
    assert filters.number(39840) == {"it": "39.840", "en": "39,840"}[language]
    assert filters.filesize(9_400_000) == {"it": "9,4 MB", "en": "9.4 MB"}[language]
    assert filters.filesize(412_000) == "412 kB"
    assert filters.filesize(12) == "12 B"


def test_the_language_link_keeps_the_filters_of_the_page(language: str) -> None:
    assert filters.language_url("en") == "/cases?q=via+Po&lang=en"


def test_a_fingerprint_is_short_for_the_eye_and_whole_for_copying() -> None:
    digest = "9f41c7" + "0" * 54 + "e20b"

    assert "SHA-256 9f41c7…e20b" in filters.fingerprint(digest)
    assert f'title="{digest}"' in filters.fingerprint(digest)
    assert filters.fingerprint(None) == ""


def test_short_neighbours_share_a_line_and_options_their_heading() -> None:
    fields = [
        {"type": "integer"},
        {"type": "date"},
        {"type": "long_text"},
        SimpleNamespace(type="text", width="s"),
    ]
    lines = filters.side_by_side(fields)

    assert [(narrow, len(line)) for narrow, line in lines] == [(True, 2), (False, 1), (True, 1)]
    options = [{"group": "B", "value": 1}, {"group": "A", "value": 2}, {"group": "B", "value": 3}]
    grouped = filters.grouped(options)
    assert [(name, [option["value"] for option in found]) for name, found in grouped] == [
        ("B", [1, 3]),
        ("A", [2]),
    ]


def test_a_guide_is_shown_as_its_writer_laid_it_out() -> None:
    shown = filters.prose("# Title\n\n**Steps**\n1. *First*, <b>\n2. Then.\n\nThe end.")

    assert shown == (
        "<p><strong>Steps</strong></p>"
        "<ol><li><em>First</em>, &lt;b&gt;</li><li>Then.</li></ol><p>The end.</p>"
    )
    assert filters.prose("**Beware**\n- *One*: a.\n- Two - b.") == (
        "<p><strong>Beware</strong></p><ul><li><em>One</em>: a.</li><li>Two - b.</li></ul>"
    )


def test_a_device_is_called_as_its_user_calls_it() -> None:
    chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0"
    assert filters.device(chrome) == "Chrome, Linux"
    assert filters.device(f"{chrome} Safari/537.36 Edg/141.0") == "Edge, Linux"
    assert filters.device("curl/8.5") == "curl/8.5"
    assert filters.device(None) == ""

"""Every sentence of the pages in English, and English that says nothing in Italian."""

import re
from collections.abc import Iterable
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from lxml import etree

from engine.bundles.drawing import BPMN, SPIFF, in_english
from engine.text import Text
from tests.office import CHIVASSO
from tests.webapp.conftest import Visit
from webapp import errors, translations

ADVICE = "Run: python -m webapp.translations, then write the English it asks for."
PROCESSES = Path(__file__).parents[2] / "processes"
# User tasks are shown by the title of their form.
DRAWN = (
    "startEvent", "endEvent", "boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent",
    "scriptTask", "businessRuleTask", "serviceTask", "sendTask", "receiveTask", "callActivity",
    "subProcess", "exclusiveGateway", "parallelGateway", "eventBasedGateway", "sequenceFlow",
)  # fmt: skip
PLACE = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
# Words that no English sentence has; names of places, people and files are not looked at.
ITALIAN = re.compile(
    r"\b(il|gli|della|dello|degli|delle|dalla|alla|nella|che|non|sono|questo|questa|entro|chi|"
    r"perché|più|ancora|nessuno|nessuna|attività|caso|ente|enti|fase|termine|avvisi|oggi)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def english() -> Catalog:
    return translations.catalogue()


def test_every_sentence_of_the_pages_has_its_english(english: Catalog) -> None:
    known = {message.id for message in english if message.id}

    missing = [said for said in translations.sentences() if said not in known]
    assert missing == [], ADVICE
    assert translations.untranslated(english) == [], ADVICE


def test_no_english_is_kept_for_sentences_that_nobody_says(english: Catalog) -> None:
    said = translations.sentences()

    assert [m.id for m in english if m.id and m.id not in said] == [], ADVICE
    assert list(english.obsolete) == [], ADVICE


def test_the_pages_read_the_english_as_it_is_written(english: Catalog) -> None:
    with translations.COMPILED.open("rb") as file:
        compiled = read_mo(file)

    assert _told(compiled) == _told(english), ADVICE


def test_a_sentence_fills_in_the_same_things_in_both_languages(english: Catalog) -> None:
    for message in english:
        if message.id:
            italian = message.id if isinstance(message.id, str) else message.id[1]
            for said in _forms(message.string):
                assert _places(said) >= _places(italian) - {"num"}, italian
                assert _places(said) <= _places(italian), italian


def test_a_sentence_without_english_and_a_doubtful_one_are_found() -> None:
    book = Catalog(locale="en")
    book.add("Oggi", "Today")
    book.add("Casi", "")
    book.add("Zone", "Areas", flags=["fuzzy"])
    book.add(("%(num)s caso", "%(num)s casi"), ("%(num)s case", ""))

    assert translations.untranslated(book) == ["Casi", "Zone", ("%(num)s caso", "%(num)s casi")]


def test_a_sentence_inside_an_f_string_is_gathered() -> None:
    said = translations.sentences()

    assert "templates/pages/today.html" in said["Novità"]
    # Written as f"{_('…')} …", which a tokeniser passes over.
    assert "pages/today.py" in said["La prossima scadenza è %(day)s."]


def test_every_refusal_of_the_web_speaks_both_languages() -> None:
    refusals = [*errors.REFUSALS.values(), errors.FORM_EXPIRED, (errors.FOR_MACHINES,)]

    for text in [text for pair in refusals for text in pair]:
        _is_both(text)


def test_no_page_says_italian_to_an_english_reader(visit: Visit) -> None:
    elena = visit.web.visitor().sign_in("elena").open("/?lang=en")

    pages = ["/", "/worklist", "/cases", "/processes", "/zones", "/notices", "/mandates"]
    pages += [
        "/account",
        "/account/notices",
        "/nowhere",
        f"/cases/{visit.case_id}",
        "/accessibility",
        "/privacy",
    ]
    pages += [f"/cases/{visit.case_id}/{part}" for part in ("work", "deadlines", "history", "raci")]
    pages += [f"/work-items/{visit.answer(CHIVASSO)}"]
    found = {}
    for path in pages:
        elena.open(path)
        assert elena.page.get("lang") == "en", path
        words = " ".join(elena.texts("//main | //nav | //footer"))
        found[path] = sorted({match.group() for match in ITALIAN.finditer(words)})
    assert {path: words for path, words in found.items() if words} == {}


def _told(book: Catalog) -> dict[str, str]:
    """Each sentence with its English; the compiled form has no types for several forms."""
    return {str([*_forms(m.id)]): str([*_forms(m.string)]) for m in book if m.id}


def _forms(words: Iterable[str] | None) -> Iterable[str]:
    return [words] if isinstance(words, str) else words or ()


def _places(words: str) -> set[str]:
    named = {left or right for left, right in PLACE.findall(words)}
    return named | {name for _, name, _, _ in Formatter().parse(words) if name}


def _is_both(text: Text) -> None:
    assert text.it and text.en
    assert text.it != text.en
    assert not ITALIAN.search(text.en)


@pytest.mark.parametrize("file", sorted(PROCESSES.rglob("process.bpmn")), ids=str)
def test_every_name_of_a_drawing_can_be_read_in_english(file: Path) -> None:
    shown = in_english(file.read_bytes(), {}).decode()
    drawing, english = etree.fromstring(file.read_bytes()), etree.fromstring(shown.encode())

    plain = {
        node.get("id"): node.get("name")
        for node in drawing.iter(*(f"{BPMN}{kind}" for kind in DRAWN))
        if node.get("name") and node.find(f".//{SPIFF}property[@name='name_en']") is None
    }
    assert plain == {}
    names = {node.get("name", "") for node in english.iter(*(f"{BPMN}{kind}" for kind in DRAWN))}
    assert {name for name in names if ITALIAN.search(name)} == set()

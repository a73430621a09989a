"""The draft of a letter: from what the officer is typing to a file for his word processor."""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

import pytest
from lxml import etree
from sqlalchemy import event

from engine import Actor
from engine.commands import claim, create_token, release, start_case
from engine.model import Document, WorkItem
from engine.queries import organisations
from engine.unit_of_work import UnitOfWork
from tests.office import CASTAGNETO, CHIVASSO
from tests.webapp.api.caller import Caller
from tests.webapp.conftest import Web

ELSEWHERE = "mun-001217"
COORDINATOR = ("cmto", "coordinator")
HOSTILE = "<script>alert('x')</script> {case.number} & co"


@pytest.fixture
def item(web: Web) -> str:
    """A visit with a hostile title, whose invitation is being prepared."""
    office = web.office
    davide = web.officer("davide", COORDINATOR)
    web.officer("elena", (CHIVASSO, "officer"))
    towns = [{"organisation": town, "capacity": "municipality"} for town in (CHIVASSO, CASTAGNETO)]
    case_id = office.engine.run(
        davide, start_case, process="joint-visit", title=HOSTILE, parties=towns,
        data={"place": "Ex cava"},
    )  # fmt: skip
    return office.item(case_id, "prepare").id


def test_what_is_typed_is_in_the_draft_and_nothing_is_completed(web: Web, item: str) -> None:
    before = len(web.office.history(_case(web, item)))
    page = web.visitor().sign_in("davide").open(f"/work-items/{item}")
    assert "Bozza della lettera" in page.texts("//main//h2")

    page.press("Prepara la bozza", visit_on="8/3/2027", budget="")

    assert page.address == f"/work-items/{item}/letters/invitation"
    (letter,) = page.texts("//article[@lang='it']")
    assert "Il sopralluogo si tiene il 8 marzo" not in letter, "it is said l’8 marzo"
    assert "Il sopralluogo si tiene l’8 marzo 2027. La spesa prevista è di [Spesa]." in letter
    assert "La spesa non è ancora nota." in letter
    assert f"Oggetto: {HOSTILE}. Invito" in letter, "what people wrote is words, nothing more"
    assert "A: Comune di Chivasso" in letter and "e p.c.: Archivio" in letter
    assert "None" not in letter
    assert page.texts("//div[contains(@class,'c-note')]//li")[:1] == ["Spesa"]
    # Looking is no act; what was typed is the draft that it would be anyway.
    assert len(web.office.history(_case(web, item))) == before
    page.open(f"/work-items/{item}")
    assert page.page.xpath("//input[@name='visit_on']/@value") == ["08/03/2027"]


def test_the_file_opens_in_a_word_processor(web: Web, item: str) -> None:
    page = web.visitor().sign_in("davide").open(f"/work-items/{item}/letters/invitation")
    answer = page.follow("Scarica per Word").answer
    assert answer.mimetype == "application/vnd.oasis.opendocument.text"
    assert answer.headers["Content-Disposition"].endswith("-invitation.odt")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        first, *_ = archive.infolist()
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert b"<script" not in parts["content.xml"]
    etree.fromstring(parts["content.xml"])
    words = re.sub(r"<[^>]*>", "", parts["content.xml"].decode())
    assert escape(f"Oggetto: {HOSTILE}. Invito al sopralluogo congiunto", quote=False) in words
    listed = re.findall(rb'full-path="([^"]*)"', parts["META-INF/manifest.xml"])
    assert set(listed) == {b"/", b"content.xml", b"styles.xml"}
    used = set(re.findall(rb'text:style-name="([^"]*)"', parts["content.xml"]))
    assert used <= set(re.findall(rb'style:name="([^"]*)"', parts["content.xml"]))


def test_whoever_sees_the_case_reads_it_but_not_what_is_still_being_typed(
    web: Web, item: str
) -> None:
    web.visitor().sign_in("davide").open(f"/work-items/{item}").press(
        "Salva e chiudi", visit_on="1/3/2027"
    )
    page = web.visitor().sign_in("elena").open(f"/work-items/{item}")
    page.follow("Invito al sopralluogo")
    assert "[Data]" in page.text and "1 marzo 2027" not in page.text
    carla = web.signed_in("carla", (ELSEWHERE, "officer"))
    page = carla.open(f"/work-items/{item}/letters/invitation")
    assert page.status == 404 and "sopralluogo" not in page.text


def test_it_stays_as_it_was_when_the_work_was_done(web: Web, item: str) -> None:
    office = web.office
    office.complete(
        office.actor("davide"), office.item(_case(web, item), "prepare"),
        visit_on="2027-03-01", budget="1200.50",
    )  # fmt: skip
    page = web.visitor().sign_in("elena").open(f"/work-items/{item}")
    page.follow("Invito al sopralluogo")
    assert "di 1.200,50 euro." in page.text
    assert "Ogni Comune risponde entro 10 giorni." in page.text
    assert "PEC [PEC]" in page.text, "Chivasso has no certified mail in the register"
    english = page.open(f"/work-items/{item}/letters/invitation?lang=en")
    assert english.heading == "Draft letter: Invitation to the visit"


def test_other_systems_read_it_too(web: Web, item: str) -> None:
    token = web.office.engine.run(web.office.actor("davide"), create_token, name="test")
    davide = Caller(web.app, token)
    (named,) = davide.read(f"/work-items/{item}")["letters"]
    letter = davide.read(f"/work-items/{item}/letters/{named['name']}")
    assert letter["subject"] == f"{HOSTILE}. Invito al sopralluogo congiunto"
    assert [(one["name"], one["copy"]) for one in letter["recipients"]][-1] == ("Archivio", True)
    assert letter["missing"][:2] == ["Data", "Spesa"]
    assert letter["blocks"][0]["text"].startswith("Il sopralluogo si tiene il [Data].")
    assert davide.get(f"/work-items/{item}/letters/invitaton").status_code == 404
    assert davide.get(f"/work-items/{item}/letters/invitation/odt").data[:2] == b"PK"


def test_the_page_asks_as_often_whatever_bodies_files_and_history_the_case_has(web: Web) -> None:
    """A letter that lists bodies and documents is read with the same statements when they grow."""
    office = web.office
    davide = web.officer("davide", COORDINATOR)
    visitor = web.visitor().sign_in("davide")

    def grown(*towns: str, turns: int, files: int) -> int:
        item = office.item(office.visit(davide, *towns), "prepare")
        for turn in range(turns):
            office.engine.run(davide, (claim, release)[turn % 2], work_item_id=item.id)
        names = {f"Pianta {number}" for number in range(files)}
        _attach(web, item.case_id, names, davide)
        address = f"/work-items/{item.id}/letters/invitation"
        visitor.open(address)  # now the procedure and the session are at hand
        with _counted(web) as asked:
            visitor.open(address)
        assert visitor.status == 200
        assert visitor.text.count(", PEC [PEC]") >= len(towns)
        assert all(name in visitor.text for name in names)
        return len(asked)

    zone = office.engine.read(organisations, kind="municipality", zone=10).items
    many = [one.id for one in zone][:20]
    assert CHIVASSO in many
    small = grown(CHIVASSO, CASTAGNETO, turns=0, files=1)
    assert grown(*many, turns=40, files=30) == small


def _attach(web: Web, case_id: str, names: set[str], actor: Actor) -> None:
    """Files of the case, as other steps would have attached them."""

    def attach(work: UnitOfWork) -> None:
        for name in sorted(names):
            work.add(
                Document(
                    id=work.new_id(), case_id=case_id, work_item_id=None,
                    organisation_id="cmto", field="plan", title_it=name, title_en=name,
                    visibility="case", filename=f"{name}.pdf", media_type="application/pdf",
                    size=9, sha256="0" * 64, attached_at=web.office.clock.now(),
                    attached_by=actor.name,
                )
            )  # fmt: skip

    web.office.engine.run(actor, attach)


@contextmanager
def _counted(web: Web) -> Iterator[list[str]]:
    """The statements that the database is asked meanwhile."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(web.office.engine.database, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(web.office.engine.database, "before_cursor_execute", note)


def _case(web: Web, item: str) -> str:
    with web.office.session() as session:
        return session.get_one(WorkItem, item).case_id

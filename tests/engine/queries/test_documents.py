"""Files are shown to those who may open them, with their fingerprint."""

import hashlib
from dataclasses import replace

import pytest

from engine import Actor
from engine.commands import store_upload
from engine.errors import DocumentNotFound
from engine.model import Document
from engine.queries import case_documents, document_content, upload
from engine.unit_of_work import UnitOfWork
from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE, SYSTEM, Office

PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
def minutes(office: Office, visit: str, elena: Actor, anna: Actor, director: Actor) -> str:
    """The minutes, once the decision is taken."""
    office.complete(elena, office.item(visit, "answer", CHIVASSO), coming="no")
    office.complete(anna, office.item(visit, "answer", CASTAGNETO), coming="no")
    sent = office.engine.run(director, store_upload, filename="verbale.pdf", content=PDF)
    office.complete(director, office.item(visit, "decide"), decision="go", minutes=sent["id"])
    return str(sent["id"])


def test_a_file_keeps_its_fingerprint(
    office: Office, visit: str, elena: Actor, minutes: str
) -> None:
    (row,) = office.engine.read(case_documents, actor=elena, case_id=visit)
    assert (row.id, row.title.en, row.filename) == (minutes, "Minutes of the visit", "verbale.pdf")
    assert (row.sha256, row.size) == (hashlib.sha256(PDF).hexdigest(), len(PDF))
    assert (row.signature, row.attached_by) == ("not_verified", "Silvia")

    same, path = office.engine.read(document_content, actor=elena, document_id=minutes)
    assert replace(row, stage_title=None) == same
    assert row.stage_title is not None
    assert path.read_bytes() == PDF


def test_a_file_of_one_body_only_is_no_business_of_the_others(
    office: Office, visit: str, elena: Actor, anna: Actor, director: Actor, minutes: str
) -> None:
    def keep_to_chivasso(work: UnitOfWork) -> None:
        row = work.session.get_one(Document, minutes)
        row.visibility, row.organisation_id = "own", CHIVASSO

    office.engine.run(SYSTEM, keep_to_chivasso)

    assert office.engine.read(case_documents, actor=anna, case_id=visit) == ()
    with pytest.raises(DocumentNotFound):
        office.engine.read(document_content, actor=anna, document_id=minutes)
    for reader in (elena, director):
        assert len(office.engine.read(case_documents, actor=reader, case_id=visit)) == 1


def test_a_foreign_file_does_not_exist(office: Office, minutes: str) -> None:
    carla = office.officer("carla", (RONDISSONE, "officer"))

    for name in (minutes, "no-such-file"):
        with pytest.raises(DocumentNotFound):
            office.engine.read(document_content, actor=carla, document_id=name)


def test_an_upload_belongs_to_its_sender(office: Office, elena: Actor, anna: Actor) -> None:
    sent = office.engine.run(elena, store_upload, filename="bozza.pdf", content=PDF)

    row = office.engine.read(upload, actor=elena, upload_id=str(sent["id"]))
    assert (row.filename, row.media_type) == ("bozza.pdf", "application/pdf")
    with pytest.raises(DocumentNotFound):
        office.engine.read(upload, actor=anna, upload_id=str(sent["id"]))

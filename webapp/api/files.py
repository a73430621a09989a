"""Files: sent before a form names them, and fetched from a case."""

from flask import Response, request
from marshmallow import Schema, fields

from engine.commands import store_upload
from engine.errors import FormInvalid
from engine.queries import document_content, draft_letter, exported_proof, prepared_file
from engine.text import Text
from webapp import downloads, letters
from webapp.api.door import act, caller
from webapp.api.kit import Part
from webapp.auth import engine
from webapp.proofs import proof_file

part = Part("files", "Files", "A file is sent first; a form then names its id.")

MISSING = Text(
    "Manca il file: invialo nel campo «file».", "The file is missing: send it as “file”."
)


class Upload(Schema):
    id = fields.String(metadata={"description": "What a field of type `file` takes."})
    name = fields.String()
    size = fields.Integer()
    sha256 = fields.String()
    media_type = fields.String()


def sent_file() -> tuple[str, bytes]:
    """The name and content of the one file of the call. Raises FormInvalid without it."""
    file = request.files.get("file")
    if file is None:
        raise FormInvalid({"file": [MISSING]})
    return file.filename or "", file.read()


@part.post("/files", Upload, status=201, upload=True)
def send() -> dict[str, str | int]:
    """Send a file (multipart, field `file`); unless something names it, it is gone after a day."""
    name, content = sent_file()
    return act(store_upload, filename=name, content=content)


@part.download("/documents/<document_id>")
def fetch(document_id: str) -> Response:
    """A document of a case, as it came in."""
    row, content = engine().read(document_content, actor=caller(), document_id=document_id)
    return downloads.sent(row.media_type, row.filename, content)


@part.download("/work-items/<work_item_id>/prepared/<upload_id>")
def prepared(work_item_id: str, upload_id: str) -> Response:
    """A file of what waits for an approval."""
    row, content = engine().read(
        prepared_file, actor=caller(), work_item_id=work_item_id, upload_id=upload_id
    )
    return downloads.sent(row.media_type, row.filename, content)


@part.download("/work-items/<work_item_id>/letters/<name>/odt", letters.ODT)
def letter(work_item_id: str, name: str) -> Response:
    """The draft of a letter as a file for a word processor."""
    found = engine().read(draft_letter, actor=caller(), work_item_id=work_item_id, name=name)
    return letters.download(found)


@part.download("/cases/<case_id>/history/proof", "application/json")
def proof(case_id: str) -> Response:
    """The history of a case with its digests, to be checked without Concerto."""
    return proof_file(engine().read(exported_proof, actor=caller(), case=case_id))

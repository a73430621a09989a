"""Files of a case: handed out as they came in, to those who may read them."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from engine.queries import document_content, exported_proof
from webapp import downloads
from webapp.auth import engine, officer
from webapp.proofs import proof_file

blueprint = Blueprint("documents", __name__)


@blueprint.get("/documents/<document_id>")
def download(document_id: str) -> ResponseReturnValue:
    """Hand out a file under its own name."""
    row, content = engine().read(document_content, actor=officer(), document_id=document_id)
    return downloads.sent(row.media_type, row.filename, content)


@blueprint.get("/cases/<case_id>/history/proof")
def proof(case_id: str) -> ResponseReturnValue:
    """Hand out the history of a case with its digests, to be checked by anybody."""
    return proof_file(engine().read(exported_proof, actor=officer(), case=case_id))

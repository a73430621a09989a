"""Files of a case: handed out as they came in, to those who may read them."""

from flask import Blueprint, send_file
from flask.typing import ResponseReturnValue

from engine.queries import document_content, exported_proof
from webapp.auth import engine, officer
from webapp.proofs import proof_file

blueprint = Blueprint("documents", __name__)


@blueprint.get("/documents/<document_id>")
def download(document_id: str) -> ResponseReturnValue:
    """Hand out a file under its own name."""
    row, content = engine().read(document_content, actor=officer(), document_id=document_id)
    answer = send_file(
        content, mimetype=row.media_type, as_attachment=True, download_name=row.filename
    )
    # Whatever a body uploaded must never run as a page of ours.
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


@blueprint.get("/cases/<case_id>/history/proof")
def proof(case_id: str) -> ResponseReturnValue:
    """Hand out the history of a case with its digests, to be checked by anybody."""
    return proof_file(engine().read(exported_proof, actor=officer(), case=case_id))

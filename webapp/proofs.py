"""The proof of a case's history as a file: the same from the page and from the interface."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Response


def proof_file(proof: Mapping[str, Any]) -> Response:
    """The proof as it is checked by the script of `engine/README.md`."""
    answer = Response(json.dumps(proof, ensure_ascii=False, indent=1), mimetype="application/json")
    name = f"{proof['case']['number']}-proof.json"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer

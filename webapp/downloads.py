"""Files on their way to a reader: whatever a body sent must never run as a page of ours."""

from pathlib import Path

from flask import Response, send_file


def sent(media_type: str, filename: str, content: Path) -> Response:
    """A file to be kept, under the name with which it came."""
    answer = send_file(content, mimetype=media_type, as_attachment=True, download_name=filename)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer

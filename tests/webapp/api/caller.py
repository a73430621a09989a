"""Another system: it knows the address, one token, and nothing of the pages."""

import io
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse


class Caller:
    """A client of the JSON interface."""

    def __init__(self, app: Flask, token: str | None, **headers: str) -> None:
        self.client = app.test_client()
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            self.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **headers: str) -> TestResponse:
        """Ask."""
        return self.client.get(f"/api/v1{path}", headers=self._headers(headers))

    def read(self, path: str) -> Any:
        """Ask, and have the answer."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Act."""
        return self.client.post(f"/api/v1{path}", json=body, headers=self._headers(headers))

    def put(self, path: str, body: Any) -> TestResponse:
        """Write something of mine anew."""
        return self.client.put(f"/api/v1{path}", json=body, headers=self._headers({}))

    def patch(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Correct."""
        return self.client.patch(f"/api/v1{path}", json=body, headers=self._headers(headers))

    def send(self, path: str, name: str, content: bytes, **headers: str) -> TestResponse:
        """Send a file."""
        file = (io.BytesIO(content), name)
        return self.client.post(
            f"/api/v1{path}", data={"file": file}, headers=self._headers(headers)
        )

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        return self.headers | {name.replace("_", "-"): value for name, value in more.items()}

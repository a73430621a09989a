"""Outside services are asked over HTTP: what they answer decides how the case goes on."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from engine.settings import Settings
from workers.gateways import NoGateway, Outside, Refused
from workers.gateways.http import HttpService, NotNow


@dataclass
class Service:
    """A service that answers as it is told, and remembers what it was asked."""

    url: str = ""
    status: int = 200
    answer: bytes = b'{"number": "7/2026"}'
    location: str | None = None
    asked: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)


@pytest.fixture
def service() -> Iterator[Service]:
    told = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            told.asked.append(("POST", self.path, dict(self.headers), json.loads(content)))
            self._answer()

        def do_GET(self) -> None:
            told.asked.append(("GET", self.path, dict(self.headers), None))
            self._answer()

        def _answer(self) -> None:
            self.send_response(told.status)
            if told.location:
                self.send_header("Location", told.location)
            self.send_header("Content-Length", str(len(told.answer)))
            self.end_headers()
            self.wfile.write(told.answer)

        def log_message(self, *_words: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_port}/concerto"
    yield told
    server.shutdown()
    server.server_close()
    thread.join()


def ask(service: Service, topic: str = "protocol", token: str | None = None) -> Any:
    return HttpService(service.url, topic, token).call("d-7", {"subject": "Perché sì"})


def test_the_question_carries_its_key_and_the_answer_comes_back(service: Service) -> None:
    assert ask(service, token="a secret") == {"number": "7/2026"}

    ((method, path, headers, body),) = service.asked
    assert (method, path, body) == ("POST", "/concerto/protocol", {"subject": "Perché sì"})
    assert headers["Idempotency-Key"] == "d-7"
    assert headers["Authorization"] == "Bearer a secret"


def test_an_empty_answer_is_an_answer(service: Service) -> None:
    service.answer = b""
    assert ask(service) == {}


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503])
def test_a_service_that_cannot_now_is_asked_again_later(service: Service, status: int) -> None:
    service.status, service.answer = status, b"try later"
    with pytest.raises(NotNow, match=f"protocol answered {status}: try later"):
        ask(service)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422])
def test_a_service_that_says_no_is_not_asked_again(service: Service, status: int) -> None:
    service.status = status
    with pytest.raises(Refused, match=f"protocol answered {status}"):
        ask(service)


def test_a_redirected_question_is_not_asked_elsewhere(service: Service) -> None:
    service.status, service.location = 302, f"{service.url}/elsewhere"
    with pytest.raises(Refused, match="answered 302"):
        ask(service)
    assert len(service.asked) == 1


@pytest.mark.parametrize("answer", [b"<html>", b"[1, 2]", b"{" + b" " * 1024 * 1024 + b"}"])
def test_an_answer_that_cannot_be_used_is_no_answer(service: Service, answer: bytes) -> None:
    service.answer = answer
    with pytest.raises(NotNow):
        ask(service)


def test_a_service_that_is_away_is_asked_again(service: Service) -> None:
    away = HttpService("http://127.0.0.1:9", "protocol")
    with pytest.raises(OSError, match="refused"):
        away.call("d-7", {})


def test_a_topic_cannot_lead_out_of_the_address(service: Service) -> None:
    ask(service, topic="../admin")
    assert service.asked[0][1] == "/concerto/..%2Fadmin"


def test_the_settings_say_where_to_ask(tmp_path: Path) -> None:
    set_up = {"SERVICES_URL": "https://services.example/x", "DATA_DIR": str(tmp_path)}
    outside = Outside.of(Settings.from_environment({**set_up, "SERVICES_TOKEN": "t"}))
    training = Outside.of(Settings.from_environment({**set_up, "TRAINING": "yes"}))

    assert outside.service("protocol") == HttpService("https://services.example/x", "protocol", "t")
    with pytest.raises(NoGateway, match="no gateway for topic “protocol”"):
        training.service("protocol")

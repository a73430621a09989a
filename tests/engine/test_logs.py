"""Lines of ours and of the libraries arrive in one form."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from engine.logs import configure_logs, log
from engine.settings import LogFormat


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:], logging.root.level = handlers, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def test_json_lines_carry_values_context_and_library_lines() -> None:
    stream = io.StringIO()
    configure_logs(level="INFO", form="json", stream=stream)
    structlog.contextvars.bind_contextvars(request="r-1")

    log("engine.test").info("opened", case="2026/7")
    logging.getLogger("some.library").warning("low on %s", "disk")

    ours, theirs = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (ours["event"], ours["case"], ours["request"]) == ("opened", "2026/7", "r-1")
    assert (ours["logger"], ours["level"]) == ("engine.test", "info")
    assert ours["at"].endswith("Z")
    assert (theirs["event"], theirs["logger"]) == ("low on disk", "some.library")


def test_a_failure_is_one_json_line_with_its_traceback() -> None:
    stream = io.StringIO()
    configure_logs(level="INFO", form="json", stream=stream)

    try:
        raise ValueError("no such party")
    except ValueError:
        log("engine.test").exception("failed")

    (line,) = stream.getvalue().splitlines()
    assert json.loads(line)["exception"][0]["exc_value"] == "no such party"


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_traceback_does_not_show_the_values_of_variables(form: LogFormat) -> None:
    stream = io.StringIO()
    configure_logs(level="INFO", form=form, stream=stream)

    def sign_in(password: str) -> None:
        raise ValueError("refused")

    try:
        sign_in("".join(["hun", "ter2"]))
    except ValueError:
        log("engine.test").exception("failed")

    assert "refused" in stream.getvalue()
    assert "hunter2" not in stream.getvalue()


def test_less_important_lines_are_left_out() -> None:
    stream = io.StringIO()
    configure_logs(level="WARNING", form="console", stream=stream)

    log("engine.test").info("detail")
    log("engine.test").warning("look here")

    assert "detail" not in stream.getvalue()
    assert "look here" in stream.getvalue()

"""A process compiled once and shared, unchanged, by all its cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from lxml import etree
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.serializer.workflow import VERSION as LIBRARY_VERSION
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.spiff.parser import VALIDATOR

from engine.bpmn.errors import DrawingInvalid
from engine.bpmn.library.drawing import REGISTRY, Parser
from engine.bpmn.state import to_json

__all__ = ["LIBRARY_VERSION", "Definition", "compile_process"]

FORMAT = 1


def compile_process(
    drawings: Mapping[str, bytes], tables: Mapping[str, bytes], *, process: str
) -> bytes:
    """Turn the drawings and decision tables of one process into its stored specification.

    `drawings` holds the process and every process it calls, by file name.
    """
    parser = Parser(validator=VALIDATOR)
    for file, source in tables.items():
        _reading(file, parser.add_dmn_xml, hardened(file, source), file)
    for file, source in drawings.items():
        _reading(file, parser.add_bpmn_xml, hardened(file, source), file)
    if process not in parser.process_parsers:
        known = ", ".join(sorted(parser.process_parsers)) or "none"
        raise DrawingInvalid(_first(drawings), process, f"no such process; drawn here: {known}")
    file = parser.process_parsers[process].filename or _first(drawings)
    spec = _reading(file, parser.get_spec, process)
    called = _reading(file, parser.get_subprocess_specs, process)
    return to_json(
        {
            "format": FORMAT,
            "serializer": LIBRARY_VERSION,
            "spec": REGISTRY.convert(spec),
            "subprocess_specs": {name: REGISTRY.convert(called[name]) for name in sorted(called)},
        }
    )


def hardened(file: str, source: bytes) -> Any:
    """Parse XML without entities, network or document type, or say where it is broken."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(source, parser)
    except etree.XMLSyntaxError as problem:
        raise DrawingInvalid(file, "", f"line {problem.lineno}: {problem.msg}") from problem
    information: Any = root.getroottree().docinfo
    if information.doctype:
        raise DrawingInvalid(file, "", "a document type declaration is not allowed")
    return root


def _reading(file: str, read: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return read(*arguments)
    except ValidationException as problem:
        line = f"line {problem.line_number}: " if problem.line_number else ""
        message = line + str(problem).rstrip(". ")
        raise DrawingInvalid(problem.file_name or file, problem.id, message) from problem
    except (SpiffWorkflowException, LookupError, TypeError, ValueError) as problem:
        raise DrawingInvalid(file, "", f"not readable as a process: {problem}") from problem


def _first(drawings: Mapping[str, bytes]) -> str:
    return next(iter(drawings), "no drawing")


class Definition:
    """An executable process; immutable, so threads may share it and callers may cache it."""

    __slots__ = ("_document", "spec", "subprocess_specs")

    def __init__(self, specification: bytes) -> None:
        document = orjson.loads(specification)
        if document.get("format") != FORMAT or document.get("serializer") != LIBRARY_VERSION:
            raise DrawingInvalid(
                "stored specification",
                "",
                f"written by another release ({document.get('serializer')}): compile the "
                "drawings of this version again",
            )
        # Kept as bytes: the library takes a dictionary apart while it restores it.
        self._document = specification
        self.spec = REGISTRY.restore(document["spec"])
        self.subprocess_specs = {
            name: REGISTRY.restore(spec) for name, spec in document["subprocess_specs"].items()
        }

    @classmethod
    def restore(cls, specification: bytes) -> Definition:
        """Bring a stored specification back to life.

        Restored, not parsed: only the library's converters connect a loop with its branches
        beforehand, so that nothing is changed in the shared specification while cases run.
        """
        return cls(specification)

    @property
    def document(self) -> bytes:
        """The specification as stored, for raising old states to the present format."""
        return self._document

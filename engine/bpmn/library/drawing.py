"""Reads drawings with the classes of this house in place of the library's."""

from typing import Any, ClassVar

from SpiffWorkflow.bpmn.parser.BpmnParser import full_tag
from SpiffWorkflow.bpmn.parser.task_parsers import ConditionalGatewayParser, GatewayParser
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.serializer.default.task_spec import (
    ConditionalGatewayConverter,
    ParallelGatewayConverter,
)
from SpiffWorkflow.bpmn.serializer.workflow import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent as LibraryBoundaryEvent
from SpiffWorkflow.bpmn.specs.defaults import InclusiveGateway as LibraryInclusiveGateway
from SpiffWorkflow.bpmn.specs.defaults import ParallelGateway as LibraryParallelGateway
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG
from SpiffWorkflow.spiff.specs.defaults import BusinessRuleTask as LibraryBusinessRuleTask
from SpiffWorkflow.spiff.specs.defaults import ParallelMultiInstanceTask as LibraryParallel
from SpiffWorkflow.spiff.specs.defaults import SequentialMultiInstanceTask as LibrarySequential
from SpiffWorkflow.spiff.specs.defaults import ServiceTask as LibraryServiceTask
from SpiffWorkflow.spiff.specs.event_definitions import ErrorEventDefinition as LibraryError
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition as LibraryMessage

from engine.bpmn.library import guard
from engine.bpmn.library.events import (
    DEADLINE_PREFIX,
    BoundaryEvent,
    Deadline,
    DeadlineConverter,
    ErrorEventDefinition,
    MessageEventDefinition,
)
from engine.bpmn.library.joins import InclusiveGateway, ParallelGateway
from engine.bpmn.library.rounds import ParallelMultiInstanceTask, SequentialMultiInstanceTask
from engine.bpmn.library.tasks import BusinessRuleTask, ServiceTask

guard.install()

_LIBRARY_PARSERS = SpiffBpmnParser.OVERRIDE_PARSER_CLASSES
_OWN_SPECS = {
    "boundaryEvent": BoundaryEvent,
    "serviceTask": ServiceTask,
    "businessRuleTask": BusinessRuleTask,
}


class _Reading:
    """What every parser of a node does differently here."""

    PARALLEL_MI_CLASS = ParallelMultiInstanceTask
    SEQUENTIAL_MI_CLASS = SequentialMultiInstanceTask
    node: Any
    filename: str

    def create_data_spec(self, item: Any, kind: Any) -> Any:
        """Take the name of a multi-instance item as its variable.

        The library takes the XML id, which would forbid two rounds over `party` in one file.
        """
        local = item.tag.rsplit("}")[-1]
        named = item.get("name") if local in ("inputDataItem", "outputDataItem") else None
        return kind(named or item.get("id"), item.get("name"))

    def parse_timer_event(self, event: Any) -> Deadline:
        """Read a clock as a deadline of the ledger; nothing else is understood."""
        times = {
            child.tag.rsplit("}")[-1]: (child.text or "").strip()
            for child in event
            if isinstance(child.tag, str) and child.tag.rsplit("}")[-1].startswith("time")
        }
        kind, text = next(iter(times.items()), ("", ""))
        if not text.startswith(DEADLINE_PREFIX) or text == DEADLINE_PREFIX:
            raise ValidationException(
                f"a timer must name a deadline (deadline:<name>), not {text!r}",
                node=self.node,
                file_name=self.filename,
            )
        return Deadline(text, repeat=kind == "timeCycle")

    def parse_message_event(self, event: Any) -> MessageEventDefinition:
        """Read a message; correlation is the engine's work."""
        read = super().parse_message_event(event)  # type: ignore[misc]  # untyped library
        return MessageEventDefinition(
            read.name, expression=read.expression, message_var=read.message_var
        )

    def parse_error_event(self, event: Any) -> ErrorEventDefinition:
        """Read an error, thrown or caught."""
        read = super().parse_error_event(event)  # type: ignore[misc]  # untyped library
        return ErrorEventDefinition(
            read.name, expression=read.expression, variable=read.variable, code=read.code
        )


class _ReadingRules(_Reading):
    """A business rule task, whose library parser ignores the class it is told to make."""

    def create_task(self) -> Any:
        """Make the house's decision instead of the library's."""
        spec = super().create_task()  # type: ignore[misc]  # untyped library
        spec.__class__ = BusinessRuleTask
        return spec


def _own_parser(tag: str, parser: Any) -> Any:
    reading = _ReadingRules if tag.endswith("businessRuleTask") else _Reading
    return type(parser.__name__, (reading, parser), {})


class Parser(SpiffBpmnParser):  # type: ignore[misc]  # untyped library
    """The library's parser of BPMN with the house's nodes."""

    OVERRIDE_PARSER_CLASSES: ClassVar[dict[str, Any]] = {
        **{
            tag: (_own_parser(tag, parser), _OWN_SPECS.get(tag.rsplit("}")[-1], spec))
            for tag, (parser, spec) in _LIBRARY_PARSERS.items()
        },
        full_tag("parallelGateway"): (GatewayParser, ParallelGateway),
        full_tag("inclusiveGateway"): (ConditionalGatewayParser, InclusiveGateway),
    }


_REPLACED = {
    LibraryBoundaryEvent: BoundaryEvent,
    LibraryBusinessRuleTask: BusinessRuleTask,
    LibraryError: ErrorEventDefinition,
    LibraryMessage: MessageEventDefinition,
    LibraryParallel: ParallelMultiInstanceTask,
    LibrarySequential: SequentialMultiInstanceTask,
    LibraryServiceTask: ServiceTask,
}


def _configuration() -> dict[Any, Any]:
    configuration = dict(SPIFF_CONFIG)
    for library_class, own in _REPLACED.items():
        configuration[own] = configuration.pop(library_class)
    for library_class in (LibraryParallelGateway, LibraryInclusiveGateway):
        configuration.pop(library_class)
    configuration[ParallelGateway] = ParallelGatewayConverter
    configuration[InclusiveGateway] = ConditionalGatewayConverter
    configuration[Deadline] = DeadlineConverter
    return configuration


# Turns every object of the library into a dictionary and back.
REGISTRY = BpmnWorkflowSerializer.configure(_configuration())

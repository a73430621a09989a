"""One module per outside system: what we ask of it, and the real thing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from engine.settings import Settings
from workers.gateways.mail import MailGateway, mail_gateway


class ServiceGateway(Protocol):
    """An outside service that a drawn service task waits for."""

    def call(self, delivery_id: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Ask the service; the same delivery id twice must not make two acts."""


class NoGateway(Exception):
    """A drawing asks for a service that this installation does not speak to."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"no gateway for topic “{topic}”")


@dataclass(frozen=True, slots=True)
class Outside:
    """Every outside system this installation speaks to."""

    mail: MailGateway
    services: Mapping[str, ServiceGateway] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Build the gateways that the settings name."""
        return cls(mail=mail_gateway(settings))

    def service(self, topic: str) -> ServiceGateway:
        """Return the gateway of a service task's topic."""
        try:
            return self.services[topic]
        except KeyError:
            raise NoGateway(topic) from None

"""One module per outside system: what we ask of it, and the real thing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from engine.links import address_of
from engine.settings import Settings
from workers.gateways.errors import NoGateway, Refused
from workers.gateways.http import HttpService
from workers.gateways.mail import MailGateway, mail_gateway

__all__ = ["NoGateway", "Outside", "Refused", "ServiceGateway"]


class ServiceGateway(Protocol):
    """An outside service that a drawn service task waits for."""

    def call(self, delivery_id: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Ask the service; the same delivery id twice must not make two acts."""


@dataclass(frozen=True, slots=True)
class Outside:
    """Every outside system this installation speaks to."""

    mail: MailGateway
    services: Mapping[str, ServiceGateway] = field(default_factory=dict)
    """Services that need a gateway of their own, by topic; all others are asked over HTTP."""
    services_url: str | None = None
    services_token: str | None = None
    settings: Settings | None = None
    """Whose signing key makes the links in messages."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Build the gateways that the settings name."""
        # An exercise must have no effect outside: its service tasks take their drawn way out.
        url = None if settings.training else settings.services_url
        return cls(
            mail=mail_gateway(settings), services_url=url, services_token=settings.services_token,
            settings=settings,
        )  # fmt: skip

    def link(self, purpose: str, link_id: str, sent: int) -> str:
        """The address of a link, with the secret it has this time."""
        if self.settings is None:
            raise NoGateway(purpose)
        return address_of(self.settings, purpose, link_id, sent)

    def service(self, topic: str) -> ServiceGateway:
        """Return the gateway of a service task's topic; raises NoGateway where nobody serves it."""
        if topic in self.services:
            return self.services[topic]
        if self.services_url is None:
            raise NoGateway(topic)
        return HttpService(self.services_url, topic, self.services_token)

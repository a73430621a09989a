"""What outside services are called."""

from engine.text import Text, both

SERVICES: dict[str, Text] = {
    "protocol": Text("Protocollo ufficiale", "Official register"),
    "signature-check": Text("Verifica delle firme", "Check of signatures"),
    "pack-check": Text("Controllo del fascicolo", "Check of the pack"),
}


def service_title(topic: str) -> Text:
    """What an outside service is called; one of another drawing by its topic."""
    return SERVICES.get(topic, both(topic))

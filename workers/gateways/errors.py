"""What an outside system may answer that makes trying again pointless."""


class Refused(Exception):
    """The outside said no: the same request would be refused again, so somebody must mend it."""


class NoGateway(Refused):
    """A drawing asks for a service that this installation does not speak to."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"no gateway for topic “{topic}”")

"""What can go wrong when a drawing is read or a token moves; commands turn these into refusals."""


class BpmnError(Exception):
    """The common parent of all errors of this package."""


class DrawingInvalid(BpmnError):
    """The drawing cannot be turned into an executable process."""

    def __init__(self, file: str, element: str, message: str) -> None:
        where = f"{file}, element {element}" if element else file
        super().__init__(f"{where}: {message}")
        self.file = file
        self.element = element
        self.message = message


class TokenGone(BpmnError):
    """Nobody waits here any longer: the task was closed or the wait has ended meanwhile."""


class ScriptFailed(BpmnError):
    """A script, condition or decision of the drawing stopped with an error."""

    def __init__(self, element: str, message: str) -> None:
        super().__init__(f"{element}: {message}")
        self.element = element
        self.message = message


class StepBudgetExceeded(BpmnError):
    """The token ran through more nodes in one step than any real procedure needs."""


class NotJoinable(BpmnError):
    """The drawing does not let a newcomer into this round, or the round is over."""


class AlreadyJoined(BpmnError):
    """The newcomer already has a branch in this round."""


class NotMovable(BpmnError):
    """The token cannot be put on that element."""

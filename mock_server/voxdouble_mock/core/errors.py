"""What the appliance refuses, in its own terms. Status codes are HTTP's business and live in http/errors.py.

Refusal                the request makes no task
  InvalidRequest       cannot be parsed, or did not arrive whole
  Forbidden            no token, or a caller that may not touch the control routes
  NotFound             no such path, or no such task (any more)
  WrongMethod          the path exists, the method does not
  TooLarge             more bytes than allowed
  ValidationFailed     parsable, but breaks the schema; says where
  StorageFull          the input storage cannot take the upload
  Unavailable          a stated bound is reached, or the store is down
Rejection              the request makes a task, and the task ends rejected
"""

from collections.abc import Sequence
from dataclasses import dataclass

Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Detail:
    """One fault of a request: where it is, what is wrong and would be right, and a machine-readable kind (2.5)."""

    location: Location
    message: str
    type: str

    def as_json(self) -> dict[str, object]:
        """Spell it as on the wire, the same in a task's error and in an error's body."""
        return {"location": list(self.location), "message": self.message, "type": self.type, "context": {}}


def error_body(kind: str, message: str, details: Sequence[Detail]) -> dict[str, object]:
    """Return the members of an error, the same in an error response and in a finished task (S16, S64, S72)."""
    return {"type": kind, "message": message, "detail": [detail.as_json() for detail in details]}


class Refusal(Exception):
    """A request that makes no task; the message is a sentence for the caller."""

    def __init__(self, message: str, details: Sequence[Detail] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.details = tuple(details)


class InvalidRequest(Refusal):
    """The request cannot be parsed or did not arrive whole (C7)."""


class Forbidden(Refusal):
    """The caller may not do this (C26)."""


class NotFound(Refusal):
    """There is nothing at this address (C4, C10)."""


class WrongMethod(Refusal):
    """The address answers other methods only (C9)."""

    def __init__(self, method: str, allowed: Sequence[str]) -> None:
        self.allowed = tuple(sorted(allowed))
        super().__init__(f"The method {method} is not allowed here; allowed is {' or '.join(self.allowed)}.")


class TooLarge(Refusal):
    """The request holds more bytes than the limit (S25)."""


class ValidationFailed(Refusal):
    """The request parses but breaks its schema (C8)."""

    def __init__(self, details: Sequence[Detail]) -> None:
        super().__init__("The request is not valid: " + details[0].message, details)


class StorageFull(Refusal):
    """The input storage cannot take this upload now (S26)."""


class Unavailable(Refusal):
    """A bound of the mock is reached, or its store is down (C28); trying again after a while can help."""


class Rejection(Exception):
    """A requirement for execution is not met: the task ends rejected, with this as its error (S14, S18)."""

    def __init__(self, message: str, details: Sequence[Detail] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.details = tuple(details)

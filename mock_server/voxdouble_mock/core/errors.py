"""The errors of the appliance, independent of HTTP: http/errors.py maps each refusal to its status code.

Refusal                the request creates no task
  InvalidRequest       it cannot be parsed, or did not arrive completely
  Forbidden            the token is missing or wrong, or the Host or the origin of the request is not allowed
  NotFound             the path or the task does not exist, or the task has expired
  WrongMethod          the path exists, but not with this method
  TooLarge             it has more bytes than allowed
  ValidationFailed     it can be parsed but violates the schema; each detail names a place
  StorageFull          the input storage has no room for the upload, or the store's disk or memory is full
  Unavailable          a stated bound is reached, or the store is down
Rejection              the request creates a task, and the task ends rejected
Failure                the request creates a task, and the task ends failed
"""

from collections.abc import Sequence
from dataclasses import dataclass

Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Detail:
    """One problem of a request: its place, a sentence that says what must hold, a machine-readable type (S17, S73)."""

    location: Location
    message: str
    type: str

    def as_json(self) -> dict[str, object]:
        """Return the members of one element of `detail`, in a task's error as in the body of an error response."""
        return {"location": list(self.location), "message": self.message, "type": self.type, "context": {}}


def error_body(kind: str, message: str, details: Sequence[Detail]) -> dict[str, object]:
    """Return the members of an error, the same in an error response and in a finished task (S16, S64, S72)."""
    return {"type": kind, "message": message, "detail": [detail.as_json() for detail in details]}


class Refusal(Exception):
    """Raised for a request that creates no task; the message is a sentence for the caller."""

    def __init__(self, message: str, details: Sequence[Detail] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.details = tuple(details)


class InvalidRequest(Refusal):
    """Raised if the request cannot be parsed or did not arrive completely (C7)."""


class Forbidden(Refusal):
    """Raised if the caller is not allowed to do this (C26)."""


class NotFound(Refusal):
    """Raised if the path or the task does not exist (C4, C10)."""


class WrongMethod(Refusal):
    """Raised if the path exists with other methods only (C9)."""

    def __init__(self, method: str, allowed: Sequence[str]) -> None:
        self.allowed = tuple(sorted(allowed))
        super().__init__(f"The method of this path must be {' or '.join(self.allowed)}, got {method}.")


class TooLarge(Refusal):
    """Raised if the request has more bytes than allowed (S25)."""


class ValidationFailed(Refusal):
    """Raised if the request can be parsed but violates its schema (C8)."""

    def __init__(self, details: Sequence[Detail]) -> None:
        super().__init__("Invalid request: " + details[0].message, details)


class StorageFull(Refusal):
    """Raised if the input storage has no room for the upload (S26), or the store's disk or memory is full."""


class Unavailable(Refusal):
    """Raised if a bound of the mock is reached or its store is down (C28); a later retry can succeed."""


class Rejection(Exception):
    """Raised if a requirement for execution is not met; the task ends rejected with this error (S14, S18)."""

    def __init__(self, message: str, details: Sequence[Detail] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.details = tuple(details)


class Failure(Exception):
    """Raised if a problem occurs during execution; the task ends failed with this message (S14, S18)."""

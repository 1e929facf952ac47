"""All errors of this package, as one tree; `except ApplianceError` catches every one.

    ApplianceError
    ├── TransportError   no complete response: unreachable, broken off, out of time
    ├── ApiError         the appliance, or a proxy in front of it, responded with an error status
    ├── TaskFailed       the task hit a problem while it ran (state `failed`)
    ├── TaskRejected     the task was not run: its input does not meet a requirement (state `rejected`)
    ├── PollTimeout      the deadline passed before the task ended; the task goes on
    └── ContractError    a response breaks the appliance's contract

Wrong arguments are Python's own `ValueError` and `TypeError`, unreadable files its `OSError`. Every error can be
pickled, so it survives the way out of a process pool.
"""

from __future__ import annotations

from typing import Any, Self

from voxdouble_client._generations import hint
from voxdouble_client._models import TaskAnswer, TaskError
from voxdouble_client._task import TaskHandle

RETRY_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504, 507, 520, 521, 522, 523, 524, 529})
"""The statuses of an outage, not of a fault in the request. Those from 520 on are sent by proxies.

A 507 says that the input storage is full (S26), usually of other uploads; their processing makes room.
"""

GONE_STATUSES = frozenset({404, 410})
"""The statuses of a poll of a task that has expired (S20) or was lost."""

MAY_HAVE_RUN_STATUSES = frozenset({500, 502, 504, 520, 522, 524})
"""The statuses after which a start may have created a task: the failure may have come after it."""


class ApplianceError(Exception):
    """The base of all errors of this package.

    `handle` is the handle of the task if the error came while the task was polled, else None. `may_have_run` is True if
    a task was or may have been started. If it is False, the same call again does not start a second task. `transient`
    is True if the same work may succeed later. If the task goes on, wait with `handle`; if it failed, was lost or never
    existed, start a task. `convert_voiceprints` makes several calls: `converted` is the `VoiceprintConversion` of the
    calls that succeeded before the error, else None. `converted_count` is the number of their voiceprints; it is also
    set by `convert_voiceprints_in_parts`.
    """

    handle: TaskHandle[Any] | None = None
    may_have_run: bool = False
    converted: Any = None
    converted_count: int = 0

    @property
    def transient(self) -> bool:
        """Whether the same call may succeed later without any change."""
        return False

    def __str__(self) -> str:
        return " ".join(filter(None, [super().__str__(), self._next_step()]))

    def _next_step(self) -> str:
        """Return the advice for the caller before another attempt, or an empty text."""
        if self.handle is not None:
            return (
                f"The task {self.handle.url} was started. Wait for it with error.handle.result(), or later with"
                f" ApplianceClient.task({self.handle.url!r}).result()."
            )
        return "The appliance may have started the task." if self.may_have_run else ""

    def attach_handle(self, handle: TaskHandle[Any]) -> Self:
        """Return this error, marked as raised while the task of `handle` was being polled."""
        self.handle = handle
        self.may_have_run = True
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        # The standard way calls `cls(*args)`, which fails for classes with keyword-only parameters.
        return _unpickled, (type(self), self.args, self.__dict__)


def _unpickled(cls: type[ApplianceError], args: tuple[Any, ...], attributes: dict[str, Any]) -> ApplianceError:
    error = cls.__new__(cls, *args)
    error.__dict__.update(attributes)
    return error


class TransportError(ApplianceError):
    """A request got no complete response.

    `may_have_run` is False if no byte of the body of a start was sent. `timed_out` is True if the deadline of the call
    ended it. `reached` is True if a connection was made. `transient` is False if no later attempt can help: after a
    failed TLS handshake, such as with an untrusted certificate, after the refusal of a proxy, or after `close`.
    """

    def __init__(
        self,
        message: str,
        *,
        url: str,
        may_have_run: bool = False,
        timed_out: bool = False,
        transient: bool = True,
        reached: bool = True,
    ) -> None:
        super().__init__(message)
        self.url = url
        self.may_have_run = may_have_run
        self.timed_out = timed_out
        self.reached = reached
        self._transient = transient

    @property
    def transient(self) -> bool:
        """Whether the same request may succeed later."""
        return self._transient


class ApiError(ApplianceError):
    """A response with an HTTP error status, `status`, to a request to `url`.

    `type`, `message` and `detail` are the members of the vendor's error body (S64, S65). `type` is None if the body has
    another form, such as the HTML page of a proxy. `retry_after` is the pause in seconds that the response asks for, or
    None. `transient` is True for the statuses of an outage, and if the polled task has expired or was lost. It is also
    True for a file larger than the whole input storage: it gets the same 507 as a storage that is full of other uploads
    (S26), and no documented member gives the size.
    """

    def __init__(
        self,
        text: str,
        *,
        url: str,
        status: int,
        type: str | None = None,  # noqa: A002  the vendor's name for it
        message: str = "",
        detail: list[dict[str, Any]] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(text)
        self.url = url
        self.status = status
        self.type = type
        self.message = message
        self.detail = detail or []
        self.retry_after = retry_after

    @property
    def transient(self) -> bool:
        """Whether the same request may succeed later, or a new task instead of one that expired or was lost."""
        return self.status in RETRY_STATUSES or self.task_is_gone

    @property
    def task_is_gone(self) -> bool:
        """Whether the polled task no longer exists: it has expired (S20), or the appliance has lost it."""
        return self.handle is not None and self.status in GONE_STATUSES

    def _next_step(self) -> str:
        if self.task_is_gone:
            return "The task is not there any more: it has expired, or the appliance has lost it."
        return hint(self.url) if self.handle is None and self.status in GONE_STATUSES else super()._next_step()


class TaskEndedBadly(ApplianceError):
    """The base of TaskFailed and TaskRejected; `error` is the reason, `answer` the answer to the last poll."""

    def __init__(self, text: str, *, url: str, answer: TaskAnswer, error: TaskError) -> None:
        super().__init__(text)
        self.may_have_run = True
        self.url = url
        self.task_id = answer.task_id
        self.answer = answer
        self.error = error

    def _next_step(self) -> str:
        return ""  # the task has ended


class TaskFailed(TaskEndedBadly):
    """The task hit a problem while it ran; `error` is the reason (S14, S16). Another task may succeed."""

    @property
    def transient(self) -> bool:
        """True: the input met the requirements."""
        return True


class TaskRejected(TaskEndedBadly):
    """The task was not run: its input does not meet a requirement, which `error` names (S14, S16)."""


class PollTimeout(ApplianceError):
    """The deadline passed before the task ended. The task goes on: `error.handle.result()` continues to wait.

    `state` is the last state polled, or None if no poll succeeded; `timeout` is in seconds.
    """

    handle: TaskHandle[Any]

    def __init__(self, text: str, *, handle: TaskHandle[Any], state: str | None, timeout: float) -> None:
        super().__init__(text)
        self.attach_handle(handle)
        self.task_id = handle.task_id
        self.url = handle.url
        self.state = state
        self.timeout = timeout

    @property
    def transient(self) -> bool:
        """True: the task goes on."""
        return True


class ContractError(ApplianceError):
    """A response that breaks the appliance's contract: malformed JSON, a missing member, a foreign `Location`.

    `foreign_location` is True if the origin of the task's URL is not that of the appliance. The reason is often a proxy
    that does not forward scheme and host. A client with `foreign_location="rebase"` uses the path of such a URL on the
    appliance.
    """

    def __init__(self, message: str, *, url: str, foreign_location: bool = False) -> None:
        super().__init__(message)
        self.url = url
        self.foreign_location = foreign_location

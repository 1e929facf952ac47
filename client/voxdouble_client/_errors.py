"""Everything that can go wrong, as one tree; `except ApplianceError` catches all of it.

    ApplianceError
    ├── TransportError   no whole answer came: unreachable, broken off, out of time
    ├── ApiError         the appliance, or a proxy before it, answered with an error status
    ├── TaskFailed       the task ran into a problem (state `failed`)
    ├── TaskRejected     the task was not executed: its input does not meet a requirement (state `rejected`)
    ├── PollTimeout      the deadline came before the end of the task, which goes on
    └── ContractError    the answer is not what the appliance's contract promises

Mistakes in the caller's own arguments are Python's `ValueError` and `TypeError`, unreadable files its `OSError`.
Every error can be pickled, so it survives the way out of a process pool.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from voxdouble_client._models import TaskAnswer, TaskError, VoiceprintConversion

if TYPE_CHECKING:
    from voxdouble_client._task import TaskHandle


TRY_LATER = frozenset({429, 502, 503, 504})
"""The statuses that say that it is not the request that is wrong."""

MAY_HAVE_RUN = frozenset({500, 502, 504})
"""The statuses of a start after which there may be a task: something broke on the way there, or on the way back."""


class ApplianceError(Exception):
    """The base of all errors of this package.

    `handle` is that of the task where the error came after one was started or taken up, while it was waited for; None
    where there is none to go on with. `may_have_run` says whether a task was or may have been started: False means that
    the same call can be made again without starting a second one. `converted` has what `convert_voiceprints` had
    finished in the calls before the one that failed, else None.
    """

    handle: TaskHandle[Any] | None = None
    may_have_run: bool = False
    converted: VoiceprintConversion | None = None

    def __str__(self) -> str:
        return " ".join(filter(None, [super().__str__(), self._outlook()]))

    def _outlook(self) -> str:
        """Say what the caller has to know before trying again."""
        if self.handle is not None:
            return (
                f"The task {self.handle.url} was started. Wait on with error.handle.result(), or later with"
                f" ApplianceClient.task({self.handle.url!r}).result()."
            )
        return "The appliance may have started the task." if self.may_have_run else ""

    def held_by(self, handle: TaskHandle[Any]) -> Self:
        """Become an error that came while the task of `handle` was waited for."""
        self.handle = handle
        self.may_have_run = True
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        # The standard way calls `cls(*args)`, which keyword-only facts break.
        return _revive, (type(self), self.args, self.__dict__)


def _revive(cls: type[ApplianceError], args: tuple[Any, ...], facts: dict[str, Any]) -> ApplianceError:
    error = cls.__new__(cls, *args)
    error.__dict__.update(facts)
    return error


class TransportError(ApplianceError):
    """No whole answer came to a request.

    `may_have_run` is False when not one byte of the request that starts a task had been sent.
    `timed_out` says whether the call's own deadline ended it, `transient` whether the same request may do better later.
    `reached` is False where not even a connection was made.
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
        self.transient = transient
        self.reached = reached


class ApiError(ApplianceError):
    """An answer with an HTTP error status.

    `type`, `message` and `detail` are those of the vendor's error body (S64, S65); `type` is None where the body is not
    one, as when a proxy answers with a page of HTML. `retry_after` is the pause in seconds that is asked for, or None.
    `transient` says whether the same request may do better later.
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
        self.transient = status in TRY_LATER


class _BadEnd(ApplianceError):
    """What the two bad ends of a task have in common: `task_id`, `url`, `error` (why), `answer` (the whole of it)."""

    def __init__(self, text: str, *, url: str, answer: TaskAnswer, error: TaskError) -> None:
        super().__init__(text)
        self.may_have_run = True
        self.url = url
        self.task_id = answer.task_id
        self.answer = answer
        self.error = error

    def _outlook(self) -> str:
        return ""  # the task has ended


class TaskFailed(_BadEnd):
    """The task hit a problem during execution; `error` tells which (S14, S16)."""


class TaskRejected(_BadEnd):
    """The task was not executed, as its input does not meet a requirement; `error` tells which (S14, S16)."""


class PollTimeout(ApplianceError):
    """The deadline came before the end of the task, which goes on: `error.handle.result()` waits on.

    `state` is the last state seen, or None where no look succeeded; `timeout` is in seconds.
    """

    handle: TaskHandle[Any]

    def __init__(self, text: str, *, handle: TaskHandle[Any], state: str | None, timeout: float) -> None:
        super().__init__(text)
        self.held_by(handle)
        self.task_id = handle.task_id
        self.url = handle.url
        self.state = state
        self.timeout = timeout


class ContractError(ApplianceError):
    """An answer that the appliance's contract does not allow: broken JSON, a member missing, a foreign `Location`."""

    def __init__(self, message: str, *, url: str) -> None:
        super().__init__(message)
        self.url = url

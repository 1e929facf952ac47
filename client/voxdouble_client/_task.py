"""The handle of a task, for callers.

Errors have a handle, so this module cannot import the code that raises them. The handle polls through the protocol
`Poller`; `_polling.TaskPoller` implements it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from voxdouble_client._clock import Deadline
from voxdouble_client._models import TaskAnswer

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Poller(Protocol[R_co]):
    """Polls one task; each method raises the errors that `TaskHandle` documents."""

    def deadline(self, timeout: float | None) -> Deadline:
        """Return the deadline `timeout` seconds from now; None is the client's own timeout."""

    def answer(self, deadline: Deadline) -> TaskAnswer:
        """Return the answer to one poll."""

    def wait(self, deadline: Deadline, on_state: Callable[[str], None] | None) -> TaskAnswer:
        """Return the answer with which the task ended."""

    def result(self, deadline: Deadline, on_state: Callable[[str], None] | None) -> R_co:
        """Return the typed result of the task."""

    def read(self, answer: TaskAnswer) -> R_co:
        """Return the typed result in an answer."""


class TaskHandle(Generic[R]):
    """A task that was started by this client or another one; its `url` is enough to make the handle again.

    The `start_...` methods of an `ApplianceClient` and its `task(url)` return a handle. A pickled handle keeps
    `task_id` and `url` but has no client.
    """

    def __init__(self, url: str, task_id: str, poller: Poller[R]) -> None:
        self.url = url
        self.task_id = task_id
        self._poller: Poller[R] | None = poller

    def __repr__(self) -> str:
        return f"<TaskHandle {self.url}>"

    def state(self, timeout: float | None = None) -> str:
        """Return the state now: pending, running, done, failed, rejected (S12), or another that the appliance sends."""
        return self.answer(timeout).state

    def answer(self, timeout: float | None = None) -> TaskAnswer:
        """Return the answer to one poll; a poll that fails is tried again up to five times.

        If all tries fail, or `timeout` seconds are over, the error of the last try is raised: a TransportError or an
        ApiError. ApiError 404 if the task has expired. ContractError if the response breaks the contract. All errors
        have this handle.
        """
        poller = self._connected()
        return poller.answer(poller.deadline(timeout))

    def wait(self, timeout: float | None = None, *, on_state: Callable[[str], None] | None = None) -> TaskAnswer:
        """Return the answer with which the task ended, in any final state; PollTimeout after `timeout` seconds.

        `on_state` is called with each new state that is polled.
        """
        poller = self._connected()
        return poller.wait(poller.deadline(timeout), on_state)

    def result(self, timeout: float | None = None, *, on_state: Callable[[str], None] | None = None) -> R:
        """Wait for the result; TaskFailed or TaskRejected if the task ended so, PollTimeout after `timeout` seconds.

        ApiError if the appliance refuses a poll (404: the task has expired). TransportError if no later attempt can
        help, or if a handle from `task(url)` did not reach the appliance by the deadline. ContractError if a response
        breaks the contract. All errors have this handle.
        """
        poller = self._connected()
        return poller.result(poller.deadline(timeout), on_state)

    def read(self, answer: TaskAnswer) -> R:
        """Return the typed result in the answer of a task that is done; ContractError if it breaks the contract."""
        return self._connected().read(answer)

    def _connected(self) -> Poller[R]:
        if self._poller is None:
            raise RuntimeError(f"A handle that was pickled has no client; use ApplianceClient.task({self.url!r}).")
        return self._poller

    def __getstate__(self) -> dict[str, object]:
        return {"url": self.url, "task_id": self.task_id, "_poller": None}

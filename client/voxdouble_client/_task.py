"""A task on the appliance, and the caller's hold on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from voxdouble_client._clock import Clock, Deadline
from voxdouble_client._errors import ApplianceError, PollTimeout, TaskFailed, TaskRejected, TransportError
from voxdouble_client._http.retry import Caller
from voxdouble_client._http.wire import GET_STALL_SECONDS, Request, explained, printable, retry_after, task_answer
from voxdouble_client._models import TaskAnswer
from voxdouble_client._polling import Waited, Within, wait_for
from voxdouble_client._results import Reader, read_result

R = TypeVar("R")


class TaskHandle(Generic[R]):
    """A task that was started, here or elsewhere: `url` is all that it takes to come back to it.

    Made by the `start_...` methods of an `ApplianceClient` and by its `task(url)`. A handle that went through pickle
    keeps `task_id` and `url`, but no client.
    """

    def __init__(
        self, caller: Caller, url: str, task_id: str, reader: Reader, timeout: float, *, state: str | None = None
    ) -> None:
        self.url = url
        self.task_id = task_id
        self._caller: Caller | None = caller
        self._reader = reader
        self._timeout = timeout
        self._state = state
        self._since = caller.clock.now()

    def __repr__(self) -> str:
        return f"<TaskHandle {self.url}>"

    def state(self, timeout: float | None = None) -> str:
        """Tell the state now: pending, running, done, failed, rejected (S12), or one that is not known yet."""
        return self.answer(timeout).state

    def answer(self, timeout: float | None = None) -> TaskAnswer:
        """Look once; TransportError if that takes more than `timeout` seconds, ApiError 404 if the task has expired."""
        deadline = self._deadline(timeout)
        return self._look(deadline, Within(deadline))[0]

    def wait(self, timeout: float | None = None, *, on_state: Callable[[str], None] | None = None) -> TaskAnswer:
        """Wait for the answer with which the task ends, well or badly; PollTimeout after `timeout` seconds.

        `on_state` is called with each new state that is seen.
        """
        return self._wait(self._deadline(timeout), on_state)

    def result(self, timeout: float | None = None, *, on_state: Callable[[str], None] | None = None) -> R:
        """Wait for the result; TaskFailed or TaskRejected if it ends badly, PollTimeout after `timeout` seconds.

        ApiError if the appliance refuses a look (404: the task has expired) and TransportError if it cannot be reached,
        once retries are used up; ContractError if an answer is not what the contract promises. All carry this handle.
        """
        return self._result(self._deadline(timeout), on_state)

    def _result(self, deadline: Deadline, on_state: Callable[[str], None] | None) -> R:
        answer = self._wait(deadline, on_state)
        if answer.error is not None:
            text = explained(answer.error.type, answer.error.message, answer.error.detail)
            kind = TaskFailed if answer.state == "failed" else TaskRejected
            what = "failed" if kind is TaskFailed else "was rejected"
            error = kind(f"The task {self.url} {what}: {text}", url=self.url, answer=answer, error=answer.error)
            raise error.held_by(self)
        return self._typed(answer)

    def _typed(self, answer: TaskAnswer) -> R:
        with self._held():
            result: R = read_result(self._reader, answer, self.url)
        return result

    def _wait(self, deadline: Deadline, on_state: Callable[[str], None] | None) -> TaskAnswer:
        with self._held():
            waited = wait_for(self._look, self._clock(), deadline, self._since, on_state)
            if waited.answer is not None and waited.answer.final:
                return waited.answer
            last = waited.failure
            if isinstance(last, TransportError) and not last.reached and waited.answer is None and self._state is None:
                raise last  # nothing was ever heard of this task: that it goes on would be a guess
            raise self._poll_timeout(deadline, waited) from waited.failure

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Let every error tell that there is a task, so that nobody starts a second one."""
        try:
            yield
        except ApplianceError as error:
            error.held_by(self)
            raise

    def _poll_timeout(self, deadline: Deadline, waited: Waited) -> PollTimeout:
        state = waited.answer.state if waited.answer else self._state
        text = (
            f"The task {self.task_id} did not end within {deadline.timeout:g} s; it goes on"
            f" (last seen: {printable(state or 'never')})."
        )
        if waited.failure is not None:
            text += f" The last look failed: {waited.failure}"
        return PollTimeout(text, handle=self, state=state, timeout=deadline.timeout)

    def _look(self, deadline: Deadline, pause: Callable[[float], float | None]) -> tuple[TaskAnswer, float | None]:
        assert self._caller is not None  # _clock was asked first
        reply = self._caller.call(Request("GET", self.url, stall=GET_STALL_SECONDS), deadline, pause)
        return task_answer(reply, self.task_id), retry_after(reply.headers)

    def _deadline(self, timeout: float | None) -> Deadline:
        return self._clock().deadline(self._timeout if timeout is None else timeout)

    def _clock(self) -> Clock:
        if self._caller is None:
            raise RuntimeError(
                f"This handle came out of a pickle and has no client; use ApplianceClient.task({self.url!r})."
            )
        return self._caller.clock

    def __getstate__(self) -> dict[str, object]:
        return {"url": self.url, "task_id": self.task_id, "_caller": None}

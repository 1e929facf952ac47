"""The polling of a task: the pauses between polls, the loop, and the errors with which waiting ends."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, Generic, TypeAlias, TypeVar

from msgspec import Struct

from voxdouble_client._clock import Clock, Deadline, PauseRule
from voxdouble_client._convert import InvalidResult
from voxdouble_client._errors import (
    ApiError,
    ApplianceError,
    ContractError,
    PollTimeout,
    TaskFailed,
    TaskRejected,
    TransportError,
)
from voxdouble_client._http.retry import RetryingTransport
from voxdouble_client._http.wire import (
    GET_STALL_SECONDS,
    QuickParse,
    Request,
    printable,
    retry_after,
    task_answer,
    vendor_error_text,
)
from voxdouble_client._models import TaskAnswer
from voxdouble_client._task import TaskHandle

R = TypeVar("R")

MIN_PAUSE, MAX_PAUSE = 0.02, 5.0
MIN_LAST_POLL, MAX_LAST_POLL = 0.02, 0.5
"""The time in seconds for the last poll before the deadline, at least and at most."""

CLOCK_TICK = 0.001
"""Seconds. The clock of a mock moves in steps of a millisecond; a shorter pause would not move it."""

Poll: TypeAlias = Callable[[Deadline, PauseRule], tuple[TaskAnswer, float | None]]
"""Polls once, with retries, by the deadline; returns the answer and its `Retry-After` in seconds, or None."""


class WaitResult(Struct, frozen=True):
    """The end of a wait: the last answer, final unless the deadline passed, and the failure of the last poll."""

    answer: TaskAnswer | None
    failure: ApplianceError | None = None


def pause_between_polls(age: float, jitter: float) -> float:
    """Return the seconds until the next poll of a task of this age: a tenth of the age, within MIN_PAUSE and MAX_PAUSE.

    A result is thus seen late by at most a tenth of the task's time or MIN_PAUSE, the greater one, and the time of a
    poll. `jitter` in [0, 1) spreads the polls of clients that started together.
    """
    return min(max(age / 10, MIN_PAUSE), MAX_PAUSE) * (0.8 + 0.2 * jitter)


class PausePolicy:
    """The pause rule of a wait: it leaves time for a last poll.

    It shortens a pause to leave that time, and ends the wait when that time is not left.
    The time for the last poll is twice that of the slowest poll, within bounds and at most a tenth of the whole wait.
    """

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._slowest = 0.0

    def poll_took(self, seconds: float) -> None:
        """Record how long a poll took."""
        self._slowest = max(self._slowest, seconds)

    def __call__(self, wanted: float) -> float | None:
        last_poll = min(max(2 * self._slowest, MIN_LAST_POLL), MAX_LAST_POLL, self._deadline.timeout / 10)
        left = self._deadline.left() - last_poll
        return min(wanted, left) if left >= CLOCK_TICK else None


def wait_for(
    poll: Poll, clock: Clock, deadline: Deadline, since: float, on_state: Callable[[str], None] | None
) -> WaitResult:
    """Poll until the task has ended or the deadline has passed; `since` is the instant at which its age is 0.

    `on_state` is called with each new state. Raises the TransportError or ApiError of a poll if no later poll can
    help, or if it came before the time was up.
    """
    policy = PausePolicy(deadline)
    answer: TaskAnswer | None = None
    while True:
        last_state = answer.state if answer else None
        began = monotonic()  # a poll takes real time, whatever clock the deadline is on
        try:
            answer, pause = poll(deadline, policy)
        except (TransportError, ApiError) as failure:
            out_of_time = policy(0.0) is None or (isinstance(failure, TransportError) and failure.timed_out)
            if not (out_of_time and failure.transient):
                raise
            return WaitResult(answer, failure)
        policy.poll_took(monotonic() - began)
        if on_state is not None and answer.state != last_state:
            on_state(answer.state)
        if answer.final:
            return WaitResult(answer)
        if not pause:
            pause = pause_between_polls(clock.now() - since, random.random())  # noqa: S311  jitter, not a secret
        pause = policy(pause)
        if pause is None:
            return WaitResult(answer)
        clock.sleep(pause)


def check_end(handle: TaskHandle[Any], answer: TaskAnswer) -> None:
    """Raise TaskFailed or TaskRejected if the task ended so."""
    if answer.error is not None:
        why = vendor_error_text(answer.error.type, answer.error.message, answer.error.detail)
        kind, what = (TaskFailed, "failed") if answer.state == "failed" else (TaskRejected, "was rejected")
        error = kind(f"The task {handle.url} {what}: {why}", url=handle.url, answer=answer, error=answer.error)
        raise error.attach_handle(handle)


class TaskPoller(Generic[R]):
    """Polls one task over the connections of a client.

    `state` is the state in its 202, or None if another client started the task. `first_pause` is the `Retry-After` of
    the 202 in seconds. `quick_parse` is tried on each answer before the general parser.
    """

    def __init__(
        self,
        transport: RetryingTransport,
        url: str,
        task_id: str,
        read: Callable[[TaskAnswer], R],
        timeout: float,
        *,
        state: str | None = None,
        first_pause: float = 0.0,
        quick_parse: QuickParse | None = None,
    ) -> None:
        self.handle: TaskHandle[R] = TaskHandle(url, task_id, self)
        self._transport = transport
        self._read = read
        self._timeout = timeout
        self._quick_parse = quick_parse
        self._state = state
        self._since = transport.clock.now()
        self._poll_from = self._since + first_pause

    def deadline(self, timeout: float | None) -> Deadline:
        """Return the deadline `timeout` seconds from now; None is the client's own timeout."""
        return self._transport.clock.deadline(self._timeout if timeout is None else timeout)

    def answer(self, deadline: Deadline) -> TaskAnswer:
        """Return the answer to one poll."""
        with self._errors_carry_the_handle():
            return self._poll(deadline, PausePolicy(deadline), patient=False)[0]

    def wait(self, deadline: Deadline, on_state: Callable[[str], None] | None) -> TaskAnswer:
        """Return the answer with which the task ended."""
        with self._errors_carry_the_handle():
            if (early := self._poll_from - self._transport.clock.now()) > 0:
                self._transport.clock.sleep(PausePolicy(deadline)(early) or 0.0)
            waited = wait_for(self._poll, self._transport.clock, deadline, self._since, on_state)
            if waited.answer is not None and waited.answer.final:
                return waited.answer
            last = waited.failure
            if isinstance(last, TransportError) and not last.reached and waited.answer is None and self._state is None:
                raise last  # no answer has confirmed the task, so "it goes on" would be a guess
            raise self._poll_timeout(deadline, waited) from waited.failure

    def result(self, deadline: Deadline, on_state: Callable[[str], None] | None) -> R:
        """Return the typed result of the task."""
        answer = self.wait(deadline, on_state)
        check_end(self.handle, answer)
        return self.read(answer)

    def read(self, answer: TaskAnswer) -> R:
        """Return the typed result in an answer."""
        url = self.handle.url
        with self._errors_carry_the_handle():
            if answer.result is None:
                raise ValueError(f"Only a task that is done has a result; the task {url} is {printable(answer.state)}.")
            try:
                return self._read(answer)
            except InvalidResult as invalid:
                raise ContractError(f"The result of the task {url} breaks the contract: {invalid}.", url=url) from None

    @contextmanager
    def _errors_carry_the_handle(self) -> Iterator[None]:
        """Attach the handle to every error: with it a caller can wait again instead of starting a second task."""
        try:
            yield
        except ApplianceError as error:
            error.attach_handle(self.handle)
            raise

    def _poll_timeout(self, deadline: Deadline, waited: WaitResult) -> PollTimeout:
        state = waited.answer.state if waited.answer else self._state
        text = (
            f"The task {self.handle.task_id} did not end within {deadline.timeout:g} s; it goes on"
            f" (last state: {printable(state or 'unknown')})."
        )
        if waited.failure is not None:
            text += f" The last poll failed: {waited.failure}"
        return PollTimeout(text, handle=self.handle, state=state, timeout=deadline.timeout)

    def _poll(
        self, deadline: Deadline, pause_rule: PauseRule, *, patient: bool = True
    ) -> tuple[TaskAnswer, float | None]:
        request = Request("GET", self.handle.url, stall=GET_STALL_SECONDS)
        response = self._transport.send(request, deadline, pause_rule, patient=patient)
        return task_answer(response, self.handle.task_id, self._quick_parse), retry_after(response.headers)

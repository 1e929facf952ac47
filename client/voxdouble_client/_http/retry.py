"""Which requests are sent again after a failure, when, and for how long."""

from __future__ import annotations

import logging
import math
import random
import threading

from voxdouble_client._clock import Clock, Deadline, PauseRule
from voxdouble_client._errors import RETRY_STATUSES, ApiError, TransportError
from voxdouble_client._http.forks import renew_after_fork
from voxdouble_client._http.transport import Transport
from voxdouble_client._http.wire import Request, Response, api_error

MAX_FAILURES = 5
"""A request is sent again after up to this many failures in a row; the next failure is raised.

The polls of a wait have no such limit. A refusal of a start with "later" is not a failure: it sets the count back to 0.
"""

MAX_BACKOFF = 10.0
"""The longest pause in seconds. Chosen: few requests in an outage of hours, and a short wait after its end."""

_log = logging.getLogger("voxdouble_client")


class RetryBudget:
    """The retries of a client: ten at first, refilled by one a second up to ten.

    Five responses whose status is not in RETRY_STATUSES add one more. A retry beyond the budget waits for its turn:
    many calls in an outage do not overload the appliance. Times are seconds on the client's clock.
    """

    START, EARNED_BY = 10.0, 5

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left = self.START
        self._at = -math.inf
        renew_after_fork(self)

    def renew_after_fork(self) -> None:
        """Replace the lock, which another thread of the parent may have held."""
        self._lock = threading.Lock()

    def earn(self) -> None:
        """Count a response whose status is not in RETRY_STATUSES."""
        with self._lock:
            self._left += 1 / self.EARNED_BY

    def take(self, now: float) -> float:
        """Use up one retry and return the seconds until its turn."""
        with self._lock:
            if self._left < self.START:
                self._left = min(self._left + max(now - self._at, 0.0), self.START)
            self._at = now
            self._left -= 1
            return max(-self._left, 0.0)


class RetryingTransport:
    """Sends the requests of one client, and repeats those that are safe to repeat and may succeed later."""

    def __init__(self, transport: Transport, clock: Clock) -> None:
        self.transport = transport
        self.clock = clock
        self.budget = RetryBudget()

    def send(self, request: Request, deadline: Deadline, pause_rule: PauseRule, *, patient: bool = False) -> Response:
        """Return the response, whose status is below 400.

        Raise the TransportError, ApiError or ContractError of the last try. A `patient` request is sent again until the
        pause rule ends the retries, and so is a start after each refusal with "later". Any other failure is retried up
        to five times in a row. If the pause rule ends the retries of a refused start, raise a TransportError whose
        `__cause__` is the last refusal.
        """
        tries = failures = 0
        refusal: ApiError | None = None
        while True:
            try:
                return self._send_once(request, deadline, refusal)
            except (TransportError, ApiError) as error:
                if not is_repeatable(request, error):
                    raise
                refusal = error if request.method == "POST" and isinstance(error, ApiError) else None
                tries += 1
                failures = failures + 1 if refusal is None else 0
                if failures > MAX_FAILURES and not patient:
                    raise
                pause = self._pause(tries, error, pause_rule)
                if pause is None and refusal is None:
                    raise
                if pause is None:
                    raise _out_of_time(request, deadline, refusal) from refusal
                _log.warning("Trying again in %.3g s: %s", pause, error)
                self.clock.sleep(pause)
                if deadline.left() <= 0 and refusal is None:
                    raise  # the failure says more than that there was no time for another try

    def _pause(self, tries: int, error: TransportError | ApiError, pause_rule: PauseRule) -> float | None:
        wanted = backoff(tries, random.random())  # noqa: S311  jitter, not a secret
        if isinstance(error, ApiError) and error.retry_after is not None:
            wanted = error.retry_after
        if pause_rule(wanted) is None:
            return None
        return pause_rule(max(wanted, self.budget.take(self.clock.now())))

    def _send_once(self, request: Request, deadline: Deadline, refusal: ApiError | None) -> Response:
        seconds = deadline.left()
        if seconds <= 0:
            raise _out_of_time(request, deadline, refusal) from refusal
        response = self.transport.send(request, seconds)
        if response.status not in RETRY_STATUSES:
            self.budget.earn()
        if response.status >= 400:
            raise api_error(response)
        return response


def _out_of_time(request: Request, deadline: Deadline, refusal: ApiError | None) -> TransportError:
    """Return the error for a request whose deadline has passed; `refusal` is the last response, if it was a refusal."""
    text = f"{request} was not sent: the deadline has passed."
    if refusal is not None:
        text = f"No task was started within {deadline.timeout:g} s: {refusal}"
    return TransportError(text, url=request.url, timed_out=True, reached=refusal is not None)


def is_repeatable(request: Request, error: TransportError | ApiError) -> bool:
    """Return whether the request may be sent again after this error: never a POST that may have been executed."""
    if isinstance(error, TransportError):
        return error.transient and not error.timed_out and not error.may_have_run
    if request.method == "GET":
        return error.status in RETRY_STATUSES
    return error.status == 429 or (error.status == 503 and error.retry_after is not None)


def backoff(tries: int, jitter: float) -> float:
    """Return the pause in seconds after so many tries; `jitter` in [0, 1) spreads clients that fail together."""
    return float(min(0.1 * 2 ** min(tries - 1, 10), MAX_BACKOFF) * (0.5 + jitter / 2))

"""Patience with passing failures: which request may be sent again, when, and how often."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable

from voxdouble_client._clock import Clock, Deadline
from voxdouble_client._errors import TRY_LATER, ApiError, TransportError
from voxdouble_client._http.transport import Transport
from voxdouble_client._http.wire import Reply, Request, refusal

FAILURES_IN_A_ROW = 5

_log = logging.getLogger("voxdouble_client")


class RetryBudget:
    """Ten retries to begin with, and one more for every five requests answered, so that an outage is not made worse."""

    START, EARNED_BY = 10, 5

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fifths = self.START * self.EARNED_BY

    def answered(self) -> None:
        """Count a request that was answered by something other than "try later"."""
        with self._lock:
            self._fifths += 1

    def take(self) -> bool:
        """Take a retry, if there is one."""
        with self._lock:
            if self._fifths < self.EARNED_BY:
                return False
            self._fifths -= self.EARNED_BY
            return True


class Caller:
    """Sends a client's requests, again where that is right, until a reply that is no error or until it is hopeless."""

    def __init__(self, transport: Transport, clock: Clock) -> None:
        self.transport = transport
        self.clock = clock
        self.budget = RetryBudget()

    def call(self, request: Request, deadline: Deadline, pause: Callable[[float], float | None]) -> Reply:
        """Give the reply, of a status below 400; ApplianceError where there is none.

        `pause` turns the seconds that should pass before the next try into those that may, or None to give up.
        """
        failures = 0
        while True:
            try:
                return self._once(request, deadline)
            except (TransportError, ApiError) as error:
                failures += 1
                wished = backoff(failures, random.random())  # noqa: S311  jitter, no secret
                if isinstance(error, ApiError) and error.retry_after is not None:
                    wished = error.retry_after
                granted = pause(wished)
                if granted is None or failures > FAILURES_IN_A_ROW or not repeatable(request, error):
                    raise
                if not self.budget.take():
                    raise
                _log.warning("Trying again in %.3g s: %s", granted, error)
                self.clock.sleep(granted)

    def _once(self, request: Request, deadline: Deadline) -> Reply:
        seconds = deadline.left()
        if seconds <= 0:
            raise TransportError(
                f"{request.method} {request.url} was not sent: the deadline has passed.",
                url=request.url,
                timed_out=True,
            )
        reply = self.transport.send(request, seconds)
        if reply.status not in TRY_LATER:
            self.budget.answered()
        if reply.status >= 400:
            raise refusal(reply)
        return reply


def repeatable(request: Request, error: TransportError | ApiError) -> bool:
    """Tell whether the request may be sent again after this error: a POST that may have run is never repeated."""
    if isinstance(error, TransportError):
        return error.transient and not error.timed_out and not error.may_have_run
    if request.method == "GET":
        return error.transient
    return error.status == 429 or (error.status == 503 and error.retry_after is not None)


def backoff(failures: int, chance: float) -> float:
    """Tell the pause in seconds after failures in a row; `chance` in [0, 1) spreads clients that fail together."""
    return float(min(0.1 * 2 ** (failures - 1), 5.0) * (0.5 + chance / 2))

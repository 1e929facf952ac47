"""Which requests are sent again after a failure, when, and how often."""

from __future__ import annotations

import logging
import random
import threading

from voxdouble_client._clock import Clock, Deadline, PauseRule
from voxdouble_client._errors import RETRY_STATUSES, ApiError, TransportError
from voxdouble_client._http.transport import Transport
from voxdouble_client._http.wire import Request, Response, api_error

MAX_FAILURES = 5
"""Failures of one request in a row after which it is sent again; the next failure is raised."""

_log = logging.getLogger("voxdouble_client")


class RetryBudget:
    """Ten retries at first, and one more for every five requests answered, so that retries do not worsen an outage."""

    START, EARNED_BY = 10, 5

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fifths = self.START * self.EARNED_BY

    def earn(self) -> None:
        """Count a response whose status is not one of "try later"."""
        with self._lock:
            self._fifths += 1

    def take(self) -> bool:
        """Use up one retry; False if the budget has none left."""
        with self._lock:
            if self._fifths < self.EARNED_BY:
                return False
            self._fifths -= self.EARNED_BY
            return True


class RetryingTransport:
    """Sends the requests of one client, and sends them again where that is safe and may help."""

    def __init__(self, transport: Transport, clock: Clock) -> None:
        self.transport = transport
        self.clock = clock
        self.budget = RetryBudget()

    def send(self, request: Request, deadline: Deadline, pause_rule: PauseRule) -> Response:
        """Return the response, whose status is below 400, or raise the TransportError or ApiError of the last try."""
        failures = 0
        while True:
            try:
                return self._send_once(request, deadline)
            except (TransportError, ApiError) as error:
                failures += 1
                wanted = backoff(failures, random.random())  # noqa: S311  jitter, not a secret
                if isinstance(error, ApiError) and error.retry_after is not None:
                    wanted = error.retry_after
                pause = pause_rule(wanted)
                if pause is None or failures > MAX_FAILURES or not is_repeatable(request, error):
                    raise
                if not self.budget.take():
                    raise
                _log.warning("Trying again in %.3g s: %s", pause, error)
                self.clock.sleep(pause)
                if deadline.left() <= 0:
                    raise  # the failure says more than that there was no time for another try

    def _send_once(self, request: Request, deadline: Deadline) -> Response:
        seconds = deadline.left()
        if seconds <= 0:
            raise TransportError(
                f"{request} was not sent: the deadline has passed.",
                url=request.url,
                timed_out=True,
            )
        response = self.transport.send(request, seconds)
        if response.status not in RETRY_STATUSES:
            self.budget.earn()
        if response.status >= 400:
            raise api_error(response)
        return response


def is_repeatable(request: Request, error: TransportError | ApiError) -> bool:
    """Return whether the request may be sent again after this error: never a POST that may have been executed."""
    if isinstance(error, TransportError):
        return error.transient and not error.timed_out and not error.may_have_run
    if request.method == "GET":
        return error.transient
    return error.status == 429 or (error.status == 503 and error.retry_after is not None)


def backoff(failures: int, jitter: float) -> float:
    """Return the pause in seconds after failures in a row; `jitter` in [0, 1) spreads clients that fail together."""
    return float(min(0.1 * 2 ** (failures - 1), 5.0) * (0.5 + jitter / 2))

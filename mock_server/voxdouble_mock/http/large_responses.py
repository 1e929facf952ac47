"""Responses whose text is made for one reader, such as lists of tasks, within bounds (P7).

Few of these texts are made at one time. The bytes of all texts that are being sent are bounded, since a slow reader
keeps the text of its response in memory. The result of a task counts only with `members=null`, which changes its text
for the reader; otherwise all readers share the payload in the store.
"""

from collections.abc import Callable
from threading import BoundedSemaphore

from flask import Response

from voxdouble_mock.core.errors import Unavailable
from voxdouble_mock.http.byte_quota import ByteQuota
from voxdouble_mock.http.json_responses import json_text_response

MAX_MADE = 2
"""The most responses that are made at one time, since making one may take several times the memory of its text."""
MAX_WAITING = 64
"""The most requests that wait for their turn: each holds a thread meanwhile, and health and polls need threads too."""
WAIT_SECONDS = 30.0
"""Real time for which a request waits for its turn."""
MAX_BYTES = 128_000_000
"""The bound of the bytes of all texts that are being sent at one time."""
SMALL = 64 * 1024
"""The size in bytes up to which a text is not counted."""


class LargeResponses:
    """Makes responses within the bounds."""

    def __init__(self) -> None:
        self._making = BoundedSemaphore(MAX_MADE)
        self._waiting = BoundedSemaphore(MAX_WAITING)
        self._quota = ByteQuota(MAX_BYTES)

    def respond(self, make: Callable[[], bytes], *, advice: str = "") -> Response:
        """Return a 200 response with the JSON text that `make` returns. Raises Unavailable.

        `advice` ends the message of the refusal of a text for which there is no room, such as ", or ask for less".
        """
        if not self._begin():
            raise Unavailable(
                f"This mock makes at most {MAX_MADE} large responses at one time, and at most {MAX_WAITING} requests "
                f"wait for their turn, for {WAIT_SECONDS:g} s: try again later."
            )
        try:
            text = make()
        finally:
            self._making.release()
        return self.counted(json_text_response(text), len(text), advice=advice)

    def _begin(self) -> bool:
        """Return whether a response can be made now, or after a wait."""
        if self._making.acquire(blocking=False):
            return True
        if not self._waiting.acquire(blocking=False):
            return False
        try:
            return self._making.acquire(timeout=WAIT_SECONDS)
        finally:
            self._waiting.release()

    def counted(self, response: Response, size: int, *, advice: str = "") -> Response:
        """Return a response whose text has this size in bytes; it counts until it has been sent. Raises Unavailable."""
        if size > SMALL:
            if not self._quota.reserve(size):
                raise Unavailable(
                    f"This mock sends at most {MAX_BYTES} bytes of large responses at one time, and this one has "
                    f"{size}: try again later{advice}."
                )
            response.call_on_close(lambda: self._quota.release(size))
        return response

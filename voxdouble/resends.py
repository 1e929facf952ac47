"""The resends of our client: it sends a start again, after a pause, if an appliance refuses it with "later"."""

import time
from collections.abc import Callable
from threading import local

from voxdouble_client import Exchange

LATER = frozenset({429, 503})
"""The statuses of a start after which the client sends it again; a 503 only if it has `Retry-After`."""


class Resends:
    """Calls `before_resend` before each resend of a start; an exception of it ends the client's call.

    Give `note` to the client as `on_exchange`, and `sleep` as `sleep`. A pause that follows a POST with a status in
    LATER is one before a resend. A start of which the appliance received no byte is sent again without `before_resend`.
    """

    def __init__(self, before_resend: Callable[[], None], sleep: Callable[[float], None] = time.sleep) -> None:
        self._before_resend = before_resend
        self._sleep = sleep
        self._of_thread = local()

    def note(self, exchange: Exchange) -> None:
        """Note an exchange, in the thread that sent the request."""
        self._of_thread.is_refused = exchange.method == "POST" and exchange.status in LATER

    def sleep(self, seconds: float) -> None:
        """Wait before the next request of this thread."""
        if getattr(self._of_thread, "is_refused", False):
            self._of_thread.is_refused = False
            self._before_resend()
        self._sleep(seconds)

"""A log line for each request, for people: method, path, status, task, rule, fault and duration."""

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.wsgi import ClosingIterator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

KEY = "voxdouble.handled"
"""The key in the environ of a request's task, rule and fault; `finish` in vendor/view_result sets them."""
SHOWN = 200
"""The most characters of a path or a name in a line."""
log = logging.getLogger("voxdouble_mock.requests")


class RequestLines:
    """WSGI middleware that logs a line when a response has been sent; `now` returns seconds."""

    def __init__(self, app: "WSGIApplication", now: Callable[[], float]) -> None:
        self._app = app
        self._now = now

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Call the application, and log the line at the end of its response."""
        began, path = self._now(), environ.get("PATH_INFO", "")
        statuses: list[str] = []

        def start(status: str, *arguments: Any) -> Any:
            statuses.append(status)
            return start_response(status, *arguments)

        def end() -> None:
            words = [environ["REQUEST_METHOD"], path, (statuses or ["-"])[-1][:3]]
            words += [f"{name}={value}" for name, value in environ.get(KEY, {}).items() if value]
            # repr escapes line ends and other control characters (P6)
            log.info("%s %.3f s", " ".join(repr(word[:SHOWN])[1:-1] for word in words), self._now() - began)

        return ClosingIterator(self._app(environ, start), end)

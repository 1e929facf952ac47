"""Polls of tasks, answered without Flask's dispatch, which would double their cost, by the functions that it calls."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from flask import Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

POLL = re.compile(r"(.*/)([0-9a-f-]{36})")
"""A path that ends with a task's id. A path with an id of another form goes through Flask, which answers 404."""


class DirectPolls:
    """WSGI middleware that answers each poll itself, and passes all other requests on.

    `views` has the function of each route by the path before the task's id. `check` raises the refusals that come
    before a route's own, and `refuse` returns the response to an exception. `end` completes every response.
    """

    def __init__(
        self,
        app: "WSGIApplication",
        views: Mapping[str, Callable[..., Response]],
        *,
        check: Callable[[], None],
        refuse: Callable[[Exception], Response],
        end: Callable[[Response], Response],
    ) -> None:
        self._app = app
        self._views = views
        self._check = check
        self._refuse = refuse
        self._end = end

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer the current request."""
        match = POLL.fullmatch(environ["PATH_INFO"]) if environ["REQUEST_METHOD"] == "GET" else None
        view = self._views.get(match[1]) if match else None
        if match is None or view is None:
            return self._app(environ, start_response)
        try:
            self._check()
            response = view(task_id=match[2])
        except Exception as error:  # noqa: BLE001 (Flask too passes every exception to its handler)
            response = self._refuse(error)
        return self._end(response)(environ, start_response)

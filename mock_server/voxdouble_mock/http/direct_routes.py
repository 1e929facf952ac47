"""The routes of the technologies, answered without Flask's dispatch, which would double the cost of a poll.

Views, error handler, headers and checks are those of Flask's dispatch. Only the check of the method is missing, since a
request is answered here only if its method is exactly that of a route.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from flask import Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    View = Callable[..., Response]

POLL = re.compile(r"(.*/)([0-9a-f-]{36})")
"""A path that ends with a task's id. Flask dispatches a path with an id of another form, which is refused."""


@dataclass(frozen=True, slots=True)
class Routes:
    """The views of POST by path, and the views of GET by the path before the task's id; the id is their argument."""

    starts: "dict[str, View]" = field(default_factory=dict)
    polls: "dict[str, View]" = field(default_factory=dict)

    def find(self, method: str, path: str) -> Callable[[], Response] | None:
        """Return the view of a request; None if no route has this method and exactly this path."""
        if method == "POST":
            return self.starts.get(path)
        match = POLL.fullmatch(path) if method == "GET" else None
        view = self.polls.get(match[1]) if match else None
        return partial(view, task_id=match[2]) if match and view else None


class DirectRoutes:
    """WSGI middleware that answers the requests to its routes itself, and passes all others on.

    `check` raises the refusals that come before a view's own, and `refuse` returns the response to an exception. `end`
    completes every response.
    """

    def __init__(
        self,
        app: "WSGIApplication",
        routes: Routes,
        *,
        check: Callable[[], None],
        refuse: Callable[[Exception], Response],
        end: Callable[[Response], Response],
    ) -> None:
        self._app = app
        self._routes = routes
        self._check = check
        self._refuse = refuse
        self._end = end

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer the current request."""
        view = self._routes.find(environ["REQUEST_METHOD"], environ["PATH_INFO"])
        if view is None:
            return self._app(environ, start_response)
        try:
            self._check()
            response = view()
        except Exception as error:  # noqa: BLE001 (Flask too passes every exception to its handler)
            response = self._refuse(error)
        return self._end(response)(environ, start_response)

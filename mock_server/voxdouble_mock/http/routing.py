"""Flask without its own habits: no /static, no redirects, no merged slashes, no HEAD or OPTIONS of its own (C9, C10).

Only the mock's own paths answer HEAD and OPTIONS: HEAD as GET without the body, OPTIONS with the methods of the path.
"""

from collections.abc import Callable
from threading import Lock
from typing import Any, NoReturn

from flask import Flask, Response, request
from werkzeug.routing import Map, Rule

from voxdouble_mock.core.errors import WrongMethod

OWN_PATHS = "/_mock"
IMPLIED_METHODS = frozenset({"HEAD", "OPTIONS"})
"""Methods that the mock's own paths have without being listed."""
_urls = Map(merge_slashes=False)
"""The routes. All applications of this process share them, since compiling them takes most of the time of a start."""
_mapped: set[str] = set()
"""The endpoints of these routes."""
_mapping = Lock()


class ExactRule(Rule):
    """A route. A route of the vendor answers exactly its own methods, without an automatic HEAD (C9)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.rule.startswith(OWN_PATHS):
            self.methods = (self.methods or set()) - {"HEAD"}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002
        """Return a function in place of the one that builds URLs of this route: no URL is ever built from a route.

        werkzeug compiles two such functions for each route. This took four fifths of the time to start a mock.
        """
        return _no_url


def _no_url(*_: object, **__: object) -> NoReturn:
    raise NotImplementedError("No URL is made of a route.")


class ExactFlask(Flask):
    """A Flask application that answers only the routes added to it (C9, C10)."""

    url_rule_class = ExactRule

    def __init__(self) -> None:
        super().__init__("voxdouble_mock", static_folder=None)
        self.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
        self.url_map = _urls

    def make_default_options_response(self) -> Response:
        """Return the response to OPTIONS on one of the mock's own paths: the methods that it has."""
        allowed = super().make_default_options_response().allow
        response = Response(status=204, headers={"Allow": ", ".join(sorted(allowed))})
        del response.headers["Content-Type"]
        return response


def check_method() -> None:
    """Refuse a method that is not in upper case (C9): methods are case-sensitive, but Flask accepts any case."""
    method = request.environ["REQUEST_METHOD"]
    if request.url_rule is not None and method != request.method:
        raise WrongMethod(method[:20], sorted(request.url_rule.methods or ()))


def add_route(app: Flask, method: str, path: str, view: Callable[..., Response]) -> None:
    """Add a route; only the mock's own paths may also be requested with a trailing slash (C10)."""
    endpoint = f"{method} {path}"
    app.view_functions[endpoint] = view
    own = path.startswith(OWN_PATHS)
    with _mapping:
        if endpoint in _mapped:
            return
        _mapped.add(endpoint)
        app.add_url_rule(
            path,
            endpoint,
            methods=[method, "OPTIONS"] if own else [method],
            strict_slashes=not own,
            provide_automatic_options=own,
        )

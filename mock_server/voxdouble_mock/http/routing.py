"""Flask without its own habits: no /static, no automatic HEAD or OPTIONS, no redirects, no merged slashes (C9, C10)."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response
from werkzeug.routing import Rule


class ExactRule(Rule):
    """A route that answers exactly its own methods, without an automatic HEAD (C9)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.methods = (self.methods or set()) - {"HEAD"}


class ExactFlask(Flask):
    """A Flask application that answers only the routes added to it (C9, C10)."""

    url_rule_class = ExactRule

    def __init__(self) -> None:
        super().__init__("voxdouble_mock", static_folder=None)
        self.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
        self.url_map.merge_slashes = False


def add_route(app: Flask, method: str, path: str, view: Callable[..., Response]) -> None:
    """Add a route; only the mock's own paths may also be requested with a trailing slash (C10)."""
    app.add_url_rule(path, f"{method} {path}", view, methods=[method], strict_slashes=not path.startswith("/_mock"))

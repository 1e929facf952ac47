"""GET /_mock/: an HTML page that lists all routes, for a person with a browser."""

from functools import partial
from html import escape

from flask import Flask, Response

from voxdouble_mock.http.json_responses import VERSION
from voxdouble_mock.http.routing import add_route

IMPLIED = frozenset({"HEAD", "OPTIONS"})
"""Methods that the mock's own paths have without being listed."""


def register(app: Flask) -> None:
    """Add the route."""
    add_route(app, "GET", "/_mock/", partial(get_index, app))


def get_index(app: Flask) -> Response:
    """Return the list of routes; no other page may put it into a frame."""
    rules = sorted((rule.rule, *sorted((rule.methods or set()) - IMPLIED)) for rule in app.url_map.iter_rules())
    rows = "".join(f"<li><code>{escape(' '.join(methods))} {escape(rule)}</code></li>" for rule, *methods in rules)
    page = f"<!doctype html><title>voxdouble</title><h1>voxdouble {VERSION}</h1><ul>{rows}</ul>"
    headers = {"X-Frame-Options": "DENY", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}
    return Response(page, content_type="text/html; charset=utf-8", headers=headers)

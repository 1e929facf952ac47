"""GET /_mock/health: the mock's name and version, for any Host and without a token."""

from flask import Flask, Response

from voxdouble_mock.http.json_responses import VERSION, json_response
from voxdouble_mock.http.routing import add_route


def register(app: Flask) -> None:
    """Add the route."""
    add_route(app, "GET", "/_mock/health", get_health)


def get_health() -> Response:
    """Return the service's name and version."""
    return json_response({"service": "voxdouble", "version": VERSION})

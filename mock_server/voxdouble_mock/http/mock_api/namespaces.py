"""GET /_mock/namespaces, at the base URL only: the namespaces of the mock."""

from functools import partial

from flask import Flask, Response

from voxdouble_mock.core.clock import to_seconds
from voxdouble_mock.http.address import no_such_path
from voxdouble_mock.http.current_request import namespace, path, root_path
from voxdouble_mock.http.json_responses import json_response
from voxdouble_mock.http.routing import add_route
from voxdouble_mock.http.services import Services
from voxdouble_mock.store import DEFAULT_NAMESPACE


def register(app: Flask, services: Services) -> None:
    """Add the route."""
    add_route(app, "GET", "/_mock/namespaces", partial(get_namespaces, services))


def get_namespaces(services: Services) -> Response:
    """Return name, live tasks, logged requests and idle real seconds of each namespace; the default one has no name."""
    if namespace() != DEFAULT_NAMESPACE:
        raise no_such_path(root_path() + path())
    listed = [
        {"name": one.name, "tasks": one.tasks, "requests": one.requests, "idle": to_seconds(one.idle_ms)}
        for one in services.control.namespaces()
    ]
    return json_response({"namespaces": listed, "total": len(listed)})

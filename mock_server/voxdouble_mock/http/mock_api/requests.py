"""GET /_mock/requests: the log of requests to the vendor's paths."""

from functools import partial

import msgspec
from flask import Flask, Response

from voxdouble_mock.http.current_request import namespace
from voxdouble_mock.http.routing import add_route
from voxdouble_mock.http.services import Services
from voxdouble_mock.http.wire import json_text_response


def register(app: Flask, services: Services) -> None:
    """Add the route."""
    add_route(app, "GET", "/_mock/requests", partial(get_requests, services))


def get_requests(services: Services) -> Response:
    """Return the kept entries, oldest first, and the number of all requests that were logged."""
    kept, total = services.control.requests(namespace())
    return json_text_response(msgspec.json.encode({"requests": kept, "total": total}))

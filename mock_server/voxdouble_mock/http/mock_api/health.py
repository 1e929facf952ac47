"""GET /_mock/health: the mock's name, version and the state of its store, for any Host and without a token."""

from functools import partial

from flask import Flask, Response

from voxdouble_mock.http.json_responses import VERSION, json_response
from voxdouble_mock.http.routing import add_route
from voxdouble_mock.http.services import Services


def register(app: Flask, services: Services) -> None:
    """Add the route."""
    add_route(app, "GET", "/_mock/health", partial(get_health, services))


def get_health(services: Services) -> Response:
    """Return name, version, and whether the store is up, down, or was emptied; always 200, since the mock responds."""
    return json_response({"service": "voxdouble", "version": VERSION, "store": services.appliance.store_state()})

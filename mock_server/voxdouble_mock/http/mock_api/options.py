"""The routes /_mock/options: the options of a namespace."""

from functools import partial

import msgspec
from flask import Flask, Response

from voxdouble_mock.core.errors import Detail, ValidationFailed
from voxdouble_mock.core.namespace_options import OptionChanges
from voxdouble_mock.core.plain_data import InvalidData, convert
from voxdouble_mock.http.current_request import namespace
from voxdouble_mock.http.json_responses import json_text_response
from voxdouble_mock.http.mock_api.json_object import location, read_object
from voxdouble_mock.http.routing import add_route
from voxdouble_mock.http.services import Services


def register(app: Flask, services: Services) -> None:
    """Add the routes."""
    add_route(app, "GET", "/_mock/options", partial(get_options, services))
    add_route(app, "PUT", "/_mock/options", partial(put_options, services))


def get_options(services: Services) -> Response:
    """Return the options that apply to the namespace."""
    return json_text_response(msgspec.json.encode(services.control.options(namespace())))


def put_options(services: Services) -> Response:
    """Change the options that the body names; the others stay as they are. Return all."""
    try:
        changes = convert(read_object(services), OptionChanges)
    except InvalidData as error:
        raise ValidationFailed([Detail(location(error.path), error.message, "option")]) from error
    services.control.change_options(namespace(), changes)
    return get_options(services)

"""The routes /_mock/scenario: the scenario of a namespace."""

import re
from functools import partial

import msgspec
from flask import Flask, Response

from voxdouble_mock.core.errors import Detail, NotFound, ValidationFailed
from voxdouble_mock.http.current_request import namespace
from voxdouble_mock.http.json_responses import json_response, json_text_response
from voxdouble_mock.http.mock_api.json_object import read_text
from voxdouble_mock.http.routing import add_route
from voxdouble_mock.http.services import Services

NAME = re.compile(r"[a-z0-9-]+")
"""A text that can be the name of a bundled scenario, and not a scenario itself."""


def register(app: Flask, services: Services) -> None:
    """Add the routes."""
    add_route(app, "GET", "/_mock/scenario", partial(get_scenario, services))
    add_route(app, "PUT", "/_mock/scenario", partial(put_scenario, services))
    add_route(app, "DELETE", "/_mock/scenario", partial(delete_scenario, services))


def get_scenario(services: Services) -> Response:
    """Return the scenario; 404 if the namespace has no scenario."""
    scenario = services.control.scenario(namespace())
    if scenario is None:
        raise NotFound("This namespace has no scenario.")
    return json_text_response(msgspec.json.encode(scenario))


def put_scenario(services: Services) -> Response:
    """Set the scenario: the body is its YAML or JSON text, or the name of a bundled one."""
    from voxdouble_mock.scenarios.bundled import load_bundled  # noqa: PLC0415 (late: they import YAML)
    from voxdouble_mock.scenarios.text import ScenarioError, parse_scenario  # noqa: PLC0415

    text = read_text()
    try:
        scenario = load_bundled(text.strip()) if NAME.fullmatch(text.strip()) else parse_scenario(text)
    except ScenarioError as error:
        raise ValidationFailed([Detail(("body",), str(error), "scenario")]) from error
    services.control.set_scenario(namespace(), scenario)
    return json_text_response(msgspec.json.encode(scenario))


def delete_scenario(services: Services) -> Response:
    """Remove the scenario."""
    services.control.set_scenario(namespace(), None)
    return json_response({})

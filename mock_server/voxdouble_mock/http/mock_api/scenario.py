"""The routes /_mock/scenario and /_mock/scenarios: the scenario of a namespace, its check, and the bundled ones.

The routes import YAML late: few requests need it, and the start of a server must not wait for it.
"""

import re
from functools import partial

import msgspec
from flask import Flask, Response, request

from voxdouble_mock.control import check_technology
from voxdouble_mock.core.errors import Detail, NotFound, ValidationFailed
from voxdouble_mock.http.current_request import namespace
from voxdouble_mock.http.json_responses import json_response
from voxdouble_mock.http.mock_api.json_object import read_text
from voxdouble_mock.http.routing import add_route
from voxdouble_mock.http.services import Services

NAME = re.compile(r"[a-z0-9-]+")
"""The pattern of a bundled scenario's name; the text of a scenario never matches it."""
LINE = re.compile(r"scenario, line ([0-9]+): ")
"""The beginning of the message about a malformed scenario."""
JSON, YAML = "application/json", "application/yaml"


def register(app: Flask, services: Services) -> None:
    """Add the routes."""
    add_route(app, "GET", "/_mock/scenario", partial(get_scenario, services))
    add_route(app, "PUT", "/_mock/scenario", partial(put_scenario, services))
    add_route(app, "DELETE", "/_mock/scenario", partial(delete_scenario, services))
    add_route(app, "POST", "/_mock/scenario/check", partial(post_scenario_check, services))
    add_route(app, "GET", "/_mock/scenarios", get_bundled)


def get_scenario(services: Services) -> Response:
    """Return the scenario as JSON, or as YAML if `Accept` prefers application/yaml; 404 without a scenario."""
    scenario = services.control.scenario(namespace())
    if scenario is None:
        raise NotFound("This namespace has no scenario.")
    if request.accept_mimetypes.best_match([JSON, YAML]) != YAML:
        return services.large_responses.respond(lambda: msgspec.json.encode(scenario))
    import yaml  # noqa: PLC0415

    def make() -> bytes:
        dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
        data = msgspec.to_builtins(scenario)
        text: str = yaml.dump(data, Dumper=dumper, sort_keys=False, allow_unicode=True, width=120)
        return text.encode()

    response = services.large_responses.respond(make)
    response.content_type = f"{YAML}; charset=utf-8"
    return response


def put_scenario(services: Services) -> Response:
    """Set the scenario: the body is its YAML or JSON text, or the name of a bundled one."""
    from voxdouble_mock.scenarios.bundled import load_bundled  # noqa: PLC0415
    from voxdouble_mock.scenarios.text import ScenarioError, parse_scenario  # noqa: PLC0415

    text = read_text(services)
    try:
        scenario = load_bundled(text.strip()) if NAME.fullmatch(text.strip()) else parse_scenario(text)
    except ScenarioError as error:
        raise ValidationFailed([Detail(("body",), str(error), "scenario")]) from error
    services.control.set_scenario(namespace(), scenario)
    return services.large_responses.respond(lambda: msgspec.json.encode(scenario))


def delete_scenario(services: Services) -> Response:
    """Remove the scenario."""
    services.control.set_scenario(namespace(), None)
    return json_response({})


def post_scenario_check(services: Services) -> Response:
    """Return whether the text in the body is a valid scenario here; else the line and the message of the error."""
    from voxdouble_mock.scenarios.result_schemas import first_unfit  # noqa: PLC0415
    from voxdouble_mock.scenarios.text import ScenarioError, compose, line_of, parse_scenario  # noqa: PLC0415

    text = read_text(services)
    try:
        scenario = parse_scenario(text)
    except ScenarioError as error:
        found = LINE.match(str(error))
        return verdict(str(error), int(found[1]) if found else None)
    places = [(rule.when.technology, f"rules[{index}].when.technology") for index, rule in enumerate(scenario.rules)]
    places += [(technology, f"used_up[{index}]") for index, technology in enumerate(scenario.used_up)]
    for technology, place in places:
        try:
            check_technology(technology)
        except ValidationFailed as failed:
            node = compose(text)
            line = None if node is None else line_of(node, place)
            return verdict(failed.details[0].message, line)
    unfit = first_unfit(scenario, services.control.options(namespace()).generation)
    if unfit is not None:
        node = compose(text)
        line = None if node is None else line_of(node, f"rules[{unfit[0]}].then.result")
        return verdict(unfit[1], line)
    return json_response({"valid": True, "line": None, "message": ""})


def verdict(message: str, line: int | None) -> Response:
    """Return the response about a text that is not a valid scenario; the line is null if it is not known."""
    return json_response({"valid": False, "line": line, "message": message})


def get_bundled() -> Response:
    """Return name, description and text of each bundled scenario."""
    from voxdouble_mock.scenarios.bundled import BUNDLED, load_bundled  # noqa: PLC0415

    listed = [
        {"name": name, "description": load_bundled(name).description, "text": text} for name, text in BUNDLED.items()
    ]
    return json_response({"scenarios": listed})

"""Control routes for what is staged and seen: the scenario, the faults, the log of requests."""

from collections.abc import Callable
from functools import partial

import msgspec
from flask import Flask, Response, request

from voxdouble_mock.core.errors import Detail, NotFound, ValidationFailed
from voxdouble_mock.core.fault import ArmedFault, FaultSpec
from voxdouble_mock.http.body import read_body
from voxdouble_mock.http.mock_api.control_routes import CONTROL_SECONDS, MAX_CONTROL_BODY
from voxdouble_mock.http.services import Services, namespace
from voxdouble_mock.http.wire import answer, raw_answer
from voxdouble_mock.scenarios.bundled import bundled_names, load_bundled
from voxdouble_mock.scenarios.text import KINDS, ScenarioError, parse_scenario


def register(app: Flask, services: Services) -> None:
    """Add the routes."""
    routes: list[tuple[str, str, Callable[[Services], Response]]] = [
        ("GET", "/_mock/requests", get_requests),
        ("GET", "/_mock/scenario", get_scenario),
        ("PUT", "/_mock/scenario", put_scenario),
        ("DELETE", "/_mock/scenario", delete_scenario),
        ("GET", "/_mock/faults", get_faults),
        ("POST", "/_mock/faults", post_fault),
        ("DELETE", "/_mock/faults", delete_faults),
    ]
    for method, path, view in routes:
        app.add_url_rule(path, f"{method} {path}", partial(view, services), methods=[method])


def get_requests(services: Services) -> Response:
    """Show the log, oldest first, and how many requests there were in all."""
    kept, total = services.control.requests(namespace())
    return raw_answer(msgspec.json.encode({"requests": kept, "total": total}))


def get_scenario(services: Services) -> Response:
    """Show the scenario that is set."""
    scenario = services.control.scenario(namespace())
    if scenario is None:
        raise NotFound("No scenario is set here.")
    return raw_answer(msgspec.json.encode(scenario))


def put_scenario(services: Services) -> Response:
    """Set a scenario: its text, YAML or JSON, or the name of a bundled one."""
    text = body_text()
    try:
        scenario = load_bundled(text.strip()) if text.strip() in bundled_names() else parse_scenario(text)
    except ScenarioError as error:
        raise ValidationFailed([Detail(("body",), str(error), "scenario")]) from error
    services.control.set_scenario(namespace(), scenario)
    return raw_answer(msgspec.json.encode(scenario))


def delete_scenario(services: Services) -> Response:
    """Set no scenario."""
    services.control.set_scenario(namespace(), None)
    return answer({})


def get_faults(services: Services) -> Response:
    """Show the faults that are armed, with how often each was met and has struck."""
    return answer({"faults": [armed_json(armed) for armed in services.control.faults(namespace())]})


def post_fault(services: Services) -> Response:
    """Arm a fault."""
    try:
        spec = msgspec.json.decode(body_text(), type=FaultSpec)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$")
        location = ("body", *filter(None, path.rstrip("`").split(".")))
        hint = f" The kinds are {', '.join(KINDS)}." if path.endswith("kind`") else ""
        raise ValidationFailed([Detail(location, f"This is no order for a fault: {what}.{hint}", "fault")]) from error
    except msgspec.DecodeError as error:
        raise ValidationFailed([Detail(("body",), f"This is no JSON: {error}.", "fault")]) from error
    services.control.arm(namespace(), spec)
    return get_faults(services)


def delete_faults(services: Services) -> Response:
    """Take all faults away."""
    services.control.disarm(namespace())
    return answer({})


def armed_json(armed: ArmedFault) -> object:
    """Spell an armed fault as on the wire."""
    spec = {**msgspec.to_builtins(armed.spec), "count": armed.spec.strikes}
    return {**spec, "seen": armed.seen, "struck": armed.struck}


def body_text() -> str:
    """Read a control route's body as text."""
    raw = b"".join(read_body(request.environ, MAX_CONTROL_BODY, CONTROL_SECONDS))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValidationFailed([Detail(("body",), "The body is not UTF-8 text.", "text")]) from error

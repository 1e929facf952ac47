"""The control routes below /_mock/: health, clock, tasks, reset. The vendor has none of these."""

from collections.abc import Callable
from functools import partial
from html import escape
from importlib.metadata import version
from typing import Any

from flask import Flask, Response, request

from voxdouble_mock.core.clock import MANUAL, MAX_RATE, REAL, Mode, Pace, scaled
from voxdouble_mock.core.errors import Detail, ValidationFailed
from voxdouble_mock.http.body import read_body
from voxdouble_mock.http.mock_api import fidelity, openapi
from voxdouble_mock.http.services import Services, namespace
from voxdouble_mock.http.vendor.json_body import parse_json
from voxdouble_mock.http.wire import answer

MAX_CONTROL_BODY = 1 << 20
CONTROL_SECONDS = 30.0


def register(app: Flask, services: Services) -> None:
    """Add the routes."""
    routes: list[tuple[str, str, Callable[..., Response]]] = [
        ("GET", "/_mock/", partial(index, app)),
        ("GET", "/_mock/health", health),
        ("GET", "/_mock/openapi.json", openapi.document),
        ("GET", "/_mock/fidelity", fidelity.fidelity),
        ("GET", "/_mock/tasks", partial(tasks, services)),
        ("GET", "/_mock/clock", partial(get_clock, services)),
        ("PUT", "/_mock/clock", partial(put_clock, services)),
        ("POST", "/_mock/clock/advance", partial(advance_clock, services)),
        ("POST", "/_mock/reset", partial(reset, services)),
    ]
    for method, path, view in routes:
        app.add_url_rule(path, f"{method} {path}", view, methods=[method], strict_slashes=False)


def index(app: Flask) -> Response:
    """List the control routes for a person with a browser; no page may frame it."""
    rules = sorted((rule.rule, *sorted(rule.methods or ())) for rule in app.url_map.iter_rules())
    rows = "".join(f"<li><code>{escape(' '.join(methods))} {escape(rule)}</code></li>" for rule, *methods in rules)
    page = f"<!doctype html><title>voxdouble</title><h1>voxdouble {version('voxdouble')}</h1><ul>{rows}</ul>"
    headers = {"X-Frame-Options": "DENY", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}
    return Response(page, content_type="text/html; charset=utf-8", headers=headers)


def health() -> Response:
    """Say who is here; answered to anybody, without a token."""
    return answer({"service": "voxdouble", "version": version("voxdouble")})


def tasks(services: Services) -> Response:
    """List all tasks that live, oldest first."""
    listed = [
        {
            "task_id": task.task_id,
            "technology": task.technology,
            "state": state,
            "submitted": seconds(task.timeline.submitted),
            "starts": seconds(task.timeline.starts),
            "ends": seconds(task.timeline.ends),
            "expires": seconds(task.timeline.expires),
            "final": task.timeline.final,
        }
        for task, state in services.appliance.tasks(namespace())
    ]
    return answer({"tasks": listed, "total": len(listed)})


def get_clock(services: Services) -> Response:
    """Tell the clock's mode, its rate and what it shows, in seconds since the epoch."""
    return answer(clock_json(services))


def put_clock(services: Services) -> Response:
    """Let the clock run on in another mode."""
    services.appliance.change_pace(namespace(), read_pace(control_body()))
    return answer(clock_json(services))


def advance_clock(services: Services) -> Response:
    """Move the clock ahead by `seconds`, or with `"to": "next"` to the next transition; tell what this has passed."""
    body = control_body()
    given = body.get("seconds")
    if body.get("to") == "next":
        passed = services.appliance.advance_to_next(namespace())
    elif isinstance(given, int | float) and not isinstance(given, bool):
        passed = services.appliance.advance(namespace(), given)
    else:
        raise ValidationFailed(
            [Detail(("body", "seconds"), "The member 'seconds' is a number, such as 10.5.", "number")]
        )
    transitions = [
        {
            "task_id": transition.task.task_id,
            "technology": transition.task.technology,
            "state": transition.state or "expired",
            "at": seconds(transition.instant),
        }
        for transition in passed
    ]
    return answer({**clock_json(services), "transitions": transitions})


def reset(services: Services) -> Response:
    """Make this namespace as new."""
    control_body()
    services.appliance.reset(namespace())
    return answer({})


def clock_json(services: Services) -> dict[str, object]:
    """Spell the clock as on the wire."""
    pace, now = services.appliance.clock(namespace())
    return {"mode": pace.mode, "rate": pace.rate, "now": seconds(now)}


def seconds(instant: int) -> float:
    """Turn an instant's milliseconds into the seconds that control routes show."""
    return instant / 1000


def control_body() -> dict[str, Any]:
    """Read a control route's JSON object; an empty body is an empty object."""
    raw = b"".join(read_body(request.environ, MAX_CONTROL_BODY, CONTROL_SECONDS))
    body = parse_json(raw) if raw.strip() else {}
    if not isinstance(body, dict):
        raise ValidationFailed([Detail(("body",), "The body is a JSON object.", "object")])
    return body


def read_pace(body: dict[str, Any]) -> Pace:
    """Read `mode`, and for a scaled clock `rate`."""
    mode, rate = body.get("mode"), body.get("rate")
    if mode == Mode.REAL:
        return REAL
    if mode == Mode.MANUAL:
        return MANUAL
    if mode != Mode.SCALE:
        raise ValidationFailed([Detail(("body", "mode"), "The member 'mode' is real, manual or scale.", "value")])
    if isinstance(rate, int | float) and not isinstance(rate, bool) and 0 < rate <= MAX_RATE:
        return scaled(rate)
    raise ValidationFailed([Detail(("body", "rate"), f"'rate' is a number above 0 and at most {MAX_RATE}.", "number")])

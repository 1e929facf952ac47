"""The routes /_mock/clock and /_mock/clock/advance: the clock of a namespace."""

from functools import partial
from typing import Any, TypeGuard

import orjson
from flask import Flask, Response

from voxdouble_mock.core.clock import MANUAL, MAX_RATE, REAL, Mode, Pace, scaled, to_seconds
from voxdouble_mock.core.errors import Detail, ValidationFailed
from voxdouble_mock.http.current_request import namespace
from voxdouble_mock.http.json_responses import json_response
from voxdouble_mock.http.mock_api.json_object import read_object
from voxdouble_mock.http.routing import add_route
from voxdouble_mock.http.services import Services


def register(app: Flask, services: Services) -> None:
    """Add the routes."""
    add_route(app, "GET", "/_mock/clock", partial(get_clock, services))
    add_route(app, "PUT", "/_mock/clock", partial(put_clock, services))
    add_route(app, "POST", "/_mock/clock/advance", partial(post_advance, services))


def get_clock(services: Services) -> Response:
    """Return the clock's mode, its rate, and its time in seconds since the epoch."""
    return json_response(clock_json(services))


def put_clock(services: Services) -> Response:
    """Change the clock's mode; it continues from the time that it shows, a real one from real time if that is later."""
    services.appliance.change_pace(namespace(), read_pace(read_object(services)))
    return json_response(clock_json(services))


def post_advance(services: Services) -> Response:
    """Advance the clock by `seconds`, or with `"to": "next"` to the next transition; return the transitions passed."""
    body, name = read_object(services), namespace()
    given: Any = body.get("seconds")
    to_next = body.get("to") == "next"
    if not (to_next or is_number(given)):
        message = f'`seconds` must be a number such as 10.5 (or `"to": "next"` given), got {shown(given)}.'
        raise ValidationFailed([Detail(("body", "seconds"), message, "number")])

    def make() -> bytes:
        appliance = services.appliance
        passed = appliance.advance_to_next(name) if to_next else appliance.advance(name, given)
        return orjson.dumps({**clock_json(services), "transitions": passed})

    return services.large_responses.respond(make)


def clock_json(services: Services) -> dict[str, object]:
    """Return the clock as these routes show it."""
    pace, now = services.appliance.clock(namespace())
    return {"mode": pace.mode, "rate": pace.rate, "now": to_seconds(now)}


def read_pace(body: dict[str, Any]) -> Pace:
    """Return the pace that `mode`, and for a scaled clock `rate`, describe."""
    mode, rate = body.get("mode"), body.get("rate")
    if mode == Mode.REAL:
        return REAL
    if mode == Mode.MANUAL:
        return MANUAL
    if mode != Mode.SCALE:
        message = f"`mode` must be one of {', '.join(Mode)}, got {shown(mode)}."
        raise ValidationFailed([Detail(("body", "mode"), message, "value")])
    if is_number(rate) and 0 < rate <= MAX_RATE:
        return scaled(rate)
    message = f"`rate` must be a number greater than 0 and at most {MAX_RATE}, got {shown(rate)}."
    raise ValidationFailed([Detail(("body", "rate"), message, "number")])


def is_number(value: object) -> TypeGuard[int | float]:
    """Return whether a JSON value is a number; Python counts booleans among the integers."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def shown(value: object) -> str:
    """Return a JSON value as messages show it."""
    return "nothing" if value is None else repr(value)[:40]

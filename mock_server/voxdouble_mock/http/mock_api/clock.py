"""The routes /_mock/clock and /_mock/clock/advance: the clock of a namespace."""

from functools import partial
from typing import Any, TypeGuard

import orjson
from flask import Flask, Response

from voxdouble_mock.core.clock import MANUAL, MAX_RATE, REAL, Mode, Pace, scaled, to_seconds
from voxdouble_mock.core.errors import Detail, ValidationFailed
from voxdouble_mock.http.current_request import namespace
from voxdouble_mock.http.json_responses import json_response
from voxdouble_mock.http.mock_api.json_object import read_members
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
    """Change the clock's mode. The clock goes on from the time that it shows, a real one from real time if later."""
    services.appliance.change_pace(namespace(), read_pace(read_members(services, "mode", "rate")))
    return json_response(clock_json(services))


def post_advance(services: Services) -> Response:
    """Advance the clock by `seconds`, or with `"to": "next"` to the next transition; return the transitions passed."""
    seconds, name = read_seconds(read_members(services, "seconds", "to")), namespace()

    def make() -> bytes:
        appliance = services.appliance
        passed = appliance.advance_to_next(name) if seconds is None else appliance.advance(name, seconds)
        return orjson.dumps({**clock_json(services), "transitions": passed})

    return services.large_responses.respond(make)


def clock_json(services: Services) -> dict[str, object]:
    """Return the clock as these routes show it."""
    pace, now = services.appliance.clock(namespace())
    return {"mode": pace.mode, "rate": pace.rate, "now": to_seconds(now)}


def read_seconds(body: dict[str, Any]) -> float | None:
    """Return the seconds of an advance; None for an advance to the next transition."""
    seconds, to = body.get("seconds"), body.get("to")
    if to is not None and seconds is not None:
        raise refused("to", "Only one of `seconds` and `to` may be given, got both.")
    if to == "next":
        return None
    if to is not None:
        raise refused("to", f'`to` must be "next", got {shown(to)}.')
    if seconds is None:
        raise refused("seconds", 'The body must have `seconds`, a number such as 10.5, or `"to": "next"`; got neither.')
    if not is_number(seconds):
        raise refused("seconds", f"`seconds` must be a number such as 10.5, got {shown(seconds)}.")
    return seconds


def read_pace(body: dict[str, Any]) -> Pace:
    """Return the pace of a mode; only the mode `scale` has a choice of `rate`."""
    mode, rate = body.get("mode"), body.get("rate")
    if mode == Mode.SCALE:
        if is_number(rate) and 0 < rate <= MAX_RATE:
            return scaled(rate)
        raise refused("rate", f"`rate` must be a number greater than 0 and at most {MAX_RATE}, got {shown(rate)}.")
    pace = next((one for one in (REAL, MANUAL) if one.mode == mode), None)
    if pace is None:
        raise refused("mode", f"`mode` must be one of {', '.join(Mode)}, got {shown(mode)}.")
    if rate is not None and not (is_number(rate) and rate == pace.rate):
        raise refused("rate", f"`rate` must be {pace.rate:g} or absent with the mode {mode}, got {shown(rate)}.")
    return pace


def refused(member: str, message: str) -> ValidationFailed:
    """Return the refusal of a member of the body."""
    kind = "number" if member in {"seconds", "rate"} else "value"
    return ValidationFailed([Detail(("body", member), message, kind)])


def is_number(value: object) -> TypeGuard[int | float]:
    """Return whether a JSON value is a number; Python counts booleans among the integers."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def shown(value: object) -> str:
    """Return a JSON value as messages show it."""
    return "nothing" if value is None else repr(value)[:40]

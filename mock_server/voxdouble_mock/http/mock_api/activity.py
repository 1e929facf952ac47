"""GET /_mock/activity: the clock, and marks that change with the tasks and with the request log.

A page that polls it once a second reads the lists of tasks and requests only after they have changed.
"""

from functools import partial

from flask import Flask, Response

from voxdouble_mock.core.clock import to_seconds
from voxdouble_mock.http.current_request import namespace
from voxdouble_mock.http.json_responses import json_response
from voxdouble_mock.http.routing import add_route
from voxdouble_mock.http.services import Services


def register(app: Flask, services: Services) -> None:
    """Add the route."""
    add_route(app, "GET", "/_mock/activity", partial(get_activity, services))


def get_activity(services: Services) -> Response:
    """Return the clock, a mark of the tasks and the number of the newest request; creates no namespace."""
    activity = services.appliance.activity(namespace())
    pace = activity.pace
    return json_response(
        {
            "clock": {"mode": pace.mode, "rate": pace.rate, "now": to_seconds(activity.now)},
            "tasks": activity.tasks,
            "requests": activity.logged,
            "has_scenario": activity.has_scenario,
        }
    )

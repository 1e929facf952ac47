"""GET /_mock/tasks and POST /_mock/reset: the tasks of a namespace, and an end to them."""

from functools import partial

from flask import Flask, Response

from voxdouble_mock.core.clock import to_seconds
from voxdouble_mock.http.current_request import namespace
from voxdouble_mock.http.json_responses import json_response
from voxdouble_mock.http.mock_api.json_object import read_object
from voxdouble_mock.http.routing import add_route
from voxdouble_mock.http.services import Services


def register(app: Flask, services: Services) -> None:
    """Add the routes."""
    add_route(app, "GET", "/_mock/tasks", partial(get_tasks, services))
    add_route(app, "POST", "/_mock/reset", partial(post_reset, services))


def get_tasks(services: Services) -> Response:
    """Return all live tasks, oldest first; times in seconds since the epoch."""
    listed = [
        {
            "task_id": task.task_id,
            "technology": task.technology,
            "state": state,
            "submitted": to_seconds(task.timeline.submitted),
            "starts": to_seconds(task.timeline.starts),
            "ends": to_seconds(task.timeline.ends),
            "expires": to_seconds(task.timeline.expires),
            "final": task.timeline.final,
        }
        for task, state in services.appliance.tasks(namespace())
    ]
    return json_response({"tasks": listed, "total": len(listed)})


def post_reset(services: Services) -> Response:
    """Reset the namespace: tasks, clock, scenario, faults and request log are as in a new one."""
    read_object()
    services.appliance.reset(namespace())
    return json_response({})

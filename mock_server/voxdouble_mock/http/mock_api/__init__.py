"""The mock's own routes below /_mock/; the vendor's appliance has none of them."""

from functools import partial

from flask import Flask, request

from voxdouble_mock.core.errors import Detail, ValidationFailed
from voxdouble_mock.http.current_request import query
from voxdouble_mock.http.mock_api import (
    activity,
    analysis,
    clock,
    faults,
    fidelity,
    health,
    namespaces,
    openapi,
    options,
    requests,
    scenario,
    task_details,
    tasks,
)
from voxdouble_mock.http.mock_api.json_object import read_members, release
from voxdouble_mock.http.routing import OWN_PATHS
from voxdouble_mock.http.services import Services

CHANGING = frozenset({"POST", "PUT", "DELETE"})


def register(app: Flask, services: Services) -> None:
    """Add all of the mock's own routes."""
    app.before_request(partial(refuse_ignored_input, services))
    app.teardown_request(lambda _: release(services))
    fidelity.register(app)
    for with_services in (
        activity,
        analysis,
        clock,
        faults,
        health,
        namespaces,
        openapi,
        options,
        requests,
        scenario,
        task_details,
        tasks,
    ):
        with_services.register(app, services)


def refuse_ignored_input(services: Services) -> None:
    """Refuse input without effect: query parameters of a route that changes the mock, and the body of a DELETE.

    `POST /_mock/reset?namespace=a` would reset the default namespace. `DELETE /_mock/faults` would disarm all faults,
    also if its body had the number of one.
    """
    if request.url_rule is None or request.method not in CHANGING or not request.path.startswith(OWN_PATHS):
        return
    route = f"{request.method} {request.path}"
    details = [
        Detail(("query", name[:100]), f"{route} has no query parameters, got {name[:40]!r}.", "unknown")
        for name in query()
    ]
    if details:
        raise ValidationFailed(details)
    if request.method == "DELETE":
        read_members(services)

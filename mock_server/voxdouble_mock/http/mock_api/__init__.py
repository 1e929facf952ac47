"""The mock's own routes below /_mock/; the vendor's appliance has none of them."""

from flask import Flask

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
from voxdouble_mock.http.mock_api.json_object import release
from voxdouble_mock.http.services import Services


def register(app: Flask, services: Services) -> None:
    """Add all of the mock's own routes."""
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

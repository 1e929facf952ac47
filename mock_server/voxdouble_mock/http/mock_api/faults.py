"""The routes /_mock/faults: the armed faults of a namespace."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec
from flask import Flask, Response

from voxdouble_mock.control import CountedFault
from voxdouble_mock.core.errors import Detail, ValidationFailed
from voxdouble_mock.core.fault import FaultSpec
from voxdouble_mock.core.plain_data import InvalidData, convert
from voxdouble_mock.http.current_request import namespace
from voxdouble_mock.http.json_responses import json_response
from voxdouble_mock.http.mock_api.json_object import location, read_object
from voxdouble_mock.http.routing import add_route
from voxdouble_mock.http.services import Services


def register(app: Flask, services: Services) -> None:
    """Add the routes."""
    add_route(app, "GET", "/_mock/faults", partial(get_faults, services))
    add_route(app, "POST", "/_mock/faults", partial(post_fault, services))
    add_route(app, "DELETE", "/_mock/faults", partial(delete_faults, services))
    add_route(app, "DELETE", "/_mock/faults/<int:number>", partial(delete_fault, services))


def get_faults(services: Services) -> Response:
    """Return the armed faults.

    Each has the number of calls at its address (`seen`), and of those that the fault was applied to (`applied`).
    """
    return json_response({"faults": [armed_json(counted) for counted in services.control.faults(namespace())]})


def post_fault(services: Services) -> Response:
    """Arm a fault; return all armed faults."""
    services.control.arm(namespace(), read_fault(read_object(services)))
    return get_faults(services)


def delete_faults(services: Services) -> Response:
    """Disarm all faults."""
    services.control.disarm(namespace())
    return json_response({})


def delete_fault(services: Services, number: int) -> Response:
    """Disarm one fault; return those that are still armed."""
    services.control.disarm_one(namespace(), number)
    return get_faults(services)


def read_fault(body: Mapping[str, Any]) -> FaultSpec:
    """Return a fault and its address from the members of a body."""
    try:
        return convert(body, FaultSpec)
    except InvalidData as error:
        message = f"Invalid fault: {error.message}"
        raise ValidationFailed([Detail(location(error.path), message, "fault")]) from error


def armed_json(counted: CountedFault) -> object:
    """Return an armed fault as these routes show it."""
    spec = counted.armed.spec
    return {
        "number": counted.armed.number,
        **msgspec.to_builtins(spec),
        "count": spec.limit,
        "seen": counted.seen,
        "applied": counted.applied,
    }

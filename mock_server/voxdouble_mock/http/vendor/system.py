"""GET /api/system/info and GET /api/system/status (S74, S75, C31)."""

from flask import Flask, Response

from voxdouble_mock.http.json_responses import VERSION, json_response
from voxdouble_mock.http.services import Services
from voxdouble_mock.http.vendor.view_result import add_vendor_route


def register(app: Flask, services: Services) -> None:
    """Add the routes."""
    add_vendor_route(app, services, "/api/system/info", get_info)
    add_vendor_route(app, services, "/api/system/status", get_status)


def get_info() -> Response:
    """Return the mock's own version, so that it cannot be confused with the appliance."""
    return json_response({"version": f"voxdouble {VERSION}"})


def get_status() -> Response:
    """Return an empty object: the vendor does not document the body."""
    return json_response({})

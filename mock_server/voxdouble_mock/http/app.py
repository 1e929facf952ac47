"""The WSGI application of one appliance, put together from its routes and middleware."""

from flask import Flask, Response

from voxdouble_mock.appliance import Appliance
from voxdouble_mock.control import Control
from voxdouble_mock.http import gate, mock_api, vendor
from voxdouble_mock.http.address import check_address
from voxdouble_mock.http.errors import error_response
from voxdouble_mock.http.namespaces import NamespacePrefix
from voxdouble_mock.http.proxies import TrustedProxies
from voxdouble_mock.http.routing import ExactFlask
from voxdouble_mock.http.services import make_services
from voxdouble_mock.http.vendor.handled import Handled, finish


def create_app(appliance: Appliance, control: Control) -> Flask:
    """Return the WSGI application that serves an appliance."""
    app = ExactFlask()
    services = make_services(appliance, control)

    def refuse(error: Exception) -> Response:
        return finish(services, Handled(error_response(error)))

    app.register_error_handler(Exception, refuse)
    app.before_request(check_address)
    app.before_request(lambda: gate.check_caller(services.settings))
    app.after_request(protect)
    vendor.register(app, services)
    mock_api.register(app, services)
    inner = NamespacePrefix(app.wsgi_app)
    app.wsgi_app = TrustedProxies(inner, services.settings.trusted_proxies)  # type: ignore[method-assign]  # Flask's documented way to add middleware
    return app


def protect(response: Response) -> Response:
    """Return a response that browsers neither reinterpret as another type nor share with another origin (P4)."""
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response

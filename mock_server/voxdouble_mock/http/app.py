"""The WSGI application of one appliance, put together from its routes and middleware."""

from flask import Flask, Response, request

from voxdouble_mock.appliance import Appliance
from voxdouble_mock.control import Control
from voxdouble_mock.core.errors import Forbidden
from voxdouble_mock.http import console, gate, mock_api, vendor
from voxdouble_mock.http.address import check_address
from voxdouble_mock.http.direct_routes import DirectRoutes
from voxdouble_mock.http.errors import error_response
from voxdouble_mock.http.namespace_prefix import NamespacePrefix
from voxdouble_mock.http.proxies import TrustedProxies
from voxdouble_mock.http.routing import ExactFlask, check_method
from voxdouble_mock.http.services import make_services
from voxdouble_mock.http.vendor.offered import check_offered_path
from voxdouble_mock.http.vendor.view_result import ViewResult, finish


def create_app(appliance: Appliance, control: Control) -> Flask:
    """Return the WSGI application that serves an appliance."""
    app = ExactFlask()
    services = make_services(appliance, control)

    def check() -> None:
        check_address()
        try:
            gate.check_caller(services.settings)
        except Forbidden:
            check_offered_path(services)
            raise

    def check_request() -> None:
        check_method()
        if request.routing_exception is None:
            check()
        else:  # an unknown path or method is refused first, whatever access the caller has (C5)
            check_address()
            check_offered_path(services)

    def refuse(error: Exception) -> Response:
        return finish(services, ViewResult(error_response(error)))

    app.register_error_handler(Exception, refuse)
    app.before_request(check_request)
    app.after_request(protect)
    routes = vendor.register(app, services)
    mock_api.register(app, services)
    console.register(app, services)
    inner = DirectRoutes(app.wsgi_app, routes, check=check, refuse=refuse, end=protect)
    app.wsgi_app = TrustedProxies(NamespacePrefix(inner), services.settings.trusted_proxies)  # type: ignore[method-assign]  # Flask's documented way to add middleware
    return app


def protect(response: Response) -> Response:
    """Return a response that browsers neither reinterpret as another type nor share with another origin (P4)."""
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response

"""The application: routes put together, and Flask's own habits switched off, since none of them is the vendor's."""

from flask import Flask, request

from voxdouble_mock.appliance import Appliance
from voxdouble_mock.control import Control
from voxdouble_mock.core.errors import NotFound, WrongMethod
from voxdouble_mock.http import errors, gate, mock_api
from voxdouble_mock.http.namespaces import NamespacePrefix
from voxdouble_mock.http.proxies import TrustedProxies
from voxdouble_mock.http.routing import ExactFlask
from voxdouble_mock.http.services import make_services
from voxdouble_mock.http.vendor import system, tasks
from voxdouble_mock.http.wire import client_origin


def create_app(appliance: Appliance, control: Control) -> Flask:
    """Make the WSGI application that serves one appliance."""
    app = ExactFlask()
    services = make_services(appliance, control)
    errors.register(app)
    app.before_request(check_address)
    app.before_request(lambda: gate.check_caller(services.settings))
    app.after_request(lambda response: tasks.finish(services, response))
    tasks.register(app, services)
    system.register(app, services)
    mock_api.register(app, services)
    inner = NamespacePrefix(app.wsgi_app)
    app.wsgi_app = TrustedProxies(inner, services.settings.trusted_proxies)  # type: ignore[method-assign]  # Flask's documented way to add middleware
    return app


def check_address() -> None:
    """Refuse a Host that is none (P6), a method in small letters (C9), two slashes that Flask takes for one (C10)."""
    client_origin()
    method = request.environ["REQUEST_METHOD"]
    if request.url_rule is not None and method != request.method:  # methods are case-sensitive; Flask's are not
        raise WrongMethod(method[:20], sorted(request.url_rule.methods or ()))
    if request.environ["PATH_INFO"].startswith("//"):
        raise NotFound(f"There is nothing at {request.environ['PATH_INFO'][:200]!r}.")

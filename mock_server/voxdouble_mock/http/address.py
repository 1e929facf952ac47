"""The address that a request names: its Host header, its path and its method, exactly as they were sent."""

from flask import request

from voxdouble_mock.core.errors import InvalidRequest, NotFound, WrongMethod
from voxdouble_mock.hosts import host_name, is_host
from voxdouble_mock.http.namespaces import rule_for
from voxdouble_mock.wsgi.listening import host_and_port

WILDCARDS = ("0.0.0.0", "[::]")  # noqa: S104 (never in a `Location`)


def check_address() -> None:
    """Refuse a malformed Host header (P6), a method in lower case (C9) and a path that starts with // (C10)."""
    client_origin()
    method = request.environ["REQUEST_METHOD"]
    if request.url_rule is not None and method != request.method:  # Flask matches methods in any case
        raise WrongMethod(method[:20], sorted(request.url_rule.methods or ()))
    if request.environ["PATH_INFO"].startswith("//"):  # Flask takes two slashes for one
        raise no_such_path(request.environ["PATH_INFO"])


def no_such_path(path: str) -> NotFound:
    """Return the refusal of an unknown path."""
    return NotFound(f"There is no route for the path {path[:200]!r}.{rule_for(path)}")


def client_origin() -> str:
    """Return the scheme and host that the client used; InvalidRequest if its Host header is malformed."""
    reached = host_and_port(request.environ["SERVER_NAME"], int(request.environ["SERVER_PORT"]))
    host = request.headers.get("Host") or reached
    if host_name(host) in WILDCARDS:  # it reaches this machine, but no other one reaches this one by it
        host = reached
    if not is_host(host):
        raise InvalidRequest(f"The Host header must be a host name with an optional port, got {host[:100]!r}.")
    return f"{request.scheme}://{host}"

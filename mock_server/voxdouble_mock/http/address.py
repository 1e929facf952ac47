"""The address that a request names: its Host header and its path, exactly as they were sent."""

from voxdouble_fixtures.other_technologies import message_for
from voxdouble_mock.core.errors import InvalidRequest, NotFound
from voxdouble_mock.hosts import host_name, is_host
from voxdouble_mock.http.current_request import environ, header
from voxdouble_mock.http.current_request import path as path_in_namespace
from voxdouble_mock.http.namespace_prefix import rule_for
from voxdouble_mock.wsgi.listening import host_and_port

WILDCARDS = ("0.0.0.0", "[::]")  # noqa: S104 (never in a `Location`)


def check_address() -> None:
    """Refuse a malformed Host header (P6), and a path that starts with //, which Flask treats as one slash (C10)."""
    client_origin()
    if environ()["PATH_INFO"].startswith("//"):
        raise no_such_path(environ()["PATH_INFO"])


def no_such_path(path: str) -> NotFound:
    """Return the refusal of an unknown path. The message says if the vendor has a technology there (C42)."""
    message = message_for(path_in_namespace()) or f"There is no route for the path {path[:200]!r}.{rule_for(path)}"
    console = f" This is a mock, and its console is at {path}_mock/." if environ()["PATH_INFO"] == "/" else ""
    return NotFound(message + console)


def client_origin() -> str:
    """Return the scheme and host that the client used; InvalidRequest if its Host header is malformed."""
    host = header("Host")
    if not host or host_name(host) in WILDCARDS:  # no other machine can reach this one by a wildcard address
        host = host_and_port(environ()["SERVER_NAME"], int(environ()["SERVER_PORT"]))
    if not is_host(host):
        raise InvalidRequest(f"The Host header must be a host name with an optional port, got {host[:100]!r}.")
    return f"{environ()['wsgi.url_scheme']}://{host}"

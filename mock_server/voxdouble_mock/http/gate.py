"""Who may call: the token everywhere but on health, and for control routes only this machine's own names.

A web page can make a browser send requests to 127.0.0.1, also under a name of its own that it lets point there (DNS
rebinding). The control routes therefore answer only known Host names, and no Origin but that same one.
"""

import hmac
from urllib.parse import urlsplit

from flask import request
from werkzeug.datastructures import Headers

from voxdouble_mock.core.errors import Forbidden
from voxdouble_mock.settings import Settings

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
HEALTH = "/_mock/health"


def check_caller(settings: Settings) -> None:
    """Refuse callers that may not do what they ask; unknown paths and methods are said first (C5)."""
    if request.routing_exception is not None or request.path == HEALTH:
        return
    if settings.token is not None:
        check_token(settings.token, request.headers)
    if request.path.startswith("/_mock"):
        check_host(settings, request.headers)
        original = request.environ.get("werkzeug.proxy_fix.orig", {}).get("HTTP_HOST")
        if original is not None and not is_allowed(settings, original):  # a page can send X-Forwarded-Host itself
            raise Forbidden(f"The control routes do not answer to the Host {original[:100]!r}.")


def check_token(token: str, headers: Headers) -> None:
    """Refuse a wrong or missing bearer token (C26)."""
    scheme, _, given = headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token.encode()):
        raise Forbidden("This mock asks for its token: send the header Authorization: Bearer TOKEN.")


def check_host(settings: Settings, headers: Headers) -> None:
    """Refuse a Host that is not this machine's, and an Origin that is not that Host."""
    host = headers.get("Host", "")
    if not is_allowed(settings, host):
        raise Forbidden(
            f"The control routes do not answer to the Host {host[:100]!r}, only to this machine's own names "
            "and those given by --control-host or --public-url."
        )
    if headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
        raise Forbidden("The control routes do not answer to the pages of other sites.")
    origin = headers.get("Origin")
    if origin is not None and origin.lower() not in {f"http://{host}".lower(), f"https://{host}".lower()}:
        raise Forbidden(f"The control routes do not answer to pages of the Origin {origin[:100]!r}.")


def is_allowed(settings: Settings, host: str) -> bool:
    """Tell whether a Host header names this machine (any port), the public URL's host or a control host."""
    name = host_name(host)
    allowed = LOCAL_HOSTS | {host_name(control) for control in settings.control_hosts}
    return name in allowed or (
        settings.public_url is not None and name == host_name(urlsplit(settings.public_url).netloc)
    )


def host_name(host: str) -> str:
    """Strip the port from a Host header's value; an IPv6 address keeps its brackets."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdecimal() and (name[:1] != "[" or name[-1:] == "]") else host).lower()

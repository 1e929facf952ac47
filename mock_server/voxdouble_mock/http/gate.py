"""Access control: the token on every route but health, and the Host and Origin headers on the mock's own routes.

A web page can make a browser send requests to 127.0.0.1, also under a host name of its own that resolves there (DNS
rebinding). The routes below /_mock therefore accept only known Host names, and no Origin but that of the same host.
"""

import hmac
from urllib.parse import urlsplit

from flask import request
from werkzeug.datastructures import Headers

from voxdouble_mock.core.errors import Forbidden
from voxdouble_mock.hosts import host_name
from voxdouble_mock.settings import Settings

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
HEALTH = "/_mock/health"


def check_caller(settings: Settings) -> None:
    """Refuse a caller without access (P4, P5); unknown paths and methods are refused before, by the routing (C5)."""
    if request.routing_exception is not None or request.path == HEALTH:
        return
    if settings.token is not None:
        check_token(settings.token, request.headers)
    if request.path.startswith("/_mock"):
        check_headers(settings, request.headers)
        original = request.environ.get("werkzeug.proxy_fix.orig", {}).get("HTTP_HOST")
        if original is not None:  # a web page can send X-Forwarded-Host itself
            check_host(settings, original)


def check_token(token: str, headers: Headers) -> None:
    """Refuse a wrong or missing bearer token (C26)."""
    scheme, _, given = headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token.encode()):
        raise Forbidden("This mock requires its token in the header `Authorization: Bearer TOKEN`.")


def check_headers(settings: Settings, headers: Headers) -> None:
    """Refuse an unknown Host, and a request that a web page of another origin has caused."""
    host = headers.get("Host", "")
    check_host(settings, host)
    site = headers.get("Sec-Fetch-Site", "none")
    if site not in {"none", "same-origin"}:
        raise Forbidden(f"Sec-Fetch-Site must be none or same-origin on the /_mock routes, got {site[:40]!r}.")
    origin = headers.get("Origin")
    if origin is not None and origin.lower() not in {f"http://{host}".lower(), f"https://{host}".lower()}:
        raise Forbidden(f"Origin must be that of the Host header on the /_mock routes, got {origin[:100]!r}.")


def check_host(settings: Settings, host: str) -> None:
    """Refuse a Host that is neither this machine (with any port), nor the public URL's host, nor a control host."""
    allowed = LOCAL_HOSTS | {host_name(control) for control in settings.control_hosts}
    if settings.public_url is not None:
        allowed |= {host_name(urlsplit(settings.public_url).netloc)}
    if host_name(host) not in allowed:
        raise Forbidden(
            f"Host must be {', '.join(sorted(LOCAL_HOSTS))}, the host of --public-url or one of --control-host "
            f"on the /_mock routes, got {host[:100]!r}."
        )

"""Access control: the token, the Host, and the origin of a request (P4, P5). Only health is open to all.

A web page can make a browser send requests to 127.0.0.1, also under the page's own host name, if this name resolves to
127.0.0.1 (DNS rebinding). So a request of another origin is refused, except for health and for a link to the console
that a person follows. The routes below /_mock accept this machine's own names and the configured names only. Without a
token, the routes below /api refuse host names that a foreign page could own (C60).
"""

import hmac
import ipaddress
import re
from urllib.parse import urlsplit

from voxdouble_mock.core.errors import Forbidden
from voxdouble_mock.hosts import host_name
from voxdouble_mock.http.current_request import environ, header, path
from voxdouble_mock.settings import Settings

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
PRIVATE_SUFFIXES = (".localhost", ".internal")
"""Top-level domains that no web page can have (RFC 6761; ICANN reserved the second one in 2024)."""
OWN_SITES = frozenset({"none", "same-origin"})
HEALTH = "/_mock/health"
CONSOLE = re.compile(r"/_mock/?|/_mock/console/.*", re.DOTALL)
"""The paths of the console's pages and of their files, which hold no data."""


def check_caller(settings: Settings) -> None:
    """Refuse a caller without access to an existing route."""
    if path() == HEALTH:
        return
    hosts = [header("Host") or ""]
    original = environ().get("werkzeug.proxy_fix.orig", {}).get("HTTP_HOST")
    if original is not None:  # a web page can send X-Forwarded-Host itself
        hosts.append(original)
    if settings.token is not None and not is_console():
        check_token(settings.token)
    for host in hosts:
        if path().startswith("/_mock"):
            check_control_host(settings, host)
        elif settings.token is None:
            check_host(settings, host)
    if not is_navigation_to_console():
        check_origin()


def check_token(token: str) -> None:
    """Refuse a wrong or missing bearer token (C26)."""
    scheme, _, given = (header("Authorization") or "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token.encode()):
        raise Forbidden("This mock requires its token in the header `Authorization: Bearer TOKEN`.")


def check_origin() -> None:
    """Refuse a request from a web page of another origin, by Sec-Fetch-Site, or without that header by Origin."""
    site = header("Sec-Fetch-Site")
    if site is not None:
        if site not in OWN_SITES:
            raise Forbidden(f"Sec-Fetch-Site must be none or same-origin, got {site[:40]!r}.")
        return
    host, origin = header("Host") or "", header("Origin")
    if origin is not None and origin.lower() not in {f"http://{host}".lower(), f"https://{host}".lower()}:
        raise Forbidden(f"Origin must be that of the Host header, got {origin[:100]!r}.")


def is_navigation_to_console() -> bool:
    """Return whether a person follows a link to the console. The console is never shown in a frame."""
    document = header("Sec-Fetch-Mode") == "navigate" and header("Sec-Fetch-Dest") == "document"
    return document and is_console()


def is_console() -> bool:
    """Return whether the request is for a page of the console or for one of its files."""
    return CONSOLE.fullmatch(path()) is not None


def check_control_host(settings: Settings, host: str) -> None:
    """Refuse a Host that is neither this machine (with any port), nor the public URL's host, nor a control host."""
    if host_name(host) not in LOCAL_HOSTS | configured_names(settings):
        raise Forbidden(
            f"Host must be {', '.join(sorted(LOCAL_HOSTS))}, the host of --public-url or one of --control-host "
            f"on the /_mock routes, got {host[:100]!r}."
        )


def check_host(settings: Settings, host: str) -> None:
    """Refuse a Host that a foreign web page could own (C60). A missing Host, as in HTTP/1.0, is accepted."""
    name = host_name(host)
    if not (is_private_name(name) or name in configured_names(settings)):
        raise Forbidden(
            "Without a token, Host must be an IP address, a name without a dot, a name that ends in .localhost or "
            f".internal, the host of --public-url or one of --control-host, got {host[:100]!r}."
        )


def is_private_name(name: str) -> bool:
    """Return whether a host name is empty, an IP address, without a dot, or below a private top-level domain."""
    if name in LOCAL_HOSTS:  # nearly always; it saves parsing the address
        return True
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        relative = name.removesuffix(".")
        return "." not in relative or relative.endswith(PRIVATE_SUFFIXES)
    return True


def configured_names(settings: Settings) -> frozenset[str]:
    """Return the names of the control hosts and of the public URL's host."""
    hosts = [*settings.control_hosts]
    if settings.public_url is not None:
        hosts.append(urlsplit(settings.public_url).netloc)
    return frozenset(map(host_name, hosts))

"""X-Forwarded headers: accepted only from proxies that are configured as trusted."""

import ipaddress
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

from voxdouble_mock.hosts import is_host, is_port

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FORWARDED: dict[str, Callable[[str], object]] = {
    "HTTP_X_FORWARDED_PROTO": re.compile(r"https?").fullmatch,
    "HTTP_X_FORWARDED_HOST": is_host,
    "HTTP_X_FORWARDED_PORT": is_port,
    "HTTP_X_FORWARDED_PREFIX": re.compile(r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]+)+/?").fullmatch,
}
"""The headers that change a `Location`, each with the check of its value."""


class TrustedProxies:
    """WSGI middleware that applies X-Forwarded-Proto, -Host, -Port and -Prefix if a trusted peer sends them.

    A malformed value is ignored even then, because a trusted proxy may forward a value that its client sent.

    `peers` are addresses or networks, such as 127.0.0.1 or 10.0.0.0/8.
    """

    def __init__(self, app: "WSGIApplication", peers: Sequence[str]) -> None:
        self._networks = [ipaddress.ip_network(peer, strict=False) for peer in peers]
        self._direct = app
        self._forwarded = ProxyFix(app, x_for=0, x_proto=1, x_host=1, x_port=1, x_prefix=1)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Call the application, with the forwarded values in the environ if the peer is trusted."""
        if not self._networks or not self._is_trusted(environ.get("REMOTE_ADDR", "")):
            return self._direct(environ, start_response)
        for name, is_valid in FORWARDED.items():
            if not is_valid(environ.get(name, "").rpartition(",")[2].strip()):
                environ.pop(name, None)
        if "HTTP_X_FORWARDED_PREFIX" in environ:
            environ["HTTP_X_FORWARDED_PREFIX"] = environ["HTTP_X_FORWARDED_PREFIX"].rstrip("/")
        return self._forwarded(environ, start_response)

    def _is_trusted(self, peer: str) -> bool:
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:  # a peer without an address
            return False
        return any(address in network for network in self._networks)

"""What a proxy in front says of the client's own request: believed only of peers that are named as trusted."""

import ipaddress
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class TrustedProxies:
    """WSGI middleware: takes X-Forwarded-Proto, -Host and -Prefix from a trusted peer, and from nobody else.

    `peers` are addresses or networks, such as 127.0.0.1 or 10.0.0.0/8.
    """

    def __init__(self, app: "WSGIApplication", peers: Sequence[str]) -> None:
        self._networks = [ipaddress.ip_network(peer, strict=False) for peer in peers]
        self._direct = app
        self._forwarded = ProxyFix(app, x_for=0, x_proto=1, x_host=1, x_port=0, x_prefix=1)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer as the client sees us."""
        app = self._forwarded if self._is_trusted(environ.get("REMOTE_ADDR", "")) else self._direct
        return app(environ, start_response)

    def _is_trusted(self, peer: str) -> bool:
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:  # a peer without an address
            return False
        return any(address in network for network in self._networks)

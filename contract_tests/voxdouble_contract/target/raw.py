"""Requests that no HTTP library would send: cut, slow, framed twice, or announced and then not sent."""

import contextlib
import http.client
import socket
import ssl
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from requests.structures import CaseInsensitiveDict

from voxdouble_contract.exchange import Exchange

BOUNDARY = "contract-boundary"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
MAX_HEADER = 60
"""The most characters of a header's value that a report shows."""
MAX_RESPONSE = 1 << 20


def multipart_head(name: str = "file") -> bytes:
    """Return the beginning of a multipart body with one part of that name."""
    return (f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="recording.wav"\r\n\r\n').encode()


def multipart_tail() -> bytes:
    """Return the closing boundary of the multipart body."""
    return f"\r\n--{BOUNDARY}--\r\n".encode()


def request_head(method: str, url: str, headers: Sequence[tuple[str, str]]) -> bytes:
    """Return the request line and the headers, exactly as given."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc}", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode()


def send_raw(
    method: str,
    url: str,
    headers: Sequence[tuple[str, str]],
    body: Iterable[bytes] = (),
    *,
    timeout: float = 10.0,
    close_early: bool = False,
    ca: Path | None = None,
) -> Exchange:
    """Send exactly this request and read the response.

    `timeout`, in seconds, is for the connection, each send and each wait for the response. `close_early` closes our
    side of the connection after the body, whatever length was announced. `ca` is a file of certificates to trust
    instead of the usual ones.
    """
    shown = [f"{name}: {value[:MAX_HEADER]}" for name, value in headers if name.lower() != "authorization"]
    try:
        with connect(url, timeout, ca) as connection:
            try:
                connection.sendall(request_head(method, url, headers))
                for piece in body:
                    connection.sendall(piece)
                if close_early:
                    connection.shutdown(socket.SHUT_WR)
            except (BrokenPipeError, ConnectionResetError):
                pass  # the response may have come before the whole body was sent
            return read_response(connection, method, url, shown)
    except (OSError, http.client.HTTPException) as error:
        return Exchange(method, url, shown, failure=f"no response: {type(error).__name__} {error}".strip())


def connect(url: str, timeout: float, ca: Path | None = None) -> socket.socket:
    """Return a connection to the URL's host."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    port = (443 if secure else 80) if parts.port is None else parts.port
    connection = socket.create_connection((parts.hostname or "", port), timeout)
    if secure:
        return ssl.create_default_context(cafile=ca).wrap_socket(connection, server_hostname=parts.hostname)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def read_response(connection: socket.socket, method: str, url: str, shown: object) -> Exchange:
    """Return the exchange with the response that comes next."""
    with contextlib.closing(http.client.HTTPResponse(connection, method=method)) as response:
        response.begin()
        headers = CaseInsensitiveDict(response.getheaders())
        body = response.read(MAX_RESPONSE)
        return Exchange(method, url, shown, response.status, headers, body, proxy_may_respond=True)

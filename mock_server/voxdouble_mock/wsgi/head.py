"""A request's head (its first line and its headers), parsed strictly (RFC 9112 sections 2 to 6).

Heads that two servers could parse differently are refused: two lengths, two framings, folded lines, bare LF. Unusual
heads that real clients send are accepted: absolute URIs, ``//path``, one empty line before the request.
"""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from voxdouble_mock.wsgi.streams import HEAD_LIMIT, TLS_HANDSHAKE

LENGTH_DIGITS = 4000  # more than any body needs: the application refuses a body that is too large
_REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([^\x00-\x20\x7f]+) HTTP/(\d)\.(\d)")
_HEADER_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_TARGET = re.compile(rb"(?:(?i:http)://([^/?#]+))?(/[^?#]*)?(?:\?([^#]*))?")
_HOST = re.compile(rb"[0-9A-Za-z._~!$&'()*+,;=%-]+(?::\d*)?|\[[0-9A-Fa-f:.]+\](?::\d*)?")


class BadHead(ValueError):
    """The request's first line or a header is malformed; the message is a sentence for the client."""


@dataclass(frozen=True, slots=True)
class Head:
    """A parsed head. Names of headers are in lower case; the values of a repeated header are joined by commas."""

    method: bytes
    target: bytes
    path: bytes
    """Percent-decoded; begins with a slash."""
    query: bytes
    version: tuple[int, int]
    headers: Mapping[bytes, bytes]

    @property
    def length(self) -> int | None:
        """Bytes of the body; None if it is chunked."""
        return None if b"transfer-encoding" in self.headers else int(self.headers.get(b"content-length", 0))

    @property
    def keeps_alive(self) -> bool:
        """Whether the client leaves the connection open after the response."""
        options = {option.strip().lower() for option in self.headers.get(b"connection", b"").split(b",")}
        return b"close" not in options if self.version >= (1, 1) else b"keep-alive" in options

    @property
    def awaits_continue(self) -> bool:
        """Whether the client waits for "100 Continue" before it sends the body."""
        return self.version >= (1, 1) and self.headers.get(b"expect", b"").lower() == b"100-continue"


def read_head(source: io.BufferedReader) -> Head | None:
    """Read a request's head of at most 64 KB; return None if the client closed the connection before its first byte.

    Raises :class:`BadHead` if it is too long, cut or malformed.
    """
    if source.peek(1)[:1] == TLS_HANDSHAKE:  # it may hold no line end
        raise BadHead("This port must be used with plain HTTP, not TLS: replace https:// by http://.")
    first = source.readline(HEAD_LIMIT)
    if first == b"\r\n":  # RFC 9112 section 2.2: one empty line is ignored
        first = source.readline(HEAD_LIMIT)
    if not first:
        return None
    room = HEAD_LIMIT - len(first)
    request_line = _checked(first, room, "request line")
    lines: list[bytes] = []
    while True:
        line = source.readline(room)
        room -= len(line)
        if not (line := _checked(line, room, "request line and headers")):
            return parse_head(request_line, lines)
        lines.append(line)


def _checked(line: bytes, room: int, part: str) -> bytes:
    if line.endswith(b"\r\n"):
        return line[:-2]
    if line.endswith(b"\n"):
        raise BadHead("A line of the request's head must end with CRLF, and ends with LF.")
    if room <= 0:
        raise BadHead(f"The {part} must not exceed {HEAD_LIMIT} bytes.")
    raise BadHead("The headers must end with an empty line, and the request ended before it.")


def parse_head(request_line: bytes, lines: list[bytes]) -> Head:
    """Parse a head's lines, given without their line ends.

    Raises :class:`BadHead`; the message names the line and what must hold.
    """
    match = _REQUEST_LINE.fullmatch(request_line)
    if not match:
        raise BadHead(f"The request line must have the form METHOD TARGET HTTP/1.1, got {_shown(request_line)}.")
    method, target, major, minor = match.groups()
    version = min((int(major), int(minor)), (1, 1))
    if major != b"1":
        raise BadHead(f"The version must be HTTP/1.1 or HTTP/1.0, got HTTP/{major.decode()}.{minor.decode()}.")
    headers = _parse_headers(lines)
    _check_framing(headers, version)
    path, query = _parse_target(method, target, headers)
    _check_host(headers, version)
    return Head(method, target, path, query, version, headers)


def _parse_headers(lines: list[bytes]) -> dict[bytes, bytes]:
    headers: dict[bytes, bytes] = {}
    for line in lines:
        given, colon, value = line.partition(b":")
        value = value.strip(b" \t")
        if not colon or not _HEADER_NAME.fullmatch(given) or _CONTROL.search(value):
            raise BadHead(f"A header line must have the form Name: value, got {_shown(line)}.")
        name = given.lower()
        if b"_" in name:
            continue  # the environ could not distinguish it from the same name with a hyphen
        if name in headers:
            if name in {b"content-length", b"host"}:
                raise BadHead(f"The header {given.decode()} must be given once, and is given twice.")
            value = headers[name] + b", " + value
        headers[name] = value
    return headers


def _check_framing(headers: Mapping[bytes, bytes], version: tuple[int, int]) -> None:
    length, coding = headers.get(b"content-length"), headers.get(b"transfer-encoding")
    if length is not None and not (length.isdigit() and len(length) <= LENGTH_DIGITS):
        raise BadHead(f"Content-Length must be a number of bytes in plain digits, got {_shown(length)}.")
    if coding is None:
        return
    if length is not None:
        raise BadHead("A body must be framed by either Content-Length or Transfer-Encoding, and both are given.")
    if coding.lower() != b"chunked" or version < (1, 1):
        raise BadHead(f"Transfer-Encoding must be chunked, and only in HTTP/1.1, got {_shown(coding)}.")


def _parse_target(method: bytes, target: bytes, headers: dict[bytes, bytes]) -> tuple[bytes, bytes]:
    if target == b"*" and method == b"OPTIONS":
        return b"/*", b""
    match = _TARGET.fullmatch(target)
    if not match or not (match[1] or match[2]):
        raise BadHead(f"The request target must be a path that begins with /, or an http:// URI, got {_shown(target)}.")
    authority, path, query = match.groups()
    if authority:
        headers[b"host"] = authority  # RFC 9112 section 3.2.2: it replaces the header Host
    return unquote_to_bytes(path or b"/"), query or b""


def _check_host(headers: Mapping[bytes, bytes], version: tuple[int, int]) -> None:
    host = headers.get(b"host")
    if host is None:
        if version >= (1, 1):
            raise BadHead("The header Host is required in HTTP/1.1, and is missing.")
    elif not _HOST.fullmatch(host):
        raise BadHead(f"The header Host must be a host name or address, with or without a port, got {_shown(host)}.")


def _shown(data: bytes) -> str:
    text = data[:80].decode("latin-1")
    return ascii(text) if len(data) <= 80 else ascii(text) + "..."

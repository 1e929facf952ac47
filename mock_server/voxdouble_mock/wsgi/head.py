"""A request's first line and headers, read strictly (RFC 9112 sections 2 to 6).

Whatever two servers could understand in two ways is refused: two lengths, two framings, folded lines, bare LF. What
clients really send is taken: absolute URIs, ``//path``, one empty line before the request.
"""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

HEAD_LIMIT = 64 * 1024
LENGTH_DIGITS = 4000  # more than any body has: the application says that it is too large
_REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([^\x00-\x20\x7f]+) HTTP/(\d)\.(\d)")
_HEADER_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_TARGET = re.compile(rb"(?:(?i:http)://([^/?#]+))?(/[^?#]*)?(?:\?([^#]*))?")
_HOST = re.compile(rb"[0-9A-Za-z._~!$&'()*+,;=%-]+(?::\d*)?|\[[0-9A-Fa-f:.]+\](?::\d*)?")


class BadHead(ValueError):
    """The request's line or headers cannot be understood; the message is a sentence for the client."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a request's head says. Names of headers are in lower case, values of repeated ones joined by commas."""

    method: bytes
    target: bytes
    path: bytes
    """Unquoted; begins with a slash."""
    query: bytes
    version: tuple[int, int]
    headers: Mapping[bytes, bytes]

    @property
    def length(self) -> int | None:
        """Bytes of the body; None where it is chunked."""
        return None if b"transfer-encoding" in self.headers else int(self.headers.get(b"content-length", 0))

    @property
    def keeps_alive(self) -> bool:
        """Whether the client leaves the connection open after the answer."""
        options = {option.strip().lower() for option in self.headers.get(b"connection", b"").split(b",")}
        return b"close" not in options if self.version >= (1, 1) else b"keep-alive" in options

    @property
    def awaits_continue(self) -> bool:
        """Whether the client waits for "100 Continue" before it sends the body."""
        return self.version >= (1, 1) and self.headers.get(b"expect", b"").lower() == b"100-continue"


def read_head(source: io.BufferedReader) -> Head | None:
    """Read a request's head of at most 64 KB; None where the client ended the connection before its first byte.

    Raises :class:`BadHead` where it is too long, cut, or not understood.
    """
    if source.peek(1)[:1] == b"\x16":  # a TLS handshake, in which no line may ever end
        raise BadHead("This port speaks plain HTTP, not TLS: use http:// in place of https://.")
    first = source.readline(HEAD_LIMIT)
    if first == b"\r\n":  # RFC 9112 section 2.2 has one empty line ignored
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


def _checked(line: bytes, room: int, what: str) -> bytes:
    if line.endswith(b"\r\n"):
        return line[:-2]
    if line.endswith(b"\n"):
        raise BadHead("A line of the request's head ends with LF; it must end with CRLF.")
    if room <= 0:
        raise BadHead(f"The {what} exceeds the limit of {HEAD_LIMIT} bytes.")
    raise BadHead("The request ended before the empty line that closes its headers.")


def parse_head(request_line: bytes, lines: list[bytes]) -> Head:
    """Make sense of a head's lines, given without their ends.

    Raises :class:`BadHead`, whose message names the line and what would be right.
    """
    match = _REQUEST_LINE.fullmatch(request_line)
    if not match:
        raise BadHead(f"The request line {_shown(request_line)} is not of the form METHOD TARGET HTTP/1.1.")
    method, target, major, minor = match.groups()
    version = min((int(major), int(minor)), (1, 1))
    if major != b"1":
        raise BadHead(f"HTTP/{major.decode()}.{minor.decode()} is not spoken here; use HTTP/1.1.")
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
            raise BadHead(f"The header line {_shown(line)} is not of the form Name: value.")
        name = given.lower()
        if b"_" in name:
            continue  # in the environ it could not be told from the same name with a hyphen
        if name in headers:
            if name in {b"content-length", b"host"}:
                raise BadHead(f"The header {given.decode()} is given twice; it must be given once.")
            value = headers[name] + b", " + value
        headers[name] = value
    return headers


def _check_framing(headers: Mapping[bytes, bytes], version: tuple[int, int]) -> None:
    length, coding = headers.get(b"content-length"), headers.get(b"transfer-encoding")
    if length is not None and not (length.isdigit() and len(length) <= LENGTH_DIGITS):
        raise BadHead(f"Content-Length is {_shown(length)}; it must be a number of bytes in plain digits.")
    if coding is None:
        return
    if length is not None:
        raise BadHead("Content-Length and Transfer-Encoding are both given; a body is framed by one of them.")
    if coding.lower() != b"chunked" or version < (1, 1):
        raise BadHead(f"Transfer-Encoding is {_shown(coding)}; only chunked is understood, and only in HTTP/1.1.")


def _parse_target(method: bytes, target: bytes, headers: dict[bytes, bytes]) -> tuple[bytes, bytes]:
    if target == b"*" and method == b"OPTIONS":
        return b"/*", b""
    match = _TARGET.fullmatch(target)
    if not match or not (match[1] or match[2]):
        raise BadHead(f"The request target {_shown(target)} is neither a path that begins with / nor an http:// URI.")
    authority, path, query = match.groups()
    if authority:
        headers[b"host"] = authority  # RFC 9112 section 3.2.2: it replaces the header
    return unquote_to_bytes(path or b"/"), query or b""


def _check_host(headers: Mapping[bytes, bytes], version: tuple[int, int]) -> None:
    host = headers.get(b"host")
    if host is None:
        if version >= (1, 1):
            raise BadHead("The header Host is missing; HTTP/1.1 demands it.")
    elif not _HOST.fullmatch(host):
        raise BadHead(f"The header Host is {_shown(host)}; it must be a host name or address, and perhaps a port.")


def _shown(data: bytes) -> str:
    text = data[:80].decode("latin-1")
    return ascii(text) if len(data) <= 80 else ascii(text) + "..."

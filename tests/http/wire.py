"""Plain HTTP for the tests of this folder: whole requests with requests, broken ones with raw sockets."""

import socket
from typing import Any
from urllib.parse import urlsplit

import requests

import voxdouble_fixtures

EXTRACTION = "/api/technology/speaker-identification-voiceprint-extraction"
CONVERSION = "/api/technology/speaker-identification-voiceprint-conversion"
JOHN = voxdouble_fixtures.path("john_doe.wav").read_bytes()
BOUNDARY = "0123456789abcdef"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


def form(*parts: tuple[str, bytes], closing: bool = True) -> bytes:
    """Write a multipart body of parts (name, content)."""
    written = b"".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="a.wav"\r\n\r\n'.encode()
        + data
        + b"\r\n"
        for name, data in parts
    )
    return written + (f"--{BOUNDARY}--\r\n".encode() if closing else b"")


def extract(url: str, data: bytes = JOHN, **query: Any) -> requests.Response:
    """Start an extraction."""
    return requests.post(url + EXTRACTION, files={"file": ("a.wav", data)}, params=query, timeout=30)


def convert(url: str, voiceprints: Any) -> requests.Response:
    """Start a conversion."""
    return requests.post(url + CONVERSION, json={"voiceprints": voiceprints}, timeout=30)


def get(url: str, **options: Any) -> requests.Response:
    """GET without following anything."""
    return requests.get(url, timeout=30, allow_redirects=False, **options)


def raw(url: str, request: bytes, *, half_close: bool = False) -> tuple[int, bytes]:
    """Send bytes as they are, and give the status and the body of what comes back; status 0 where nothing does."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=30) as connection:
        connection.sendall(request)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]) if head else 0, body


def post_head(path: str, content_type: str, *headers: str) -> bytes:
    """Write the head of a POST by hand."""
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Type: {content_type}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


def assert_refused(response: requests.Response, status: int, kind: str, location: list[Any] | None = None) -> None:
    """Check a refusal: status, the vendor's type, a message, and where asked for the first location."""
    body = response.json()
    assert (response.status_code, body["type"]) == (status, kind), body
    assert response.headers["Content-Type"] == "application/json"
    assert set(body) == {"type", "message", "detail"}
    assert body["message"].endswith(".") or ": " in body["message"]
    if location is not None:
        assert body["detail"][0]["location"] == location

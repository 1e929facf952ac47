"""Plain HTTP for tests of the mock: whole requests with requests, malformed ones with raw sockets."""

import json
import socket
from typing import Any
from urllib.parse import urlsplit

import requests

import voxdouble_fixtures

EXTRACTION = "/api/technology/speaker-identification-voiceprint-extraction"
CONVERSION = "/api/technology/speaker-identification-voiceprint-conversion"
JOHN = voxdouble_fixtures.path("john_doe.wav").read_bytes()
NO_AUDIO = b"These bytes are accepted as an upload, and no time is spent on an analysis."
EMBEDDING = "e2kJZW1iZWRkaW5nW2Q/gAAAXX0="
"""The Base64 of a small voiceprint, whose conversion ends done."""
BOUNDARY = "0123456789abcdef"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
SECONDS = 30.0

SESSION = requests.Session()
SESSION.trust_env = False


def send(method: str, url: str, **options: Any) -> requests.Response:
    """Send a request; redirects are not followed."""
    return SESSION.request(method, url, timeout=SECONDS, allow_redirects=False, **options)


def get(url: str, **options: Any) -> requests.Response:
    """Send a GET."""
    return send("GET", url, **options)


def post(url: str, **options: Any) -> requests.Response:
    """Send a POST."""
    return send("POST", url, **options)


def put(url: str, **options: Any) -> requests.Response:
    """Send a PUT."""
    return send("PUT", url, **options)


def delete(url: str) -> requests.Response:
    """Send a DELETE."""
    return send("DELETE", url)


def extract(url: str, data: bytes = JOHN, name: str = "a.wav", **query: Any) -> requests.Response:
    """Start an extraction."""
    return post(url + EXTRACTION, files={"file": (name, data)}, params=query)


def convert(url: str, voiceprints: Any, **options: Any) -> requests.Response:
    """Start a conversion."""
    return post(url + CONVERSION, json={"voiceprints": voiceprints}, **options)


def form(*parts: tuple[str, bytes], closing: bool = True) -> bytes:
    """Return a multipart body of parts (name, content)."""
    written = b"".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="a.wav"\r\n\r\n'.encode()
        + data
        + b"\r\n"
        for name, data in parts
    )
    return written + (f"--{BOUNDARY}--\r\n".encode() if closing else b"")


def raw(url: str, request: bytes, *, half_close: bool = False) -> tuple[int, bytes]:
    """Send bytes unchanged; return the response's status and body, status 0 if the connection ends without one."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=SECONDS) as connection:
        connection.sendall(request)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        response = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = response.partition(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]) if head else 0, body


def head_of_get(target: str, method: str = "GET") -> bytes:
    """Return the head of a request without a body, with the target unchanged."""
    return f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()


def head_of_post(path: str, content_type: str, *headers: str) -> bytes:
    """Return the head of a POST."""
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Type: {content_type}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


def assert_refused(response: requests.Response, status: int, kind: str, location: list[Any] | None = None) -> None:
    """Check a refusal: its status, the vendor's error type, a message, and the first detail's location if given."""
    body = response.json()
    assert (response.status_code, body["type"]) == (status, kind), body
    assert response.headers["Content-Type"] == "application/json"
    assert set(body) == {"type", "message", "detail"}
    assert body["message"].endswith("."), body
    if location is not None:
        assert body["detail"][0]["location"] == location, body


def assert_raw_refused(response: tuple[int, bytes], status: int, kind: str) -> None:
    """Check the status and the vendor's error type of a response that `raw` has returned."""
    found, body = response
    assert found == status, body
    assert json.loads(body)["type"] == kind, body


def task_of(response: Any) -> str:
    """Return the id of the task of a 202."""
    return str(response.json()["task"]["task_id"])

"""The parts that all attacks share: their outcome, the time they take, and requests of chosen bytes."""

import random
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

import voxdouble_fixtures

EXTRACTION_PATH = "/api/technology/speaker-identification-voiceprint-extraction"
CONVERSION_PATH = "/api/technology/speaker-identification-voiceprint-conversion"
VOICEPRINT = "e2kJZW1iZWRkaW5nW2Q/gAAAXX0="
JOHN = voxdouble_fixtures.path("john_doe.wav").read_bytes()
BOUNDARY = "0123456789abcdef"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
SESSION = requests.Session()
SESSION.trust_env = False


@dataclass(frozen=True)
class Outcome:
    """The figure of an attack, as a sentence without a full stop, and whether the promise was kept."""

    figure: str
    kept: bool


Attack = Callable[[float, random.Random], Outcome]
"""An attack of some seconds, with the random numbers that it uses."""


def until(seconds: float) -> Iterator[int]:
    """Yield 0, then 1, 2 and so on for some seconds."""
    end, number = time.monotonic() + seconds, 0
    while not number or time.monotonic() < end:
        yield number
        number += 1


def exchange(url: str, data: bytes) -> bytes:
    """Send bytes and end the sending; return the first piece of the response, or nothing if no response came."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=30) as client:
        with suppress(OSError):
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
        try:
            return client.recv(65_536)
        except OSError:
            return b""


def status_of(response: bytes) -> int:
    """Return the status of a response; 0 without a response."""
    return int(response[9:12]) if response[9:12].isdigit() else 0


def is_served(response: bytes) -> bool:
    """Return whether a response has a status below 400."""
    return 0 < status_of(response) < 400


def head(method: str, path: str, length: int, content_type: str, host: str = "localhost", **headers: str) -> bytes:
    """Return the head of a request; `sec_fetch_site=` and the like set further headers."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"Content-Type: {content_type}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, f"Content-Length: {length}", "", ""]).encode("utf-8", "surrogateescape")


def upload(file_name: str = "a.wav", audio: bytes = JOHN[:20_000]) -> bytes:
    """Return a multipart body with one recording."""
    disposition = f'Content-Disposition: form-data; name="file"; filename="{file_name}"'
    return f"--{BOUNDARY}\r\n{disposition}\r\n\r\n".encode() + audio + f"\r\n--{BOUNDARY}--\r\n".encode()

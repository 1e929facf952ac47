"""Attacks on a mock that count violated promises: `python -m benchmarks.promises [SECONDS]` prints a line for each.

The seconds, 10 by default, are those of each attack. The exit status is 1 if a promise was violated.
"""

import random
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

import requests

import voxdouble_fixtures
from voxdouble_client import ApplianceClient
from voxdouble_mock import MockAppliance

EXTRACTION = "/api/technology/speaker-identification-voiceprint-extraction"
CONVERSION = "/api/technology/speaker-identification-voiceprint-conversion"
VOICEPRINT = "e2kJZW1iZWRkaW5nW2Q/gAAAXX0="
JOHN = voxdouble_fixtures.path("john_doe.wav").read_bytes()
HALF_HEADS = 1_100
BOUNDARY = "0123456789abcdef"
UPLOAD = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'.encode()
    + JOHN[:20_000]
    + f"\r\n--{BOUNDARY}--\r\n".encode()
)
SESSION = requests.Session()
SESSION.trust_env = False


def until(seconds: float) -> Iterator[int]:
    """Yield 0, 1, 2 and so on for some seconds."""
    end, number = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        yield number
        number += 1


def exchange(url: str, data: bytes) -> int:
    """Send bytes and end the request; return the status of the response, 0 if there is no response."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=30) as client:
        with suppress(OSError):
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
        try:
            head = client.recv(100)
        except OSError:
            return 0
    return int(head[9:12]) if head[9:12].isdigit() else 0


def head(method: str, path: str, length: int, content_type: str) -> bytes:
    """Return the head of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Type: {content_type}"]
    return "\r\n".join([*lines, f"Content-Length: {length}", "", ""]).encode("latin-1")


def cut_uploads(seconds: float, chance: random.Random) -> tuple[str, bool]:
    """P1: uploads that end at a random byte, none of which may be accepted."""
    with MockAppliance() as mock:
        whole = head("POST", EXTRACTION, len(UPLOAD), f"multipart/form-data; boundary={BOUNDARY}") + UPLOAD
        statuses = [exchange(mock.url, whole[: chance.randrange(len(whole))]) for _ in until(seconds)]
    taken = statuses.count(202)
    return f"P1: {len(statuses)} cut uploads, {taken} accepted", not taken


def cut_responses(seconds: float, chance: random.Random) -> tuple[str, bool]:
    """P2: responses that end at a random byte, after which the client must still return the true result."""
    wrong = total = 0
    with MockAppliance(pending=0, running=0) as mock, ApplianceClient(mock.url, proxy="") as client:
        true = client.convert_voiceprints([VOICEPRINT]).vector_voiceprints
        for number in until(seconds):
            total = number + 1
            mock.fault("cut", method="GET", after=chance.randrange(100))
            wrong += client.convert_voiceprints([VOICEPRINT]).vector_voiceprints != true
            mock.reset()
    return f"P2: {total} cut responses, {wrong} wrong results", not wrong


def random_requests(seconds: float, chance: random.Random) -> tuple[str, bool]:
    """P3: requests with random bytes changed, none of which may be answered with a 5xx."""
    json = b'{"voiceprints": ["' + VOICEPRINT.encode() + b'"]}'
    media = f"multipart/form-data; boundary={BOUNDARY}"
    seeds = [
        head("POST", CONVERSION, len(json), "application/json") + json,
        head("POST", EXTRACTION + "?channels=0", len(UPLOAD), media) + UPLOAD,
        head("GET", f"{CONVERSION}/x", 0, "text/plain"),
        head("PUT", "/_mock/scenario", 9, "text/plain") + b"rules: []",
        head("POST", "/_mock/faults", 2, "application/json") + b"{}",
    ]
    statuses: list[int] = []
    with MockAppliance() as mock:
        for _ in until(seconds):
            data = bytearray(chance.choice(seeds))
            for _ in range(chance.randint(1, 6)):
                at = chance.randrange(min(len(data), 700))
                data[at : at + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
            statuses.append(exchange(mock.url, bytes(data)))
    failed = sum(status >= 500 for status in statuses)
    return f"P3: {len(statuses)} damaged requests, {failed} answered with a 5xx", not failed


def half_heads(seconds: float, _chance: random.Random) -> tuple[str, bool]:
    """P7: connections that send half a head, beside which health and polls must be answered."""
    slowest, total = 0.0, 0
    with MockAppliance() as mock, ExitStack() as crowd:
        parts = urlsplit(mock.url)
        for _ in range(HALF_HEADS):
            client = crowd.enter_context(socket.create_connection((parts.hostname or "", parts.port or 0)))
            client.sendall(b"GET /api/system/info HTTP/1.1\r\nHost:")
        for number in until(seconds):
            total = number + 1
            began = time.monotonic()
            SESSION.get(mock.url + "/_mock/health", timeout=30).raise_for_status()
            slowest = max(slowest, time.monotonic() - began)
    line = f"P7: {HALF_HEADS} half heads, {total} health checks beside them, the slowest after {slowest * 1000:.0f} ms"
    return line, slowest < 5


def equal_seeds(seconds: float, chance: random.Random) -> tuple[str, bool]:
    """P13: two mocks with one seed and the same requests, whose responses must be equal byte by byte."""
    different = total = 0
    options = {"seed": 1, "clock": "manual", "location": "path"}
    with MockAppliance(**options) as one, MockAppliance(**options) as two:  # type: ignore[arg-type]  # options by name
        for number in until(seconds):
            total = number + 1
            namespace = f"/_ns/{chance.randrange(100)}"
            body = {"voiceprints": [VOICEPRINT] * chance.randint(0, 3)}
            answers = [SESSION.post(mock.url + namespace + CONVERSION, json=body, timeout=30) for mock in (one, two)]
            different += answers[0].content != answers[1].content
    return f"P13: {total} requests to two mocks with one seed, {different} different responses", not different


ATTACKS: tuple[Callable[[float, random.Random], tuple[str, bool]], ...] = (
    cut_uploads, cut_responses, random_requests, half_heads, equal_seeds,
)  # fmt: skip


def main() -> None:
    """Run all attacks and print their lines."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    kept = []
    for attack in ATTACKS:
        line, holds = attack(seconds, random.Random(seed))
        print(line, flush=True)
        kept.append(holds)
    raise SystemExit(not all(kept))


if __name__ == "__main__":
    main()

"""The memory of a mock that is filled to its bounds at one time, beside the sum of the bounds (P7).

Run: python -m benchmarks.mock_memory, or `make memory-test`. It needs some minutes, 5 GB of memory and 0.5 GB of disk.
The exit status is 1 if the process takes more than the sum. `MALLOC_ARENA_MAX=2` is set, as in the image.
"""

import json
import os
import resource
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

from benchmarks.servers import BOUNDARY, CONVERSION_PATH, EXTRACTION_PATH, MULTIPART, Server, mock
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.http.large_responses import MAX_BYTES
from voxdouble_mock.wsgi.server import MAX_CONNECTIONS, MAX_THREADS, MAX_WAITING
from voxdouble_mock.wsgi.streams import HEAD_LIMIT

MB = 1_000_000
BASE = 150 * MB
"""The process with all its modules, before the first request."""
THREAD = 200_000
"""A thread with its stack and a piece of a body."""
MOST_COMPUTATIONS = 4
"""The most computations at a time, on a machine with many cores."""
COMPUTATION = 250 * MB
"""A computation: 2 hours of audio on 8 channels, or a list of 50,000 voiceprints beside its text."""
LIMITS = Limits()
BOUNDS: dict[str, int] = {
    "the process": BASE,
    "live tasks": LIMITS.max_stored,
    "kept results": LIMITS.cache,
    "JSON bodies": LIMITS.json_storage,
    "uploads": LIMITS.input_storage,
    "request logs": LIMITS.max_logged,
    "scenarios and faults": LIMITS.max_control,
    "large responses": MAX_BYTES,
    "heads": MAX_CONNECTIONS * HEAD_LIMIT,
    "threads": MAX_THREADS * THREAD,
    "computations": MOST_COMPUTATIONS * COMPUTATION,
}
VOICEPRINT = "e2kJZW1iZWRkaW5nW2Q/gAAAXX0="
COMPARISON = "/api/technology/speaker-identification-voiceprint-comparison"


class Crowd:
    """Clients that hold connections open until the end."""

    def __init__(self, server: Server, stack: ExitStack) -> None:
        parts = urlsplit(server.url)
        self._address = (parts.hostname or "", parts.port or 0)
        self._stack = stack
        self.connections = 0

    def send(self, *pieces: bytes) -> socket.socket:
        """Connect, and send an unfinished request."""
        client = self._stack.enter_context(socket.create_connection(self._address, timeout=120))
        self.connections += 1
        for piece in pieces:
            client.sendall(piece)
        return client


def head(path: str, content_type: str, length: int, name: str = "POST") -> bytes:
    """Return the head of a request."""
    lines = [f"{name} {path} HTTP/1.1", "Host: localhost", f"Content-Type: {content_type}", f"Content-Length: {length}"]
    return "\r\n".join([*lines, "", ""]).encode()


def fill_logs(server: Server, _: Crowd) -> None:
    """Send 36 POSTs with long headers, which are refused, to each namespace, in one write each."""
    parts = urlsplit(server.url)
    headers = "".join(f"X-{one}: {'x' * 190}\r\n" for one in range(12))
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=120) as client:
        for namespace in range(LIMITS.max_namespaces - 10):
            one = f"POST /_ns/{namespace}/api/technology/none HTTP/1.1\r\nHost: localhost\r\n{headers}"
            client.sendall(f"{one}Content-Length: 0\r\n\r\n".encode() * 36)
            left = 36
            while left:
                received = client.recv(1 << 20)
                if not received:
                    raise SystemExit("The mock ended a connection with pipelined requests.")
                left -= received.count(b"HTTP/1.1 404")


def fill_control_data(server: Server, _: Crowd) -> None:
    """Set a large scenario in one namespace after another until a scenario is refused."""
    headers = {f"h{one}": f"a*b*c*d*{one}" for one in range(20)}
    rules = [
        {"name": str(one), "when": {"file_name": "a*" * 100, "headers": headers}, "then": {}} for one in range(900)
    ]
    for namespace in range(9):
        url = f"{server.url}/_ns/c{namespace}/_mock/scenario"
        if server.session.put(url, data=json.dumps({"rules": rules}), timeout=300).status_code == 503:
            return
    raise SystemExit("No scenario was refused.")


def fill_tasks(server: Server, _: Crowd) -> None:
    """Start small tasks, and then tasks with large results, all different, until a task is refused."""
    small = {"voiceprints": [VOICEPRINT]}
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda _: server.session.post(server.url + CONVERSION_PATH, json=small, timeout=300), range(10_000)
            )
        )
    for number in range(1000):
        body = {"voiceprints_a": [VOICEPRINT] * 1000, "voiceprints_b": [VOICEPRINT] * (1000 - number)}
        if server.session.post(server.url + COMPARISON, json=body, timeout=300).status_code == 503:
            return


def fill_json(_: Server, crowd: Crowd) -> None:
    """Send two unfinished bodies that nearly reach the bound.

    A body counts twice its bytes, so half as many bytes are sent.
    """
    piece = b"A" * MB
    for size in (LIMITS.max_json - MB, LIMITS.json_storage // 2 - LIMITS.max_json - 2 * MB):
        pieces = [piece] * (size // MB)
        crowd.send(head(CONVERSION_PATH, "application/json", size + MB), b'{"voiceprints": ["', *pieces)


def fill_uploads(_: Server, crowd: Crowd) -> None:
    """Send many uploads of about the largest size that is kept in memory, and two large ones that go to the disk."""
    start = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'.encode()
    small, count = b"\0" * MB, MAX_WAITING - 100
    for _number in range(count):
        crowd.send(head(EXTRACTION_PATH, MULTIPART, 2 * MB), start, small)
    rest = LIMITS.input_storage - count * MB - 4 * MB
    for size in (rest // 2, rest // 2):
        crowd.send(head(EXTRACTION_PATH, MULTIPART, size + MB), start, *[small] * (size // MB))


def fill_responses(_: Server, crowd: Crowd) -> None:
    """Ask for lists of tasks, and do not read them."""
    for _number in range(60):
        client = crowd.send(head("/_mock/tasks", "text/plain", 0, "GET"))
        client.settimeout(10)
        with suppress(TimeoutError):
            client.recv(1)


def fill_heads(_: Server, crowd: Crowd) -> None:
    """Send heads that are not complete on all further connections."""
    start = b"GET /api/system/info HTTP/1.1\r\nHost: localhost\r\nX: "
    for _number in range(MAX_CONNECTIONS - crowd.connections - 20):
        crowd.send(start + b"x" * (HEAD_LIMIT - 200))


STEPS: tuple[Callable[[Server, Crowd], None], ...] = (
    fill_logs, fill_control_data, fill_tasks, fill_responses, fill_uploads, fill_json, fill_heads,
)  # fmt: skip


def main() -> None:
    """Fill a mock, and print its memory after each step, and at its peak beside the sum of the bounds."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    os.environ["MALLOC_ARENA_MAX"] = "2"
    server = mock("--task-lifetime", "86400", "--max-upload-seconds", "3600")
    try:
        print(f"{'at the start':24} {server.memory():7.0f} MiB", flush=True)
        with ExitStack() as stack:
            crowd = Crowd(server, stack)
            for step in STEPS:
                step(server, crowd)
                server.session.get(server.url + "/_mock/health", timeout=120).raise_for_status()
                print(f"{step.__name__.removeprefix('fill_'):24} {server.memory():7.0f} MiB", flush=True)
            health = server.session.get(server.url + "/_mock/health", timeout=60)
            print(f"health: {health.status_code} after {health.elapsed.total_seconds():.2f} s")
            peak, total = server.memory("VmHWM"), sum(BOUNDS.values()) / (1 << 20)
    finally:
        server.stop()
    for name, size in BOUNDS.items():
        print(f"bound of {name:24} {size / (1 << 20):7.0f} MiB")
    print(f"peak {peak:.0f} MiB, sum of the bounds {total:.0f} MiB")
    raise SystemExit(peak > total)


if __name__ == "__main__":
    main()

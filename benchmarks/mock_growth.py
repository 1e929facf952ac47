"""Polls beside many live tasks and beside many uploads, and processor time against sizes.

Run: python -m benchmarks.mock_growth (needs wrk).
"""

import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from benchmarks.figure import Figure
from benchmarks.servers import CONVERSION_PATH, MULTIPART, Load, Server, form, mock, recording, wrk

FEW, MANY, ROUNDS = 100, 99_000, 5
CLIENTS, SECONDS = (16, 64, 256), 8.0
UPLOAD_BYTES = (16_000, 160_000, 1_600_000, 16_000_000)
VOICEPRINTS = b'{"voiceprints":["e2kJZW1iZWRkaW5nW2Q/gAAAXX0="]}'
numbers = count(1_000_000, 1_000_000)


def fill(server: Server, tasks: int, body: Path) -> str:
    """Create live tasks until a server has about this many; return the path of one."""
    url = server.start_task(CONVERSION_PATH, VOICEPRINTS, "application/json")
    while live(server) < tasks:
        if tasks <= FEW:
            server.start_task(CONVERSION_PATH, VOICEPRINTS, "application/json")
        else:
            wrk(server, "load.lua", CONVERSION_PATH, ["POST", str(body), "application/json"], clients=4, seconds=2)
    return urlsplit(url).path


def live(server: Server) -> int:
    """Return the number of live tasks."""
    listed = server.session.get(f"{server.url}/_mock/namespaces", timeout=60).json()["namespaces"]
    return int(listed[0]["tasks"])


def poll(server: Server, path: str, seconds: float = 2.0) -> Load:
    """Return the outcome of polls of one task on one connection."""
    return wrk(server, "load.lua", path, ["GET", "-", "-"], clients=1, seconds=seconds)


def upload(server: Server, file: Path, clients: int, seconds: float) -> Load:
    """Return the outcome of uploads of recordings that are all different."""
    return wrk(
        server,
        "load.lua",
        server.extraction,
        ["POST", str(file), MULTIPART, str(next(numbers))],
        clients=clients,
        seconds=seconds,
    )


def figures() -> Iterator[Figure]:
    """Yield the figures."""
    with tempfile.TemporaryDirectory() as folder:
        yield live_tasks(Path(folder))
        yield from beside_uploads(Path(folder))


def live_tasks(folder: Path) -> Figure:
    """Return the processor time of polls beside many live tasks, relative to few."""
    body = folder / "voiceprints.json"
    body.write_bytes(VOICEPRINTS)
    with ExitStack() as stack:
        servers = [mock("--task-lifetime", "86400") for _ in range(2)]
        for server in servers:
            stack.callback(server.stop)
        paths = [fill(server, tasks, body) for server, tasks in zip(servers, (FEW, MANY), strict=True)]
        rounds = [[poll(server, path) for server, path in zip(servers, paths, strict=True)] for _ in range(ROUNDS)]
    if errors := sum(load.errors for loads in rounds for load in loads):
        raise SystemExit(f"{errors} polls of live tasks failed.")
    found = [(few.cpu_ms, many.cpu_ms) for few, many in rounds]
    ratio = median(many / few for few, many in found)
    milliseconds = median(many for _, many in found)
    return Figure(f"GET beside {MANY:,} live tasks, relative to {FEW}", f"{milliseconds:.2f} ms", ratio, 1.2)


def beside_uploads(folder: Path) -> Iterator[Figure]:
    """Yield the 99th percentile of GETs of the status beside clients that upload new bytes, relative to the fewest."""
    file = folder / "upload.form"
    file.write_bytes(form(recording(UPLOAD_BYTES[1])))
    server = mock("--task-lifetime", "1")
    try:
        found = {clients: median(p99_beside(server, file, clients) for _ in range(3)) for clients in CLIENTS}
    finally:
        server.stop()
    for clients, milliseconds in found.items():
        ratio = milliseconds / found[CLIENTS[0]]
        yield Figure(
            f"99th percentile of GET beside {clients} uploads, relative to 16", f"{milliseconds:.0f} ms", ratio, 3
        )


def p99_beside(server: Server, file: Path, clients: int) -> float:
    """Return the 99th percentile in milliseconds of GETs of the status beside uploads; exit if a request fails."""
    with ThreadPoolExecutor(1) as beside:
        uploads = beside.submit(upload, server, file, clients, SECONDS + 1)
        polls = poll(server, "/api/system/status", SECONDS)
        errors = polls.errors + uploads.result().errors
    if errors:
        raise SystemExit(f"{errors} requests failed beside {clients} uploads.")
    return polls.p99_ms


def curves() -> Mapping[str, list[tuple[float, float]]]:
    """Return points (size, milliseconds of processor time) of the plots."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        server = mock()
        stack.callback(server.stop)
        sizes: list[tuple[float, float]] = []
        for size in UPLOAD_BYTES:
            file = Path(folder, f"{size}.form")
            file.write_bytes(form(recording(size)))
            sizes.append((size / 1e6, upload(server, file, 1, 3).cpu_ms))
        body = Path(folder, "voiceprints.json")
        body.write_bytes(VOICEPRINTS)
        tasks: list[tuple[float, float]] = []
        for number in (100, 1_000, 10_000, 90_000):
            path = fill(server, number, body)
            tasks.append((live(server), poll(server, path).cpu_ms))
    return {"upload in MB, new bytes": sizes, "live tasks, GET": tasks}


if __name__ == "__main__":
    for figure in figures():
        print(figure)

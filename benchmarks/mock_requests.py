"""Processor time of a poll, of uploads and of whole cycles, beside a minimal Flask on cheroot in the same run.

Run: python -m benchmarks.mock_requests (needs wrk).
"""

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.servers import MULTIPART, Server, alternate, both, form, recording, wrk

ROUNDS, SECONDS = 5, 2.0
UPLOADS = {"160 KB": (160_000, 1.4), "10 MB": (10_000_000, 1.4)}


def figures() -> Iterator[Figure]:
    """Yield the figures."""
    with both() as servers, tempfile.TemporaryDirectory() as folder:
        files = {}
        for name, (size, _) in UPLOADS.items():
            files[name] = Path(folder, f"{size}.form")
            files[name].write_bytes(form(recording(size)))
            for server in servers.values():  # the results of the same bytes are in the cache from here on
                server.start_task(server.extraction, files[name].read_bytes(), MULTIPART)
        small = files["160 KB"]
        urls = {
            server.url: server.start_task(server.extraction, small.read_bytes(), MULTIPART)
            for server in servers.values()
        }

        def poll(server: Server, clients: int) -> float:
            path = urls[server.url].removeprefix(server.url)
            return cpu_ms(server, "load.lua", path, ["GET", "-", "-"], clients)

        def upload(server: Server, file: Path) -> float:
            return cpu_ms(server, "load.lua", server.extraction, ["POST", str(file), MULTIPART], 1)

        def cycle(server: Server) -> float:
            return cpu_ms(server, "cycle.lua", "/", [str(small), MULTIPART, server.extraction], 1)

        for clients in (1, 8):
            milliseconds, ratio = alternate(servers, partial(poll, clients=clients), ROUNDS)
            yield Figure(f"GET of a done task, connections: {clients}", f"{milliseconds:.2f} ms", ratio, 1.15)
        for name, (_, aim) in UPLOADS.items():
            milliseconds, ratio = alternate(servers, partial(upload, file=files[name]), ROUNDS)
            yield Figure(f"POST of {name}, the same bytes", f"{milliseconds:.2f} ms", ratio, aim)
        milliseconds, ratio = alternate(servers, cycle, ROUNDS)
        yield Figure("cycle: POST of 160 KB, three GETs", f"{milliseconds:.2f} ms", ratio, None)


def cpu_ms(server: Server, script: str, path: str, arguments: list[str], clients: int) -> float:
    """Return the milliseconds of processor time a request; a load with errors ends the run."""
    load = wrk(server, script, path, arguments, clients=clients, seconds=SECONDS)
    if load.errors:
        raise SystemExit(f"{load.errors} of {load.requests} requests failed at {server.url}{path}.")
    return load.cpu_ms


if __name__ == "__main__":
    for figure in figures():
        print(figure)

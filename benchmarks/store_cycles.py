"""Processor time of the mock for a cycle of one POST and three polls, on each store, and beside memory.

Run: .venv/bin/python -m benchmarks.store_cycles
The stores are measured in turn, in short rounds, since other programs use the machine too; what a store adds is the
median of the differences within a round. The bound is 1 ms more than memory on an idle machine; with other programs on
its cores all times are longer. The time of the Redis server itself is not counted.
"""

import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import requests

import voxdouble_fixtures
from tests.commands.process import serving
from tests.store.redis_server import running

CYCLES = 60
ROUNDS = 35
WARMING = 5
POLLS = 3
CONVERSION_PATH = "/api/technology/speaker-identification-voiceprint-conversion"


def processor_seconds(process: int) -> float:
    """Return the processor time that the threads of a process have used; the mock ends none of them here."""
    threads = Path(f"/proc/{process}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9


def run_cycles(url: str, process: int) -> tuple[float, float]:
    """Return the milliseconds of processor time and of real time of one cycle."""
    voiceprint = voxdouble_fixtures.path("john_doe.vp").read_text().strip()
    with requests.Session() as session:
        session.trust_env = False
        used, began = processor_seconds(process), time.perf_counter()
        for _ in range(CYCLES):
            started = session.post(url + CONVERSION_PATH, json={"voiceprints": [voiceprint]}, timeout=30)
            for _ in range(POLLS):
                session.get(started.headers["Location"], timeout=30).raise_for_status()
        passed = time.perf_counter() - began
    return 1000 * (processor_seconds(process) - used) / CYCLES, 1000 * passed / CYCLES


def main() -> None:
    """Print a line for each store."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        redis = stack.enter_context(running(folder, "--appendonly", "yes"))
        addresses = {"memory": "memory:", "sqlite": f"sqlite:{folder / 'store.db'}", "redis": redis.url}
        mocks = {name: stack.enter_context(serving("--store", address)) for name, address in addresses.items()}
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in mocks}
        for _ in range(WARMING + ROUNDS):
            for name, (url, process) in mocks.items():
                times[name].append(run_cycles(url, process.pid))
    processor = {name: [one for one, _ in measured[WARMING:]] for name, measured in times.items()}
    for name, measured in processor.items():
        cycle, real = statistics.median(measured), statistics.median(one for _, one in times[name][WARMING:])
        pairs = list(zip(measured, processor["memory"], strict=True))
        ratio = statistics.median(one / memory for one, memory in pairs)
        more = statistics.median(one - memory for one, memory in pairs)
        added = f", {ratio:.2f} times memory, {more:+.2f} ms (bound +1)" if name != "memory" else ""
        print(f"{name:6}  {cycle:.2f} ms of processor time a cycle{added}; {real:.1f} ms of real time")


if __name__ == "__main__":
    main()

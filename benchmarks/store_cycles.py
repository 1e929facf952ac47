"""Processor time of the mock for a cycle of one POST and three polls, on each store, as a ratio to memory.

Run: .venv/bin/python -m benchmarks.store_cycles
The bound is 1 ms more than memory on an idle machine; with other programs on its cores all times are longer, and only
the ratio can be compared. The time of the Redis server itself is not counted.
"""

import os
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import requests

import voxdouble_fixtures
from tests.commands.process import serving
from tests.store.redis_server import running

CYCLES = 300
ROUNDS = 7
POLLS = 3
CONVERSION_PATH = "/api/technology/speaker-identification-voiceprint-conversion"
TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(process: int) -> float:
    """Return the processor time that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


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
        for _ in range(ROUNDS + 1):  # in turn, since other programs use the machine too; the first warms up
            for name, (url, process) in mocks.items():
                times[name].append(run_cycles(url, process.pid))
    processor = {name: [one for one, _ in measured[1:]] for name, measured in times.items()}
    memory = statistics.median(processor["memory"])
    for name, measured in times.items():
        cycle = statistics.median(processor[name])
        real = statistics.median(one for _, one in measured[1:])
        added = f", {cycle / memory:.2f} times memory, {cycle - memory:+.2f} ms (bound +1)" if name != "memory" else ""
        print(f"{name:6}  {cycle:.2f} ms of processor time a cycle{added}; {real:.1f} ms of real time")


if __name__ == "__main__":
    main()

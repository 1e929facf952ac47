"""Time that the mock adds to a test run: the unused plugin, and start and stop of a mock after the first import.

Run: .venv/bin/python -m benchmarks.mock_start
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.servers import environment
from voxdouble_mock import MockAppliance

STARTS = 200
RUNS = 15
EMPTY_RUN = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:hypothesispytest"]


def milliseconds(action: Callable[[], object]) -> float:
    """Return the milliseconds that an action takes."""
    started = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - started)


def starts_and_stops() -> None:
    """Print the times of starting and stopping a mock in this process."""
    starts, stops = [], []
    for _ in range(STARTS):
        started = time.perf_counter()
        mock = MockAppliance()
        mock.start()
        starts.append(1000 * (time.perf_counter() - started))
        stops.append(milliseconds(mock.stop))
    for name, times in (("start", starts), ("stop", stops)):
        p99 = statistics.quantiles(times, n=100)[98]
        print(f"{name:5} of a mock  p50 {statistics.median(times):6.2f} ms   p99 {p99:6.2f} ms")


def loading() -> None:
    """Print the time of loading the plugin in a process that has loaded pytest."""
    code = (
        "import time, pytest, pathlib; started = time.perf_counter(); "
        "import voxdouble.pytest_plugin; print(1000 * (time.perf_counter() - started))"
    )
    loads = [float(run("-c", code, folder=".")) for _ in range(RUNS)]
    print(f"loading the plugin  p50 {statistics.median(loads):6.2f} ms")


def unused_plugin() -> None:
    """Print the median of pytest runs with the plugin and without it, alternating."""
    times: dict[str, list[float]] = {"with": [], "without": []}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_empty.py").write_text("def test_empty(): pass\n")
        for _ in range(RUNS):
            times["with"].append(milliseconds(partial(run, *EMPTY_RUN, folder=folder)))
            times["without"].append(milliseconds(partial(run, *EMPTY_RUN, "-p", "no:voxdouble", folder=folder)))
    more, less = (statistics.median(times[name]) for name in ("with", "without"))
    print(f"an unused plugin  {more - less:6.2f} ms more than a run of {less:.0f} ms, ratio {more / less:.3f}")


def run(*arguments: str, folder: str) -> str:
    """Return the stdout of a Python process. From the second run on it finds its modules compiled."""
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, env=environment(), check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    starts_and_stops()
    loading()
    unused_plugin()

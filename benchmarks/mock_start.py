"""What the mock costs a test run: the plugin unused, and a mock's start and stop after the first import.

Run: .venv/bin/python benchmarks/mock_start.py
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from voxdouble_mock import MockAppliance

STARTS = 200
RUNS = 15
RUN_NOTHING = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:hypothesispytest"]


def milliseconds(action: Callable[[], object]) -> float:
    """Time one action."""
    began = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - began)


def starts_and_stops() -> None:
    """Time starts, with all that a mock is made of, and stops in this process."""
    started, stopped = [], []
    for _ in range(STARTS):
        began = time.perf_counter()
        mock = MockAppliance()
        mock.start()
        started.append(1000 * (time.perf_counter() - began))
        stopped.append(milliseconds(mock.stop))
    for name, times in (("start", started), ("stop", stopped)):
        late = statistics.quantiles(times, n=100)[98]
        print(f"{name:5} of a mock  p50 {statistics.median(times):6.2f} ms   p99 {late:6.2f} ms")


def loading() -> None:
    """Time what loading the plugin adds to a process that has pytest loaded."""
    code = (
        "import time, pytest, pathlib; began = time.perf_counter(); "
        "import voxdouble.pytest_plugin; print(1000 * (time.perf_counter() - began))"
    )
    loads = [float(run("-c", code, folder=".")) for _ in range(RUNS)]
    print(f"loading the plugin  p50 {statistics.median(loads):6.2f} ms")


def unused_plugin() -> None:
    """Time whole pytest runs with the plugin and without, in turn, and compare the medians."""
    times: dict[str, list[float]] = {"with": [], "without": []}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_nothing.py").write_text("def test_nothing(): pass\n")
        for _ in range(RUNS):
            times["with"].append(milliseconds(partial(run, *RUN_NOTHING, folder=folder)))
            times["without"].append(milliseconds(partial(run, *RUN_NOTHING, "-p", "no:voxdouble", folder=folder)))
    more, less = (statistics.median(times[name]) for name in ("with", "without"))
    print(f"an unused plugin  {more - less:6.2f} ms more than a run of {less:.0f} ms, ratio {more / less:.3f}")


def run(*arguments: str, folder: str) -> str:
    """Run Python in a process of its own."""
    return subprocess.run([sys.executable, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    starts_and_stops()
    loading()
    unused_plugin()

"""Settings of all tests: SIGINT reaches the processes that they start, and property tests have no deadline.

A shell makes a background process ignore SIGINT, and child processes inherit that; tests of an interruption would then
wait for ever. A deadline for each example would fail on a busy machine. The hooks save a tenth of the processor's time.
"""

import gc
import signal
from collections.abc import Generator

import hypothesis
import pytest
from _pytest.runner import runtestprotocol

from tests.examples_count import examples

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
hypothesis.settings.register_profile("voxdouble", deadline=None, max_examples=examples(100))
hypothesis.settings.load_profile("voxdouble")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect the tests without garbage collection, and keep all that they have imported out of later ones."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Send one report of a test from a worker of pytest-xdist, as each message takes as long as a short test.

    A setup or teardown that does not pass is reported too, and with `--durations` each of them is.
    """
    if not hasattr(item.config, "workerinput") or item.config.getoption("durations") is not None:
        return None
    for report in runtestprotocol(item, log=False, nextitem=nextitem):
        if report.when == "call" or not report.passed:
            item.ihook.pytest_runtest_logreport(report=report)
    return True

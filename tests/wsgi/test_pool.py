"""The pool of worker threads."""

import logging
import queue
import threading
import weakref
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.wsgi.wire import PATIENCE
from voxdouble_mock.wsgi.pool import Pool

Work = Callable[[], object]
LOG = logging.getLogger("test")


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Yield an event that work can wait for; it is set when the test ends."""
    event = threading.Event()
    yield event
    event.set()


def pool_of(limit: int, idle_seconds: float = PATIENCE) -> Pool[Work]:
    """Return a pool whose work is functions to call."""
    return Pool(lambda work: work(), limit=limit, log=LOG, idle_seconds=idle_seconds)


def test_a_thread_is_added_for_work_that_would_wait(gate: threading.Event) -> None:
    """Fifty pieces of work run at the same time."""
    pool = pool_of(limit=50)
    started = threading.Semaphore(0)

    def work() -> None:
        started.release()
        gate.wait()

    for _ in range(50):
        pool.put(work)
    assert all(started.acquire(timeout=PATIENCE) for _ in range(50))
    assert pool.size == 50


def test_threads_are_reused() -> None:
    """Consecutive work needs one thread, or two if the first is not idle yet."""
    pool = pool_of(limit=50)
    done = threading.Semaphore(0)
    for _ in range(100):
        pool.put(done.release)
        assert done.acquire(timeout=PATIENCE)
    assert pool.size <= 2


def test_beyond_the_limit_work_waits(gate: threading.Event) -> None:
    """With all threads busy, work waits until a thread is idle."""
    pool = pool_of(limit=2)
    done: queue.SimpleQueue[int] = queue.SimpleQueue()
    for _ in range(2):
        pool.put(gate.wait)
    for number in range(5):
        pool.put(partial(done.put, number))
    assert pool.size == 2
    assert done.empty()
    gate.set()
    assert {done.get(timeout=PATIENCE) for _ in range(5)} == set(range(5))


def test_idle_threads_end() -> None:
    """The threads of a burst end after the idle time, and a later burst gets new ones."""
    pool = pool_of(limit=20, idle_seconds=0.05)
    ended: queue.SimpleQueue[threading.Thread] = queue.SimpleQueue()
    for _ in range(2):
        together = threading.Barrier(20)

        def work(barrier: threading.Barrier = together) -> None:
            barrier.wait(PATIENCE)
            ended.put(threading.current_thread())

        for _ in range(20):
            pool.put(work)
        for _ in range(20):
            ended.get(timeout=PATIENCE).join(PATIENCE)
        assert pool.size == 0


def test_idle_threads_keep_no_references() -> None:
    """A thread drops its finished work at once, since it may own buffers."""
    pool = pool_of(limit=1)
    gone = threading.Event()

    class Finished:
        def __call__(self) -> None:
            """Do nothing."""

    work = Finished()
    weakref.finalize(work, gone.set)
    pool.put(work)
    del work
    assert gone.wait(PATIENCE)


def test_a_stop_lets_work_finish() -> None:
    """A stop waits for the work that was put before it."""
    pool = pool_of(limit=1)
    done: list[int] = []
    for number in range(100):
        pool.put(partial(done.append, number))
    pool.stop(PATIENCE)
    assert done == list(range(100))


def test_a_stop_is_bounded(gate: threading.Event) -> None:
    """A stop does not wait for endless work longer than its timeout."""
    pool = pool_of(limit=1)
    pool.put(gate.wait)
    pool.stop(0.01)
    assert not gate.is_set()


def test_work_may_stop_its_pool() -> None:
    """A stop from a worker thread returns."""
    pool = pool_of(limit=1)
    stopped = threading.Event()

    def stop() -> None:
        pool.stop(PATIENCE)
        stopped.set()

    pool.put(stop)
    assert stopped.wait(PATIENCE)


def test_failing_work_ends_no_thread(caplog: pytest.LogCaptureFixture) -> None:
    """Work that raises, even SystemExit, is logged, and its thread goes on."""

    def fail() -> None:
        raise SystemExit(1)

    pool = pool_of(limit=1)
    done = threading.Event()
    pool.put(fail)
    pool.put(done.set)
    assert done.wait(PATIENCE)
    assert "failed unexpectedly" in caplog.text


def test_work_waits_if_no_thread_can_be_started(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """On a machine without further threads, work waits for a running one."""
    pool = pool_of(limit=5)
    first, second = threading.Event(), threading.Event()
    pool.put(partial(first.wait, PATIENCE))

    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        pool.put(second.set)
    first.set()
    assert second.wait(PATIENCE)
    assert "can't start new thread" in caplog.text

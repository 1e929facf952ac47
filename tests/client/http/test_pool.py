"""The size of the pool of connections."""

import socket
import threading
from typing import Any

import pytest

from tests.client.hostile import DONE, GOOD, TASK_PATH, ReceivedRequest, response, serving
from voxdouble_client import ApplianceClient


@pytest.mark.parametrize("size", [0, -1, 1001, 1.5, True, "4", None])
def test_a_pool_size_out_of_range_is_refused(size: Any) -> None:
    """The pool has 1 to 1,000 connections, a whole number."""
    with pytest.raises(ValueError, match=f"`pool_size` must be a whole number from 1 to 1000, got {size!r}"):
        ApplianceClient("http://appliance", pool_size=size)


def connections_of(calls: int, pool_size: int) -> int:
    """Return how many connections two rounds of so many concurrent polls need in all."""
    seen: set[tuple[str, int]] = set()
    together = threading.Barrier(calls)

    def behave(_: ReceivedRequest, connection: socket.socket) -> None:
        seen.add(connection.getpeername())
        together.wait(30)
        connection.sendall(response(200, DONE))

    def poll_twice() -> None:
        appliance.task(TASK_PATH).state()
        rounds.wait(30)
        appliance.task(TASK_PATH).state()

    rounds = threading.Barrier(calls)
    with serving(behave, pool_size=pool_size) as (_, appliance):
        threads = [threading.Thread(target=poll_twice) for _ in range(calls)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return len(seen)


def test_as_many_connections_are_kept_as_the_pool_is_large() -> None:
    """Six concurrent calls use six connections again if the pool has six, and need four more if it has two."""
    assert connections_of(6, pool_size=6) == 6
    assert connections_of(6, pool_size=2) == 10


def test_a_batch_has_a_connection_for_each_of_its_calls(caplog: pytest.LogCaptureFixture) -> None:
    """With more concurrency than `pool_size`, the pool grows, and no connection is discarded."""
    together = threading.Barrier(8)

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        if request.method == "POST":
            together.wait(30)
        GOOD(request, connection)

    with serving(behave, pool_size=2) as (_, appliance):
        outcomes = list(appliance.extract_voiceprints([b"audio"] * 24, concurrency=8))
    assert [outcome.error for outcome in outcomes] == [None] * 24
    assert "pool is full" not in caplog.text

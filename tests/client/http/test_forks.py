"""A client in forked processes: each has its own connections and its own locks."""

import multiprocessing
import os
import socket
import threading

import pytest

from tests.client.hostile import TASK_PATH, ReceivedRequest, response, serving
from voxdouble_client import ApplianceClient
from voxdouble_client._http.retry import RetryBudget

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


def echo_task_id(request: ReceivedRequest, connection: socket.socket) -> None:
    """Respond to a poll with the state `state-of-<task id>`."""
    name = request.target.rpartition("/")[2]
    connection.sendall(response(200, {"task": {"task_id": name, "state": f"state-of-{name}"}}))


_inherited: list[ApplianceClient] = []


def poll(number: int) -> str:
    """Return the state of a task, polled with the client that this process inherited."""
    return _inherited[0].task(f"/api/technology/x/{number}").state()


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_forked_processes_get_their_own_responses() -> None:
    """Eight processes forked after the first request each get the responses to their own requests."""
    with serving(echo_task_id) as (_, appliance):
        assert appliance.task(TASK_PATH).state()
        _inherited[:] = [appliance]
        try:
            with multiprocessing.get_context("fork").Pool(8) as pool:
                states = pool.map(poll, range(200), chunksize=1)
        finally:
            _inherited.clear()
        assert states == [f"state-of-{number}" for number in range(200)]


def test_a_forked_process_leaves_the_connection_of_its_parent_open() -> None:
    """After a child has used and closed its client, the parent goes on with the connection that it had."""
    ports: list[int] = []

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        ports.append(connection.getpeername()[1])
        echo_task_id(request, connection)

    with serving(behave) as (_, appliance):
        appliance.task("/api/technology/x/1").state()
        if (child := os.fork()) == 0:
            status = 1
            try:
                status = 0 if appliance.task("/api/technology/x/2").state() == "state-of-2" else 2
                appliance.close()
            finally:
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert appliance.task("/api/technology/x/3").state() == "state-of-3"
    assert ports[0] == ports[2] != ports[1]


def test_a_lock_that_is_held_during_a_fork_does_not_block_the_child() -> None:
    """The budget of retries works in a child although a thread of the parent held its lock."""
    budget = RetryBudget()
    with budget._lock:
        if (child := os.fork()) == 0:
            threading.Timer(20, os._exit, [1]).start()
            budget.earn()
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

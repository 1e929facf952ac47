"""`wait` and `state`: tasks that were started before."""

import pytest

from tests.client.cli.calling import call
from tests.client.hostile import DONE, TASK_PATH, HostileServer, responding, response, task_body


@pytest.mark.parametrize(("name", "code"), [("pending", 0), ("done", 0), ("odd", 0), ("failed", 1), ("rejected", 1)])
def test_state_prints_one_word(name: str, code: int) -> None:
    """The state is on stdout as one word; the exit code is 1 if the task failed or was rejected."""
    body = task_body(name, result={}, error={"type": "internal", "message": "x"})
    with HostileServer(responding(response(200, body))) as server:
        result = call("state", server.url + TASK_PATH)
    assert (result.stdout, result.exit_code) == (f"{name}\n", code)


def test_the_state_of_an_unknown_task_is_exit_code_1() -> None:
    """A task that the appliance does not know is an error on stderr."""
    with HostileServer(responding(response(404, {}))) as server:
        result = call("state", server.url + TASK_PATH)
    assert (result.stdout, result.exit_code) == ("", 1)
    assert "404" in result.stderr


def test_wait_uses_the_prefix_in_the_tasks_url() -> None:
    """The URL of a task is enough to find its appliance, below a path as well."""
    with HostileServer(responding(response(200, DONE))) as server:
        assert call("wait", f"{server.url}/_ns/a{TASK_PATH}").exit_code == 0
    assert server.received[0].target == f"/_ns/a{TASK_PATH}"


def test_wait_accepts_several_tasks() -> None:
    """The answers of several tasks are one line each."""
    with HostileServer(responding(response(200, DONE))) as server:
        result = call("wait", *[server.url + TASK_PATH] * 3)
    assert len(result.stdout.splitlines()) == 3

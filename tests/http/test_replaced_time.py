"""A mock beside a test that replaces the clock of its process; `make suite-test` tries freezegun and time-machine."""

import datetime
import email.utils
import http.client
import json
from unittest import mock as patching

import pytest

from tests.http.wire import CONVERSION, EMBEDDING
from voxdouble_mock import MockAppliance
from voxdouble_mock.real_time import real_now

REPLACED = ("time.time", "time.time_ns", "time.monotonic", "time.monotonic_ns", "time.perf_counter")


def exchange(
    connection: http.client.HTTPConnection, method: str, path: str, body: str | None = None
) -> tuple[str, str]:
    """Return the `Date` and the body of a response; unlike requests, http.client reads no clock."""
    connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
    response = connection.getresponse()
    text = response.read().decode()
    assert response.status < 300, text
    return response.headers["Date"], text


@pytest.mark.parametrize("name", REPLACED)
def test_a_replaced_clock_is_not_read_by_the_mock(name: str) -> None:
    """A task lives by real time while a function of `time` has no value left, on one connection and on a new one."""
    with MockAppliance(pending=0, running=0) as mock:
        host, port = mock.url.removeprefix("http://").split(":")
        kept = http.client.HTTPConnection(host, int(port), timeout=30)
        with patching.patch(name, side_effect=AssertionError(f"the mock has called {name}")):
            exchange(kept, "POST", CONVERSION, json.dumps({"voiceprints": [EMBEDDING]}))
            [task] = json.loads(exchange(kept, "GET", "/_mock/tasks")[1])["tasks"]
            fresh = http.client.HTTPConnection(host, int(port), timeout=30)
            date, polled = exchange(fresh, "GET", f"{CONVERSION}/{task['task_id']}")
            fresh.close()
        kept.close()
    assert json.loads(polled)["task"]["state"] == "done"
    assert abs(email.utils.parsedate_to_datetime(date).timestamp() - real_now() / 1000) < 60


def test_real_time_is_that_of_the_wall_clock() -> None:
    """The mock's real time agrees with the wall clock, from which it was read."""
    assert abs(datetime.datetime.now(tz=datetime.UTC).timestamp() - real_now() / 1000) < 60

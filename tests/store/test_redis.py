"""The store on a Redis server: what it survives (P8), what it shares (P9), and what it reports."""

import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from tests.http.wire import CONVERSION, assert_refused, convert, get
from tests.store.redis_server import RedisServer, opened, running
from tests.store.steps import POST, entry, find, ids, submit
from voxdouble_mock import MockAppliance
from voxdouble_mock.core.errors import StorageFull
from voxdouble_mock.core.fault import FaultSpec, Reset, arm
from voxdouble_mock.core.scenario import Rule, Scenario, Then
from voxdouble_mock.store import Change


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[RedisServer]:
    """Start a server for one test, which stops it."""
    with running(tmp_path, "--appendonly", "yes", "--appendfsync", "always") as started:
        yield started


def test_two_open_stores_see_each_other(server: RedisServer) -> None:
    """Tasks, clocks, scenarios, faults and log entries of one process are those of the other at once (P9)."""
    one, other = opened(server), opened(server)
    submitted = [submit(one, ""), submit(other, "")]
    assert ids(one, "") == ids(other, "") == submitted
    assert find(other, "", submitted[0]) == find(one, "", submitted[0])
    scenario, faults = Scenario((Rule(Then()),)), (arm(FaultSpec(Reset(), nth=2, count=2), 0, 1),)
    one.change("", lambda view: Change(replace(view.record, scenario=scenario, faults=faults), None))
    assert [store.begin("", POST).fault for store in (one, other, one, other)] == [None, Reset(), Reset(), None]
    assert one.view("").record == other.view("").record
    assert other.view("").record.scenario == scenario
    for store in (one, other, one):
        store.log("", entry())
    ends = time.monotonic() + 10  # entries are sent without waiting, so those of another connection may come later
    while len(kept := other.requests("")[0]) < 3 and time.monotonic() < ends:
        time.sleep(0.001)
    assert [logged.number for logged in kept] == [1, 2, 3]


def test_a_reset_reaches_the_tasks_that_another_process_has_cached(server: RedisServer) -> None:
    """After a reset by one process, the other finds neither the task nor the old record."""
    one, other = opened(server), opened(server)
    task_id = submit(other, "a")
    assert find(other, "a", task_id) is not None
    before = other.view("a").record
    one.reset("a")
    assert find(other, "a", task_id) is None
    assert other.view("a").record.life != before.life


def test_a_store_that_is_down_is_503_and_never_404(own_server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    """Polls and POSTs are refused with `Retry-After` while it is down; afterwards the task is found again (P8)."""
    with MockAppliance(store=own_server.url) as mock:
        task_id = convert(mock.url, ["AAAA"]).json()["task"]["task_id"]
        assert get(mock.url + "/_mock/health").json()["store"] == "up"
        own_server.stop()
        for refused in (get(f"{mock.url}{CONVERSION}/{task_id}"), convert(mock.url, ["AAAA"])):
            assert_refused(refused, 503, "internal")
            assert refused.headers["Retry-After"] == "5"
            assert f"The store {own_server.url} is down: " in refused.json()["message"]
        assert get(mock.url + "/_mock/clock").status_code == 503
        health = get(mock.url + "/_mock/health")
        assert (health.status_code, health.json()["store"]) == (200, "down")
        own_server.start()
        assert get(f"{mock.url}{CONVERSION}/{task_id}").status_code == 200
        assert get(mock.url + "/_mock/health").json()["store"] == "up"
    down = [text for text in caplog.messages if "is down" in text]
    assert len(down) == 1


def test_a_server_that_hangs_is_down_after_two_seconds(own_server: RedisServer) -> None:
    """A request is refused in the time of one timeout, and its log entry does not wait for another."""
    with MockAppliance(store=own_server.url) as mock:
        task_id = convert(mock.url, ["AAAA"]).json()["task"]["task_id"]
        assert own_server.process is not None
        own_server.process.send_signal(signal.SIGSTOP)
        before = time.monotonic()
        assert_refused(get(f"{mock.url}{CONVERSION}/{task_id}"), 503, "internal")
        assert time.monotonic() - before < 3.5
        own_server.process.send_signal(signal.SIGCONT)
        assert get(f"{mock.url}{CONVERSION}/{task_id}").status_code == 200


def test_an_emptied_store_is_logged_once_and_shown(server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    """Its tasks are unknown then; the mock goes on with its scenario, in each process that shares the store."""
    scenario = {"rules": [{"then": {"end": "failed"}, "name": "fails"}]}
    with (
        MockAppliance(store=server.url, scenario=scenario, pending=0, running=0) as mock,
        MockAppliance(store=server.url, scenario=scenario) as other,
    ):
        task_id = convert(mock.url, ["AAAA"]).json()["task"]["task_id"]
        server.client.flushall()
        assert get(f"{mock.url}{CONVERSION}/{task_id}").status_code == 404
        for url in (mock.url, other.url):
            again = convert(url, ["AAAA"])
            assert get(again.headers["Location"]).json()["task"]["state"] in {"failed", "pending"}
            assert get(url + "/_mock/health").json()["store"] == "emptied"
        assert [logged.rule for logged in mock.requests if logged.method == "POST"] == ["fails"] * 2
    emptied = [text for text in caplog.messages if "was emptied" in text]
    assert emptied == [f"The store {server.url} was emptied: what was in it is lost."] * 2


def test_a_full_server_refuses_tasks_and_answers_polls(tmp_path: Path) -> None:
    """A POST gets 507 when maxmemory is reached; polls and stored tasks are as before."""
    with running(tmp_path) as server:
        store = opened(server)
        task_id = submit(store, "")
        server.client.config_set("maxmemory", 1)
        with pytest.raises(StorageFull, match=r"memory of the store .* is full"):
            submit(store, "")
        assert find(store, "", task_id) is not None
        server.client.config_set("maxmemory", 0)
        submit(store, "")


def test_many_threads_share_a_store(server: RedisServer) -> None:
    """Sixteen threads that start and poll tasks get their own answers only."""
    store = opened(server)
    wrong: list[str] = []

    def start_and_poll(number: int) -> None:
        for _ in range(10):
            task_id = submit(store, f"n{number % 4}")
            found = find(store, f"n{number % 4}", task_id)
            if found is None or found.task_id != task_id:
                wrong.append(task_id)

    threads = [Thread(target=start_and_poll, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_newer_schema_is_refused_by_its_number(server: RedisServer) -> None:
    """The message names the version that was found and the one that is supported."""
    opened(server).close()
    server.client.hset("voxdouble:store", "schema", "99")
    with pytest.raises(ValueError, match="must have schema version 3, got 99"):
        opened(server)


def test_a_store_that_another_schema_has_taken_is_down(server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    """If the server is emptied and another version makes the store, requests get 503 and health still 200."""
    with MockAppliance(store=server.url) as mock:
        task_id = convert(mock.url, ["AAAA"]).json()["task"]["task_id"]
        server.client.flushall()
        server.client.hset("voxdouble:store", mapping={"schema": "99", "life": "x", "opened": 1, "latest": 1})
        for refused in (get(f"{mock.url}{CONVERSION}/{task_id}"), convert(mock.url, ["AAAA"])):
            assert_refused(refused, 503, "internal")
            assert "must have schema version 3, got 99" in refused.json()["message"]
        health = get(mock.url + "/_mock/health")
        assert (health.status_code, health.json()["store"]) == (200, "down")
        server.client.flushall()
        assert convert(mock.url, ["AAAA"]).status_code == 202
        assert get(mock.url + "/_mock/health").json()["store"] == "emptied"
    assert sum("was emptied" in text for text in caplog.messages) == 1

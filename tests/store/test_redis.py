"""The store on a Redis server: what it survives (P8), what it shares (P9), and what it reports."""

import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.http.wire import CONVERSION, assert_refused, convert, get
from tests.store.redis_server import RedisServer, running
from tests.store.steps import POST, RealTime, create, entry, find, ids, move_clock, new_record, submit
from voxdouble_mock import MockAppliance
from voxdouble_mock.core.clock import REAL, read, scaled, start
from voxdouble_mock.core.errors import StorageFull, Unavailable
from voxdouble_mock.core.fault import Call, FaultSpec, Reset, arm, at_address, next_fault
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.core.scenario import Rule, Scenario, Then
from voxdouble_mock.store import Change, NamespaceRecord, View
from voxdouble_mock.store.redis_store import RedisStore


@pytest.fixture
def server(redis_server: RedisServer) -> RedisServer:
    """Return the shared server, empty."""
    redis_server.client.flushall()
    return redis_server


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[RedisServer]:
    """Start a server for one test, which stops it."""
    with running(tmp_path, "--appendonly", "yes", "--appendfsync", "always") as started:
        yield started


def opened(server: RedisServer, real_now: RealTime | None = None) -> RedisStore:
    """Open the store on a server, on its clock or on another."""
    return RedisStore(server.url, new_record, Limits(), real_now)


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
    assert [kept.number for kept in other.requests("")[0]] == [1, 2, 3]


def test_a_reset_reaches_the_tasks_that_another_process_has_cached(server: RedisServer) -> None:
    """After a reset by one process, the other finds neither the task nor the old record."""
    one, other = opened(server), opened(server)
    task_id = submit(other, "a")
    assert find(other, "a", task_id) is not None
    before = other.view("a").record
    one.reset("a")
    assert find(other, "a", task_id) is None
    assert other.view("a").record.life != before.life


def test_the_instant_is_that_of_the_server(server: RedisServer) -> None:
    """Two processes whose clocks differ get the same instant: that of the server."""
    seconds, microseconds = server.client.time()
    expected = seconds * 1000 + microseconds // 1000
    assert all(0 <= opened(server).begin("", POST).now - expected < 10_000 for _ in range(2))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.sampled_from([REAL, scaled(0.37), scaled(1e6)]),
    st.integers(0, 10**13),
    st.lists(st.tuples(st.integers(0, 10**8), st.floats(0, 1e6)), max_size=5),
)
def test_the_script_reads_clocks_as_the_mock_does(
    server: RedisServer, pace: object, began: int, steps: list[tuple[int, float]]
) -> None:
    """A task begins at the instant that the clock shows in Python, at any pace and after any advances."""
    server.client.flushall()
    now = RealTime(began)
    store = RedisStore(server.url, lambda at, _: NamespaceRecord(start(pace, at)), Limits(), now)  # type: ignore[arg-type]
    create(store, "a")
    for passed, seconds in steps:
        now.now += passed
        move_clock(store, "a", seconds)
    now.now += 1
    task = find(store, "a", submit(store, "a"))
    assert task is not None
    assert task.timeline.submitted == read(store.view("a").record.clock, now.now)
    store.close()


SPECS = st.builds(
    FaultSpec,
    st.just(Reset()),
    method=st.sampled_from([None, "POST", "GET"]),
    nth=st.integers(1, 3),
    count=st.sampled_from([None, 1, 2]),
    life=st.sampled_from([None, 2.0]),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(SPECS, max_size=4), st.lists(st.sampled_from(["POST", "GET"]), max_size=8))
def test_the_script_counts_faults_as_the_mock_does(
    server: RedisServer, specs: list[FaultSpec], methods: list[str]
) -> None:
    """The same calls, one each second, get the same faults and leave the same counts as in Python."""
    server.client.flushall()
    now = RealTime(0)
    store = opened(server, now)
    faults = tuple(arm(spec, 0, number + 1) for number, spec in enumerate(specs))
    store.change("a", lambda view: Change(replace(view.record, faults=faults), None))
    counters: dict[str, int] = {}
    for method in methods:
        call = Call("conversion", method)
        counted, armed = next_fault(at_address(faults, call), counters, now.now)
        for name in counted:
            counters[name] = counters.get(name, 0) + 1
        assert store.begin("a", call).fault == (armed and armed.spec.fault)
        now.now += 1000
    assert store.view("a").counters == counters
    store.close()


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


def test_a_poll_is_one_round_trip_and_a_post_two(server: RedisServer) -> None:
    """A process that knows the namespace sends one step for a poll, and two for a POST."""
    store = opened(server)
    task_id = submit(store, "a")
    calls: list[int] = []
    for act in (lambda: find(store, "a", task_id), lambda: submit(store, "a")):
        server.client.config_resetstat()
        act()
        calls.append(server.client.info("commandstats")["cmdstat_evalsha"]["calls"])
    assert calls == [1, 2]


def test_scripts_that_the_server_has_forgotten_are_sent_again(server: RedisServer) -> None:
    """After SCRIPT FLUSH the next step works."""
    store = opened(server)
    server.client.script_flush()
    assert find(store, "", submit(store, "")) is not None


def test_equal_payloads_and_scenarios_are_stored_once(server: RedisServer) -> None:
    """The server has each content once, as long as anything uses it."""
    store = opened(server)
    scenario = Scenario((Rule(Then()),))
    for name in ("a", "b"):
        store.change(name, lambda view: Change(replace(view.record, scenario=scenario), None))
        submit(store, name)
        submit(store, name)
    assert server.client.hlen("voxdouble:contents") == 2
    for name in ("a", "b"):
        store.reset(name)
    assert server.client.hlen("voxdouble:contents") == 0
    assert server.client.hget("voxdouble:store", "bytes") == b"0"


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
    with pytest.raises(ValueError, match="must have schema version 2, got 99"):
        opened(server)


def test_a_store_that_another_schema_has_taken_is_down(server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    """If the server is emptied and another version makes the store, requests get 503 and health still 200."""
    with MockAppliance(store=server.url) as mock:
        task_id = convert(mock.url, ["AAAA"]).json()["task"]["task_id"]
        server.client.flushall()
        server.client.hset("voxdouble:store", mapping={"schema": "99", "life": "x", "opened": 1, "latest": 1})
        for refused in (get(f"{mock.url}{CONVERSION}/{task_id}"), convert(mock.url, ["AAAA"])):
            assert_refused(refused, 503, "internal")
            assert "must have schema version 2, got 99" in refused.json()["message"]
        health = get(mock.url + "/_mock/health")
        assert (health.status_code, health.json()["store"]) == (200, "down")
        server.client.flushall()
        assert convert(mock.url, ["AAAA"]).status_code == 202
        assert get(mock.url + "/_mock/health").json()["store"] == "emptied"
    assert sum("was emptied" in text for text in caplog.messages) == 1


def test_changes_that_never_succeed_end(server: RedisServer) -> None:
    """A change that is always overtaken by another one is refused with 503 after a bounded number of attempts."""
    one, other = opened(server), opened(server)

    def overtaken(view: View) -> Change[None]:
        move_clock(other, "a", 1)
        return Change(view.record, None)

    with pytest.raises(Unavailable, match="Too many changes"):
        one.change("a", overtaken)

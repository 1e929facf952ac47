"""The script on a Redis server: it computes what the mock would, in few round trips."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.examples_count import examples
from tests.store.redis_server import RedisServer, opened
from tests.store.steps import POST, RealTime, create, find, move_clock, new_record, submit
from voxdouble_mock.core.clock import REAL, read, scaled, start
from voxdouble_mock.core.errors import Unavailable
from voxdouble_mock.core.fault import Call, FaultSpec, Reset, arm, at_address, next_fault
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.core.scenario import Rule, Scenario, Then
from voxdouble_mock.store import Change, NamespaceRecord, View
from voxdouble_mock.store.redis_store import RedisStore


def test_the_instant_is_that_of_the_server(server: RedisServer) -> None:
    """Two processes whose clocks differ get the same instant: that of the server."""
    seconds, microseconds = server.client.time()
    expected = seconds * 1000 + microseconds // 1000
    assert all(0 <= opened(server).begin("", POST).now - expected < 10_000 for _ in range(2))


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
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


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
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


def test_a_flood_of_new_namespaces_searches_the_others_once(server: RedisServer) -> None:
    """At the bound each request to a new namespace is refused without reading all others, for a second."""
    now = RealTime()
    store = RedisStore(server.url, new_record, Limits(max_namespaces=20), now)
    for number in range(20):
        submit(store, f"n{number}")
    searches: list[int] = []
    for now.now in (1000, 3000):
        server.client.config_resetstat()
        for number in range(50):
            with pytest.raises(Unavailable, match="20 namespaces"):
                create(store, f"m{number}")
        searches.append(server.client.info("commandstats")["cmdstat_zrange"]["calls"])
    assert searches == [1, 1]
    store.close()


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


def test_changes_that_never_succeed_end(server: RedisServer) -> None:
    """A change that is always overtaken by another one is refused with 503 after a bounded number of attempts."""
    one, other = opened(server), opened(server)

    def overtaken(view: View) -> Change[None]:
        move_clock(other, "a", 1)
        return Change(view.record, None)

    with pytest.raises(Unavailable, match="Too many changes"):
        one.change("a", overtaken)

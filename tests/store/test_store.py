"""Stores of every kind: namespaces, tasks, counters, bounds and idleness (P7)."""

from dataclasses import replace
from threading import Barrier, Thread

import pytest

from tests.store.conftest import MakeStore
from tests.store.steps import HOUR, POST, SECOND, create, entry, find, ids, move_clock, plan, submit, submit_draft
from voxdouble_mock.core.clock import MANUAL, REAL, Pace, read
from voxdouble_mock.core.errors import Unavailable
from voxdouble_mock.core.fault import Call, FaultSpec, LostTask, Reset, Status, arm
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.core.request_log import ENTRY_BYTES, MAX_ENTRIES
from voxdouble_mock.core.scenario import Rule, Scenario, TaskError, Then, rule_counter
from voxdouble_mock.core.task import TASK_BYTES, State
from voxdouble_mock.store import DEFAULT_NAMESPACE, Change, Draft, OpenRequest, Plan, Store, View

LITTLE = 2 * TASK_BYTES + 100
"""A bound of bytes with room for one task with a payload of 60 bytes, and not for two."""


def arm_faults(store: Store, namespace: str, *specs: FaultSpec) -> None:
    """Arm faults in a namespace."""
    faults = tuple(arm(spec, 0, number + 1) for number, spec in enumerate(specs))
    store.change(namespace, lambda view: Change(replace(view.record, faults=faults), None))


def test_a_submitted_task_is_found_in_its_namespace_only(make_store: MakeStore) -> None:
    """A task is found by its id, whole and in its own namespace only."""
    store = make_store(Limits(), REAL)
    make_store.time.now = 5
    details = Plan("conversion", State.DONE, b'{"a": 1}', pending=1, running=2, lifetime=3, fault=LostTask())
    stored = submit_draft(store, "a", Draft((), {None: details})).task
    assert stored is not None
    assert stored == details.task(stored.task_id, 5)
    assert find(store, "a", stored.task_id) == find(store, "a", stored.task_id) == stored
    assert [replace(task, payload=stored.payload) for task in store.tasks("a")[0]] == [stored]
    assert find(store, "b", stored.task_id) is None
    assert find(store, "a", "2") is None


def test_tasks_are_listed_oldest_first(make_store: MakeStore) -> None:
    """Tasks are listed in the order of submission."""
    store = make_store(Limits(), REAL)
    submitted = [submit(store, "") for _ in range(5)]
    assert ids(store, "") == submitted


def test_the_submissions_and_the_audio_are_counted(make_store: MakeStore) -> None:
    """Each task counts once, with the audio that it adds to its technology."""
    store = make_store(Limits(), REAL)
    for audio in (1500, 0, 200):
        submit_draft(store, "a", Draft((), {None: replace(plan(), audio_ms=audio)}))
    assert store.view("a").counters == {"submissions": 3, "audio:conversion": 1700}
    assert store.view("b").counters == {}


def test_the_counts_of_the_rules_choose_the_plan(make_store: MakeStore) -> None:
    """A request counts for each rule that it meets, and the first rule whose turn it is applies."""
    store = make_store(Limits(), REAL)
    first, third = replace(plan(), lifetime=1), replace(plan(), lifetime=3)
    draft = Draft(((1, 1), (2, 3), (4, None)), {None: plan(), 1: first, 2: third, 4: None})
    stored = [submit_draft(store, "", draft) for _ in range(3)]
    assert [one.rule for one in stored] == [1, 4, 2]
    lifetimes = [one.task and one.task.timeline.expires - one.task.timeline.ends for one in stored]
    assert lifetimes == [1, None, 3]
    assert stored[2].counts == {1: 3, 2: 3, 4: 3}
    assert store.view("").counters == {"submissions": 2, **{rule_counter(index): 3 for index in (1, 2, 4)}}


def test_a_changed_record_is_returned_before_anything_is_stored(make_store: MakeStore) -> None:
    """A request that began before a change stores nothing; it gets the record with which it can try again."""
    store = make_store(Limits(), REAL)
    began = store.begin("a", POST)
    changed = move_clock(store, "a", 10)
    again = store.submit(began, Draft((), {None: plan()}))
    assert isinstance(again, OpenRequest)
    assert again.record == changed
    assert ids(store, "a") == []
    assert not isinstance(store.submit(again, Draft((), {None: plan()})), OpenRequest)
    assert len(ids(store, "a")) == 1


def test_a_task_of_a_request_before_a_reset_is_not_stored(make_store: MakeStore) -> None:
    """A request that was in progress at a reset gets a task that is gone, and leaves no count and no log entry."""
    store = make_store(Limits(), REAL)
    create(store, "a")
    began = store.begin("a", POST)
    store.reset("a")
    stored = store.submit(began, Draft((), {None: plan()}))
    assert not isinstance(stored, OpenRequest)
    assert stored.task is not None
    assert stored.counts is None
    store.log("a", entry(), began)
    assert find(store, "a", stored.task.task_id) is None
    assert (ids(store, "a"), store.view("a").counters) == ([], {})
    assert store.requests("a") == ([], 0)


def test_the_first_armed_fault_whose_turn_it_is_applies(make_store: MakeStore) -> None:
    """Each call at the address of a fault counts, in the order of the calls; used-up faults apply no longer."""
    store = make_store(Limits(), REAL)
    arm_faults(store, "a", FaultSpec(Reset(), nth=2), FaultSpec(Status(503), nth=2, count=2, method="POST"))
    applied = [store.begin("a", POST).fault for _ in range(5)]
    assert applied == [None, Reset(), Status(503), Status(503), None]
    assert store.view("a").counters == {
        "fault:1:seen": 2,
        "fault:1:applied": 1,
        "fault:2:seen": 4,
        "fault:2:applied": 2,
    }


def test_faults_apply_to_polls_and_end_with_their_life(make_store: MakeStore) -> None:
    """A fault for one task applies to its polls until its life ends on the clock of the namespace."""
    store = make_store(Limits(), REAL)
    task_id = submit(store, "a")
    arm_faults(store, "a", FaultSpec(LostTask(), task_id=task_id, life=2))
    other = submit(store, "a")
    polls = [store.begin("a", Call("conversion", "GET", polled)) for polled in (task_id, other)]
    assert [(poll.fault, poll.task is not None) for poll in polls] == [(LostTask(), True), (None, True)]
    make_store.time.now = 2 * SECOND
    assert store.begin("a", Call("conversion", "GET", task_id)).fault is None
    assert store.begin("a", POST, lambda record: not record.faults).fault is None
    assert store.begin("missing", Call("conversion", "GET", task_id)).record.life == ""


def test_counters_are_deleted_by_their_beginning(make_store: MakeStore) -> None:
    """A change deletes the counters that it names, and no others."""
    store = make_store(Limits(), REAL)
    submit_draft(store, "a", Draft(((0, None), (10, None)), {None: plan(), 0: plan()}))
    store.change("a", lambda view: Change(view.record, None, ("rule:1",)))
    assert store.view("a").counters == {"submissions": 1, rule_counter(0): 1}
    store.change("a", lambda view: Change(view.record, None, ("rule:", "none")))
    assert store.view("a").counters == {"submissions": 1}


def test_a_namespace_starts_when_it_is_first_used(make_store: MakeStore) -> None:
    """A manual clock stays at the time at which the record of its namespace was made."""
    store = make_store(Limits(), MANUAL)
    make_store.time.now = 5000
    assert read(create(store, "a").clock, 9000) == 5000
    make_store.time.now = 7000
    assert read(create(store, "a").clock, 9000) == 5000
    assert read(create(store, "b").clock, 9000) == 7000


def test_every_request_gets_the_instant_of_the_store(make_store: MakeStore) -> None:
    """Views, requests and lists have the real time of their step."""
    store = make_store(Limits(), REAL)
    make_store.time.now = 5000
    assert store.begin("a", POST).now == store.view("a").now == store.tasks("a")[1].now == 5000


def test_changes_are_kept(make_store: MakeStore) -> None:
    """A changed record is the one that the next reader gets, with all its parts."""
    scenario = Scenario((Rule(Then(pending=2.5, fault=Status(503))),), name="slow")
    store = make_store(Limits(), MANUAL, scenario)
    make_store.time.now = 1000
    changed = move_clock(store, "a", 10)
    make_store.time.now = 2000
    assert create(store, "a") == changed
    assert (read(changed.clock, 2000), changed.scenario, changed.version) == (11_000, scenario, 1)
    faults = (arm(FaultSpec(LostTask(), count=None, life=2), 7, 3),)

    def change(view: View) -> Change[str]:
        return Change(replace(view.record, scenario=None, faults=faults, armed=3), "value")

    assert store.change("a", change) == "value"
    assert store.view("a").record == replace(changed, scenario=None, faults=faults, armed=3, version=2)
    assert store.view("b").record.scenario == scenario


def test_reset_affects_one_namespace(make_store: MakeStore) -> None:
    """After a reset, tasks, clock, counters and log of that namespace are those of a new one; others are unchanged."""
    store = make_store(Limits(), MANUAL)
    tasks = {name: submit(store, name) for name in ("a", "b")}
    before = create(store, "a")
    for name in ("a", "b"):
        move_clock(store, name, 10)
        store.log(name, entry())
    store.reset("a")
    assert find(store, "a", tasks["a"]) is None
    assert ids(store, "a") == []
    assert store.requests("a") == ([], 0)
    after = create(store, "a")
    assert after == replace(before, life=after.life, by_reset=True)
    assert after.life != before.life
    assert store.view("a").counters == {}
    assert find(store, "b", tasks["b"]) is not None
    assert store.requests("b")[1] == 1


def test_a_reset_of_an_unknown_namespace_does_nothing(make_store: MakeStore) -> None:
    """A namespace that does not exist can be reset, and still does not exist."""
    store = make_store(Limits(max_namespaces=1), REAL)
    store.reset("a")
    submit(store, "b")
    with pytest.raises(Unavailable):
        create(store, "a")


def test_concurrent_submissions_are_all_stored_and_counted(make_store: MakeStore) -> None:
    """Sixteen threads at once lose no task, and no two requests get the same count."""
    store = make_store(Limits(), REAL)
    counts: list[int] = []
    barrier = Barrier(16)

    def submit_twenty() -> None:
        barrier.wait()
        for _ in range(20):
            stored = submit_draft(store, "", Draft(((0, None),), {None: plan(), 0: plan()}))
            counts.append(stored.counts[0] if stored.counts else 0)

    threads = [Thread(target=submit_twenty) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(ids(store, ""))) == 320
    assert sorted(counts) == list(range(1, 321))


def test_concurrent_changes_are_all_made(make_store: MakeStore) -> None:
    """Eight threads that change one record lose no change."""
    store = make_store(Limits(), REAL)

    def change(view: View) -> Change[None]:
        return Change(replace(view.record, armed=view.record.armed + 1), None)

    def change_ten() -> None:
        for _ in range(10):
            store.change("a", change)

    threads = [Thread(target=change_ten) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    record = store.view("a").record
    assert (record.armed, record.version) == (80, 80)


def test_a_full_namespace_refuses_tasks_and_evicts_none(make_store: MakeStore) -> None:
    """The error names the bound of live tasks (C28), and the live tasks are still there, and nothing was counted."""
    store = make_store(Limits(max_tasks=2), REAL)
    submitted = [submit(store, ""), submit(store, "")]
    with pytest.raises(Unavailable, match="2 live tasks"):
        submit(store, "")
    assert ids(store, "") == submitted
    assert store.view("").counters == {"submissions": 2}


def test_expired_tasks_make_room(make_store: MakeStore) -> None:
    """A task that has expired by the clock of its namespace does not count."""
    store = make_store(Limits(max_tasks=1), REAL)
    submit(store, "", lifetime=SECOND)
    make_store.time.now = SECOND
    assert ids(store, "")[1:] == []
    second = submit(store, "")
    assert ids(store, "") == [second]


def test_payloads_are_bounded_in_bytes_over_all_namespaces(make_store: MakeStore) -> None:
    """The payloads of all namespaces count together; a reset frees those of its namespace."""
    store = make_store(Limits(max_stored=LITTLE), REAL)
    submit(store, "a", size=60)
    with pytest.raises(Unavailable, match=f"{LITTLE} bytes"):
        submit(store, "b", size=60)
    store.reset("a")
    submit(store, "b", size=60)


def test_a_shared_payload_lives_as_long_as_its_last_task(make_store: MakeStore) -> None:
    """Tasks with equal payloads expire one by one, and the last one still has its payload."""
    store = make_store(Limits(), REAL)
    submit(store, "a", lifetime=SECOND)
    submit(store, "b")
    last = submit(store, "a")
    make_store.time.now = SECOND
    submit(store, "a", size=3)
    store.reset("b")
    found = find(store, "a", last)
    assert found is not None
    assert found.payload == b"xx"


def test_expired_payloads_of_other_namespaces_make_room(make_store: MakeStore) -> None:
    """The payload of an expired task is freed when another namespace needs the room."""
    store = make_store(Limits(max_stored=LITTLE), REAL)
    submit(store, "a", size=60, lifetime=SECOND)
    make_store.time.now = SECOND
    submit(store, "b", size=60)
    assert ids(store, "a") == []


def test_namespaces_are_bounded(make_store: MakeStore) -> None:
    """A namespace beyond the bound is refused with the bound's name; the default namespace always has room."""
    store = make_store(Limits(max_namespaces=2), REAL)
    for name in ("a", "b"):
        submit(store, name)
    with pytest.raises(Unavailable, match="2 namespaces"):
        create(store, "c")
    with pytest.raises(Unavailable, match="2 namespaces"):
        submit(store, "c")
    create(store, DEFAULT_NAMESPACE)


def test_reads_create_no_namespace(make_store: MakeStore) -> None:
    """A poll of an unknown namespace uses up none of the allowed namespaces, nor do other reads."""
    store = make_store(Limits(max_namespaces=1), REAL)
    assert find(store, "a", "1") is None
    assert store.view("a") == store.view("c")
    assert store.view("a").record.life == ""
    assert store.tasks("a")[0] == []
    store.log("a", entry())
    store.clear_log("a")
    assert store.requests("a") == ([], 0)
    create(store, "b")


def test_a_namespace_with_no_more_than_its_log_gives_way(make_store: MakeStore) -> None:
    """A log entry creates it where there is room; the least recently used one makes room for another."""
    store = make_store(Limits(max_namespaces=4), REAL)
    create(store, DEFAULT_NAMESPACE)
    submit(store, "a")
    for number, name in enumerate(("b", "c", "d")):
        make_store.time.now = number
        store.log(name, entry(), create=True)
    make_store.time.now = 4
    assert [one.name for one in store.namespaces()] == ["", "a", "c", "d"]
    for name in ("c", "d"):
        move_clock(store, name, 1)
    store.log("e", entry(), create=True)
    assert store.requests("e") == ([], 0)
    assert [one.name for one in store.namespaces()] == ["", "a", "c", "d"]


def test_a_request_survives_the_deletion_of_its_namespace(make_store: MakeStore) -> None:
    """A namespace that was deleted without a reset while a request was in progress is created again for its task."""
    store = make_store(Limits(max_namespaces=2), REAL)
    create(store, DEFAULT_NAMESPACE)
    store.log("a", entry(), create=True)
    began = store.begin("a", POST)
    store.log("b", entry(), create=True)
    assert [one.name for one in store.namespaces()] == ["", "b"]
    stored = store.submit(began, Draft((), {None: plan()}))
    while isinstance(stored, OpenRequest):
        stored = store.submit(stored, Draft((), {None: plan()}))
    assert stored.task is not None
    assert find(store, "a", stored.task.task_id) == stored.task


@pytest.mark.parametrize(
    ("pace", "lifetime", "deleted"), [(REAL, 0, True), (REAL, 2 * HOUR, False), (MANUAL, 2 * HOUR, True)]
)
def test_idle_namespaces_are_deleted_unless_a_task_lives(
    make_store: MakeStore, pace: Pace, lifetime: int, deleted: bool
) -> None:
    """After an idle hour a namespace makes room for another, unless it has a live task and its clock is not manual."""
    store = make_store(Limits(max_namespaces=1), pace)
    task_id = submit(store, "a", lifetime=lifetime)
    make_store.time.now = HOUR
    if deleted:
        create(store, "b")
        assert find(store, "a", task_id) is None
    else:
        with pytest.raises(Unavailable):
            create(store, "b")
        assert find(store, "a", task_id) is not None


def test_a_deleted_namespace_starts_anew(make_store: MakeStore) -> None:
    """Tasks, clock and counters of an idle namespace are gone at its next use, even if there is enough room."""
    store = make_store(Limits(namespace_idle=10), MANUAL)
    task_id = submit(store, "a")
    make_store.time.now = 9 * SECOND
    assert find(store, "a", task_id) is not None
    make_store.time.now = 20 * SECOND
    assert find(store, "a", task_id) is None
    assert read(create(store, "a").clock, 0) == 20 * SECOND


def test_a_namespace_in_use_is_not_deleted_for_its_own_task(make_store: MakeStore) -> None:
    """With an idle time of 0, a submission still finds its namespace after making room."""
    store = make_store(Limits(namespace_idle=0.001, max_stored=LITTLE), MANUAL)
    submit(store, "a", size=60)
    make_store.time.now = 1
    submit(store, "b", size=60)
    assert ids(store, "a") == []


def test_the_default_namespace_is_never_deleted(make_store: MakeStore) -> None:
    """The default namespace keeps its tasks, however long it is idle."""
    store = make_store(Limits(namespace_idle=10), MANUAL)
    task_id = submit(store, DEFAULT_NAMESPACE)
    make_store.time.now = 100 * HOUR
    assert find(store, DEFAULT_NAMESPACE, task_id) is not None


def test_the_log_keeps_the_newest_entries(make_store: MakeStore) -> None:
    """Beyond the bound of entries the oldest ones are dropped; all are counted."""
    store = make_store(Limits(), REAL)
    for _ in range(MAX_ENTRIES + 5):
        store.log("", entry())
    kept, total = store.requests("")
    assert [one.number for one in kept] == list(range(6, MAX_ENTRIES + 6))
    assert total == MAX_ENTRIES + 5


def kept(store: Store) -> dict[str, int]:
    """Return the number of kept log entries of each namespace."""
    return {one.name: len(store.requests(one.name)[0]) for one in store.namespaces()}


def test_all_logs_together_are_bounded(make_store: MakeStore) -> None:
    """Beyond the bound the namespace that was used the longest ago loses its oldest entries first, then the next."""
    store = make_store(Limits(max_logged=200_000), REAL)
    for second, name in enumerate("abc"):
        make_store.time.now = second * 10 * SECOND
        create(store, name)
        for _ in range(300):
            store.log(name, entry("/" + "x" * 150))
    found = kept(store)
    assert 0 < sum(found.values()) < 200_000 // (150 + ENTRY_BYTES)
    assert (found["a"], found["c"]) == (1, 300)
    assert store.requests("c")[1] == store.requests("b")[1] == 300
    store.reset("c")
    store.clear_log("b")
    for _ in range(300):
        store.log("a", entry("/" + "x" * 150))
    assert kept(store) == {"": 0, "a": 301, "b": 0, "c": 0}


def test_one_log_beyond_the_bound_of_all_logs_loses_its_oldest_entries(make_store: MakeStore) -> None:
    """The bound of all logs holds for a single one too."""
    store = make_store(Limits(max_logged=100_000), REAL)
    for _ in range(500):
        store.log("", entry("/" + "x" * 150))
    numbers = [one.number for one in store.requests("")[0]]
    assert numbers == list(range(501 - len(numbers), 501))
    assert 50 < len(numbers) < 100_000 // (150 + ENTRY_BYTES)


def test_a_log_keeps_its_newest_entry(make_store: MakeStore) -> None:
    """A bound that is smaller than one entry leaves the newest one, and all are counted."""
    store = make_store(Limits(max_logged=100), REAL)
    for _ in range(100):
        store.log("", entry())
    assert [one.number for one in store.requests("")[0]] == [100]
    assert store.requests("")[1] == 100


BIG = Scenario((Rule(Then(end="failed", error=TaskError("x" * 1000))),) * 20)
"""A scenario of which one fits into the bound of the next tests, and not two."""


def set_scenario(store: Store, namespace: str, scenario: Scenario | None) -> None:
    """Set the scenario of a namespace."""
    store.change(namespace, lambda view: Change(replace(view.record, scenario=scenario), None))


def test_scenarios_and_faults_are_bounded_over_all_namespaces(make_store: MakeStore) -> None:
    """Beyond the bound another scenario or fault is refused, and changes nothing, until one of them is removed."""
    store = make_store(Limits(max_control=150_000), REAL)
    set_scenario(store, "a", BIG)
    for _ in range(2):
        with pytest.raises(Unavailable, match="at most 150000 bytes of memory: remove a scenario"):
            set_scenario(store, "b", BIG)
    with pytest.raises(Unavailable):
        arm_faults(store, "b", *[FaultSpec(Reset())] * 15)
    assert (store.view("b").record.scenario, store.view("b").record.faults) == (None, ())
    set_scenario(store, "a", BIG)
    move_clock(store, "a", 1)
    set_scenario(store, "a", None)
    set_scenario(store, "b", BIG)
    store.reset("b")
    arm_faults(store, "a", *[FaultSpec(Reset())] * 15)
    arm_faults(store, "a", FaultSpec(Reset()))
    set_scenario(store, "b", BIG)
    assert store.view("b").record.scenario == BIG


def test_idle_namespaces_make_room_for_control_data(make_store: MakeStore) -> None:
    """The scenario of an idle namespace is deleted with it when another one needs the room."""
    store = make_store(Limits(max_control=150_000, namespace_idle=10), REAL)
    set_scenario(store, "a", BIG)
    make_store.time.now = 20 * SECOND
    set_scenario(store, "b", BIG)
    assert [one.name for one in store.namespaces()] == ["", "b"]


def test_the_scenario_of_new_namespaces_counts_for_none(make_store: MakeStore) -> None:
    """All namespaces share the scenario with which they start, so it is not counted."""
    store = make_store(Limits(max_control=60_000), REAL, BIG)
    for name in "abc":
        arm_faults(store, name, FaultSpec(Reset()))
        move_clock(store, name, 1)
    scenarios = [store.view(name).record.scenario for name in "abc"]
    assert scenarios == [BIG] * 3
    assert len({id(scenario) for scenario in scenarios}) == 1


def test_entries_have_the_time_of_the_clock(make_store: MakeStore) -> None:
    """An entry is dated by the clock of its namespace when it is appended, and is otherwise as it was given."""
    store = make_store(Limits(), MANUAL)
    create(store, "a")
    move_clock(store, "a", 2.5)
    store.log("a", entry("/api/x"))
    assert store.requests("a")[0] == [entry("/api/x").numbered(1, 2.5)]
    assert (store.view("a").logged, store.view("b").logged) == (1, 0)


def test_a_cleared_log_counts_anew(make_store: MakeStore) -> None:
    """The entries are gone and counted no longer, and the numbers of later ones continue."""
    store = make_store(Limits(), REAL)
    for _ in range(3):
        store.log("", entry())
    store.clear_log("")
    assert store.requests("") == ([], 0)
    store.log("", entry())
    kept, total = store.requests("")
    assert ([one.number for one in kept], total) == ([4], 1)
    store.clear_log("missing")
    assert [one.name for one in store.namespaces()] == [""]


def test_namespaces_are_summarised_in_order(make_store: MakeStore) -> None:
    """Each has its live tasks, its logged requests and its idle time; idle and missing ones are not listed."""
    store = make_store(Limits(namespace_idle=10), REAL)
    submit(store, "b", lifetime=SECOND)
    submit(store, "b")
    submit(store, "a", lifetime=0)
    store.log("b", entry())
    make_store.time.now = 2 * SECOND
    found = [(one.name, one.tasks, one.requests, one.idle_ms) for one in store.namespaces()]
    assert found == [("", 0, 0, 0), ("a", 0, 0, 2 * SECOND), ("b", 1, 1, 2 * SECOND)]
    make_store.time.now = 20 * SECOND
    assert [one.name for one in store.namespaces()] == ["", "b"]

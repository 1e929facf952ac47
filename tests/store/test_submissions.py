"""Stores of every kind: tasks, the counters that POSTs increase, and the faults that apply to calls."""

from dataclasses import replace
from threading import Barrier, Thread

from tests.store.conftest import MakeStore
from tests.store.steps import POST, SECOND, arm_faults, create, entry, find, ids, move_clock, plan, submit, submit_draft
from voxdouble_mock.core.clock import REAL
from voxdouble_mock.core.fault import Call, FaultSpec, LostTask, Reset, Status
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.core.scenario import rule_counter
from voxdouble_mock.core.task import State
from voxdouble_mock.store import DEFAULT_NAMESPACE, Change, Draft, OpenRequest, Plan


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


def test_polls_of_a_task_share_one_copy_of_its_result(make_store: MakeStore) -> None:
    """The process holds a large result once, for any number of readers."""
    store = make_store(Limits(), REAL)
    task_id = submit(store, "a", size=100_000)
    payloads = [found.payload for found in (find(store, "a", task_id) for _ in range(3)) if found is not None]
    assert len(payloads) == 3
    assert all(payload is payloads[0] for payload in payloads)


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

"""Stores of every kind: the request log, and the bound of all logs together (P7)."""

from tests.store.conftest import MakeStore
from tests.store.steps import POST, SECOND, create, entry, move_clock
from voxdouble_mock.core.clock import MANUAL, REAL
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.core.request_log import ENTRY_BYTES, MAX_ENTRIES
from voxdouble_mock.store import Store


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


def test_entries_have_the_time_of_the_clock(make_store: MakeStore) -> None:
    """An entry is dated by the clock of its namespace when it is appended, and is otherwise as it was given."""
    store = make_store(Limits(), MANUAL)
    create(store, "a")
    move_clock(store, "a", 2.5)
    store.log("a", entry("/api/x"))
    assert store.requests("a")[0] == [entry("/api/x").numbered(1, 2.5)]
    assert (store.view("a").logged, store.view("b").logged) == (1, 0)


def test_a_change_since_the_request_began_counts_for_its_entry(make_store: MakeStore) -> None:
    """An entry has the time of the clock as it is now, and none is appended after a reset."""
    store = make_store(Limits(), MANUAL)
    create(store, "a")
    began = store.begin("a", POST)
    store.log("a", entry(), began)
    move_clock(store, "a", 2.5)
    store.log("a", entry(), began)
    assert [(one.number, one.at) for one in store.requests("a")[0]] == [(1, 0), (2, 2.5)]
    store.reset("a")
    store.log("a", entry(), began)
    assert store.requests("a") == ([], 0)


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

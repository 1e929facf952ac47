"""The SQLite store: its real time never goes back, for any wall clocks of its servers (P8)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.examples_count import examples
from tests.store.steps import POST, RealTime, find, new_record, submit
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.store import Store, open_store, sqlite_clock

WALL = 1_800_000_000_000


@dataclass
class Host:
    """A host whose wall clock is set by the test, with servers of one file."""

    path: Path
    time: RealTime = field(default_factory=lambda: RealTime(5_000_000))
    """The time since the boot."""
    servers: list[Store] = field(default_factory=list)

    def open(self, wall: int) -> Store:
        """Return a server that reads a wall clock once, as the mock does."""
        began = self.time.now
        store = open_store(
            f"sqlite:{self.path}", new_record, Limits(), lambda: wall + self.time.now - began, host_time=self.time
        )
        self.servers.append(store)
        return store

    def boot(self) -> None:
        """End all servers, and begin the time since the boot anew."""
        for one in self.servers:
            one.close()
        self.servers.clear()
        self.time.now = 10_000


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """Return a host with an empty folder."""
    host = Host(tmp_path / "store.db")
    yield host
    host.boot()


def test_a_wall_clock_that_was_set_back_does_not_set_the_file_back(host: Host) -> None:
    """A server that opens the file an hour earlier by its wall clock goes on from the time of the first one."""
    first = host.open(WALL)
    task_id = submit(first, "a")
    host.time.now += 1
    second = host.open(WALL - 3_600_000)
    assert [store.begin("a", POST).now for store in (first, second)] == [WALL + 1, WALL + 1]
    assert find(second, "a", task_id) == find(first, "a", task_id)


def test_an_open_server_follows_a_later_wall_clock(host: Host) -> None:
    """If another server opens the file with a later wall clock, the next poll of the first one shows it."""
    first = host.open(WALL)
    submit(first, "a")
    host.open(WALL + 3_600_000)
    assert first.begin("a", POST).now == WALL + 3_600_000


def test_after_a_boot_the_file_goes_on_after_its_last_use(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last use is stored once a second, so the time is then at least a second later."""
    submit(host.open(WALL), "a")
    host.time.now += 999
    shown = host.servers[0].begin("a", POST).now
    host.boot()
    monkeypatch.setattr(sqlite_clock, "_boot", lambda: "another")
    assert host.open(WALL - 3_600_000).begin("a", POST).now >= shown


def test_a_file_of_another_host_has_the_wall_clock(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time since the boot of the host that wrote the file does not count on another one."""
    submit(host.open(WALL), "a")
    host.boot()
    host.time.now = 900_000_000
    monkeypatch.setattr(sqlite_clock, "_boot", lambda: "another")
    assert host.open(WALL + 7).begin("a", POST).now == WALL + 7


def test_without_a_boot_id_a_host_is_known_by_its_name(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a system other than Linux the time of a file goes on, too, from the time of the first server."""
    monkeypatch.setattr(sqlite_clock, "BOOT_ID", host.path / "missing")
    submit(host.open(WALL), "a")
    assert host.open(WALL - 3_600_000).begin("a", POST).now == WALL


def test_a_file_that_cannot_be_joined_is_left_unlocked(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the offset cannot be stored, the file is not opened, and another server can write to it."""
    submit(host.open(WALL), "a")

    def fail() -> str:
        raise OSError("the disk is gone")

    with monkeypatch.context() as patched:
        patched.setattr(sqlite_clock, "_boot", fail)
        with pytest.raises(ValueError, match="cannot be opened: the disk is gone"):
            host.open(WALL)
    submit(host.servers[0], "a")


@settings(max_examples=examples(30), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.one_of(st.integers(-10_000, 10_000), st.tuples(st.integers(0, 3), st.integers(0, 1500)))))
def test_no_server_shows_an_earlier_instant(tmp_path: Path, steps: list[int | tuple[int, int]]) -> None:
    """Polls of all servers show instants that never go back, for any wall clocks at the openings."""
    host = Host(tmp_path / f"{uuid4()}.db")
    submit(host.open(WALL), "a")
    shown = 0
    for step in steps:
        if isinstance(step, int):
            host.open(WALL + step)
            continue
        number, passed = step
        host.time.now += passed
        now = host.servers[number % len(host.servers)].begin("a", POST).now
        assert now >= shown
        shown = now
    host.boot()

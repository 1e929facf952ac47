"""The stores under test; the same tests run for each."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.store.redis_server import RedisServer, running
from tests.store.steps import RealTime
from voxdouble_mock.core.clock import Pace, start
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.core.scenario import Scenario
from voxdouble_mock.store import NamespaceRecord, Store, open_store
from voxdouble_mock.store.redis_store import RedisStore


@dataclass
class MakeStore:
    """Opens stores on one address; `time` is the real time of all of them."""

    address: str
    time: RealTime
    opened: list[Store]

    def __call__(self, limits: Limits, pace: Pace, scenario: Scenario | None = None) -> Store:
        """Return the store within limits; its new namespaces start at a pace, with a scenario."""

        def new_record(now: int, _: int) -> NamespaceRecord:
            return NamespaceRecord(start(pace, now), scenario=scenario)

        if self.address.startswith("redis:"):
            store: Store = RedisStore(self.address, new_record, limits, real_now=self.time)
        else:
            store = open_store(self.address, new_record, limits, self.time)
        self.opened.append(store)
        return store


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """Start a Redis server for the tests of this process."""
    with running(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(params=["memory:", "sqlite:", "redis:"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty store of each kind."""
    kind: str = request.param
    if kind == "redis:":
        server: RedisServer = request.getfixturevalue("redis_server")
        server.client.flushall()
        return server.url
    return f"sqlite:{tmp_path / 'store.db'}" if kind == "sqlite:" else kind


@pytest.fixture
def make_store(address: str) -> Iterator[MakeStore]:
    """Return a function that opens the store."""
    make = MakeStore(address, RealTime(), [])
    yield make
    for store in make.opened:
        store.close()


@pytest.fixture
def server(redis_server: RedisServer) -> RedisServer:
    """Return the shared server, empty."""
    redis_server.client.flushall()
    return redis_server

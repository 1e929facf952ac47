"""The stores under test: each runs the same suite."""

from collections.abc import Callable

import pytest

from voxdouble_mock.core.clock import Pace, start
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.store import MemoryStore, NamespaceRecord, Store

MakeStore = Callable[[Limits, Pace], Store]


def make_memory(limits: Limits, pace: Pace) -> Store:
    """Make an empty memory store whose namespaces start at that pace."""
    return MemoryStore(lambda now: NamespaceRecord(start(pace, now)), limits)


@pytest.fixture(params=[make_memory], ids=["memory"])
def make_store(request: pytest.FixtureRequest) -> MakeStore:
    """Give a maker of stores, one kind after another."""
    maker: MakeStore = request.param
    return maker

"""The stores under test; the same tests run for each."""

from collections.abc import Callable

import pytest

from voxdouble_mock.core.clock import Pace, start
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.store import LimitedStore, MemoryStore, NamespaceRecord, Store

MakeStore = Callable[[Limits, Pace], LimitedStore]


@pytest.fixture(params=[MemoryStore], ids=["memory"])
def make_store(request: pytest.FixtureRequest) -> MakeStore:
    """Return a function that makes an empty store within limits, whose namespaces start at a pace."""
    new_store: Callable[[], Store] = request.param
    return lambda limits, pace: LimitedStore(new_store(), lambda now: NamespaceRecord(start(pace, now)), limits)

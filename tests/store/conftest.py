"""The stores under test; the same tests run for each."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from voxdouble_mock.core.clock import Pace, start
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.store import LimitedStore, NamespaceRecord, Store, open_store

MakeStore = Callable[[Limits, Pace], LimitedStore]


@pytest.fixture(params=["memory:", "sqlite:"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty store of each kind."""
    kind: str = request.param
    return f"sqlite:{tmp_path / 'store.db'}" if kind == "sqlite:" else kind


@pytest.fixture
def make_store(address: str) -> Iterator[MakeStore]:
    """Return a function that opens the store within limits; its new namespaces start at a pace."""
    opened: list[Store] = []

    def make(limits: Limits, pace: Pace) -> LimitedStore:
        opened.append(open_store(address))
        return LimitedStore(opened[-1], lambda now: NamespaceRecord(start(pace, now)), limits)

    yield make
    for store in opened:
        store.close()

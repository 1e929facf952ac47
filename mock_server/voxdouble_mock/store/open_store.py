"""Opens the store that an address names."""

from collections.abc import Callable
from pathlib import Path

from voxdouble_mock.core.limits import Limits
from voxdouble_mock.store.limited_store import LimitedStore
from voxdouble_mock.store.memory import MemoryStorage
from voxdouble_mock.store.protocol import Store
from voxdouble_mock.store.records import NamespaceRecord
from voxdouble_mock.store.transactions import Storage


def open_store(
    address: str,
    new_record: Callable[[int], NamespaceRecord],
    limits: Limits,
    real_now: Callable[[], int],
    seed: int | None = None,
) -> Store:
    """Return the open store; ValueError if it cannot be opened. See `LimitedStore` for the other parameters."""
    return LimitedStore(_open_storage(address), new_record, limits, real_now, seed)


def _open_storage(address: str) -> Storage:
    kind, _, rest = address.partition(":")
    if kind == "memory":
        return MemoryStorage()
    from voxdouble_mock.store.sqlite import SQLiteStorage  # noqa: PLC0415 (most mocks do not need sqlite3)

    return SQLiteStorage(Path(rest))

"""Opens the store that an address names."""

from pathlib import Path

from voxdouble_mock.store.memory import MemoryStore
from voxdouble_mock.store.protocol import Store


def open_store(address: str) -> Store:
    """Return the open store; ValueError if it cannot be opened."""
    kind, _, rest = address.partition(":")
    if kind == "memory":
        return MemoryStore()
    from voxdouble_mock.store.sqlite import SQLiteStore  # noqa: PLC0415 (most mocks do not need sqlite3)

    return SQLiteStore(Path(rest))

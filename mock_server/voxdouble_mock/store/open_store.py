"""Opens the store that an address names."""

from collections.abc import Callable
from pathlib import Path

from voxdouble_mock.core.limits import Limits
from voxdouble_mock.store.limited_store import LimitedStore
from voxdouble_mock.store.memory import MemoryStorage
from voxdouble_mock.store.protocol import Store
from voxdouble_mock.store.records import NamespaceRecord


def open_store(
    address: str,
    new_record: Callable[[int, int], NamespaceRecord],
    limits: Limits,
    real_now: Callable[[], int],
    seed: int | None = None,
) -> Store:
    """Return the open store; ValueError if it cannot be opened. See `LimitedStore` for the other parameters.

    A store on a Redis server has that server's clock.
    """
    kind, _, rest = address.partition(":")
    if kind == "memory":
        return LimitedStore(MemoryStorage(), new_record, limits, real_now, seed)
    if kind == "sqlite":
        from voxdouble_mock.store.sqlite import SQLiteStorage  # noqa: PLC0415 (most mocks do not need sqlite3)

        return LimitedStore(SQLiteStorage(Path(rest), limits.cache), new_record, limits, real_now, seed)
    try:
        from voxdouble_mock.store.redis_store import RedisStore  # noqa: PLC0415 (an extra)
    except ModuleNotFoundError as error:
        raise ValueError(f"The store {kind}: needs the package redis: pip install 'voxdouble[redis]'.") from error
    return RedisStore(address, new_record, limits)

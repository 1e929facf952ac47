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
    *,
    host_time: Callable[[], int] | None = None,
) -> Store:
    """Return the open store; ValueError if it cannot be opened. See `LimitedStore` for the other parameters.

    A store on a Redis server has that server's clock. `host_time` returns the milliseconds since the host's boot, by
    which processes with one SQLite file agree on the time; without it `real_now` must be the same for all of them.
    """
    kind, _, rest = address.partition(":")
    if kind == "memory":
        return LimitedStore(MemoryStorage(), new_record, limits, real_now, seed)
    if kind == "sqlite":
        from voxdouble_mock.store.sqlite import SQLiteStorage  # noqa: PLC0415 (most mocks do not need sqlite3)
        from voxdouble_mock.store.sqlite_clock import FileClock  # noqa: PLC0415

        clock = FileClock(real_now, host_time or real_now)
        return LimitedStore(SQLiteStorage(Path(rest), limits.cache, clock), new_record, limits, clock.now, seed)
    try:
        from voxdouble_mock.store.redis_store import RedisStore  # noqa: PLC0415 (an extra)
    except ModuleNotFoundError as error:
        raise ValueError(f"The store {kind}: needs the package redis: pip install 'voxdouble[redis]'.") from error
    return RedisStore(address, new_record, limits)

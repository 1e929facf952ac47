"""The real time of a SQLite file, the same for all its servers: it never goes back, even if a wall clock is set back.

It is the time since the host's boot plus an offset, which is kept in the file. A server that opens the file raises the
offset if its own wall clock is later, and never lowers it. All servers read the offset with each step. After a boot,
and on another host, the offset is that of the wall clock, unless the time would be before the last use of a namespace.
"""

import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path

from voxdouble_mock.store.creation import TOUCH_INTERVAL_MS

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
"""A file of Linux with an id of the host since its boot."""


class FileClock:
    """The real time of a file, in milliseconds. Safe for several threads.

    `real_now` returns the time of the wall clock, `host_time` that since the boot. Both are in milliseconds.
    """

    def __init__(self, real_now: Callable[[], int], host_time: Callable[[], int]) -> None:
        self._host_time = host_time
        self._offset = real_now() - host_time()

    def now(self) -> int:
        """Return the present instant, with the offset as it was last read."""
        return self._host_time() + self._offset

    def follow(self, offset: int) -> bool:
        """Adopt the offset in the file if it is later; return whether it was raised."""
        if offset <= self._offset:
            return False
        self._offset = offset
        return True

    def join(self, connection: sqlite3.Connection) -> None:
        """Adopt the offset in a file that is being opened, or raise it."""
        with connection:  # commits at the end, or undoes all
            connection.execute("BEGIN IMMEDIATE")
            boot, offset = connection.execute("SELECT boot, clock_offset FROM shared").fetchone()
            this_boot = _boot()
            if boot == this_boot:
                self.follow(offset)
            last_use = connection.execute("SELECT coalesce(max(last_use), 0) FROM namespaces").fetchone()[0]
            if self.now() < last_use:
                self._offset += last_use + TOUCH_INTERVAL_MS - self.now()  # later uses are not in the file
            connection.execute("UPDATE shared SET boot = ?, clock_offset = ?", (this_boot, self._offset))


def _boot() -> str:
    """Return an id of this host since its boot; the name of the host on systems other than Linux."""
    try:
        return BOOT_ID.read_text().strip()
    except OSError:
        return socket.gethostname()

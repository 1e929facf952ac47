"""A bound on the bytes that all requests together hold at one time."""

from threading import Lock


class ByteQuota:
    """A number of bytes, shared by all requests; each releases what it has reserved when it ends."""

    def __init__(self, total: int) -> None:
        self.total = total
        self._left = total
        self._lock = Lock()

    def reserve(self, count: int) -> bool:
        """Reserve bytes; return False, and reserve nothing, if fewer are left."""
        with self._lock:
            if count > self._left:
                return False
            self._left -= count
            return True

    def release(self, count: int) -> None:
        """Release reserved bytes."""
        with self._lock:
            self._left += count

"""The idle connections: one thread waits for all of them, so that a silent connection occupies no thread."""

from __future__ import annotations

import errno
import selectors
import socket

from cheroot.connections import ConnectionManager

from voxdouble_mock.wsgi.connection import ClientConnection
from voxdouble_mock.wsgi.context import ServerContext

_EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
EXHAUSTED_PAUSE = 0.1
"""Seconds before the next connection is accepted on a machine without free file descriptors."""


class Waker:
    """A pair of sockets that ends the selector's wait; the selector treats it as one more connection."""

    last_used = float("inf")
    """It never expires."""

    def __init__(self) -> None:
        self.socket, self._other_end = socket.socketpair()

    def wake(self) -> None:
        """End the wait."""
        self._other_end.send(b"\0")

    def close(self) -> None:
        """Close both ends."""
        self.socket.close()
        self._other_end.close()


class Selection(ConnectionManager):
    """cheroot's manager of idle connections, which also stops at once and handles a lack of file descriptors."""

    server: ServerContext

    def __init__(self, server: ServerContext) -> None:
        super().__init__(server)
        self._waker = Waker()
        self._selector.register(  # type: ignore[attr-defined]  # cheroot's stub omits private names
            self._waker.socket.fileno(), selectors.EVENT_READ, data=self._waker
        )

    def stop(self) -> None:
        """End :meth:`run` at once; cheroot's own method waits for it without limit."""
        self._stop_requested = True
        self._waker.wake()

    def _from_server_socket(self, server_socket: socket.socket) -> ClientConnection | None:
        try:
            connection: ClientConnection | None = super()._from_server_socket(server_socket)  # type: ignore[misc]
        except OSError as error:
            if error.errno not in _EXHAUSTED:
                raise
            # Accepting again at once would be a busy loop in which the open connections get no turn.
            self.server.log.warning("A connection has to wait: %s.", error.strerror)
            self.server.stopping.wait(EXHAUSTED_PAUSE)
            return None
        return connection

    def close(self) -> None:
        """Close all idle connections."""
        super().close()
        self._waker.close()

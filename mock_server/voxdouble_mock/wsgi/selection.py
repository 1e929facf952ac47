"""The idle connections: one thread waits for all of them, so that a silent connection occupies no thread."""

from __future__ import annotations

import errno
import selectors
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress

from cheroot.connections import ConnectionManager

from voxdouble_mock.real_time import monotonic
from voxdouble_mock.wsgi.connection import DRAIN_SECONDS, ClientConnection
from voxdouble_mock.wsgi.context import ServerContext

_EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
EXHAUSTED_PAUSE = 0.1
"""Seconds before the next connection is accepted on a machine without free file descriptors."""
MAX_LEAVING = 100
"""The most refused connections that are read from; further ones are closed at once."""
WINDOWS_WAIT = 0.05
"""The longest select() on Windows, in seconds: it does not return for a socket that is registered meanwhile."""


class Listener:
    """A listening socket; the selector treats each one as one more connection."""

    last_used = float("inf")
    """It never expires."""

    def __init__(self, listening: socket.socket) -> None:
        self.socket = listening

    def close(self) -> None:
        """Stop listening, although a forked child of this process may have the socket open too."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


class Leaving:
    """A refused connection. The rest of its request is read, since closing it at once could reset it."""

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self.last_used = monotonic()

    def read(self) -> bool:
        """Discard what has arrived; return whether more may come."""
        try:
            return bool(self.socket.recv(64 * 1024))
        except OSError:
            return False

    def close(self) -> None:
        """Close the connection."""
        self.socket.close()


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
    """cheroot's manager of idle connections, extended: it stops at once and handles a lack of file descriptors.

    It measures idle time by the monotonic clock. With the wall clock, as in cheroot, a test that moves the time of its
    process would expire every connection.
    """

    server: ServerContext

    def __init__(self, server: ServerContext, listeners: Sequence[Listener]) -> None:
        super().__init__(server)
        self._selector.unregister(server.socket.fileno())  # type: ignore[attr-defined]
        for listener in listeners:
            self._selector.register(  # type: ignore[attr-defined]
                listener.socket.fileno(), selectors.EVENT_READ, data=listener
            )
        self._waker = Waker()
        self._selector.register(  # type: ignore[attr-defined]  # cheroot's stub omits private names
            self._waker.socket.fileno(), selectors.EVENT_READ, data=self._waker
        )

    def put(self, conn: ClientConnection) -> None:
        """Add an idle connection; if the head of its next request has arrived, pass it to the server instead."""
        conn.last_used = monotonic()
        if conn.holds_head():
            self.server.process_conn(conn)
        else:
            self._selector.register(  # type: ignore[attr-defined]
                conn.socket.fileno(), selectors.EVENT_READ, data=conn
            )

    def run(self, expiration_interval: float) -> None:
        """Pass connections with a complete head to the server, and close idle ones in time, until :meth:`stop`."""
        wait = min(expiration_interval, WINDOWS_WAIT) if sys.platform == "win32" else expiration_interval
        checked = monotonic()
        while not self._stop_requested:
            try:
                ready = list(self._selector.select(timeout=wait))  # type: ignore[attr-defined]
            except OSError:
                self._remove_invalid_sockets()  # type: ignore[attr-defined]
                continue
            for descriptor, conn in ready:
                self._process(descriptor, conn)
            now = monotonic()
            if now - checked > expiration_interval:
                self._expire(now - self.server.timeout)
                checked = now

    def _process(self, descriptor: int, conn: ClientConnection | Leaving | Listener | Waker) -> None:
        if isinstance(conn, ClientConnection):
            if conn.receive_head():
                self._selector.unregister(descriptor)  # type: ignore[attr-defined]
                self.server.process_conn(conn)
        elif isinstance(conn, Leaving):
            if not conn.read():
                self._remove(descriptor, conn)
        elif isinstance(conn, Listener) and (accepted := self._from_server_socket(conn.socket)) is not None:
            self.server.process_conn(accepted)

    def _expire(self, threshold: float) -> None:
        """Close the connections that were last used before an instant.

        A connection with a late head goes to a thread instead, and the thread refuses the head.
        """
        for descriptor, conn in list(self._selector.connections):  # type: ignore[attr-defined]
            if isinstance(conn, ClientConnection) and conn.head_since is not None:
                if conn.head_since < threshold:
                    self._selector.unregister(descriptor)  # type: ignore[attr-defined]
                    self.server.process_conn(conn)
            elif conn.last_used < threshold or (
                isinstance(conn, Leaving) and conn.last_used < monotonic() - DRAIN_SECONDS
            ):
                self._remove(descriptor, conn)

    def _remove(self, descriptor: int, conn: ClientConnection | Leaving) -> None:
        self._selector.unregister(descriptor)  # type: ignore[attr-defined]
        conn.close()

    def end_slowest(self, *, least_seconds: float = 0.0) -> bool:
        """Close the connection with the oldest incomplete head, or else the one that is idle for the longest time.

        Returns False if no connection has waited for `least_seconds`.
        """
        latest = monotonic() - least_seconds
        waiting = [
            (conn.head_since is None, conn.waiting_since, descriptor, conn)
            for descriptor, conn in self._selector.connections  # type: ignore[attr-defined]
            if isinstance(conn, ClientConnection)
        ]
        waiting = [one for one in waiting if one[1] <= latest]
        if not waiting:
            return False
        *_, descriptor, conn = min(waiting, key=lambda one: one[:3])
        self._remove(descriptor, conn)
        return True

    def leave(self, sock: socket.socket) -> None:
        """Read from a refused connection until its client closes it, for at most two seconds."""
        leaving = [conn for _, conn in self._selector.connections if isinstance(conn, Leaving)]  # type: ignore[attr-defined]
        if len(leaving) >= MAX_LEAVING:
            sock.close()
        else:
            self._selector.register(sock.fileno(), selectors.EVENT_READ, data=Leaving(sock))  # type: ignore[attr-defined]

    def stop(self) -> None:
        """End :meth:`run` at once; cheroot's own method waits for the end without limit."""
        self._stop_requested = True
        self._waker.wake()

    def _from_server_socket(self, server_socket: socket.socket) -> ClientConnection | None:
        try:
            connection: ClientConnection | None = super()._from_server_socket(server_socket)  # type: ignore[misc]
        except OSError as error:
            if error.errno not in _EXHAUSTED:
                raise
            if self.end_slowest(least_seconds=1.0):
                return None
            # Accepting again at once would be a busy loop in which the open connections get no turn.
            self.server.log.warning("A connection has to wait: %s.", error.strerror)
            self.server.stopping.wait(EXHAUSTED_PAUSE)
            return None
        return connection

    def close(self) -> None:
        """Close all idle connections."""
        super().close()
        self._waker.close()

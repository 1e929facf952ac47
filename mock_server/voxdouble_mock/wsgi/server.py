"""The HTTP server of every mode: in a thread of a test run, as a command, in a container."""

from __future__ import annotations

import logging
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

from cheroot.server import HTTPServer

from voxdouble_mock.wsgi.connection import ClientConnection
from voxdouble_mock.wsgi.gateway import Gateway
from voxdouble_mock.wsgi.listening import host_and_port, listen
from voxdouble_mock.wsgi.pool import Pool
from voxdouble_mock.wsgi.request import RETRY_AFTER
from voxdouble_mock.wsgi.selection import Listener, Selection

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# Chosen bounds (P7). select(), the only selector on Windows, takes about 512 sockets.
MAX_THREADS = 1024
"""The most threads; further requests wait for one."""
MAX_WAITING = 768
"""The most threads that wait for slow clients, so that health and polls have threads. Beyond this bound, requests with
bodies get a 503, and slow readers are cut off.
"""
MAX_CONNECTIONS = 480 if sys.platform == "win32" else 2000
"""The most open connections. For a further one the slowest head or the longest idle connection is closed; if there is
neither, the new connection gets a 503 with Retry-After.
"""
MAX_KEPT_ALIVE = 400 if sys.platform == "win32" else 1000
"""The most connections that are kept open after a response. Beyond this bound a response closes its connection."""
SELECTOR_STOP_SECONDS = 1.0
"""The longest wait for the end of the selector's thread when the server stops, in seconds."""
NEXT_REQUEST_SECONDS = 0.002
"""The time for which a thread waits for the next request of its connection.

Many clients send their next request immediately: then two switches of threads are saved.
"""
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: %b\r\nConnection: close\r\n"
    b"X-Content-Type-Options: nosniff\r\nCross-Origin-Resource-Policy: same-origin\r\nContent-Length: %d\r\n\r\n%b"
)
_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (how this machine reaches a server on all addresses)


class HttpServer(HTTPServer):
    """Serves a WSGI application in daemon threads, from :meth:`start` to :meth:`stop`, once.

    - `app`: its environ carries a :class:`voxdouble_mock.wsgi.protocol.Connection`
    - `refuse`: makes the JSON error body of a 400 from its message, for requests that the application never sees (C7)
    - `overloaded`: the JSON error body of a 503, for clients beyond the bounds of connections and threads (C28)
    - `host`, `port`: name or address to listen on; port 0 takes any free one
    - `timeout`: seconds that a client may be silent, within a request or between two; a head must be complete by then
    - `graceful`: whether :meth:`stop` lets running requests finish
    - `shutdown_timeout`: seconds for which :meth:`stop` waits for threads that still run
    - `log`: the logger for bugs of the application and for lack of resources
    """

    ConnectionClass = ClientConnection
    keep_alive_conn_limit = MAX_KEPT_ALIVE

    def __init__(
        self,
        app: WSGIApplication,
        *,
        refuse: Callable[[str], bytes],
        overloaded: bytes = b"{}",
        host: str = "127.0.0.1",
        port: int = 0,
        timeout: float = 10,
        graceful: bool = False,
        shutdown_timeout: float = 0.5,
        log: logging.Logger = logging.getLogger("voxdouble.server"),  # noqa: B008 (one logger for the whole process)
    ) -> None:
        super().__init__((host, port), Gateway, server_name="voxdouble")
        # cheroot keeps the statistics of every server, and with them the server, for the life of the process.
        logging.statistics.pop(f"Cheroot HTTPServer {id(self)}", None)  # type: ignore[attr-defined]
        self.app = app
        self.refuse = refuse
        self.overloaded = overloaded
        self.waiting = threading.BoundedSemaphore(MAX_WAITING)
        self.timeout = timeout  # type: ignore[assignment]  # fractions of a second serve as well
        self.shutdown_timeout = shutdown_timeout  # type: ignore[assignment]
        self.log = log
        self.software = "voxdouble"
        self.stopping = threading.Event()
        """Set when the server begins to stop; an application that delays a response waits on it."""
        self.may_drain = True
        """Whether connections that are being closed still read from their clients."""
        self.connections: set[ClientConnection] = set()
        """All open connections."""
        self.requests = Pool(self._serve_connection, limit=MAX_THREADS, log=log)
        self._graceful = graceful
        self._thread = threading.Thread(target=self.serve, name="voxdouble-server", daemon=True)
        self._stopping_lock = threading.Lock()

    @property
    def address(self) -> tuple[str, int]:
        """Host and port; after the start those that the server listens on."""
        host, port = self.bind_addr
        return host, port

    @property
    def url(self) -> str:
        """The base URL under which this machine reaches the server."""
        host, port = self.address
        return f"http://{host_and_port(_LOOPBACK.get(host, host), port)}"

    def start(self) -> None:
        """Serve in a thread; return when the server responds to requests.

        Raises :class:`OSError` if the host is unknown or the port is in use; the message names the reason.
        """
        if self._thread.ident is not None:
            raise RuntimeError("A server can be started once only; make another one to serve again.")
        self._listeners = [Listener(one) for one in listen(*self.bind_addr)]
        self.socket = self._listeners[0].socket
        self.bind_addr = self.socket.getsockname()[:2]
        self._connections = Selection(self, self._listeners)
        self.ready = True
        self._thread.start()

    def serve(self) -> None:
        """Wait for connections, and for requests on idle ones, until :meth:`stop`."""
        while self.ready:
            try:
                self._connections.run(self.expiration_interval)
            except Exception:
                self.log.exception("Waiting for connections failed; the server goes on.")

    def process_conn(self, conn: ClientConnection) -> None:
        """Add a new connection to the idle ones; pass a connection with a readable head to the thread pool."""
        if conn.last_used is not None:
            self.requests.put(conn)
        elif len(self.connections) >= MAX_CONNECTIONS and not self._connections.end_slowest():
            conn.socket.settimeout(0)
            with suppress(OSError):
                conn.socket.send(_FULL % (RETRY_AFTER, len(self.overloaded), self.overloaded))
                conn.socket.shutdown(socket.SHUT_WR)
            self._connections.leave(conn.socket)
        else:
            self.connections.add(conn)
            self._connections.put(conn)

    def forget(self, connection: object) -> None:
        """Remove a connection from those that are open."""
        self.connections.discard(connection)

    def stop(self) -> None:
        """Stop, within about a second beyond ``shutdown_timeout``; without effect if the server is not running."""
        with self._stopping_lock:
            if not self.ready:
                return
            self.ready = False
        self.stopping.set()
        self._connections.stop()
        self._thread.join(SELECTOR_STOP_SECONDS)
        for listener in self._listeners:
            listener.close()
        if not self._graceful:
            self._abandon_all()
        self._connections.close()
        self.requests.stop(self.shutdown_timeout)
        self._abandon_all()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _serve_connection(self, conn: ClientConnection) -> None:
        kept = False
        try:
            while conn.communicate():
                if not (self.ready and not self.requests.is_full and conn.sends_head_within(NEXT_REQUEST_SECONDS)):
                    kept = self._keep(conn)
                    break
        finally:
            if not kept:
                conn.close()

    def _keep(self, conn: ClientConnection) -> bool:
        with self._stopping_lock:  # a connection must not enter a selection that is being closed
            if self.ready:
                self._connections.put(conn)
            return self.ready

    def _abandon_all(self) -> None:
        self.may_drain = False
        for connection in list(self.connections):
            connection.abandon()

"""cheroot's server with its traps disarmed: it grows, it stops in bounded time, and it leaves nothing behind."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from cheroot.server import HTTPServer

from voxdouble_mock.wsgi.connection import ClientConnection
from voxdouble_mock.wsgi.gateway import Gateway
from voxdouble_mock.wsgi.listening import listen
from voxdouble_mock.wsgi.pool import Pool
from voxdouble_mock.wsgi.selection import Selection, Waker

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# Chosen bounds (P7). Beyond the first, requests wait; beyond the second, connections get a 503 and come again; beyond
# the third, answers end their connection. select(), which is all that Windows has, takes about 512 sockets.
MAX_THREADS = 1024
MAX_CONNECTIONS = 480 if sys.platform == "win32" else 2000
MAX_KEPT_ALIVE = 400 if sys.platform == "win32" else 1000
SELECTOR_PATIENCE = 1.0
_FULL = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Engine(HTTPServer):
    """Accepts, selects and hands out connections; :class:`~voxdouble_mock.wsgi.server.HttpServer` is its face."""

    ConnectionClass = ClientConnection
    keep_alive_conn_limit = MAX_KEPT_ALIVE

    def __init__(
        self,
        app: WSGIApplication,
        address: tuple[str, int],
        *,
        refuse: Callable[[str], bytes],
        timeout: float,
        log: logging.Logger,
    ) -> None:
        super().__init__(address, Gateway, server_name="voxdouble")
        # cheroot keeps every server's statistics, and with them the server, for ever.
        logging.statistics.pop(f"Cheroot HTTPServer {id(self)}", None)  # type: ignore[attr-defined]
        self.app = app
        self.refuse = refuse
        self.timeout = timeout  # type: ignore[assignment]  # fractions of a second serve as well
        self.log = log
        self.software = "voxdouble"
        self.stopping = threading.Event()
        self.may_drain = True
        """Whether closing connections still wait for their clients."""
        self.connections: set[ClientConnection] = set()
        """All that are open."""
        self.requests = Pool(self._serve, limit=MAX_THREADS, log=log)
        self._thread = threading.Thread(target=self.serve, name="voxdouble-server", daemon=True)
        self._stopping_lock = threading.Lock()

    def prepare(self) -> None:
        """Listen, and serve in a thread from now on."""
        if self._thread.ident is not None:
            raise RuntimeError("A server serves once; make another one to serve again.")
        self.socket = listen(*self.bind_addr)
        self.bind_addr = self.socket.getsockname()[:2]
        self._connections = Selection(self)
        self.ready = True
        self._thread.start()

    def serve(self) -> None:
        """Wait for connections, and for requests on idle ones, until :meth:`stop`."""
        while self.ready:
            try:
                self._connections.run(self.expiration_interval)
            except Exception:
                self.log.exception("Waiting for connections failed; it goes on.")

    def process_conn(self, conn: ClientConnection | Waker) -> None:
        """Let a new connection wait for its first byte without a thread; have the others served."""
        if isinstance(conn, Waker):
            return
        if conn.last_used is not None:
            self.requests.put(conn)
        elif len(self.connections) >= MAX_CONNECTIONS:
            conn.send_raw(_FULL)
            conn.close()
        else:
            self.connections.add(conn)
            self._connections.put(conn)

    def _serve(self, conn: ClientConnection) -> None:
        kept = False
        try:
            kept = conn.communicate() and self._keep(conn)
        finally:
            if not kept:
                conn.close()

    def _keep(self, conn: ClientConnection) -> bool:
        with self._stopping_lock:  # not into a selection that is being closed
            if self.ready:
                self._connections.put(conn)
            return self.ready

    def stop_within(self, seconds: float, *, graceful: bool) -> None:
        """Stop, with at most ``seconds`` for the requests that are being answered; not graceful, they are cut off."""
        with self._stopping_lock:
            if not self.ready:
                return
            self.ready = False
        self.stopping.set()
        self._connections.stop()
        self._thread.join(SELECTOR_PATIENCE)
        self.socket.close()
        if not graceful:
            self._abandon_all()
        self._connections.close()
        self.requests.stop(seconds)
        self._abandon_all()

    def _abandon_all(self) -> None:
        self.may_drain = False
        for connection in list(self.connections):
            connection.abandon()

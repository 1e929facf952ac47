"""The HTTP server of every mode: in a thread of a test run, as a command, in a container."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from voxdouble_mock.wsgi.engine import Engine
from voxdouble_mock.wsgi.listening import shown

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (where a server on all addresses is reached from here)


class HttpServer:
    """Serves a WSGI application in daemon threads, from :meth:`start` to :meth:`stop`, once.

    - `app`: its environ carries a :class:`voxdouble_mock.wsgi.protocol.Connection`
    - `refuse`: makes the JSON error body of a 400 for what the application never sees (C7), from its message
    - `host`, `port`: name or address to listen on; port 0 takes any free one
    - `timeout`: seconds that a client may be silent, within a request or between two; a head must be whole by then
    - `graceful`: whether :meth:`stop` lets requests finish that are being answered
    - `shutdown_timeout`: seconds for which :meth:`stop` waits for threads that still run
    - `log`: where bugs of the application and trouble of the machine are written
    """

    def __init__(
        self,
        app: WSGIApplication,
        *,
        refuse: Callable[[str], bytes],
        host: str = "127.0.0.1",
        port: int = 0,
        timeout: float = 10,
        graceful: bool = False,
        shutdown_timeout: float = 0.5,
        log: logging.Logger = logging.getLogger("voxdouble.server"),  # noqa: B008 (one object for ever)
    ) -> None:
        self._engine = Engine(app, (host, port), refuse=refuse, timeout=timeout, log=log)
        self._graceful = graceful
        self._shutdown_timeout = shutdown_timeout

    @property
    def address(self) -> tuple[str, int]:
        """Host and port; the real ones once started."""
        host, port = self._engine.bind_addr
        return host, port

    @property
    def url(self) -> str:
        """The base URL under which this machine reaches the server."""
        host, port = self.address
        return f"http://{shown(_LOOPBACK.get(host, host), port)}"

    @property
    def stopping(self) -> threading.Event:
        """Set when the server begins to stop: what a delaying application waits on."""
        return self._engine.stopping

    def start(self) -> None:
        """Serve; returns when requests are answered.

        Raises :class:`OSError` where the host cannot be listened on, or its port is taken; the message says so.
        """
        self._engine.prepare()

    def stop(self) -> None:
        """Stop, within about a second beyond ``shutdown_timeout``; without effect when not serving."""
        self._engine.stop_within(self._shutdown_timeout, graceful=self._graceful)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

"""The interface of the server for its connections, requests and gateway.

It is not in `server`, because `server` imports these three.
"""

import logging
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from cheroot.server import Gateway, HTTPRequest

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class ServerContext(Protocol):
    """The parts of a server that the modules below it use."""

    stopping: threading.Event
    """Set when the server begins to stop."""

    @property
    def app(self) -> "WSGIApplication":
        """The WSGI application."""

    @property
    def gateway(self) -> Callable[[HTTPRequest], Gateway]:
        """The class that calls the application for a request."""

    waiting: threading.BoundedSemaphore
    """Slots for threads that wait for a slow client: until its body has arrived, or until it has read the response."""

    @property
    def overloaded(self) -> bytes:
        """The JSON error body of a 503."""

    @property
    def refuse(self) -> Callable[[str], bytes]:
        """A function that makes the JSON error body of a 400 from its message (C7)."""

    @property
    def bind_addr(self) -> tuple[str, int]:
        """The address and port that the server listens on."""

    @property
    def timeout(self) -> float:
        """Seconds for which a client may be silent, and within which a request's head must be complete."""

    @property
    def log(self) -> logging.Logger:
        """The logger for bugs of the application and for lack of resources."""

    @property
    def may_drain(self) -> bool:
        """Whether connections that are being closed still read from their clients."""

    @property
    def socket(self) -> socket.socket:
        """The listening socket."""

    def process_conn(self, conn: Any) -> None:
        """Add a new connection to the idle ones; pass a connection with a readable head to the thread pool."""

    def forget(self, connection: object) -> None:
        """Remove a connection from those that are open."""

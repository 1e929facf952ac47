"""Sockets that keep a deadline: every call on a socket ends by the deadline, whatever the other end does.

A socket's own timeout starts anew with every call, so a peer that sends a byte now and then never exceeds it. Here the
timeout of every call is cut to the time left in the `Limits` of the calling thread.
"""

from __future__ import annotations

import errno
import queue
import socket
import ssl
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from msgspec import Struct

CONNECT_SECONDS = 10.0
"""Chosen: the longest time to resolve a host name, to connect to one address of the host, and for a TLS handshake."""


DEAD_SECONDS = 30
"""Chosen: the time after which a connection whose packets are not acknowledged, dropped by a NAT perhaps, is given up.
"""


def check_not_patched() -> None:
    """Raise RuntimeError if gevent has replaced the standard library's sockets."""
    monkey = sys.modules.get("gevent.monkey")
    if monkey is not None and (monkey.is_module_patched("socket") or monkey.is_module_patched("ssl")):
        raise RuntimeError(
            "ApplianceClient must have the standard library's sockets, on which its deadlines hold, but gevent's monkey"
            " patching has replaced them. Use threads, or run the client in a process of its own."
        )


class ConnectFailed(OSError):
    """No connection was made; `__cause__` says why.

    It has no `errno`: while urllib3 sends, it ignores errors with some numbers, such as ECONNRESET, and goes on to read
    a response, which would fail with an AttributeError, as there is no connection.
    """


class Limits(Struct, eq=False):
    """The limits of one request, which another thread may abort.

    `ends` is an instant of `time.monotonic`; `stall` the seconds that may pass without any byte; `socket` is the one in
    use.
    """

    ends: float
    stall: float
    socket: DeadlineSocket | None = None
    aborted: bool = False

    def abort(self) -> None:
        """End the request that another thread has under way, at once or with its next send or receive."""
        self.aborted = True
        if self.socket is not None:
            with suppress(OSError):
                # Not the method of SSLSocket, which would end TLS under the other thread's feet.
                socket.socket.shutdown(self.socket, socket.SHUT_RDWR)

    def cut(self, seconds: float) -> float:
        """Return `seconds`, or the time left if that is less; TimeoutError if no time is left."""
        if self.aborted:
            raise OSError("the client was closed")
        left = self.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time for the request is over")
        return min(left, seconds)


_LIMITS: ContextVar[Limits] = ContextVar("limits")


@contextmanager
def limited(seconds: float, stall: float) -> Iterator[Limits]:
    """Limit the calls on this module's sockets to `seconds` in all, and to `stall` seconds without any byte."""
    limits = Limits(time.monotonic() + seconds, stall)
    token = _LIMITS.set(limits)
    try:
        yield limits
    finally:
        _LIMITS.reset(token)


class DeadlineSocket(socket.socket):
    """A socket whose sends and receives keep the limits."""

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self._set_timeout()
        return super().recv_into(*args, **kwargs)

    def send(self, data: Any, flags: int = 0) -> int:
        self._set_timeout()
        return super().send(data, flags)

    def sendall(self, data: Any, flags: int = 0) -> None:
        self._set_timeout()
        super().sendall(data, flags)

    def _set_timeout(self) -> None:
        limits = _LIMITS.get()
        limits.socket = self
        self.settimeout(limits.cut(limits.stall))


class DeadlineTlsSocket(DeadlineSocket, ssl.SSLSocket):
    """A TLS socket that keeps the limits; used as `SSLContext.sslsocket_class`."""

    def send(self, data: Any, flags: int = 0) -> int:
        try:
            return super().send(data, flags)
        except ssl.SSLEOFError as error:
            # Where a plain TCP socket raises BrokenPipeError, TLS raises SSLEOFError. After a BrokenPipeError urllib3
            # reads the response, with which the appliance refused the rest of the body.
            raise BrokenPipeError(errno.EPIPE, "the connection was closed while the request was sent") from error

    def recv(self, *args: Any, **kwargs: Any) -> bytes:
        # Called by the standard library alone, on a connection that was reset before the handshake.
        try:
            return super().recv(*args, **kwargs)
        except OSError:
            self.close()
            raise

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002  the standard library's signature
        self.settimeout(_LIMITS.get().cut(CONNECT_SECONDS))
        super().do_handshake(block)


def connect(host: str, port: int, options: list[tuple[int, int, int | bytes]]) -> DeadlineSocket:
    """Connect to the first address of the host that accepts; ConnectFailed if none does."""
    try:
        return _connect(host, port, options)
    except OSError as error:
        raise ConnectFailed(str(error)) from error


def _connect(host: str, port: int, options: list[tuple[int, int, int | bytes]]) -> DeadlineSocket:
    """Connect to the first address that accepts; each gets an even share of the time left, so none uses it all."""
    addresses = _resolve(host, port)
    failure: OSError | None = None
    for tried, (family, kind, protocol, _, address) in enumerate(addresses):
        sock = DeadlineSocket(family, kind, protocol)
        try:
            for option in [*options, *_keepalive_options()]:
                sock.setsockopt(*option)
            share = _LIMITS.get().cut(CONNECT_SECONDS * len(addresses)) / (len(addresses) - tried)
            sock.settimeout(min(share, CONNECT_SECONDS))
            sock.connect(address)
        except OSError as error:
            sock.close()
            failure = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failure or OSError(f"{host} has no address")


def _keepalive_options() -> Iterator[tuple[int, int, int]]:
    """Return the options that find a dead connection, as far as the system has them."""
    yield socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1
    for name, value in {
        "TCP_KEEPIDLE": DEAD_SECONDS,
        "TCP_KEEPINTVL": DEAD_SECONDS // 3 or 1,
        "TCP_KEEPCNT": 3,
        "TCP_USER_TIMEOUT": DEAD_SECONDS * 1000,
    }.items():
        if hasattr(socket, name):
            yield socket.IPPROTO_TCP, getattr(socket, name), value


def _resolve(host: str, port: int) -> list[tuple[Any, ...]]:
    """Return the host's addresses; resolved in a thread, as the resolver has no timeout and can take half a minute."""
    found: queue.SimpleQueue[list[tuple[Any, ...]] | OSError | UnicodeError] = queue.SimpleQueue()

    def resolve() -> None:
        try:
            found.put(list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except (OSError, UnicodeError) as error:
            found.put(error)

    threading.Thread(target=resolve, name="voxdouble-resolver", daemon=True).start()
    try:
        addresses = found.get(timeout=_LIMITS.get().cut(CONNECT_SECONDS))
    except queue.Empty:
        raise TimeoutError(f"the host name {host} was not resolved in time") from None
    if isinstance(addresses, OSError):
        raise addresses
    if isinstance(addresses, UnicodeError):
        raise OSError(f"{host!r} is not a valid host name") from addresses
    return addresses

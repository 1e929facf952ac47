"""Sockets that keep a deadline: every call on a socket ends by the deadline, whatever the peer does.

The timeout of a plain socket begins again with every call, so a peer that sends single bytes never exceeds it. Here the
timeout of each call is at most the time left in the `Limits` of the calling thread.
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
"""Chosen: the time without an acknowledgement after which a connection is dead, for example one that a NAT dropped."""


def check_not_patched() -> None:
    """Raise RuntimeError if gevent has replaced the standard library's sockets."""
    monkey = sys.modules.get("gevent.monkey")
    if monkey is not None and (monkey.is_module_patched("socket") or monkey.is_module_patched("ssl")):
        raise RuntimeError(
            "ApplianceClient must have the standard library's sockets, on which its deadlines hold, but gevent's monkey"
            " patching has replaced them. Use threads, or run the client in a process of its own."
        )


class ConnectFailed(OSError):
    """No connection was made; `__cause__` is the reason.

    It has no `errno`: urllib3 ignores errors with some numbers, such as ECONNRESET, while it sends. It would then read
    a response without a connection, and raise AttributeError.
    """


class Limits(Struct, eq=False):
    """The limits of one request, which another thread may abort.

    `ends` is an instant of `time.monotonic`. `stall` is the longest silence in seconds. `socket` is the one in use.
    """

    ends: float
    stall: float
    socket: DeadlineSocket | None = None
    aborted: bool = False

    def abort(self) -> None:
        """End the request, which another thread sends, at once or at its next send or receive."""
        self.aborted = True
        if self.socket is not None:
            with suppress(OSError):
                # SSLSocket.shutdown would also drop the TLS state, which the other thread still uses.
                socket.socket.shutdown(self.socket, socket.SHUT_RDWR)

    def cut(self, seconds: float) -> float:
        """Return `seconds` or the time left, the lesser one; TimeoutError if no time is left, OSError after `abort`."""
        if self.aborted:
            raise OSError("the client was closed")
        left = self.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time for the request is over")
        return min(left, seconds)


_LIMITS: ContextVar[Limits] = ContextVar("limits")


@contextmanager
def limited(seconds: float, stall: float) -> Iterator[Limits]:
    """Limit the calls on sockets of this module to `seconds` in all, and to `stall` seconds of silence."""
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
            # A plain TCP socket raises BrokenPipeError here. After it urllib3 reads the response, with which the
            # appliance refused the rest of the body.
            raise BrokenPipeError(errno.EPIPE, "the connection was closed while the request was sent") from error

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        try:
            return super().recv_into(*args, **kwargs)
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
            raise
        except ssl.SSLError as error:
            why = getattr(error, "reason", None) or "no reason given"
            if "ALERT" in why:
                raise  # the server refuses the connection, such as one without a client certificate
            # The handshake showed that the server speaks TLS, so the next connection may be well.
            raise ConnectionResetError(errno.ECONNRESET, f"the data received was damaged ({why})") from None

    def recv(self, *args: Any, **kwargs: Any) -> bytes:
        # While ssl.SSLSocket wraps a socket whose peer is gone, it calls `recv(1)`. An error would leave it open.
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
    """Connect to the first address that accepts; each attempt gets an equal share of the time left."""
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
    """Yield the options by which the system finds a dead connection; a system may lack some of them."""
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
    """Return the addresses of the host; found in a thread, since the resolver has no timeout and may take 30 s."""
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
        # No TimeoutError: `causes.reason` replaces the text of such an error.
        raise OSError(f"the host name {host} was not resolved in time") from None
    if isinstance(addresses, OSError):
        raise addresses
    if isinstance(addresses, UnicodeError):
        raise OSError(f"{host!r} is not a valid host name") from addresses
    return addresses

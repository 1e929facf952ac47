"""Sockets that keep a deadline: whatever the other end does, no call on them outlives it.

A socket's own time-out starts anew with every call, so a peer that sends one byte now and then is never late. Here
every call is clipped to what is left of the `Limits` that hold in the calling thread.
"""

from __future__ import annotations

import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

CONNECT_SECONDS = 10.0
"""Chosen: the longest that one address of a host is tried, and that a TLS handshake may take."""


class Unreached(OSError):
    """No connection was made; its cause says why."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`ends` is an instant of `time.monotonic`; `stall` the seconds that may pass without any byte."""

    ends: float
    stall: float

    def grant(self, longest: float) -> float:
        """Tell the seconds that a call may take; TimeoutError if there are none."""
        left = self.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time for the whole exchange is over")
        return min(left, longest)


_LIMITS: ContextVar[Limits] = ContextVar("limits")


@contextmanager
def limited(seconds: float, stall: float) -> Iterator[Limits]:
    """Let the calls on this module's sockets end after `seconds` in all, and after `stall` seconds of silence."""
    limits = Limits(time.monotonic() + seconds, stall)
    token = _LIMITS.set(limits)
    try:
        yield limits
    finally:
        _LIMITS.reset(token)


class DeadlineSocket(socket.socket):
    """A socket on which sending and receiving are clipped to the limits."""

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self._clip()
        return super().recv_into(*args, **kwargs)

    def send(self, data: Any, flags: int = 0) -> int:
        self._clip()
        return super().send(data, flags)

    def sendall(self, data: Any, flags: int = 0) -> None:
        self._clip()
        super().sendall(data, flags)

    def _clip(self) -> None:
        limits = _LIMITS.get()
        self.settimeout(limits.grant(limits.stall))


class DeadlineTlsSocket(DeadlineSocket, ssl.SSLSocket):
    """The same under TLS; to be set as an `SSLContext.sslsocket_class`."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002  the standard library's signature
        self.settimeout(_LIMITS.get().grant(CONNECT_SECONDS))
        super().do_handshake(block)


def connect(host: str, port: int, options: list[tuple[int, int, int | bytes]]) -> DeadlineSocket:
    """Connect to the first address of the host that takes the call; Unreached if none does."""
    try:
        return _connect(host, port, options)
    except OSError as error:
        raise Unreached(*error.args) from error


def _connect(host: str, port: int, options: list[tuple[int, int, int | bytes]]) -> DeadlineSocket:
    """Connect to the first address that takes the call.

    Each address is given an even share of the time left, so that a dead one does not use it up.
    """
    addresses = _look_up(host, port)
    failure: OSError | None = None
    for tried, (family, kind, protocol, _, address) in enumerate(addresses):
        sock = DeadlineSocket(family, kind, protocol)
        try:
            for option in options:
                sock.setsockopt(*option)
            share = _LIMITS.get().grant(CONNECT_SECONDS * len(addresses)) / (len(addresses) - tried)
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


def _look_up(host: str, port: int) -> list[tuple[Any, ...]]:
    """Find the host's addresses, in a thread of its own: the resolver takes no time-out and can last half a minute."""
    answers: queue.SimpleQueue[list[tuple[Any, ...]] | OSError | UnicodeError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, name="voxdouble-resolver", daemon=True).start()
    try:
        answer = answers.get(timeout=_LIMITS.get().grant(CONNECT_SECONDS))
    except queue.Empty:
        raise TimeoutError(f"the name {host} was not resolved in time") from None
    if isinstance(answer, OSError):
        raise answer
    if isinstance(answer, UnicodeError):
        raise OSError(f"{host!r} is no host name") from answer
    return answer

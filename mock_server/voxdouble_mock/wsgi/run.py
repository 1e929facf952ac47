"""A server as a process that runs until a signal ends it."""

import signal
import socket
from collections.abc import Callable

from voxdouble_mock.wsgi.server import HttpServer

ENDING = frozenset(
    getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGBREAK") if hasattr(signal, name)
)  # SIGBREAK is Ctrl-Break: on Windows, the only one of them that a process can send to another process


def run_until_signal(server: HttpServer, ready: Callable[[str], None]) -> None:
    """Serve until a signal of ENDING, then stop; call ``ready`` with the URL once the server responds, not before.

    Only the main thread may call it. Further signals while the server stops have no effect, since some supervisors send
    two. The handlers do nothing: the interpreter writes the signal's number into a socket, and this ends the wait on
    every system. An Event could deadlock with a handler that sets it, and on Windows no signal ends its wait.
    """
    receiving, sending = socket.socketpair()
    with receiving, sending:
        sending.settimeout(0)
        previous_fd = signal.set_wakeup_fd(sending.fileno(), warn_on_full_buffer=False)
        previous = {number: signal.signal(number, lambda *_: None) for number in ENDING}
        try:
            with server:
                ready(server.url)
                while receiving.recv(1)[0] not in ENDING:
                    pass
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(previous_fd)

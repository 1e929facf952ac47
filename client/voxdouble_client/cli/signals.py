"""SIGTERM and SIGHUP end a command as SIGINT does."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

INTERRUPTED = 130
"""The exit code after SIGINT; after another signal it is 128 and the signal's number."""


@contextmanager
def signals_interrupt() -> Iterator[None]:
    """Make SIGTERM and SIGHUP raise KeyboardInterrupt in the context, unless they are ignored, as under nohup."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Python allows handlers in the main thread only
        return
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]  # Windows has no SIGHUP
    numbers = [number for name in names if signal.getsignal(number := getattr(signal, name)) is signal.SIG_DFL]
    for number in numbers:
        signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)


def interrupt_code(interrupt: KeyboardInterrupt) -> int:
    """Return the exit code of a command that a signal ended: 130, 143 or 129."""
    return 128 + interrupt.args[0] if interrupt.args else INTERRUPTED


def _interrupt(number: int, _: object) -> None:
    raise KeyboardInterrupt(number)

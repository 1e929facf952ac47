"""SIGTERM and SIGHUP end a command as SIGINT does."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

INTERRUPTED = 130
"""The exit code after SIGINT; after another signal it is 128 and the signal's number."""


@contextmanager
def signals_interrupt() -> Iterator[None]:
    """Make SIGTERM and SIGHUP raise KeyboardInterrupt in the context, unless they are ignored, as under nohup."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Python allows handlers in the main thread only
        return
    numbers = [number for number in _numbers("SIGTERM", "SIGHUP") if signal.getsignal(number) is signal.SIG_DFL]
    for number in numbers:
        signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def interrupt_held() -> Iterator[None]:
    """Hold back the first signal that raises KeyboardInterrupt until the end of the context; a second one raises it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    found: dict[int, Any] = {number: signal.getsignal(number) for number in _numbers("SIGINT", "SIGTERM", "SIGHUP")}
    handlers = {number: handler for number, handler in found.items() if callable(handler)}
    held: list[int] = []

    def hold(number: int, frame: FrameType | None) -> None:
        held.append(number)
        if len(held) > 1:
            handlers[number](number, frame)

    for number in handlers:
        signal.signal(number, hold)
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    if held:
        handlers[held[0]](held[0], None)


def _numbers(*names: str) -> list[int]:
    return [getattr(signal, name) for name in names if hasattr(signal, name)]  # Windows has no SIGHUP


def interrupt_code(interrupt: KeyboardInterrupt) -> int:
    """Return the exit code of a command that a signal ended: 130, 143 or 129."""
    return 128 + interrupt.args[0] if interrupt.args else INTERRUPTED


def _interrupt(number: int, _: object) -> None:
    raise KeyboardInterrupt(number)

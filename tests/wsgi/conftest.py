"""Fixtures: servers, which stop when the test ends, and the peak of memory."""

import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from tests.wsgi.wire import refuse
from voxdouble_mock.wsgi.server import HttpServer

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class Serve(Protocol):
    """A function that starts a server for an application."""

    def __call__(self, app: "WSGIApplication", **options: Any) -> HttpServer:
        """Start a server with these options and return it."""


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Yield a function that starts servers."""
    with ExitStack() as stack:
        yield lambda app, **options: stack.enter_context(HttpServer(app, refuse=refuse, **options))


@pytest.fixture
def peak_memory() -> Iterator[Callable[[], int]]:
    """Yield a function that returns the largest number of bytes that Python has held so far."""
    tracemalloc.start(1)
    try:
        yield lambda: tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.fixture
def crowd() -> Iterator[ExitStack]:
    """Yield a stack that closes connections when the test ends."""
    with ExitStack() as stack:
        yield stack

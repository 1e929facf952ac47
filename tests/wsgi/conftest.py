"""Servers for tests, stopped when the test ends."""

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
    """Starts a server for an application."""

    def __call__(self, app: "WSGIApplication", **options: Any) -> HttpServer:
        """Start it."""


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Give a function that starts servers."""
    with ExitStack() as stack:
        yield lambda app, **options: stack.enter_context(HttpServer(app, refuse=refuse, **options))


@pytest.fixture
def peak_memory() -> Iterator[Callable[[], int]]:
    """Give a function that tells how many bytes Python held at most so far."""
    tracemalloc.start(1)
    try:
        yield lambda: tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

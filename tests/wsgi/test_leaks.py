"""Memory and threads after a stopped server, and after a finished request."""

import gc
import logging
import threading
import time
from collections import Counter

from tests.wsgi.conftest import Serve
from tests.wsgi.wire import APP, GET, Wire, body_result, post, refuse, responding
from voxdouble_mock.wsgi.body import SizedBody
from voxdouble_mock.wsgi.request import Request
from voxdouble_mock.wsgi.server import HttpServer


def count_objects() -> Counter[str]:
    """Count the objects that the garbage collector tracks, by type."""
    gc.collect()
    return Counter(type(thing).__qualname__ for thing in gc.get_objects())


def test_stopped_servers_leave_no_objects() -> None:
    """Fifty stopped servers leave neither objects nor threads nor statistics."""

    def serve_once() -> None:
        server = HttpServer(APP, refuse=refuse)
        with server, Wire(server.address) as wire:
            wire.send(GET)
            wire.response()

    for _ in range(3):
        serve_once()
    threads, before = threading.active_count(), count_objects()
    for _ in range(50):
        serve_once()
    grown = {name: count for name, count in (count_objects() - before).items() if count >= 25}
    assert grown == {}
    assert threading.active_count() <= threads  # fewer if threads of another test have ended meanwhile
    assert not any("Cheroot" in str(key) for key in getattr(logging, "statistics", {}))


def living_requests() -> int:
    """Return the number of requests and bodies in this process, those of other tests' servers included."""
    return sum(type(thing) in {Request, SizedBody} for thing in gc.get_objects())


def test_requests_leave_no_cycles(serve: Serve) -> None:
    """A request's objects are freed when it ends, without the garbage collector: the buffers of uploads are large."""
    server = serve(responding(body_result))
    with Wire(server.address) as wire:
        wire.send(post(b"x"))
        wire.response()
        gc.collect()
        gc.disable()
        try:
            before = living_requests()
            for _ in range(20):
                wire.send(post(b"x" * 1000))
                wire.response()
            end = time.monotonic() + 5  # a thread may still return from the request that it has answered
            while (left := living_requests() - before) > 2 and time.monotonic() < end:
                time.sleep(0.01)
        finally:
            gc.enable()
    assert left <= 2

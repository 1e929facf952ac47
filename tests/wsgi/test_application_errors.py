"""Errors of the application, before its response and in the middle of it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pytest

from tests.wsgi.conftest import Serve
from tests.wsgi.wire import GET, Wire, post, responding, sending

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def boom(environ: "WSGIEnvironment") -> Any:
    """Raise an error that an application may raise."""
    raise OSError(5, "disk on fire")


def unstarted(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Return a body without calling start_response."""
    return [b"x"]


@pytest.mark.parametrize(
    ("app", "message"),
    [
        (responding(boom), "disk on fire"),
        (unstarted, "without calling start_response"),
        (sending(b"long", headers=[("Content-Length", "3")]), "more bytes than its Content-Length"),
        (sending(headers=[("Content-Length", "3")]), "fewer bytes than its Content-Length"),
    ],
)
def test_a_bug_of_the_application_is_a_500(
    serve: Serve, app: "WSGIApplication", message: str, caplog: pytest.LogCaptureFixture
) -> None:
    """An application that fails before its response causes a 500 and a log entry, and the server goes on."""
    server = serve(app)
    for _ in range(2):
        with Wire(server.address) as wire:
            wire.send(GET)
            assert wire.response().status == 500
            assert wire.rest() == b""
    assert message in caplog.text


@pytest.mark.parametrize(
    "app",
    [
        sending(b"sho", headers=[("Content-Length", "5")]),
        sending(b"sho", b"rt, and then too long", headers=[("Content-Length", "5")]),
    ],
)
def test_a_bug_in_the_middle_of_a_response_cuts_it(
    serve: Serve, app: "WSGIApplication", caplog: pytest.LogCaptureFixture
) -> None:
    """A response whose length turns out to be wrong ends with its connection: the client notices the cut."""
    with Wire(serve(app).address) as wire:
        wire.send(GET, GET)
        assert wire.response().body == b"sho"
        assert wire.rest() == b""
    assert "bytes than its Content-Length declares" in caplog.text


def test_sys_exit_in_the_application_is_a_500(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """An application that calls sys.exit() ends its request, not the server."""

    def leave(environ: "WSGIEnvironment") -> bytes:
        if environ["PATH_INFO"] == "/upload":
            raise SystemExit(3)
        return b"here"

    server = serve(responding(leave))
    with Wire(server.address) as wire:
        wire.send(post(b""))
        assert wire.response().status == 500
    with Wire(server.address) as wire:
        wire.send(GET)
        assert wire.response().body == b"here"
    assert "SystemExit: 3" in caplog.text

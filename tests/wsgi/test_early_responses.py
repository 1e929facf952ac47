"""Responses to clients that are still sending their request."""

import subprocess
import time
from collections.abc import Callable
from http.client import HTTPConnection

import pytest
import requests

from tests import needs
from tests.wsgi.conftest import Serve
from tests.wsgi.wire import CHUNKED_HEAD, GET, PATIENCE, Wire, environ_texts, post, responding, sending
from voxdouble_mock.wsgi import connection

UPLOAD = bytes(20_000_000)
"""More than the buffers of both sockets hold."""
UPLOADS = 3


def by_requests(url: str) -> int:
    """Upload with requests, with a length."""
    return requests.post(url, data=UPLOAD, timeout=PATIENCE).status_code


def by_requests_in_chunks(url: str) -> int:
    """Upload with requests, in chunks."""
    pieces = (UPLOAD[start : start + 65536] for start in range(0, len(UPLOAD), 65536))
    return requests.post(url, data=pieces, timeout=PATIENCE).status_code


def by_http_client(url: str) -> int:
    """Upload with http.client, which sends everything before it reads."""
    connection = HTTPConnection(url.removeprefix("http://"), timeout=PATIENCE)
    try:
        connection.request("POST", "/", UPLOAD)
        return connection.getresponse().status
    finally:
        connection.close()


def by_curl(url: str) -> int:
    """Upload with curl."""
    curl = needs.program("curl", package="curl")
    command = [curl, "-s", "-o", "-", "-w", "%{http_code}", "-H", "Expect:", "--data-binary", "@-", url]
    run = subprocess.run(command, input=UPLOAD, capture_output=True, timeout=60, check=True)
    return int(run.stdout)


@pytest.mark.parametrize("upload", [by_requests, by_requests_in_chunks, by_http_client, by_curl])
def test_a_response_before_the_upload_is_read_arrives(serve: Serve, upload: Callable[[str], int]) -> None:
    """A client that is still sending its upload receives a 413 that does not wait for it."""
    server = serve(sending(status="413 Content Too Large", headers=[("Content-Length", "0")]))
    assert [upload(server.url) for _ in range(UPLOADS)] == [413] * UPLOADS


def test_the_end_is_sent_before_the_rest_is_read(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that is still sending receives the end of the connection at once."""
    monkeypatch.setattr(connection, "DRAIN_SECONDS", 1000)
    with Wire(serve(responding(environ_texts)).address) as wire:
        wire.send(post(b"hello")[:-1])
        assert wire.response().headers["connection"] == "close"
        assert wire.rest() == b""


def send_on(wire: Wire) -> None:
    """Send until the connection breaks."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        wire.send(b"more")


def test_reading_the_rest_is_bounded(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that goes on sending after its response is disconnected after a while."""
    monkeypatch.setattr(connection, "DRAIN_SECONDS", 0.1)
    with Wire(serve(responding(environ_texts)).address) as wire:
        wire.send(post(b"hello")[:-1])
        with pytest.raises(ConnectionError):
            send_on(wire)


def test_unread_chunks_are_not_parsed_as_a_request(serve: Serve) -> None:
    """The rest of a chunked body that the application did not read is not parsed as the next request."""
    paths = []
    with Wire(serve(responding(lambda environ: paths.append(environ["PATH_INFO"]))).address) as wire:
        wire.send(CHUNKED_HEAD, GET)
        assert wire.response().headers["connection"] == "close"
        wire.end()
        assert wire.rest() == b""
    assert paths == ["/upload"]

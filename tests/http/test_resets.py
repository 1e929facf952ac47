"""Uploads that began before a reset of their namespace."""

import socket
from urllib.parse import urlsplit

import pytest

from tests.http.wire import EXTRACTION, MULTIPART, NO_AUDIO, convert, form, get, head_of_post, post
from voxdouble_mock import MockAppliance

WHOLE = form(("file", NO_AUDIO))


class HalfUpload:
    """An upload of which one half has been sent."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = socket.create_connection((parts.hostname or "", parts.port or 80), timeout=30)
        head = head_of_post(parts.path + EXTRACTION, MULTIPART, f"Content-Length: {len(WHOLE)}", "Expect: 100-continue")
        self._connection.sendall(head)
        assert b"100 Continue" in self._connection.recv(1000)  # the request is being processed
        self._connection.sendall(WHOLE[:50])

    def finish(self) -> tuple[int, str]:
        """Send the other half; return the status and the path of the location."""
        with self._connection:
            self._connection.sendall(WHOLE[50:])
            response = b"".join(iter(lambda: self._connection.recv(65536), b"")).decode()
        location = next(line for line in response.split("\r\n") if line.startswith("Location: "))
        return int(response.split()[1]), urlsplit(location.removeprefix("Location: ")).path


@pytest.mark.parametrize("prefix", ["", "/_ns/mine"])
def test_an_upload_that_began_before_a_reset_leaves_no_trace(own_mock: MockAppliance, prefix: str) -> None:
    """It gets its 202, but its task is not listed and its id is 404; it counts for no rule, fault or log entry."""
    namespace = own_mock.namespace("mine") if prefix else own_mock
    upload = HalfUpload(own_mock.url + prefix)
    namespace.reset()
    namespace.scenario({"rules": [{"when": {"nth": 1}, "then": {"end": "failed"}}]})
    namespace.fault("status", status=503, nth=2)
    status, path = upload.finish()
    assert status == 202
    assert get(own_mock.url + path).status_code == 404
    assert get(own_mock.url + prefix + "/_mock/tasks").json()["total"] == 0
    assert [entry.method for entry in namespace.requests] == ["GET"]
    assert get(own_mock.url + prefix + "/_mock/faults").json()["faults"][0]["seen"] == 1  # the poll
    namespace.reset()
    namespace.scenario({"rules": [{"when": {"nth": 1}, "then": {"end": "failed"}}]})
    assert convert(own_mock.url + prefix, ["AAAA"]).status_code == 202
    assert namespace.requests[0].rule == "rule 1"


def test_a_reset_over_http_leaves_other_namespaces_alone(own_mock: MockAppliance) -> None:
    """An upload to another namespace, or one that began after the reset, creates its task."""
    one, two = HalfUpload(own_mock.url), HalfUpload(own_mock.url + "/_ns/two")
    assert post(own_mock.url + "/_mock/reset").status_code == 200
    later = HalfUpload(own_mock.url)
    found = [get(own_mock.url + upload.finish()[1]).status_code for upload in (one, two, later)]
    assert found == [404, 200, 200]

"""Bounds of the control routes: the memory of their bodies, and of the responses that are made for one request (P7)."""

import threading
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from tests.http.wire import CONVERSION, assert_refused, extract, get, head_of_post, post, put
from tests.wsgi.wire import Wire
from voxdouble_mock import MockAppliance
from voxdouble_mock.core.errors import Unavailable
from voxdouble_mock.http import large_responses
from voxdouble_mock.http.large_responses import LargeResponses

SCENARIO = "rules: [{then: {}, name: %s}]"
VALUES = "rules: [{when: {technology: %s}, then: {result: {a: [%s1]}}}]"


def text(size: int) -> bytes:
    """Return a text of this many bytes."""
    return b"x" * size


def test_bodies_of_control_routes_count_what_parsing_takes() -> None:
    """A body whose values would take more than the bound is refused, and a refusal gives back what it has reserved."""
    with MockAppliance(json_storage=200_000) as mock:
        for _ in range(5):
            refused = put(mock.url + "/_mock/scenario", data="rules: [" + "[]," * 400)
            assert_refused(refused, 413, "request.size-limit-exceeded")
            assert "has more values than fit into the 200000 bytes" in refused.json()["message"]
        for number in range(200):
            assert put(mock.url + "/_mock/scenario", data=SCENARIO % number).status_code == 200
            assert post(mock.url + "/_mock/clock/advance", json={"seconds": 0}).status_code == 200


def test_bodies_of_control_routes_share_the_bound_of_json_bodies() -> None:
    """While other bodies hold the memory, a control route answers 503, and again as usual once they have ended."""
    many = "rules: [" + "{then: {}}, " * 30 + "]"
    with MockAppliance(json_storage=300_000) as mock, ExitStack() as stack:
        parts = urlsplit(mock.url)
        slow = stack.enter_context(Wire((parts.hostname or "", parts.port or 0)))
        head = head_of_post(CONVERSION, "application/json", "Content-Length: 140000")
        slow.send(head + b'{"voiceprints": ["' + text(132_000))
        while (refused := put(mock.url + "/_mock/scenario", data=many)).status_code == 200:
            pass  # the slow body has not arrived yet
        assert_refused(refused, 503, "internal")
        assert int(refused.headers["Retry-After"]) > 0
        slow.end()
        while (answer := put(mock.url + "/_mock/scenario", data=many)).status_code == 503:
            pass
        assert answer.status_code == 200


def test_responses_beyond_the_bound_get_a_503(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that does not fit beside those that are being sent is refused with what helps; a shorter one is sent."""
    monkeypatch.setattr(large_responses, "MAX_BYTES", 100_000)
    with MockAppliance() as mock:
        for _ in range(200):
            get(mock.url + "/api/system/info", headers={"X-Long": "x" * 150})
        refused = get(mock.url + "/_mock/requests")
        assert_refused(refused, 503, "internal")
        assert refused.json()["message"].endswith(": try again later, or ask for less with `limit`.")
        for _ in range(20):
            assert len(get(mock.url + "/_mock/requests", params={"limit": 150}).content) > large_responses.SMALL


def test_a_response_counts_until_it_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bytes of a large response are given back when it has been sent, and a small one is not counted."""
    monkeypatch.setattr(large_responses, "MAX_BYTES", 150_000)
    responses = LargeResponses()
    first = responses.respond(lambda: text(100_000))
    with pytest.raises(
        Unavailable, match="sends at most 150000 bytes of large responses at one time, and this one has 100000: try"
    ):
        responses.respond(lambda: text(100_000))
    assert responses.respond(lambda: text(1000)).get_data() == text(1000)
    first.close()
    assert responses.respond(lambda: text(100_000)).get_data() == text(100_000)


def test_few_responses_are_made_at_one_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A further one waits, and is refused if none of them ends; an error ends one, too."""
    monkeypatch.setattr(large_responses, "WAIT_SECONDS", 0.05)
    responses, proceed, begun = LargeResponses(), threading.Event(), threading.Semaphore(0)

    def make() -> bytes:
        begun.release()
        proceed.wait(30)
        return b"{}"

    threads = [threading.Thread(target=responses.respond, args=(make,)) for _ in range(large_responses.MAX_MADE)]
    for thread in threads:
        thread.start()
        assert begun.acquire(timeout=30)
    with pytest.raises(Unavailable, match="makes at most 2 large responses"):
        responses.respond(lambda: b"{}")
    monkeypatch.setattr(large_responses, "WAIT_SECONDS", 30)
    assert responses._waiting.acquire(blocking=False)
    for _ in range(large_responses.MAX_WAITING - 1):
        responses._waiting.acquire()
    with pytest.raises(Unavailable, match="at most 64 requests wait for their turn"):  # at once
        responses.respond(lambda: b"{}")
    proceed.set()
    for thread in threads:
        thread.join()
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            responses.respond(lambda: bytes(1 // 0))
    assert responses.respond(lambda: b"{}").status_code == 200


def test_results_with_null_members_count_as_large_responses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A result that is changed for its reader is bounded, unlike one that all readers share."""
    monkeypatch.setattr(large_responses, "MAX_BYTES", 1)
    monkeypatch.setattr(large_responses, "SMALL", 1)
    monkeypatch.setattr("voxdouble_mock.http.vendor.tasks.SHARED_BYTES", 10)
    with MockAppliance(members="null", pending=0, running=0) as mock:
        path = urlsplit(extract(mock.url).headers["Location"]).path
        refused = get(mock.url + path)
        assert refused.status_code == 503
        assert refused.json()["message"].endswith(": try again later.")  # a poll has no `limit`
        assert put(mock.url + "/_mock/options", json={"members": "absent"}).status_code == 200
        assert get(mock.url + path).status_code == 200

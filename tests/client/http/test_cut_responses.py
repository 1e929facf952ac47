"""Responses that break off: no task and no result is read from them, wherever they end."""

import socket

import pytest

from tests.client.hostile import (
    DONE,
    TASK_ID,
    TASK_PATH,
    MovedClock,
    ReceivedRequest,
    accepted,
    response,
    serving,
    task_body,
)
from voxdouble_client import TransportError


def chunked(head: str, body: bytes, size: int = 16) -> bytes:
    """Return a response in chunks."""
    chunks = [body[at : at + size] for at in range(0, len(body), size)]
    framed = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    return f"HTTP/1.1 {head}\r\nTransfer-Encoding: chunked\r\n\r\n".encode() + framed + b"0\r\n\r\n"


TASK = response(202, task_body("pending")).partition(b"\r\n\r\n")[2]
RESULT = response(200, DONE).partition(b"\r\n\r\n")[2]
LOCATION = f"Location: {TASK_PATH}"

WHOLE_202 = {
    "length, then Location": accepted(),
    "Location, then length": f"HTTP/1.1 202 OK\r\n{LOCATION}\r\nContent-Length: {len(TASK)}\r\n\r\n".encode() + TASK,
    "in chunks": chunked(f"202 OK\r\n{LOCATION}", TASK),
    "until the connection closes": f"HTTP/1.1 202 OK\r\n{LOCATION}\r\n\r\n".encode() + TASK,
}
WHOLE_200 = {
    "with a length": response(200, DONE),
    "in chunks": chunked("200 OK", RESULT),
    "until the connection closes": b"HTTP/1.0 200 OK\r\n\r\n" + RESULT,
}


class CutResponse:
    """Responds to the requests of one method with the first `keep` bytes of `whole`, then closes the connection."""

    def __init__(self, method: str, whole: bytes) -> None:
        self.method, self.whole, self.keep = method, whole, len(whole)

    def __call__(self, request: ReceivedRequest, connection: socket.socket) -> None:
        """Respond to one request."""
        if request.method == self.method:
            connection.sendall(self.whole[: self.keep])
            connection.shutdown(socket.SHUT_RDWR)
        else:
            connection.sendall(accepted() if request.method == "POST" else response(200, DONE))


def bytes_to_prove_completeness(whole: bytes) -> int:
    """Return how many bytes prove that the body is complete: the first byte of the mark that ends chunks does."""
    return len(whole) - (4 if whole.endswith(b"0\r\n\r\n") else 0)


def cuts(whole: bytes) -> list[int]:
    """Return where to cut a response: after each byte of its head and of its end, and after each tenth of its body."""
    head, end = whole.index(b"\r\n\r\n") + 4, bytes_to_prove_completeness(whole)
    return [*range(head), *range(head, end - 20, 10), *range(end - 20, end)]


@pytest.mark.parametrize("whole", WHOLE_202.values(), ids=WHOLE_202)
def test_a_cut_202_starts_no_task(whole: bytes) -> None:
    """A 202 that ends before its last byte is a TransportError that says the task may have started; P2."""
    cut = CutResponse("POST", whole)
    with serving(cut, timeout=20) as (server, appliance):
        for cut.keep in range(bytes_to_prove_completeness(whole)):
            with pytest.raises(TransportError) as caught:
                appliance.start_voiceprint_extraction(b"audio")
            assert caught.value.may_have_run, cut.keep
        cut.keep = len(whole)
        assert appliance.start_voiceprint_extraction(b"audio").task_id == TASK_ID
        assert len(server.received) == bytes_to_prove_completeness(whole) + 1  # each was sent once


@pytest.mark.parametrize("whole", WHOLE_200.values(), ids=WHOLE_200)
def test_a_cut_200_gives_no_result(whole: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A result that ends before its last byte is a TransportError once the retries are used up, here one; P2."""
    monkeypatch.setattr("voxdouble_client._http.retry.MAX_FAILURES", 1)
    cut, clock = CutResponse("GET", whole), MovedClock()
    with serving(cut, timeout=3600, sleep=clock.sleep, now=clock.now) as (server, appliance):
        for cut.keep in cuts(whole):
            with pytest.raises(TransportError):
                appliance.task(TASK_PATH).answer()
        cut.keep = len(whole)
        assert appliance.task(TASK_PATH).result().channels[0].voiceprint == "e2kD"
        assert len(server.received) == 2 * len(cuts(whole)) + 1


def test_a_cut_poll_is_retried() -> None:
    """A GET whose response breaks off is sent again, since it changes nothing."""
    responses = iter([response(200, DONE)[:-1], b"", response(200, DONE)])

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        connection.sendall(next(responses))
        connection.shutdown(socket.SHUT_RDWR)

    with serving(behave, sleep=lambda _: None) as (server, appliance):
        assert appliance.task(TASK_PATH).state() == "done"
        assert len(server.received) == 3


@pytest.mark.parametrize("keep", [0, 30, 60])
def test_a_cut_503_is_not_retried(keep: int) -> None:
    """Half a 503 does not count as "try later": the POST may have been executed, so it is not sent again."""
    whole = response(503, {"type": "internal", "message": "busy", "detail": []}, retry_after="1")
    cut = CutResponse("POST", whole)
    cut.keep = keep
    with serving(cut, sleep=lambda _: None) as (server, appliance):
        with pytest.raises(TransportError):
            appliance.start_voiceprint_extraction(b"audio")
        assert len(server.received) == 1

"""Answers that break off: whatever byte they end at, no task and no result is made of what came."""

import socket

import pytest

from tests.client.hostile import DONE, TASK_ID, TASK_PATH, Received, accepted, against, reply, state
from voxdouble_client import TransportError


def chunked(head: str, body: bytes, size: int = 16) -> bytes:
    """Write an answer in chunks."""
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    framed = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return f"HTTP/1.1 {head}\r\nTransfer-Encoding: chunked\r\n\r\n".encode() + framed + b"0\r\n\r\n"


TASK = reply(202, state("pending")).partition(b"\r\n\r\n")[2]
RESULT = reply(200, DONE).partition(b"\r\n\r\n")[2]
PLACE = f"Location: {TASK_PATH}"

WHOLE_202 = {
    "length, then Location": accepted(),
    "Location, then length": f"HTTP/1.1 202 OK\r\n{PLACE}\r\nContent-Length: {len(TASK)}\r\n\r\n".encode() + TASK,
    "in chunks": chunked(f"202 OK\r\n{PLACE}", TASK),
    "until the connection ends": f"HTTP/1.1 202 OK\r\n{PLACE}\r\n\r\n".encode() + TASK,
}
WHOLE_200 = {
    "with a length": reply(200, DONE),
    "in chunks": chunked("200 OK", RESULT),
    "until the connection ends": b"HTTP/1.0 200 OK\r\n\r\n" + RESULT,
}


class Cutter:
    """Answers every request of one method with the first `keep` bytes of `whole`, and then ends the connection."""

    def __init__(self, method: str, whole: bytes) -> None:
        self.method, self.whole, self.keep = method, whole, len(whole)

    def __call__(self, request: Received, connection: socket.socket) -> None:
        """Answer one request."""
        if request.method == self.method:
            connection.sendall(self.whole[: self.keep])
            connection.shutdown(socket.SHUT_RDWR)
        else:
            connection.sendall(accepted() if request.method == "POST" else reply(200, DONE))


def needed(whole: bytes) -> int:
    """Tell how many bytes prove the body whole; of the mark that ends chunks the first byte says all."""
    return len(whole) - (4 if whole.endswith(b"0\r\n\r\n") else 0)


@pytest.mark.parametrize("whole", WHOLE_202.values(), ids=WHOLE_202)
def test_no_task_is_handed_out_from_a_cut_202(whole: bytes) -> None:
    """A 202 that ends at any byte before its end is a TransportError that says the task may have started; P2."""
    cutter = Cutter("POST", whole)
    with against(cutter, timeout=20) as (server, appliance):
        for cutter.keep in range(needed(whole)):
            with pytest.raises(TransportError) as caught:
                appliance.start_voiceprint_extraction(b"audio")
            assert caught.value.may_have_run, cutter.keep
        cutter.keep = len(whole)
        assert appliance.start_voiceprint_extraction(b"audio").task_id == TASK_ID
        assert len(server.received) == needed(whole) + 1  # not one was sent again


@pytest.mark.parametrize("whole", WHOLE_200.values(), ids=WHOLE_200)
def test_no_result_is_read_from_a_cut_200(whole: bytes) -> None:
    """A result that ends at any byte before its end is an error once the retries are used up, never a result."""
    cutter = Cutter("GET", whole)
    with against(cutter, timeout=20, sleep=lambda _: None) as (server, appliance):
        for cutter.keep in range(needed(whole)):
            with pytest.raises(TransportError):
                appliance.task(TASK_PATH).result()
        cutter.keep = len(whole)
        assert appliance.task(TASK_PATH).result().channels[0].voiceprint == "e2kD"
        assert len(server.received) == needed(whole) + 10 + 1  # ten retries are all that the budget gives


def test_a_cut_look_is_survived() -> None:
    """A GET whose answer breaks off is asked again, since it changes nothing."""
    answers = iter([reply(200, DONE)[:-1], b"", reply(200, DONE)])

    def behave(request: Received, connection: socket.socket) -> None:
        connection.sendall(next(answers))
        connection.shutdown(socket.SHUT_RDWR)

    with against(behave, sleep=lambda _: None) as (server, appliance):
        assert appliance.task(TASK_PATH).state() == "done"
        assert len(server.received) == 3


@pytest.mark.parametrize("keep", [0, 30, 60])
def test_a_refusal_that_breaks_off_is_no_refusal(keep: int) -> None:
    """Half a 503 is not read as "try later": what happened to the POST is unknown, so it is not sent again."""
    whole = reply(503, {"type": "internal", "message": "busy", "detail": []}, retry_after="1")
    cutter = Cutter("POST", whole)
    cutter.keep = keep
    with against(cutter, sleep=lambda _: None) as (server, appliance):
        with pytest.raises(TransportError):
            appliance.start_voiceprint_extraction(b"audio")
        assert len(server.received) == 1

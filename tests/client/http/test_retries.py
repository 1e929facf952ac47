"""Which requests are sent again and which never: within a budget, and never a POST that may have been executed; P12."""

import itertools
import json
import socket
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from tests.client.hostile import DONE, TASK_ID, TASK_PATH, MovedClock, ReceivedRequest, accepted, response, serving
from voxdouble_client import ApiError, ApplianceClient, PollTimeout, TransportError
from voxdouble_client._errors import RETRY_STATUSES
from voxdouble_client._http.transport import Transport
from voxdouble_client._http.wire import Request, Response

BUSY = {"type": "internal", "message": "busy", "detail": []}


class Scripted:
    """Responds with the given bytes, one after the other; None closes the connection without a response."""

    def __init__(self, answers: Iterable[bytes | None]) -> None:
        self.answers = iter(answers)

    def __call__(self, request: ReceivedRequest, connection: socket.socket) -> None:
        """Respond to one request."""
        answer = next(self.answers)
        if answer is None:
            connection.shutdown(socket.SHUT_RDWR)
        else:
            connection.sendall(answer)


def clocked(clock: MovedClock) -> dict[str, Any]:
    """Return the settings of a client on this clock."""
    return {"sleep": clock.sleep, "now": clock.now}


TRANSIENT = {str(status): response(status, BUSY) for status in sorted(RETRY_STATUSES)} | {"no response": None}


@pytest.mark.parametrize("failure", TRANSIENT.values(), ids=TRANSIENT)
def test_five_failures_of_one_poll_are_retried(failure: bytes | None) -> None:
    """A poll that fails five times in a row for a transient reason, and then succeeds, is a success."""
    with serving(Scripted([failure] * 5 + [response(200, DONE)]), **clocked(MovedClock())) as (_, appliance):
        assert appliance.task(TASK_PATH).state() == "done"


@pytest.mark.parametrize("failure", TRANSIENT.values(), ids=TRANSIENT)
def test_the_sixth_failure_in_a_row_is_raised(failure: bytes | None) -> None:
    """The sixth failure in a row of a single poll is raised, as a typed error."""
    with serving(Scripted(itertools.repeat(failure)), **clocked(MovedClock())) as (server, appliance):
        with pytest.raises((ApiError, TransportError)):
            appliance.task(TASK_PATH).state()
        assert len(server.received) == 6


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 407, 410, 413, 422, 501, 505, 511])
def test_a_permanent_failure_is_raised_at_once(status: int) -> None:
    """A status that does not mean "try later" is not retried."""
    with serving(Scripted(itertools.repeat(response(status, BUSY))), **clocked(MovedClock())) as (server, appliance):
        with pytest.raises(ApiError) as caught:
            appliance.task(TASK_PATH).result()
        assert (caught.value.status, len(server.received)) == (status, 1)


REFUSED_FOR_NOW = {
    "429": response(429, BUSY),
    "429 with Retry-After": response(429, BUSY, retry_after="7"),
    "503 with Retry-After": response(503, BUSY, retry_after="7"),
}


@pytest.mark.parametrize("refusal", REFUSED_FOR_NOW.values(), ids=REFUSED_FOR_NOW)
def test_an_upload_refused_for_now_is_sent_again(refusal: bytes) -> None:
    """An upload that is refused with "try later" is sent again, whole, after the pause that was asked for."""
    clock = MovedClock()
    with serving(Scripted([refusal, refusal, accepted()]), **clocked(clock)) as (server, appliance):
        assert appliance.start_voiceprint_extraction(b"RIFFaudio").task_id == TASK_ID
        assert [b"RIFFaudio" in request.body for request in server.received] == [True] * 3
    assert b"Retry-After" not in refusal or clock.pauses == [7.0, 7.0]


MAY_HAVE_RUN = {
    "502": response(502, BUSY),
    "503 without Retry-After": response(503, BUSY),
    "504": response(504, BUSY),
    "500": response(500, BUSY),
    "no response": None,
    "half a response": accepted()[:-1],
    "not HTTP": b"hello\r\n\r\n",
}


STARTS: dict[str, Callable[[ApplianceClient], object]] = {
    "extraction": lambda appliance: appliance.extract_voiceprint(b"audio"),
    "conversion": lambda appliance: appliance.convert_voiceprints(["e2kD"]),
}


@pytest.mark.parametrize("answer", MAY_HAVE_RUN.values(), ids=MAY_HAVE_RUN)
@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_a_post_that_may_have_run_is_never_repeated(
    start: Callable[[ApplianceClient], object], answer: bytes | None
) -> None:
    """A POST is sent once if the response leaves open whether a task was started; P12."""

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        connection.sendall(answer or b"")
        connection.shutdown(socket.SHUT_RDWR)

    with serving(behave, **clocked(MovedClock())) as (server, appliance):
        with pytest.raises((ApiError, TransportError)):
            start(appliance)
        assert len(server.received) == 1


def test_a_post_without_a_connection_is_retried() -> None:
    """A POST that no connection carried cannot have been executed: it is retried five times, then raises."""
    clock = MovedClock()
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    appliance = ApplianceClient(f"http://127.0.0.1:{port}", **clocked(clock))
    with appliance, pytest.raises(TransportError, match=r"(?i)connection refused") as caught:
        appliance.extract_voiceprint(b"audio")
    assert not caught.value.may_have_run
    assert len(clock.pauses) == 5


def test_no_retry_comes_after_the_deadline() -> None:
    """A `Retry-After` beyond the deadline is raised at once, with the refusal, instead of slept through."""
    clock = MovedClock()
    later = Scripted([response(503, BUSY, retry_after="120")])
    with serving(later, **clocked(clock)) as (_, appliance), pytest.raises(TransportError) as caught:
        appliance.extract_voiceprint(b"audio", timeout=60)
    refusal = caught.value.__cause__
    assert isinstance(refusal, ApiError)
    assert (refusal.status, refusal.retry_after, clock.pauses) == (503, 120.0, [])
    assert (caught.value.timed_out, caught.value.may_have_run, caught.value.reached) == (True, False, True)


@pytest.mark.parametrize("failure", TRANSIENT.values(), ids=TRANSIENT)
def test_a_wait_goes_on_through_an_outage_until_its_deadline(failure: bytes | None) -> None:
    """A task that is polled through an outage of a minute is seen done, and its pauses have grown; P12."""
    clock = MovedClock()

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        answer = failure if clock.time < 60 else response(200, DONE)
        connection.sendall(answer or b"")
        if answer is None:
            connection.shutdown(socket.SHUT_RDWR)

    with serving(behave, **clocked(clock)) as (server, appliance):
        assert appliance.task(TASK_PATH).result(timeout=600).channels
    assert 60 <= clock.time <= 60 + 10
    assert len(server.received) < 25
    assert max(clock.pauses) > 10 * clock.pauses[0]


@pytest.mark.parametrize("failure", TRANSIENT.values(), ids=TRANSIENT)
def test_an_outage_beyond_the_deadline_is_a_poll_timeout(failure: bytes | None) -> None:
    """A wait that ends during an outage is a PollTimeout at its deadline, with the last failure as its cause."""
    clock = MovedClock()
    with serving(Scripted(itertools.repeat(failure)), **clocked(clock)) as (_, appliance):
        with pytest.raises(PollTimeout, match="The last poll failed") as caught:
            appliance.task(TASK_PATH).result(timeout=60)
        assert isinstance(caught.value.__cause__, (ApiError, TransportError))
    assert 59 < clock.time < 60


@pytest.mark.parametrize("refusal", REFUSED_FOR_NOW.values(), ids=REFUSED_FOR_NOW)
def test_a_start_refused_for_now_waits_until_its_deadline(refusal: bytes) -> None:
    """A start that is refused with "later" is sent again until the deadline, and then a TransportError; P12."""
    clock = MovedClock()
    expected = pytest.raises(TransportError, match=r"No task was started within 600 s: .* refused with status")
    with serving(Scripted(itertools.repeat(refusal)), **clocked(clock)) as (server, appliance), expected as caught:
        appliance.extract_voiceprint(b"audio", timeout=600)
    assert isinstance(caught.value.__cause__, ApiError)
    assert (caught.value.timed_out, caught.value.may_have_run) == (True, False)
    assert 590 <= clock.time < 600
    assert len(server.received) == len(clock.pauses) + 1 > 6


@pytest.mark.parametrize("refusal", REFUSED_FOR_NOW.values(), ids=REFUSED_FOR_NOW)
def test_a_refused_start_whose_pause_overruns_is_out_of_time(refusal: bytes) -> None:
    """A start that was refused with "later" is a TransportError also if the pause ends after the deadline."""
    clock = MovedClock()
    with (
        serving(Scripted([refusal]), sleep=lambda seconds: clock.sleep(seconds + 600), now=clock.now) as (_, appliance),
        pytest.raises(TransportError, match=r"No task was started within 600 s: .* refused with status") as caught,
    ):
        appliance.extract_voiceprint(b"audio", timeout=600)
    assert isinstance(caught.value.__cause__, ApiError)
    assert (caught.value.timed_out, caught.value.may_have_run) == (True, False)


def test_a_start_refused_for_a_while_is_accepted() -> None:
    """A start that was refused for three minutes, far over six times, is accepted once the appliance has room."""
    clock = MovedClock()
    refusal = response(429, BUSY, retry_after="7.5")

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        connection.sendall(refusal if clock.time < 180 else accepted())

    with serving(behave, **clocked(clock)) as (_, appliance):
        assert appliance.start_voiceprint_extraction(b"RIFF").task_id == TASK_ID
    assert clock.pauses == [7.5] * 24


@pytest.mark.parametrize(("failures", "is_accepted"), [(5, True), (6, False)])
def test_a_refusal_is_not_one_of_five_failures(
    failures: int, is_accepted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After five refusals with "later" a start of which no byte was sent is still tried again five times."""
    statuses: Iterator[int] = iter([429] * 5 + [0] * failures + [202])

    def send(_: Transport, request: Request, __: float) -> Response:
        if (status := next(statuses)) == 0:
            raise TransportError("The appliance was not reached.", url=request.url, reached=False)
        body = json.dumps({"task": {"task_id": TASK_ID, "state": "pending"}}).encode()
        return Response(request, status, {"location": TASK_PATH}, body)

    monkeypatch.setattr(Transport, "send", send)
    appliance = ApplianceClient("http://appliance", **clocked(MovedClock()))
    if is_accepted:
        assert appliance.start_voiceprint_extraction(b"audio").task_id == TASK_ID
    else:
        with pytest.raises(TransportError, match="was not reached"):
            appliance.start_voiceprint_extraction(b"audio")


def test_retries_of_many_calls_keep_one_pace() -> None:
    """In an outage the retries of all calls of a client are ten at first and then one a second; P12."""
    clock = MovedClock()
    with serving(Scripted(itertools.repeat(response(502, BUSY))), **clocked(clock)) as (server, appliance):
        for _ in range(30):
            with pytest.raises(ApiError):
                appliance.task(TASK_PATH).state()
        assert len(server.received) == 30 * 6
    assert clock.time >= 30 * 5 - 10 - 1

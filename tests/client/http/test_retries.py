"""Which requests are sent again and which never: within a budget, and never a POST that may have been executed; P12."""

import itertools
import socket
import threading
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.hostile import DONE, TASK_ID, TASK_PATH, ReceivedRequest, accepted, response, serving
from voxdouble_client import ApiError, ApplianceClient, ApplianceError, TransportError
from voxdouble_client._http.retry import RetryBudget, backoff

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


class RecordedPauses:
    """A `sleep` that only records the pauses."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        """Record a pause."""
        self.seconds.append(seconds)


TRANSIENT = {str(status): response(status, BUSY) for status in (429, 502, 503, 504)} | {"no response": None}


@pytest.mark.parametrize("failure", TRANSIENT.values(), ids=TRANSIENT)
def test_five_failures_of_one_poll_are_retried(failure: bytes | None) -> None:
    """A poll that fails five times in a row for a transient reason, and then succeeds, is a success."""
    with serving(Scripted([failure] * 5 + [response(200, DONE)]), sleep=RecordedPauses()) as (_, appliance):
        assert appliance.task(TASK_PATH).state() == "done"


@pytest.mark.parametrize("failure", TRANSIENT.values(), ids=TRANSIENT)
def test_the_sixth_failure_in_a_row_is_raised(failure: bytes | None) -> None:
    """The sixth failure in a row is raised, as a typed error."""
    with serving(Scripted(itertools.repeat(failure)), sleep=RecordedPauses()) as (server, appliance):
        with pytest.raises((ApiError, TransportError)):
            appliance.task(TASK_PATH).result()
        assert len(server.received) == 6


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 407, 413, 422, 500, 501, 507])
def test_a_permanent_failure_is_raised_at_once(status: int) -> None:
    """A status that does not mean "try later" is not retried."""
    with serving(Scripted(itertools.repeat(response(status, BUSY))), sleep=RecordedPauses()) as (server, appliance):
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
    pauses = RecordedPauses()
    with serving(Scripted([refusal, refusal, accepted()]), sleep=pauses) as (server, appliance):
        assert appliance.start_voiceprint_extraction(b"RIFFaudio").task_id == TASK_ID
        assert [b"RIFFaudio" in request.body for request in server.received] == [True] * 3
    assert b"Retry-After" not in refusal or pauses.seconds == [7.0, 7.0]


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

    with serving(behave, sleep=RecordedPauses()) as (server, appliance):
        with pytest.raises((ApiError, TransportError)):
            start(appliance)
        assert len(server.received) == 1


def test_a_post_without_a_connection_is_retried() -> None:
    """A POST that no connection carried cannot have been executed: it is retried five times, then raises."""
    pauses = RecordedPauses()
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    appliance = ApplianceClient(f"http://127.0.0.1:{port}", sleep=pauses)
    with appliance, pytest.raises(TransportError, match=r"(?i)connection refused") as caught:
        appliance.extract_voiceprint(b"audio")
    assert not caught.value.may_have_run
    assert len(pauses.seconds) == 5


def test_no_retry_comes_after_the_deadline() -> None:
    """A `Retry-After` beyond the deadline is raised at once, with the pause, instead of slept through."""
    pauses = RecordedPauses()
    later = Scripted([response(503, BUSY, retry_after="120")])
    with serving(later, sleep=pauses) as (_, appliance), pytest.raises(ApiError) as caught:
        appliance.extract_voiceprint(b"audio", timeout=60)
    assert (caught.value.status, caught.value.retry_after, pauses.seconds) == (503, 120.0, [])


def test_an_outage_gets_ten_retries() -> None:
    """In an outage a client sends ten requests again in all, in any number of calls; P12."""
    with serving(Scripted(itertools.repeat(response(503, BUSY))), sleep=RecordedPauses()) as (server, appliance):
        for _ in range(30):
            with pytest.raises(ApiError):
                appliance.task(TASK_PATH).state()
        assert len(server.received) == 30 + 10


def test_answered_requests_earn_retries() -> None:
    """Every five requests answered add one retry; P12."""
    answers = [response(200, DONE)] * 25 + [response(503, BUSY)] * 100
    with serving(Scripted(answers), sleep=RecordedPauses()) as (server, appliance):
        handle = appliance.task(TASK_PATH)
        for _ in range(25):
            handle.state()
        for _ in range(10):
            with pytest.raises(ApplianceError):
                handle.state()
        assert len(server.received) == 25 + 10 + (10 + 5)


@given(st.lists(st.booleans(), max_size=300))
def test_retries_never_exceed_the_budget(events: list[bool]) -> None:
    """No more retries are granted than ten and a fifth of the requests answered; P12."""
    budget = RetryBudget()
    answered = taken = 0
    for is_answered in events:
        if is_answered:
            budget.earn()
            answered += 1
        else:
            taken += budget.take()
        assert taken <= 10 + answered / 5


def test_the_budget_holds_for_many_threads() -> None:
    """Threads that share a budget get ten retries together, not ten each."""
    budget = RetryBudget()
    taken: list[bool] = []
    threads = [threading.Thread(target=lambda: taken.extend(budget.take() for _ in range(50))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 10


@given(st.integers(1, 5), st.floats(0, 1, exclude_max=True))
def test_pauses_before_retries_grow_within_bounds(failures: int, chance: float) -> None:
    """A pause is 50 to 100 % of 0.1 s doubled with every failure, and at most 5 s."""
    whole = min(0.1 * 2 ** (failures - 1), 5.0)
    assert whole / 2 <= backoff(failures, chance) <= whole

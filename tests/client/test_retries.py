"""Which request is sent again, and which never: out of a budget, and never a POST that may have run; P12."""

import itertools
import socket
import threading
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.hostile import DONE, TASK_ID, TASK_PATH, Received, accepted, against, reply
from voxdouble_client import ApiError, ApplianceClient, ApplianceError, TransportError
from voxdouble_client._http.retry import RetryBudget, backoff

BUSY = {"type": "internal", "message": "busy", "detail": []}


class Scripted:
    """Answers with the given bytes, one after the other; None closes the connection without any."""

    def __init__(self, answers: Iterable[bytes | None]) -> None:
        self.answers = iter(answers)

    def __call__(self, request: Received, connection: socket.socket) -> None:
        """Answer one request."""
        answer = next(self.answers)
        if answer is None:
            connection.shutdown(socket.SHUT_RDWR)
        else:
            connection.sendall(answer)


class Naps:
    """A clock's sleep that only notes for how long."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        """Note a nap."""
        self.seconds.append(seconds)


PASSING = {str(status): reply(status, BUSY) for status in (429, 502, 503, 504)} | {"no answer": None}


@pytest.mark.parametrize("failure", PASSING.values(), ids=PASSING)
def test_five_failures_of_one_look_are_survived(failure: bytes | None) -> None:
    """A look that fails five times in a row for a reason that may pass, and then succeeds, is a success."""
    with against(Scripted([failure] * 5 + [reply(200, DONE)]), sleep=Naps()) as (_, appliance):
        assert appliance.task(TASK_PATH).state() == "done"


@pytest.mark.parametrize("failure", PASSING.values(), ids=PASSING)
def test_the_sixth_failure_in_a_row_is_told(failure: bytes | None) -> None:
    """After the sixth failure the caller gets the failure itself, typed."""
    with against(Scripted(itertools.repeat(failure)), sleep=Naps()) as (server, appliance):
        with pytest.raises((ApiError, TransportError)):
            appliance.task(TASK_PATH).result()
        assert len(server.received) == 6


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 407, 413, 422, 500, 501, 507])
def test_a_failure_that_stays_is_told_at_once(status: int) -> None:
    """A status that does not say "later" is not asked for again."""
    with against(Scripted(itertools.repeat(reply(status, BUSY))), sleep=Naps()) as (server, appliance):
        with pytest.raises(ApiError) as caught:
            appliance.task(TASK_PATH).result()
        assert (caught.value.status, len(server.received)) == (status, 1)


REFUSED_FOR_NOW = {
    "429": reply(429, BUSY),
    "429 with a time": reply(429, BUSY, retry_after="7"),
    "503 with a time": reply(503, BUSY, retry_after="7"),
}


@pytest.mark.parametrize("refusal", REFUSED_FOR_NOW.values(), ids=REFUSED_FOR_NOW)
def test_a_refused_upload_is_sent_again(refusal: bytes) -> None:
    """An upload that was refused for now goes out again, whole, after the time that was asked for."""
    naps = Naps()
    with against(Scripted([refusal, refusal, accepted()]), sleep=naps) as (server, appliance):
        assert appliance.start_voiceprint_extraction(b"RIFFaudio").task_id == TASK_ID
        assert [b"RIFFaudio" in request.body for request in server.received] == [True] * 3
    assert b"Retry-After" not in refusal or naps.seconds == [7.0, 7.0]


MAY_HAVE_RUN = {
    "502": reply(502, BUSY),
    "503 without a time": reply(503, BUSY),
    "504": reply(504, BUSY),
    "500": reply(500, BUSY),
    "no answer": None,
    "half an answer": accepted()[:-1],
    "no HTTP": b"hello\r\n\r\n",
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
    """Whatever leaves open whether there is a task now, the POST went out once; P12."""

    def behave(request: Received, connection: socket.socket) -> None:
        connection.sendall(answer or b"")
        connection.shutdown(socket.SHUT_RDWR)

    with against(behave, sleep=Naps()) as (server, appliance):
        with pytest.raises((ApiError, TransportError)):
            start(appliance)
        assert len(server.received) == 1


def test_a_post_that_was_not_sent_is_tried_again() -> None:
    """Where no connection came about the POST cannot have run: it is tried five times more, then it is an error."""
    naps = Naps()
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    appliance = ApplianceClient(f"http://127.0.0.1:{port}", sleep=naps)
    with appliance, pytest.raises(TransportError, match=r"(?i)connection refused") as caught:
        appliance.extract_voiceprint(b"audio")
    assert not caught.value.may_have_run
    assert len(naps.seconds) == 5


def test_an_upload_is_not_repeated_past_its_deadline() -> None:
    """A time to wait that lies beyond the deadline is told at once, with the time, instead of slept for."""
    naps = Naps()
    later = Scripted([reply(503, BUSY, retry_after="120")])
    with against(later, sleep=naps) as (_, appliance), pytest.raises(ApiError) as caught:
        appliance.extract_voiceprint(b"audio", timeout=60)
    assert (caught.value.status, caught.value.retry_after, naps.seconds) == (503, 120.0, [])


def test_an_outage_is_met_with_ten_retries() -> None:
    """However many calls a client makes into an outage, it repeats ten requests of them all in all; P12."""
    with against(Scripted(itertools.repeat(reply(503, BUSY))), sleep=Naps()) as (server, appliance):
        for _ in range(30):
            with pytest.raises(ApiError):
                appliance.task(TASK_PATH).state()
        assert len(server.received) == 30 + 10


def test_answered_calls_earn_retries() -> None:
    """Every five requests answered give one retry more; P12."""
    answers = [reply(200, DONE)] * 25 + [reply(503, BUSY)] * 100
    with against(Scripted(answers), sleep=Naps()) as (server, appliance):
        handle = appliance.task(TASK_PATH)
        for _ in range(25):
            handle.state()
        for _ in range(10):
            with pytest.raises(ApplianceError):
                handle.state()
        assert len(server.received) == 25 + 10 + (10 + 5)


@given(st.lists(st.booleans(), max_size=300))
def test_retries_never_exceed_the_budget(events: list[bool]) -> None:
    """After any answers and retries, no more retries were granted than ten and a fifth of the answers; P12."""
    budget = RetryBudget()
    answered = taken = 0
    for is_answer in events:
        if is_answer:
            budget.earn()
            answered += 1
        else:
            taken += budget.take()
        assert taken <= 10 + answered / 5


def test_the_budget_holds_for_many_threads() -> None:
    """Threads that take from one budget at once get ten retries together, not ten each."""
    budget = RetryBudget()
    taken: list[bool] = []
    threads = [threading.Thread(target=lambda: taken.extend(budget.take() for _ in range(50))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 10


@given(st.integers(1, 5), st.floats(0, 1, exclude_max=True))
def test_pauses_between_tries_grow_within_bounds(failures: int, chance: float) -> None:
    """A pause is at least half of 0.1 s doubled with every failure, at most the whole of it, and never above 5 s."""
    whole = min(0.1 * 2 ** (failures - 1), 5.0)
    assert whole / 2 <= backoff(failures, chance) <= whole

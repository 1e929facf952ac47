"""The calls of the client: the requests they send, and many of them at once."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.client.hostile import (
    DONE,
    TASK_ID,
    TASK_PATH,
    MovedClock,
    ReceivedRequest,
    accepted,
    responding,
    response,
    serving,
    task_body,
)
from voxdouble_client import (
    ApiError,
    ApplianceClient,
    ChannelVoiceprint,
    PollTimeout,
    TaskRejected,
)
from voxdouble_client._many import run_many

START = TASK_PATH.rpartition("/")[0]
CONVERSION = "/api/technology/speaker-identification-voiceprint-conversion"


def echo_numbers(request: ReceivedRequest, connection: socket.socket) -> None:
    """Convert numbers instead of voiceprints: the task id carries the numbers, and each vector is its number."""
    if request.method == "POST":
        name = "-".join(json.loads(request.body)["voiceprints"])
        task = {"task": {"task_id": name, "state": "pending"}}
        connection.sendall(response(202, task, location=f"{CONVERSION}/{name}"))
    else:
        name = request.target.rpartition("/")[2]
        vectors = [[float(number)] for number in name.split("-")]
        done = {"task": {"task_id": name, "state": "done"}, "result": {"vector_voiceprints": vectors}}
        connection.sendall(response(200, done))


@pytest.mark.parametrize(
    ("settings", "query"),
    [
        ({}, ""),
        ({"include_vector_voiceprint": True}, "include_vector_voiceprint=true"),
        ({"channel_mode": "split"}, "channel_mode=split"),
        ({"channels": [1, 0]}, "channels=1%2C0"),
        ({"channels": range(2), "channel_mode": "mix"}, "channel_mode=mix&channels=0%2C1"),
    ],
)
def test_the_parameters_of_an_extraction_become_the_query(settings: dict[str, Any], query: str) -> None:
    """Only parameters that are given are sent; the appliance's defaults apply to the others (S29 to S33)."""
    with serving(responding(response(200, DONE))) as (server, appliance):
        appliance.extract_voiceprint(b"audio", **settings)
    path, _, sent = server.received[0].target.partition("?")
    assert (path, sent) == (START, query)


@pytest.mark.parametrize("channels", ["0,1", [-1], ["a"], [0.5], [True]])
def test_invalid_channels_are_refused(channels: Any) -> None:
    """Channels must be whole numbers, 0 or more; others are refused before anything is sent."""
    with (
        ApplianceClient("http://127.0.0.1:1") as appliance,
        pytest.raises(ValueError, match=r"`channels` must be whole numbers, 0 or more"),
    ):
        appliance.extract_voiceprint(b"audio", channels=channels)


def test_an_invalid_channel_mode_is_refused() -> None:
    """The channel mode must be split or mix (S30)."""
    with ApplianceClient("http://127.0.0.1:1") as appliance, pytest.raises(ValueError, match='"split" or "mix"'):
        appliance.extract_voiceprint(b"audio", channel_mode="both")  # type: ignore[arg-type]


def test_a_handle_has_id_url_state_and_result() -> None:
    """The handle of a started task has its id and its absolute URL, and returns its state and its result."""
    with serving(responding(response(200, DONE))) as (server, appliance):
        handle = appliance.start_voiceprint_extraction(b"audio")
        assert (handle.task_id, handle.url) == (TASK_ID, server.url + TASK_PATH)
        assert handle.state() == "done"
        assert handle.wait(timeout=20).result == DONE["result"]
        assert isinstance(handle.result(timeout=20).channels[0], ChannelVoiceprint)


def test_wait_returns_the_answer_of_a_rejected_task() -> None:
    """`wait` returns the answer of every final state; `result` raises unless the task is done."""
    why = {"type": "task.validation-error", "message": "No audio."}
    with serving(responding(response(200, task_body("rejected", error=why)))) as (_, appliance):
        handle = appliance.start_voiceprint_extraction(b"audio")
        answer = handle.wait()
        assert (answer.state, answer.error and answer.error.message) == ("rejected", "No audio.")
        with pytest.raises(TaskRejected):
            handle.result()


@pytest.mark.parametrize("url", ["{server}" + TASK_PATH, TASK_PATH])
def test_a_task_is_taken_up_by_url_or_path(url: str) -> None:
    """The URL of a handle or the path in a `Location` header is enough to come back to a task."""
    with serving(responding(response(200, DONE))) as (server, appliance):
        handle = appliance.task(url.format(server=server.url))
        assert (handle.task_id, handle.url) == (TASK_ID, server.url + TASK_PATH)
        assert handle.result().channels[0].voiceprint == "e2kD"


def test_a_base_url_may_have_a_path() -> None:
    """An appliance below a path, or a namespace of the mock, is just another base URL."""
    prefixed = accepted("/_ns/a" + TASK_PATH)
    with serving(responding(response(200, DONE), prefixed), "/_ns/a/") as (server, appliance):
        appliance.extract_voiceprint(b"audio")
    assert [request.target for request in server.received] == ["/_ns/a" + START, "/_ns/a" + TASK_PATH]


@pytest.mark.parametrize(
    "url",
    [
        "", "appliance", "appliance:8000", "//appliance", "ftp://appliance", "http://", "http://:80", "http://[::1",
        "http://a:99999", "http://a:b", "http://me@a", "http://me:secret@a", "http://a?b", "http://a#b", "http://a b",
        "http://a\n", "http://a\\b", "http://\u0101",
    ],
)  # fmt: skip
def test_a_malformed_base_url_is_refused(url: str) -> None:
    """A malformed base URL is a ValueError that shows a valid one."""
    with pytest.raises(ValueError, match=r"http://host:8000|[Pp]ort|IPv6"):
        ApplianceClient(url)


@pytest.mark.parametrize("settings", [{"token": "a b"}, {"token": ""}, {"token": "ž"}, {"foreign_location": "follow"}])
def test_invalid_settings_are_refused(settings: dict[str, Any]) -> None:
    """A token that cannot be in a header, or an unknown setting, is a ValueError; the token is not shown."""
    with pytest.raises(ValueError, match=r"`token` must be printable|refuse"):
        ApplianceClient("http://appliance", **settings)


def test_voiceprints_are_converted_in_batches() -> None:
    """More voiceprints than one call takes are sent in several calls, in order, and returned as one result."""
    numbers = [str(number) for number in range(7)]
    with serving(echo_numbers) as (server, appliance):
        conversion = appliance.convert_voiceprints(iter(numbers), batch_size=3)
    assert conversion.vector_voiceprints == [[float(number)] for number in numbers]
    sent = [json.loads(request.body)["voiceprints"] for request in server.received if request.method == "POST"]
    assert sent == [["0", "1", "2"], ["3", "4", "5"], ["6"]]
    assert len(conversion.answers) == 3


def test_fifty_thousand_voiceprints_are_one_call() -> None:
    """The appliance's default limit is sent in one call, one voiceprint more in two (S41)."""
    counts = iter([50_000, 50_000, 1])

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        if request.method == "POST":
            connection.sendall(accepted())
        else:
            connection.sendall(response(200, task_body("done", result={"vector_voiceprints": [[]] * next(counts)})))

    with serving(behave) as (server, appliance):
        appliance.convert_voiceprints(["e2kD"] * 50_000)
        assert [request.method for request in server.received] == ["POST", "GET"]
        assert len(appliance.convert_voiceprints(["e2kD"] * 50_001).vector_voiceprints) == 50_001
        assert [request.method for request in server.received[2:]] == ["POST", "GET"] * 2


def test_one_call_with_too_many_voiceprints_is_refused() -> None:
    """`start_voiceprint_conversion` is one call; its error names the method that makes several (S41)."""
    with ApplianceClient("http://127.0.0.1:1") as appliance, pytest.raises(ValueError, match="convert_voiceprints"):
        appliance.start_voiceprint_conversion(["e2kD"] * 50_001)


@pytest.mark.parametrize(
    ("voiceprints", "message"),
    [
        ([], "at least 1 voiceprint, got 0"),
        ("e2kD", "must be a list of Base64 texts"),
        (["a", 3], r"`voiceprints\[1\]` must be Base64 text, got int"),
        (["ž"], r"`voiceprints\[0\]` must be Base64 text"),
        ([b"a"], "0"),
    ],
)
def test_invalid_voiceprints_are_refused(voiceprints: Any, message: str) -> None:
    """A list that cannot be converted is refused before anything is sent; the error names the index."""
    with ApplianceClient("http://127.0.0.1:1") as appliance, pytest.raises((TypeError, ValueError), match=message):
        appliance.convert_voiceprints(voiceprints)


@pytest.mark.parametrize("batch_size", [0, -1])
def test_an_invalid_batch_size_is_refused(batch_size: int) -> None:
    """A batch must have at least one voiceprint."""
    with ApplianceClient("http://127.0.0.1:1") as appliance, pytest.raises(ValueError, match="at least 1"):
        appliance.convert_voiceprints(["e2kD"], batch_size=batch_size)


def test_the_error_of_a_batch_names_the_batch() -> None:
    """The indexes in an error of one call of several count from 0, so a note names its voiceprints."""
    first = response(200, task_body("done", result={"vector_voiceprints": [[], []]}))
    responses = iter([accepted(), first, response(422, {})])
    scripted = serving(lambda _, connection: connection.sendall(next(responses)))
    with scripted as (_, appliance), pytest.raises(ApiError) as caught:
        appliance.convert_voiceprints(["e2kD"] * 4, batch_size=2)
    assert caught.value.__notes__ == [
        "In the call for the voiceprints 2 to 3, counted from 0; the 2 before are converted."
    ]
    assert caught.value.converted_count == 2


def test_run_sends_files_config_and_parameters() -> None:
    """`run` works for a technology without a method of its own, and returns the whole answer."""
    path = f"/api/technology/keyword-spotting/{TASK_ID}"
    with serving(responding(response(200, task_body("done", result={"spotted": 3})), accepted(path))) as (
        server,
        appliance,
    ):
        answer = appliance.run(
            "keyword-spotting", files={"file": b"RIFF"}, config={"keywords": ["ahoj"]}, params={"strict": True, "n": 2}
        )
    assert answer.result == {"spotted": 3}
    request = server.received[0]
    assert request.target == "/api/technology/keyword-spotting?strict=true&n=2"
    assert b'name="config"\r\n\r\n{"keywords":["ahoj"]}\r\n' in request.body
    assert b'name="file"; filename="audio"\r\n\r\nRIFF\r\n' in request.body


def test_run_sends_json() -> None:
    """`run` sends voiceprints as JSON, to a technology whose name has two parts as well."""
    path = f"/api/technology/experimental/comparison/{TASK_ID}"
    with serving(responding(response(200, task_body("done", result={})), accepted(path))) as (server, appliance):
        appliance.run("experimental/comparison", json={"voiceprints_a": ["e2kD"]})
    assert server.received[0].headers["content-type"] == "application/json"
    assert json.loads(server.received[0].body) == {"voiceprints_a": ["e2kD"]}


@pytest.mark.parametrize("body", [{}, {"files": {"file": b""}, "json": {}}, {"json": {}, "config": {}}])
def test_run_refuses_files_with_json(body: dict[str, Any]) -> None:
    """A start has one body: either a form of files, with config, or JSON."""
    with (
        ApplianceClient("http://127.0.0.1:1") as appliance,
        pytest.raises(ValueError, match="either with `files` or with `json`"),
    ):
        appliance.run("gender-identification", **body)


@pytest.mark.parametrize("technology", ["", "Gender", "a/../b", "/a", "a/", "a b", "a?b", "a#b", "ž"])
def test_a_malformed_technology_is_refused(technology: str) -> None:
    """A technology must have the form of a name, so that no other path can be reached by it."""
    with (
        ApplianceClient("http://127.0.0.1:1") as appliance,
        pytest.raises(ValueError, match="name of a technology must look like"),
    ):
        appliance.run(technology, json={})


def echo_file_number(request: ReceivedRequest, connection: socket.socket) -> None:
    """Extract from files that contain a number, which becomes the channel's; multiples of five are refused."""
    if request.method == "POST":
        name = request.body.partition(b"RIFF")[2].partition(b"\r\n")[0].decode()
        connection.sendall(
            response(202, {"task": {"task_id": name, "state": "pending"}}, location=f"{START}/{name}")
            if int(name) % 5
            else response(422, {"type": "request.validation-error", "message": "fives are refused"})
        )
    else:
        name = request.target.rpartition("/")[2]
        channel = {"channel_number": int(name), "voiceprint": "e2kD", "speech_length": 1, "model": "sid-xl5"}
        done = {"task": {"task_id": name, "state": "done"}, "result": {"channels": [channel]}}
        connection.sendall(response(200, done))


def test_many_files_give_one_outcome_each() -> None:
    """Results and errors come in the order of the files, each with its file, and no error ends the others."""
    files = [b"RIFF%d" % number for number in range(1, 12)] + ["/no/such.wav"]
    with serving(echo_file_number) as (_, appliance):
        outcomes = list(appliance.extract_voiceprints(files, concurrency=3))
    assert [outcome.file for outcome in outcomes] == files
    numbers = [outcome.result.channels[0].channel_number if outcome.result else None for outcome in outcomes]
    assert numbers == [1, 2, 3, 4, None, 6, 7, 8, 9, None, 11, None]
    assert [type(outcome.error) for outcome in outcomes if outcome.error] == [ApiError, ApiError, FileNotFoundError]


def test_many_files_are_drawn_as_they_are_needed() -> None:
    """An endless series of files works: at most 1,000 results are held back."""
    drawn = 0

    def endless() -> Iterator[bytes]:
        nonlocal drawn
        while True:
            drawn += 1
            yield b"RIFF1"

    with serving(echo_file_number) as (_, appliance):
        outcomes = appliance.extract_voiceprints(endless(), concurrency=2)
        for _ in range(10):
            assert next(outcomes).result
        outcomes.close()  # type: ignore[attr-defined]
    assert drawn <= 10 + 1000 + 2 * 2


def test_concurrency_is_used_and_not_exceeded() -> None:
    """Exactly `concurrency` of many items are in progress at a time."""
    lock, running, maximum = threading.Lock(), 0, 0

    def work(item: int) -> int:
        nonlocal running, maximum
        with lock:
            running += 1
            maximum = max(maximum, running)
        time.sleep(0.01)
        with lock:
            running -= 1
        return item

    assert list(run_many(work, range(20), 3)) == list(range(20))
    assert maximum == 3


def test_an_unexpected_error_is_raised_in_place_of_its_result() -> None:
    """An unexpected exception is raised after the results before it."""

    def work(item: int) -> int:
        if item == 2:
            raise RuntimeError("a bug")
        return item

    results = run_many(work, range(5), 2)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(RuntimeError, match="a bug"):
        next(results)


@pytest.mark.parametrize("concurrency", [0, -1])
def test_an_invalid_concurrency_is_refused_at_once(concurrency: int) -> None:
    """A concurrency below 1 is an error of the call, not of the first result."""
    with ApplianceClient("http://127.0.0.1:1") as appliance, pytest.raises(ValueError, match="at least 1"):
        appliance.extract_voiceprints([b""], concurrency=concurrency)


def test_one_deadline_holds_for_the_whole_call() -> None:
    """The time that the upload used is not available for waiting."""

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        if request.method == "POST":
            time.sleep(0.3)
        connection.sendall(accepted() if request.method == "POST" else response(200, task_body("running")))

    with serving(behave) as (_, appliance):
        began = time.monotonic()
        with pytest.raises(PollTimeout):
            appliance.extract_voiceprint(b"audio", timeout=0.5)
        assert time.monotonic() - began < 0.5 + 2


@pytest.mark.parametrize(
    ("value", "seconds"), [("7", 7.0), ("0.5", 0.5), ("Tue, 06 Oct 2026 12:00:30 GMT", 30.0)], ids=["7", "0.5", "date"]
)
def test_retry_after_on_the_202_delays_the_first_poll(value: str, seconds: float) -> None:
    """The first poll comes after the pause that the 202 asks for, in seconds or as a date."""
    clock, polls = MovedClock(), []

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        if request.method == "POST":
            task = {"task": {"task_id": TASK_ID, "state": "pending"}}
            date = "Tue, 06 Oct 2026 12:00:00 GMT"
            connection.sendall(response(202, task, location=TASK_PATH, retry_after=value, date=date))
        else:
            polls.append(clock.time)
            connection.sendall(response(200, DONE))

    with serving(behave, sleep=clock.sleep, now=clock.now) as (_, appliance):
        appliance.extract_voiceprint(b"audio")
    assert polls == [seconds]


def test_retry_after_on_the_202_does_not_pass_the_deadline() -> None:
    """A pause that the 202 asks for is cut short for a last poll before the deadline."""
    clock = MovedClock()
    accepting = response(202, {"task": {"task_id": TASK_ID, "state": "pending"}}, location=TASK_PATH, retry_after="500")
    behave = responding(response(200, task_body("running")), accepting)
    with serving(behave, sleep=clock.sleep, now=clock.now) as (server, appliance), pytest.raises(PollTimeout):
        appliance.extract_voiceprint(b"audio", timeout=60)
    assert len(server.received) >= 2
    assert clock.time <= 60

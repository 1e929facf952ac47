"""The calls of the client: what goes out for each, and what becomes of many at once."""

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
    Received,
    accepted,
    against,
    reply,
    speaking,
    state,
)
from voxdouble_client import (
    ApiError,
    ApplianceClient,
    ChannelVoiceprint,
    PollTimeout,
    TaskRejected,
)
from voxdouble_client._many import in_order

START = TASK_PATH.rpartition("/")[0]
CONVERSION = "/api/technology/speaker-identification-voiceprint-conversion"


def converting(request: Received, connection: socket.socket) -> None:
    """Convert as the appliance does: the id carries the numbers, of which each is its own vector."""
    if request.method == "POST":
        name = "-".join(json.loads(request.body)["voiceprints"])
        task = {"task": {"task_id": name, "state": "pending"}}
        connection.sendall(reply(202, task, location=f"{CONVERSION}/{name}"))
    else:
        name = request.target.rpartition("/")[2]
        vectors = [[float(number)] for number in name.split("-")]
        done = {"task": {"task_id": name, "state": "done"}, "result": {"vector_voiceprints": vectors}}
        connection.sendall(reply(200, done))


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
def test_an_extraction_asks_for_what_it_is_told(settings: dict[str, Any], query: str) -> None:
    """The parameters become the contract's query, and what is left out is left to the appliance (S29 to S33)."""
    with against(speaking(reply(200, DONE))) as (server, appliance):
        appliance.extract_voiceprint(b"audio", **settings)
    path, _, asked = server.received[0].target.partition("?")
    assert (path, asked) == (START, query)


@pytest.mark.parametrize("channels", ["0,1", [-1], ["a"], [0.5], [True]])
def test_channels_that_are_none_are_refused(channels: Any) -> None:
    """Channels are whole numbers from 0 up; anything else is named before it is sent."""
    with (
        ApplianceClient("http://127.0.0.1:1") as appliance,
        pytest.raises(ValueError, match=r"`channels` must be whole numbers, 0 or more"),
    ):
        appliance.extract_voiceprint(b"audio", channels=channels)


def test_a_channel_mode_that_is_none_is_refused() -> None:
    """A mode is split or mix (S30)."""
    with ApplianceClient("http://127.0.0.1:1") as appliance, pytest.raises(ValueError, match='"split" or "mix"'):
        appliance.extract_voiceprint(b"audio", channel_mode="both")  # type: ignore[arg-type]


def test_a_handle_knows_its_task() -> None:
    """A started task has its id, its absolute URL, and can be asked and waited for."""
    with against(speaking(reply(200, DONE))) as (server, appliance):
        handle = appliance.start_voiceprint_extraction(b"audio")
        assert (handle.task_id, handle.url) == (TASK_ID, server.url + TASK_PATH)
        assert handle.state() == "done"
        assert handle.wait(timeout=20).result == DONE["result"]
        assert isinstance(handle.result(timeout=20).channels[0], ChannelVoiceprint)


def test_waiting_for_a_bad_end_raises_nothing() -> None:
    """`wait` gives the answer with which a task ended, whatever the end; `result` raises for a bad one."""
    why = {"type": "task.validation-error", "message": "No audio."}
    with against(speaking(reply(200, state("rejected", error=why)))) as (_, appliance):
        handle = appliance.start_voiceprint_extraction(b"audio")
        answer = handle.wait()
        assert (answer.state, answer.error and answer.error.message) == ("rejected", "No audio.")
        with pytest.raises(TaskRejected):
            handle.result()


@pytest.mark.parametrize("url", ["{server}" + TASK_PATH, TASK_PATH])
def test_a_task_is_taken_up_by_url_or_path(url: str) -> None:
    """What a handle or the `Location` header says, absolute or a path, is enough to come back to a task."""
    with against(speaking(reply(200, DONE))) as (server, appliance):
        handle = appliance.task(url.format(server=server.url))
        assert (handle.task_id, handle.url) == (TASK_ID, server.url + TASK_PATH)
        assert handle.result().channels[0].voiceprint == "e2kD"


def test_a_base_url_may_have_a_path() -> None:
    """An appliance behind a path, or a namespace of the mock, is only another base URL."""
    prefixed = accepted("/_ns/a" + TASK_PATH)
    with against(speaking(reply(200, DONE), prefixed), "/_ns/a/") as (server, appliance):
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
def test_what_is_no_base_url_is_refused(url: str) -> None:
    """A base URL that cannot be one is told at once, in a sentence that shows what one looks like."""
    with pytest.raises(ValueError, match=r"http://host:8000|[Pp]ort|IPv6"):
        ApplianceClient(url)


@pytest.mark.parametrize("settings", [{"token": "a b"}, {"token": ""}, {"token": "ž"}, {"foreign_location": "follow"}])
def test_settings_that_are_none_are_refused(settings: dict[str, Any]) -> None:
    """A token that cannot be a header's, or an unknown setting, is told at once, and no token is shown."""
    with pytest.raises(ValueError, match=r"`token` must be printable|refuse"):
        ApplianceClient("http://appliance", **settings)


def test_voiceprints_are_converted_in_batches() -> None:
    """More voiceprints than a call takes go out in several, in order, and come back as one result."""
    numbers = [str(number) for number in range(7)]
    with against(converting) as (server, appliance):
        conversion = appliance.convert_voiceprints(iter(numbers), batch_size=3)
    assert conversion.vector_voiceprints == [[float(number)] for number in numbers]
    sent = [json.loads(request.body)["voiceprints"] for request in server.received if request.method == "POST"]
    assert sent == [["0", "1", "2"], ["3", "4", "5"], ["6"]]
    assert len(conversion.answers) == 3


def test_fifty_thousand_voiceprints_are_one_call() -> None:
    """The appliance's default limit goes out in one call, one more in two (S41)."""
    result = iter([50_000, 50_000, 1])

    def behave(request: Received, connection: socket.socket) -> None:
        many = state("done", result={"vector_voiceprints": [[]] * next(result)}) if request.method == "GET" else None
        connection.sendall(reply(200, many) if many else accepted())

    with against(behave) as (server, appliance):
        appliance.convert_voiceprints(["e2kD"] * 50_000)
        assert [request.method for request in server.received] == ["POST", "GET"]
        assert len(appliance.convert_voiceprints(["e2kD"] * 50_001).vector_voiceprints) == 50_001
        assert [request.method for request in server.received[2:]] == ["POST", "GET"] * 2


def test_a_single_call_takes_no_more_than_the_limit() -> None:
    """`start_voiceprint_conversion` is one call, and says what makes several (S41)."""
    with ApplianceClient("http://127.0.0.1:1") as appliance, pytest.raises(ValueError, match="convert_voiceprints"):
        appliance.start_voiceprint_conversion(["e2kD"] * 50_001)


@pytest.mark.parametrize(
    ("voiceprints", "told"),
    [
        ([], "at least 1 voiceprint, got 0"),
        ("e2kD", "must be a list of Base64 texts"),
        (["a", 3], r"`voiceprints\[1\]` must be Base64 text, got int"),
        (["ž"], r"`voiceprints\[0\]` must be Base64 text"),
        ([b"a"], "0"),
    ],
)
def test_what_are_no_voiceprints_is_refused(voiceprints: Any, told: str) -> None:
    """A list that cannot be converted is told with the place, before anything is sent."""
    with ApplianceClient("http://127.0.0.1:1") as appliance, pytest.raises((TypeError, ValueError), match=told):
        appliance.convert_voiceprints(voiceprints)


@pytest.mark.parametrize("batch_size", [0, -1])
def test_a_batch_size_that_is_none_is_refused(batch_size: int) -> None:
    """A batch has at least one voiceprint."""
    with ApplianceClient("http://127.0.0.1:1") as appliance, pytest.raises(ValueError, match="at least 1"):
        appliance.convert_voiceprints(["e2kD"], batch_size=batch_size)


def test_the_error_of_a_batch_says_which() -> None:
    """An error of one call of several says whose voiceprints they were, as its own indexes count from 0."""
    answers = iter([accepted(), reply(200, state("done", result={"vector_voiceprints": [[], []]})), reply(422, {})])
    given = against(lambda _, connection: connection.sendall(next(answers)))
    with given as (_, appliance), pytest.raises(ApiError) as caught:
        appliance.convert_voiceprints(["e2kD"] * 4, batch_size=2)
    assert caught.value.__notes__ == ["In the call for the voiceprints 2 to 3 of 4."]


def test_run_serves_a_technology_without_a_method() -> None:
    """Files, config and parameters go out as the contract says, and the answer comes back whole."""
    path = f"/api/technology/keyword-spotting/{TASK_ID}"
    with against(speaking(reply(200, state("done", result={"spotted": 3})), accepted(path))) as (server, appliance):
        answer = appliance.run(
            "keyword-spotting", files={"file": b"RIFF"}, config={"keywords": ["ahoj"]}, params={"strict": True, "n": 2}
        )
    assert answer.result == {"spotted": 3}
    request = server.received[0]
    assert request.target == "/api/technology/keyword-spotting?strict=true&n=2"
    assert b'name="config"\r\n\r\n{"keywords":["ahoj"]}\r\n' in request.body
    assert b'name="file"; filename="audio"\r\n\r\nRIFF\r\n' in request.body


def test_run_sends_json() -> None:
    """A technology of voiceprints is run with JSON, also below a path of two parts."""
    path = f"/api/technology/experimental/comparison/{TASK_ID}"
    with against(speaking(reply(200, state("done", result={})), accepted(path))) as (server, appliance):
        appliance.run("experimental/comparison", json={"voiceprints_a": ["e2kD"]})
    assert server.received[0].headers["content-type"] == "application/json"
    assert json.loads(server.received[0].body) == {"voiceprints_a": ["e2kD"]}


@pytest.mark.parametrize("body", [{}, {"files": {"file": b""}, "json": {}}, {"json": {}, "config": {}}])
def test_run_takes_files_or_json(body: dict[str, Any]) -> None:
    """A start has one body: a form of files, with config, or JSON."""
    with (
        ApplianceClient("http://127.0.0.1:1") as appliance,
        pytest.raises(ValueError, match="either with `files` or with `json`"),
    ):
        appliance.run("gender-identification", **body)


@pytest.mark.parametrize("technology", ["", "Gender", "a/../b", "/a", "a/", "a b", "a?b", "a#b", "ž"])
def test_what_is_no_technology_is_refused(technology: str) -> None:
    """A technology is a name of the contract's form, so that no other path can be reached by it."""
    with (
        ApplianceClient("http://127.0.0.1:1") as appliance,
        pytest.raises(ValueError, match="name of a technology must look like"),
    ):
        appliance.run(technology, json={})


def numbered(request: Received, connection: socket.socket) -> None:
    """Extract from files that are called by a number, which becomes the channel's."""
    if request.method == "POST":
        name = request.body.partition(b"RIFF")[2].partition(b"\r\n")[0].decode()
        connection.sendall(
            reply(202, {"task": {"task_id": name, "state": "pending"}}, location=f"{START}/{name}")
            if int(name) % 5
            else reply(422, {"type": "request.validation-error", "message": "fives are refused"})
        )
    else:
        name = request.target.rpartition("/")[2]
        channel = {"channel_number": int(name), "voiceprint": "e2kD", "speech_length": 1, "model": "sid-xl5"}
        done = {"task": {"task_id": name, "state": "done"}, "result": {"channels": [channel]}}
        connection.sendall(reply(200, done))


def test_many_files_give_one_outcome_each_in_order() -> None:
    """Results and errors come in the files' order, each with its file, and no error ends the others."""
    files = [b"RIFF%d" % number for number in range(1, 12)] + ["/no/such.wav"]
    with against(numbered) as (_, appliance):
        outcomes = list(appliance.extract_voiceprints(files, concurrency=3))
    assert [outcome.file for outcome in outcomes] == files
    numbers = [outcome.result.channels[0].channel_number if outcome.result else None for outcome in outcomes]
    assert numbers == [1, 2, 3, 4, None, 6, 7, 8, 9, None, 11, None]
    assert [type(outcome.error) for outcome in outcomes if outcome.error] == [ApiError, ApiError, FileNotFoundError]


def test_many_files_are_drawn_as_they_are_needed() -> None:
    """An endless series of files can be worked through: files are drawn only a little ahead."""
    drawn = 0

    def endless() -> Iterator[bytes]:
        nonlocal drawn
        while True:
            drawn += 1
            yield b"RIFF1"

    with against(numbered) as (_, appliance):
        outcomes = appliance.extract_voiceprints(endless(), concurrency=2)
        for _ in range(10):
            assert next(outcomes).result
        outcomes.close()  # type: ignore[attr-defined]
    assert drawn <= 10 + 2 * 2


def test_no_more_run_at_once_than_asked_for() -> None:
    """Of many items at most `concurrency` are under way, and that many are."""
    lock, running, most = threading.Lock(), 0, 0

    def work(item: int) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.01)
        with lock:
            running -= 1
        return item

    assert list(in_order(work, range(20), 3)) == list(range(20))
    assert most == 3


def test_an_unforeseen_error_comes_out_where_its_result_would() -> None:
    """An error that is no outcome is raised in its place, after the results before it."""

    def work(item: int) -> int:
        if item == 2:
            raise RuntimeError("a bug")
        return item

    results = in_order(work, range(5), 2)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(RuntimeError, match="a bug"):
        next(results)


@pytest.mark.parametrize("concurrency", [0, -1])
def test_a_concurrency_that_is_none_is_refused_at_once(concurrency: int) -> None:
    """A concurrency below 1 is an error of the call, not of the first result."""
    with ApplianceClient("http://127.0.0.1:1") as appliance, pytest.raises(ValueError, match="at least 1"):
        appliance.extract_voiceprints([b""], concurrency=concurrency)


def test_one_deadline_holds_for_the_whole_call() -> None:
    """What the upload used up of the timeout, waiting does not get again."""

    def behave(request: Received, connection: socket.socket) -> None:
        if request.method == "POST":
            time.sleep(0.3)
        connection.sendall(accepted() if request.method == "POST" else reply(200, state("running")))

    with against(behave) as (_, appliance):
        began = time.monotonic()
        with pytest.raises(PollTimeout):
            appliance.extract_voiceprint(b"audio", timeout=0.5)
        assert time.monotonic() - began < 0.5 + 2

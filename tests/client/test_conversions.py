"""Conversions of voiceprints: in one call or in several, of which each error names its own."""

import json
import socket
from typing import Any

import pytest

from tests.client.hostile import ReceivedRequest, accepted, response, serving, task_body
from voxdouble_client import ApiError, ApplianceClient

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

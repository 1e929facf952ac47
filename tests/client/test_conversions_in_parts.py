"""Conversions in parts: one part in memory at a time, and errors after which the caller can go on."""

import gc
import json
import socket
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.hostile import TASK_ID, ReceivedRequest, accepted, response, serving, task_body
from voxdouble_client import ApiError, ContractError, PollTimeout, TransportError, VoiceprintConversion
from voxdouble_client._http.wire import Request, Response, task_answer
from voxdouble_client._technologies.voiceprint_conversion import quick_parse, read


def converting(fail: Callable[[list[str], socket.socket], bool] = lambda *_: False) -> Any:
    """Return the behaviour that converts each voiceprint, a number, to a vector of that number.

    `fail(voiceprints, connection)` may respond to a start in place of it, and then returns True.
    """
    sent: list[list[str]] = []

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        if request.method == "POST":
            sent.append(json.loads(request.body)["voiceprints"])
            if not fail(sent[-1], connection):
                connection.sendall(accepted())
        else:
            vectors = [[float(text)] for text in sent[-1]]
            connection.sendall(response(200, task_body("done", result={"vector_voiceprints": vectors})))

    return behave


def test_parts_come_in_order_and_are_drawn_as_they_are_needed() -> None:
    """Each part is sent when the one before was taken, and the voiceprints behind it are not drawn."""
    drawn: list[str] = []

    def numbers() -> Iterator[str]:
        for number in range(7):
            drawn.append(str(number))
            yield str(number)

    with serving(converting()) as (server, appliance):
        parts = appliance.convert_voiceprints_in_parts(numbers(), batch_size=3)
        assert (drawn, server.received) == ([], [])
        assert next(parts).vector_voiceprints == [[0.0], [1.0], [2.0]]
        assert len(drawn) == 3
        assert [part.vector_voiceprints for part in parts] == [[[3.0], [4.0], [5.0]], [[6.0]]]


def test_one_part_is_held_in_memory() -> None:
    """A part that the caller has dropped is freed before the next is converted."""
    alive: list[int] = []

    def numbers() -> Iterator[str]:
        for number in range(8):
            alive.append(sum(type(thing) is VoiceprintConversion for thing in gc.get_objects()) - before)
            yield str(number)

    gc.collect()
    before = sum(type(thing) is VoiceprintConversion for thing in gc.get_objects())
    with serving(converting()) as (_, appliance):
        for part in appliance.convert_voiceprints_in_parts(numbers(), batch_size=2):
            assert part.vector_voiceprints
            del part
    assert alive == [0] * 8


def refused(numbers: list[str], connection: socket.socket) -> bool:
    """Refuse the part that begins with 4."""
    if numbers[0] == "4":
        connection.sendall(response(422, {}))
    return numbers[0] == "4"


def broken(numbers: list[str], connection: socket.socket) -> bool:
    """Break the connection after the part that begins with 4."""
    if numbers[0] == "4":
        connection.shutdown(socket.SHUT_RDWR)
    return numbers[0] == "4"


@pytest.mark.parametrize(("fail", "kind"), [(refused, ApiError), (broken, TransportError)])
def test_an_error_says_which_voiceprints_are_done(
    fail: Callable[[list[str], socket.socket], bool], kind: type[ApiError | TransportError]
) -> None:
    """The error ends the iteration; `converted_count` and a note say where the caller can go on."""
    numbers = [str(number) for number in range(9)]
    found: list[list[float]] = []
    with serving(converting(fail)) as (_, appliance):
        parts = appliance.convert_voiceprints_in_parts(numbers, batch_size=2)
        with pytest.raises(kind) as caught:
            found.extend(vector for part in parts for vector in part.vector_voiceprints)
        assert list(parts) == []
    assert caught.value.converted_count == len(found) == 4
    assert caught.value.__notes__ == [
        "In the call for the voiceprints 4 to 5, counted from 0; the 4 before are converted."
    ]
    with serving(converting()) as (_, appliance):
        rest = appliance.convert_voiceprints_in_parts(numbers[caught.value.converted_count :], batch_size=2)
        found.extend(vector for part in rest for vector in part.vector_voiceprints)
    assert found == [[float(number)] for number in numbers]


def test_a_part_that_times_out_can_be_waited_for() -> None:
    """A part whose deadline passed has its task's handle, so that it need not be sent again."""
    states = iter(["done", "running", "running", "running"])

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        state = "" if request.method == "POST" else next(states, "done")
        result = {"result": {"vector_voiceprints": [[1.0]]}} if state == "done" else {}
        connection.sendall(response(200, task_body(state, **result)) if state else accepted())

    time = iter(range(0, 10_000, 1))
    with serving(behave, sleep=lambda _: None, now=lambda: float(next(time))) as (_, appliance):
        parts = appliance.convert_voiceprints_in_parts(["a", "b"], batch_size=1, timeout=10)
        next(parts)
        with pytest.raises(PollTimeout) as caught:
            next(parts)
        assert caught.value.converted_count == 1
        assert caught.value.handle.result(1000).vector_voiceprints == [[1.0]]


def test_vectors_of_another_length_end_the_iteration() -> None:
    """All parts have vectors of one length; a part without speech does not count."""
    results = iter([[[]], [[0.5]], [[]], [[0.5, 1.0]]])

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        done = {"vector_voiceprints": next(results)} if request.method == "GET" else {}
        connection.sendall(response(200, task_body("done", result=done)) if done else accepted())

    with serving(behave) as (server, appliance):
        parts = appliance.convert_voiceprints_in_parts(list("abcd"), batch_size=1)
        assert [next(parts).vector_voiceprints for _ in range(3)] == [[[]], [[0.5]], [[]]]
        with pytest.raises(ContractError, match="1 and 2 numbers") as caught:
            next(parts)
    assert caught.value.converted_count == 3
    assert caught.value.url == f"{server.url}/api/technology/speaker-identification-voiceprint-conversion"


def test_an_invalid_voiceprint_is_named_by_its_place_in_all() -> None:
    """An invalid voiceprint is refused when its part is drawn, with its index in the whole input."""
    mixed: Any = iter(["0", "1", "2", 3])
    with serving(converting()) as (_, appliance):
        parts = appliance.convert_voiceprints_in_parts(mixed, batch_size=2)
        next(parts)
        with pytest.raises(TypeError, match=r"`voiceprints\[3\]` must be Base64 text, got int"):
            next(parts)


@pytest.mark.parametrize(
    "arguments",
    [{"batch_size": 0}, {"batch_size": 1.5}, {"batch_size": True}, {"timeout": -1.0}, {"voiceprints": "e2kD"}],
)
def test_invalid_arguments_are_refused_before_the_first_part(arguments: dict[str, Any]) -> None:
    """The call itself refuses, not the first step of the iteration."""
    with serving(converting()) as (server, appliance):
        with pytest.raises((TypeError, ValueError)):
            appliance.convert_voiceprints_in_parts(**{"voiceprints": ["1"], **arguments})
        assert list(appliance.convert_voiceprints_in_parts([])) == []
    assert server.received == []


NUMBERS = st.one_of(st.floats(allow_nan=False, width=32), st.integers(-3, 3), st.just(1e39), st.booleans(), st.none())
VECTORS = st.lists(st.one_of(st.lists(NUMBERS, max_size=3), NUMBERS), max_size=3)
MEMBERS = st.dictionaries(st.sampled_from(["extra", "error", "result", "task"]), st.integers(), max_size=2)


@given(vectors=VECTORS, more=MEMBERS, inside=st.booleans())
def test_the_quick_way_gives_what_the_general_way_gives(vectors: list[Any], more: dict[str, Any], inside: bool) -> None:
    """For any body the quick parse leads to the same result, the same raw answer and the same error."""
    result = {"vector_voiceprints": vectors, **(more if inside else {})}
    task = {"task_id": TASK_ID, "state": "done"}
    body = msgspec.json.encode({"task": task, "result": result, **({} if inside else more)})
    response = Response(Request("GET", "u"), 200, {}, body)

    def outcome(quick: Any) -> object:
        try:
            return read(task_answer(response, TASK_ID, quick))
        except Exception as error:  # noqa: BLE001  both ways must fail alike
            return type(error), str(error)

    assert outcome(quick_parse) == outcome(None)

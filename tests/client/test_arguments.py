"""Callers' own mistakes: each is told as what it is, and none harms what is right beside it."""

import io
from pathlib import Path
from typing import Any

import pytest

from tests.client.hostile import DONE, TASK_ID, Received, accepted, against, reply, speaking, state
from voxdouble_client import ApiError, ApplianceClient, ApplianceError, ContractError


def closed_file() -> io.BytesIO:
    """Make a file object that is closed."""
    file = io.BytesIO(b"audio")
    file.close()
    return file


@pytest.mark.parametrize("bad", ["a\0b", "\ud800", closed_file(), io.StringIO("text"), None, "/no/such", "/dev/zero"])
def test_a_bad_file_ends_no_other(bad: Any) -> None:
    """Whatever is wrong with one of many files is its own outcome."""
    with against(speaking(reply(200, DONE))) as (_, appliance):
        first, second, third = appliance.extract_voiceprints([b"audio", bad, b"audio"])
    assert first.result == third.result != None  # noqa: E711  both are there
    assert isinstance(second.error, (OSError, ValueError, TypeError))


@pytest.mark.parametrize("one", ["john_doe.wav", b"audio", Path("john_doe.wav"), io.BytesIO(b"audio")])
def test_one_file_is_not_many(one: Any) -> None:
    """A single file in the place of many is refused, and not taken letter by letter."""
    with pytest.raises(TypeError, match=r"like \[file\]"):
        ApplianceClient("http://127.0.0.1:1").extract_voiceprints(one)


def test_an_option_that_fits_no_file_is_told_at_once() -> None:
    """What is wrong for all files is no outcome of each."""
    with pytest.raises(ValueError, match="whole numbers"):
        ApplianceClient("http://127.0.0.1:1").extract_voiceprints([b"audio"], channels=[-1])


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no such device")
def test_a_device_is_no_empty_file() -> None:
    """What never ends does not pass for an empty recording."""
    with pytest.raises(ValueError, match="must have a size"):
        ApplianceClient("http://127.0.0.1:1").start_voiceprint_extraction("/dev/zero")


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_without_json_is_refused(number: float) -> None:
    """What JSON cannot say is not sent as null."""
    appliance = ApplianceClient("http://127.0.0.1:1")
    with pytest.raises(ValueError, match="must be finite"):
        appliance.run("a", json={"a": [{"b": number}]})
    with pytest.raises(ValueError, match="must be finite"):
        appliance.run("a", files={"file": b""}, config={"a": number})


def test_a_closed_client_says_so() -> None:
    """Use after `close` is told in a sentence."""
    with ApplianceClient("http://127.0.0.1:1") as appliance:
        pass
    with pytest.raises(RuntimeError, match="closed"):
        appliance.extract_voiceprint(b"audio")


@pytest.mark.parametrize(
    ("second", "kind"),
    [
        ([reply(422)], ApiError),
        ([accepted(), reply(200, state("done", result={"vector_voiceprints": [[0.5]]}))], ContractError),
    ],
)
def test_finished_batches_are_carried_by_the_error(second: list[bytes], kind: type[ApplianceError]) -> None:
    """What was converted before a call failed is not thrown away with it."""
    first = reply(200, state("done", result={"vector_voiceprints": [[0.5, 1.0]]}))
    answers = iter([accepted(), first, *second])

    def behave(_: Received, connection: Any) -> None:
        connection.sendall(next(answers))

    with against(behave) as (_, appliance), pytest.raises(kind) as caught:
        appliance.convert_voiceprints(["e2kD", TASK_ID.replace("-", "")], batch_size=1)
    assert caught.value.converted is not None
    assert caught.value.converted.vector_voiceprints == [[0.5, 1.0]]

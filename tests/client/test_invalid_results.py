"""Results that break the contract, and how the invalid member is named."""

import json

import pytest

from tests.client.answers import CONVERSION, EXTRACTION, read, with_member
from tests.client.hostile import TASK_ID, accepted, responding, response, serving, task_body
from voxdouble_client import ContractError
from voxdouble_client._http.wire import Request, Response, task_answer


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("channels", None, "expected `array`, got `null` at `result.channels`"),
        ("channels", {}, "expected `array`, got `object` at `result.channels`"),
        ("channels", [3], "expected `object`, got `int` at `result.channels[0]`"),
        ("channels.0.channel_number", None, "expected `int`, got `null` at `result.channels[0].channel_number`"),
        ("channels.0.channel_number", True, "expected `int`, got `bool` at `result.channels[0].channel_number`"),
        ("channels.0.channel_number", "0", "expected `int`, got `str` at `result.channels[0].channel_number`"),
        ("channels.0.voiceprint", None, "expected `str`, got `null` at `result.channels[0].voiceprint`"),
        ("channels.0.voiceprint", "", "expected `str` of length >= 1 at `result.channels[0].voiceprint`"),
        ("channels.0.speech_length", "4.1", "expected `float`, got `str` at `result.channels[0].speech_length`"),
        ("channels.0.speech_length", True, "expected `float`, got `bool` at `result.channels[0].speech_length`"),
        ("channels.0.model", 5, "expected `str`, got `int` at `result.channels[0].model`"),
        (
            "channels.0.vector_voiceprint",
            "x",
            "expected `array | null`, got `str` at `result.channels[0].vector_voiceprint`",
        ),
        (
            "channels.0.vector_voiceprint",
            [1, "x"],
            "expected `float`, got `str` at `result.channels[0].vector_voiceprint[1]`",
        ),
        (
            "channels.0.vector_voiceprint",
            [None],
            "expected `float`, got `null` at `result.channels[0].vector_voiceprint[0]`",
        ),
        (
            "channels.0.vector_voiceprint",
            [0.5, 1e39],
            "expected `float` <= 3.4028234663852886e+38 at `result.channels[0].vector_voiceprint[1]`",
        ),
        (
            "channels.0.vector_voiceprint",
            [-1e39],
            "expected `float` >= -3.4028234663852886e+38 at `result.channels[0].vector_voiceprint[0]`",
        ),
    ],
)
def test_an_invalid_member_is_named(path: str, value: object, named: str) -> None:
    """A result that breaks the contract is a ContractError with the path of the member and what was expected."""
    with pytest.raises(ContractError) as caught:
        read(EXTRACTION, with_member(path, value))
    assert f" breaks the contract: {named}. " in str(caught.value)


@pytest.mark.parametrize(("sent", "received"), [(1, 0), (1, 2), (2, 1)])
def test_another_number_of_vectors_breaks_the_contract(sent: int, received: int) -> None:
    """A conversion must return one vector for each voiceprint (S44)."""
    result = task_body("done", result={"vector_voiceprints": [[0.5]] * received})
    expected = pytest.raises(ContractError, match=rf"for each voiceprint \({sent}\), got {received}")
    with serving(responding(response(200, result), accepted())) as (_, appliance), expected:
        appliance.convert_voiceprints(["e2kD"] * sent)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400"])
def test_a_number_that_is_not_finite_breaks_the_contract(number: str) -> None:
    """NaN and the infinities are not JSON, and a number beyond float64 is out of range."""
    body = json.dumps(task_body("done", result={"vector_voiceprints": [[0.5]]})).replace("0.5", number).encode()
    with pytest.raises(ContractError, match="is not JSON"):
        task_answer(Response(Request("GET", "u"), 200, {}, body), TASK_ID)


def test_vectors_of_different_lengths_break_the_contract() -> None:
    """All vectors of one result have one length, but for the empty ones of channels without speech (S45, S46)."""
    raw = task_body("done", result={"vector_voiceprints": [[0.5], [], [0.5, 1.0]]})
    with pytest.raises(ContractError, match=r"`result\.vector_voiceprints` has vectors of 1 and 2 numbers"):
        read(CONVERSION, raw)

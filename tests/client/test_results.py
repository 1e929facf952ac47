"""Typed results: what the vendor's quoted answers become, and how an invalid member is named."""

import copy
import json
import pickle
import subprocess
import sys
from importlib.resources import files
from typing import Any

import numpy as np
import pytest

from tests.client.hostile import DONE, TASK_ID, accepted, responding, response, serving, task_body
from voxdouble_client import (
    ApplianceClient,
    ChannelVoiceprint,
    Comparison,
    ContractError,
    Gender,
    GenderScore,
    Merging,
    TaskAnswer,
    TaskError,
    VoiceprintConversion,
    VoiceprintExtraction,
)
from voxdouble_client._http.wire import Request, Response, api_error, task_answer
from voxdouble_client._technologies import voiceprint_conversion, voiceprint_extraction

CONVERSION = voiceprint_conversion.TECHNOLOGY
EXTRACTION = voiceprint_extraction.TECHNOLOGY


def quoted(name: str) -> Any:
    """Return an answer as the vendor's pages print it."""
    text = (files("voxdouble_fixtures") / "contract" / "examples" / f"{name}.json").read_text()
    return json.loads(text)["answer"]


def read(technology: str, raw: dict[str, Any]) -> Any:
    """Return the typed result in the whole answer of a task that is done."""
    response = Response(Request("GET", "u"), 200, {}, json.dumps(raw).encode())
    with ApplianceClient("http://appliance") as appliance:
        handle = appliance.task(f"/api/technology/{technology}/{raw['task']['task_id']}")
        return handle.read(task_answer(response, handle.task_id))


def test_the_quoted_extraction_is_read() -> None:
    """The extraction that the guide prints becomes the typed result, with every member ([G-VV])."""
    raw = quoted("extraction-done")
    channel = raw["result"]["channels"][0]
    assert read(EXTRACTION, raw) == VoiceprintExtraction(
        channels=(
            ChannelVoiceprint(
                channel_number=0,
                voiceprint=channel["voiceprint"],
                vector_voiceprint=[0.1378096193, 0.0822454691, 0.0322346129, -0.0448936746, -0.0743807331],
                speech_length=49.08,
                model="sid-xl5",
                raw=channel,
            ),
        ),
        raw=raw,
    )


def test_the_quoted_conversion_is_read() -> None:
    """The conversion that the guide prints becomes the typed result ([G-VV])."""
    raw = quoted("conversion-done")
    vectors = [[0.1378096193, 0.0822454691, 0.0322346129, -0.0448936746, -0.0743807331]]
    assert read(CONVERSION, raw) == VoiceprintConversion(vectors, (raw,))


def test_the_quoted_error_of_a_task_is_read() -> None:
    """The error in the schema's example becomes the TaskError of a failed task (S15 to S17)."""
    error = quoted("task-error-skeleton")
    reply = Response(Request("GET", "u"), 200, {}, json.dumps(task_body("failed", error=error)).encode())
    assert task_answer(reply, TASK_ID).error == TaskError("internal", "string", error["detail"], error)


@pytest.mark.parametrize("name", ["request-invalid", "request-error-skeleton"])
def test_the_quoted_refusals_are_read(name: str) -> None:
    """The error bodies that the pages print become the attributes of an ApiError (S64 to S66)."""
    raw = quoted(name)
    error = api_error(Response(Request("GET", "u"), 400, {}, json.dumps(raw).encode()))
    assert (error.type, error.message, error.detail) == (raw["type"], raw["message"], raw["detail"])


def test_the_quoted_location_is_followed() -> None:
    """The example value of `Location`, a path, leads to the task on the appliance (S9)."""
    location = quoted("location-header")
    task = {"task": {"task_id": location.rpartition("/")[2], "state": "pending"}}
    with serving(responding(b"", response(202, task, location=location))) as (server, appliance):
        assert appliance.start_voiceprint_conversion(["e2kD"]).url == server.url + location


def test_the_result_of_an_unknown_technology_is_its_answer() -> None:
    """A technology without a model has the answer itself as its result."""
    raw = {"channels": [{"channel_number": 0, "segments": []}]}
    answer = read("voice-activity-detection", task_body("done", result=raw))
    assert isinstance(answer, TaskAnswer)
    assert answer.result == raw


def with_member(path: str, value: object) -> Any:
    """Return a valid extraction with one member replaced."""
    raw = copy.deepcopy(DONE)
    owner: Any = raw["result"]
    *parents, last = path.split(".")
    for step in parents:
        owner = owner[int(step) if step.isdigit() else step]
    owner[last] = value
    return raw


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
    expected = pytest.raises(ContractError, match=f"{received} vectors for {sent} voiceprints")
    with serving(responding(response(200, result), accepted())) as (_, appliance), expected:
        appliance.convert_voiceprints(["e2kD"] * sent)


def test_a_missing_vector_differs_from_an_empty_one() -> None:
    """A vector that was not requested differs from that of a channel without speech (S46)."""
    assert read(EXTRACTION, DONE).channels[0].vector_voiceprint is None
    assert read(EXTRACTION, with_member("channels.0.vector_voiceprint", [])).channels[0].vector_voiceprint == []


def test_whole_numbers_become_floats() -> None:
    """A vector is a list of float even if the JSON has 0 or 1."""
    [channel] = read(EXTRACTION, with_member("channels.0.vector_voiceprint", [0, 1, 0.5])).channels
    assert [type(number) for number in channel.vector_voiceprint] == [float] * 3


def test_results_are_frozen() -> None:
    """No attribute of a result can be assigned."""
    extraction = read(EXTRACTION, DONE)
    with pytest.raises(AttributeError, match="immutable"):
        extraction.channels = ()


def test_a_channel_becomes_an_array() -> None:
    """The array of a vector is float32 of the same length, empty without speech."""
    [channel] = read(EXTRACTION, with_member("channels.0.vector_voiceprint", [0.25, -1])).channels
    assert channel.to_numpy().tolist() == [0.25, -1.0]
    assert channel.to_numpy().dtype == np.float32
    [silent] = read(EXTRACTION, with_member("channels.0.vector_voiceprint", [])).channels
    assert silent.to_numpy().shape == (0,)


def test_the_array_of_a_missing_vector_is_refused() -> None:
    """The error names the parameter that requests the vector."""
    with pytest.raises(ValueError, match="include_vector_voiceprint=True"):
        read(EXTRACTION, DONE).channels[0].to_numpy()


def test_a_conversion_becomes_a_matrix() -> None:
    """The matrix of a conversion has one row for each voiceprint; a row without speech is NaN."""
    conversion = VoiceprintConversion([[0.5, 1.0], [], [2.0, 3.0]], ({},))
    array = conversion.to_numpy()
    assert array.shape == (3, 2)
    assert array.dtype == np.float32
    assert np.isnan(array).all(axis=1).tolist() == [False, True, False]


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


def test_a_member_called_raw_changes_nothing() -> None:
    """A member of the appliance that is called `raw` stays in the client's `raw`."""
    [channel] = read(EXTRACTION, with_member("channels.0.raw", 3)).channels
    assert channel.raw["raw"] == 3


def test_the_answer_of_an_unfinished_task_has_no_result() -> None:
    """Reading the result of a task that is not done is a ValueError that names its state."""
    with pytest.raises(ValueError, match="is running"):
        read(EXTRACTION, task_body("running"))


@pytest.mark.parametrize(
    "result",
    [
        read(EXTRACTION, with_member("channels.0.vector_voiceprint", [0.5])),
        VoiceprintConversion([[0.5], []], ({},)),
        Comparison(1, 1, [0.5], {}),
        Gender(0, GenderScore(3.5, 0.97), None, 4.0, {}),
        Merging("e2kD", 9.0, {}),
        TaskError("internal", "It broke.", [], {}),
    ],
    ids=lambda result: type(result).__name__,
)
def test_results_can_be_pickled(result: object) -> None:
    """A result that is sent to another process arrives equal, as the same public class."""
    twin = pickle.loads(pickle.dumps(result))
    assert (type(twin), twin) == (type(result), result)


def test_the_repr_has_no_voice_data() -> None:
    """A result that is printed or logged, by rich too, shows no voice data."""
    extraction = read(EXTRACTION, with_member("channels.0.vector_voiceprint", [0.5]))
    [channel] = extraction.channels
    shown = "channel_number=0, speech_length=4.1, model='sid-xl5'"
    assert repr(extraction) == f"VoiceprintExtraction(channels=(ChannelVoiceprint({shown}),))"
    assert [name for name, _ in channel.__rich_repr__()] == ["channel_number", "speech_length", "model"]


def test_importing_the_client_loads_neither_flask_nor_numpy() -> None:
    """A program that only calls an appliance loads no server and no arrays."""
    code = "import sys, voxdouble_client; print({'flask', 'numpy', 'werkzeug', 'click'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "set()"

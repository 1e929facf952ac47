"""Typed results: what they hold, print and become."""

import pickle
import subprocess
import sys

import numpy as np
import pytest

from tests.client.answers import EXTRACTION, read, with_member
from tests.client.hostile import DONE, task_body
from voxdouble_client import (
    Comparison,
    Gender,
    GenderScore,
    Merging,
    TaskAnswer,
    TaskError,
    VoiceprintConversion,
)


def test_the_result_of_an_unknown_technology_is_its_answer() -> None:
    """A technology without a model has the answer itself as its result."""
    raw = {"channels": [{"channel_number": 0, "segments": []}]}
    answer = read("voice-activity-detection", task_body("done", result=raw))
    assert isinstance(answer, TaskAnswer)
    assert answer.result == raw


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

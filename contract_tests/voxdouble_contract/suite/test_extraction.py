"""Requests and results of voiceprint extraction."""

import base64
import binascii
import json
import math
import re
from typing import Any

import pytest

from voxdouble_contract.judging.expectations import expect, unproven
from voxdouble_contract.judging.statements import statement
from voxdouble_contract.samples.recordings import SPEECH, STEREO, bundled
from voxdouble_contract.target.technologies import have_vectors
from voxdouble_contract.tasks import StartedTask, Tasks

MEMBERS = ("channel_number", "voiceprint", "speech_length", "model")
TOLERANCE = 1.05
"""Speech may be this many times as long as its recording, for what rounding and padding add."""


def speech_lengths(task: StartedTask) -> list[float]:
    """Return the speech lengths in a result; Broken if one is not a number."""
    found = [channel.get("speech_length") for channel in task.channels]
    are_numbers = all(isinstance(length, int | float) and not isinstance(length, bool) for length in found)
    expect(are_numbers, f"`speech_length` must be a number, got {found}.", task.last)
    return [float(length or 0) for length in found]


@statement("S30")
def test_channels_are_split_by_default(tasks: Tasks) -> None:
    """`channel_mode=split` gives as many channels as the default does."""
    for task in (tasks.upload("stereo").done(), tasks.upload("split").done()):
        expect(len(task.channels) == 2, f"There must be two channels, got {len(task.channels)}.", task.last)


@statement("S30")
@pytest.mark.parametrize("name", ["split", "mix"])
def test_both_channel_modes_are_accepted(tasks: Tasks, name: str) -> None:
    """`split` and `mix` are accepted."""
    tasks.variant(name, "stereo")


@statement("S32")
@pytest.mark.parametrize(
    ("name", "count"), [("no channels named", 2), ("first channel", 1), ("second channel", 1), ("both channels", 2)]
)
def test_channels_selects_the_channels(tasks: Tasks, name: str, count: int) -> None:
    """The result has as many channels as were asked for, all if `channels` is empty."""
    task = tasks.variant(name, "stereo").done()
    expect(len(task.channels) == count, f"There must be {count} channels, got {len(task.channels)}.", task.last)


@statement("S32")
@pytest.mark.parametrize(("name", "index"), [("first channel", 0), ("second channel", 1)])
def test_channels_count_from_zero(tasks: Tasks, name: str, index: int) -> None:
    """The channel in the result is the requested one, as its speech length shows."""
    whole = speech_lengths(tasks.upload("stereo").done())
    if len(whole) != 2 or abs(whole[0] - whole[1]) < 0.1:
        unproven(f"The two channels do not differ in their speech length: {whole}.")
    task = tasks.upload(name).done()
    found = speech_lengths(task)[0]
    is_nearer = abs(found - whole[index]) <= abs(found - whole[1 - index])
    expect(is_nearer, f"The speech must be that of channel {index}, {whole[index]} s, got {found} s.", task.last)


@statement("S33")
@pytest.mark.parametrize("name", ["speech with vector", "other speech"])
def test_the_flag_adds_a_vector(tasks: Tasks, name: str) -> None:
    """With `include_vector_voiceprint=true` each channel has a vector."""
    task = tasks.variant(name).done()
    for channel in task.channels:
        expect(isinstance(channel.get("vector_voiceprint"), list), "There must be a `vector_voiceprint`.", task.last)


@statement("S34")
def test_the_flag_may_be_capitalised(tasks: Tasks) -> None:
    """`include_vector_voiceprint=True` means true."""
    task = tasks.variant("speech with True")
    has_vector = isinstance(task.channels[0].get("vector_voiceprint"), list)
    expect(has_vector, "With `True` there must be a `vector_voiceprint`.", task.last)


@statement("S35")
def test_without_the_flag_there_is_no_vector(tasks: Tasks) -> None:
    """Without `include_vector_voiceprint` the member is absent or null."""
    task = tasks.upload("speech").done()
    expect(task.channels[0].get("vector_voiceprint") is None, "There must be no `vector_voiceprint`.", task.last)


@statement("S36")
@pytest.mark.parametrize("name", ["speech", "stereo"])
def test_each_channel_has_its_members(tasks: Tasks, name: str) -> None:
    """Each channel has the four required members."""
    task = tasks.upload(name).done()
    listed = task.last.get("result", "channels")
    expect(isinstance(listed, list) and listed, "`result.channels` must be a list that is not empty.", task.last)
    for channel in task.channels:
        missing = [member for member in MEMBERS if channel.get(member) is None]
        expect(not missing, f"A channel lacks {', '.join(missing)}.", task.last)


@statement("S37")
def test_a_voiceprint_is_base64(tasks: Tasks) -> None:
    """Each voiceprint is Base64 text."""
    task = tasks.upload("speech").done()
    for channel in task.channels:
        expect(is_base64(channel.get("voiceprint")), "`voiceprint` must be Base64.", task.last)


@statement("S38")
@pytest.mark.parametrize(("name", "file"), [("speech", SPEECH), ("stereo", STEREO)])
def test_speech_length_is_in_seconds(tasks: Tasks, name: str, file: str) -> None:
    """There is speech, and not more of it than the recording is long."""
    task = tasks.upload(name).done()
    seconds = bundled(file).seconds / len(task.channels)
    longest = max(speech_lengths(task))
    sentence = f"`speech_length` must be in seconds: the recording has {seconds} s, got {longest}."
    expect(longest <= seconds * TOLERANCE, sentence, task.last)
    if longest == 0:
        unproven("No speech was found in the sample.")
    expect(longest > seconds / 100, sentence, task.last)


@statement("S39")
def test_the_model_is_a_string(tasks: Tasks) -> None:
    """The model's name is a string."""
    task = tasks.upload("speech").done()
    expect(isinstance(task.channels[0].get("model"), str), "`model` must be a string.", task.last)


@statement("S79")
def test_the_model_is_xl5(tasks: Tasks) -> None:
    """The model is the one in the vendor's guide."""
    task = tasks.upload("speech").done()
    expect(task.channels[0].get("model") == "sid-xl5", "`model` must be sid-xl5.", task.last)


@statement("S40")
@pytest.mark.parametrize(("name", "wanted"), [("speech", [0]), ("stereo", [0, 1]), ("split", [0, 1])])
def test_there_is_one_entry_for_each_channel(tasks: Tasks, name: str, wanted: list[int]) -> None:
    """Each processed channel has one entry, numbered from 0."""
    task = tasks.upload(name).done()
    found = task.channel_numbers
    is_complete = len(found) == len(wanted) and all(number in found for number in wanted)
    expect(is_complete, f"The channel numbers must be {wanted}, got {found}.", task.last)


@statement("C19")
def test_silence_has_a_voiceprint_and_an_empty_vector(tasks: Tasks) -> None:
    """Without speech there is a voiceprint, a speech length of 0 and an empty vector."""
    task = tasks.upload("silence").done()
    channel = task.channels[0]
    expect(channel.get("speech_length") == 0, "`speech_length` must be 0.", task.last)
    expect(is_base64(channel.get("voiceprint")), "There must be a voiceprint, also without speech.", task.last)
    if have_vectors(tasks.target.generations):
        expect(channel.get("vector_voiceprint") == [], "`vector_voiceprint` must be empty.", task.last)


@statement("C32")
@pytest.mark.parametrize("name", ["speech with vector", "stereo"])
def test_numbers_are_short_and_finite(tasks: Tasks, name: str) -> None:
    """The numbers of a vector have at most 10 decimals, speech lengths 2, and all are finite."""
    task = tasks.upload(name).done()
    for channel in with_exact_numbers(task):
        length = str(channel.get("speech_length"))
        vector = [str(number) for number in channel.get("vector_voiceprint") or []]
        expect(decimals(length) <= 2, f"`speech_length` must have at most 2 decimals, got {length}.", task.last)
        expect(all(decimals(text) <= 10 for text in vector), "Numbers must have at most 10 decimals.", task.last)
        expect(all(map(is_finite, [length, *vector])), "Numbers must be finite.", task.last)


def with_exact_numbers(task: StartedTask) -> list[dict[str, Any]]:
    """Return the channels, with each number as it is written in the response."""
    exact = json.loads(task.last.body, parse_float=str, parse_constant=str) if task.channels else {}
    return [channel for channel in exact["result"]["channels"] if isinstance(channel, dict)]


def decimals(text: str) -> int:
    """Return the number of decimals of a JSON number; an exponent counts as if it were written out."""
    found = re.fullmatch(r"-?\d+(?:\.(\d+))?(?:[eE]([+-]?\d+))?", text)
    return max(0, len(found[1] or "") - int(found[2] or 0)) if found else 0


def is_finite(text: str) -> bool:
    """Return whether a text is a finite number."""
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def is_base64(value: object) -> bool:
    """Return whether a value is Base64 text that is not empty."""
    try:
        return isinstance(value, str) and len(base64.b64decode(value, validate=True)) > 0
    except (binascii.Error, ValueError):
        return False

"""What an extraction gives (contract 3.1, 4.1)."""

import base64
import binascii
import json
import math
import re

import pytest

from voxdouble_contract.recipes import SPEECH, STEREO
from voxdouble_contract.runs import Run, Runs, need_done
from voxdouble_contract.samples import bundled
from voxdouble_contract.statements import statement
from voxdouble_contract.verdicts import expect, unproven

MEMBERS = ("channel_number", "voiceprint", "speech_length", "model")
MEASURE = 1.05
"""How much longer than the recording the speech in it may be said to be, for what rounding and padding add."""


def speech_lengths(run: Run) -> list[float]:
    """List the speech lengths of a result; Broken where they are no numbers."""
    found = [channel.get("speech_length") for channel in run.channels]
    are_numbers = all(isinstance(length, int | float) and not isinstance(length, bool) for length in found)
    expect(are_numbers, "`speech_length` should be a number.", run.last)
    return [float(length or 0) for length in found]


@statement("S30")
def test_channels_are_split_by_default(runs: Runs) -> None:
    """`split` is accepted, and gives as many channels as asking for nothing does."""
    for run in (runs.done("stereo"), runs.done("split")):
        expect(len(run.channels) == 2, "There should be two channels.", run.last)


@statement("S30")
@pytest.mark.parametrize("name", ["split", "mix"])
def test_both_modes_are_accepted(runs: Runs, name: str) -> None:
    """`split` and `mix` are accepted."""
    runs.taken(name, "stereo")


@statement("S32")
@pytest.mark.parametrize(
    ("name", "count"), [("no channels named", 2), ("first channel", 1), ("second channel", 1), ("both channels", 2)]
)
def test_channels_choose(runs: Runs, name: str, count: int) -> None:
    """As many channels come as were asked for, all where none was named."""
    run = need_done(runs.taken(name, "stereo"))
    expect(len(run.channels) == count, f"There should be {count} channels.", run.last)


@statement("S32")
@pytest.mark.parametrize(("name", "index"), [("first channel", 0), ("second channel", 1)])
def test_channels_count_from_zero(runs: Runs, name: str, index: int) -> None:
    """The channel that comes is the one asked for, as its speech shows."""
    whole = speech_lengths(runs.done("stereo"))
    if len(whole) != 2 or abs(whole[0] - whole[1]) < 0.1:
        unproven(f"The two channels do not differ in their speech: {whole}.")
    run = runs.done(name)
    found = speech_lengths(run)[0]
    nearer = abs(found - whole[index]) <= abs(found - whole[1 - index])
    expect(nearer, f"Its speech should be that of channel {index}, {whole[index]} s.", run.last)


@statement("S33")
@pytest.mark.parametrize("name", ["speech with vector", "other speech"])
def test_the_flag_adds_a_vector(runs: Runs, name: str) -> None:
    """With the flag each channel has a vector."""
    run = need_done(runs.taken(name))
    for channel in run.channels:
        expect(isinstance(channel.get("vector_voiceprint"), list), "There should be a `vector_voiceprint`.", run.last)


@statement("S34")
def test_the_flag_may_have_a_capital(runs: Runs) -> None:
    """`True` is taken as true."""
    run = need_done(runs.taken("speech with True"))
    has_vector = isinstance(run.channels[0].get("vector_voiceprint"), list)
    expect(has_vector, "With `True` there should be a `vector_voiceprint`.", run.last)


@statement("S35")
def test_without_the_flag_there_is_no_vector(runs: Runs) -> None:
    """Without the flag no vector is given."""
    run = runs.done("speech")
    expect(run.channels[0].get("vector_voiceprint") is None, "There should be no `vector_voiceprint`.", run.last)


@statement("C15")
def test_without_the_flag_the_member_is_absent(runs: Runs) -> None:
    """Without the flag the member is not there, not even as null."""
    run = runs.done("speech")
    expect("vector_voiceprint" not in run.channels[0], "There should be no member `vector_voiceprint`.", run.last)


@statement("S36")
@pytest.mark.parametrize("name", ["speech", "stereo"])
def test_each_channel_has_its_members(runs: Runs, name: str) -> None:
    """Each channel has the four members."""
    run = runs.done(name)
    listed = run.last.get("result", "channels")
    expect(isinstance(listed, list) and listed, "`result.channels` should be a list with something in it.", run.last)
    for channel in run.channels:
        missing = [member for member in MEMBERS if channel.get(member) is None]
        expect(not missing, f"A channel should have {', '.join(missing)}.", run.last)


@statement("S37")
def test_a_voiceprint_is_base64(runs: Runs) -> None:
    """The voiceprint's text can be decoded."""
    run = runs.done("speech")
    for channel in run.channels:
        expect(is_base64(channel.get("voiceprint")), "`voiceprint` should be Base64.", run.last)


@statement("S38")
@pytest.mark.parametrize(("name", "file"), [("speech", SPEECH), ("stereo", STEREO)])
def test_speech_is_measured_in_seconds(runs: Runs, name: str, file: str) -> None:
    """There is no more speech than there is recording, and some."""
    run, media = runs.done(name), bundled(file)
    seconds = media.seconds / len(run.channels)
    longest = max(speech_lengths(run))
    expect(longest <= seconds * MEASURE, f"The recording has {seconds} s; the unit should be seconds.", run.last)
    if longest == 0:
        unproven("No speech was found in the sample.")
    expect(longest > seconds / 100, f"The recording has {seconds} s; the unit should be seconds.", run.last)


@statement("S39")
def test_the_model_is_named(runs: Runs) -> None:
    """The model is a string."""
    run = runs.done("speech")
    expect(isinstance(run.channels[0].get("model"), str), "`model` should be a string.", run.last)


@statement("S79")
def test_the_model_is_xl5(runs: Runs) -> None:
    """The model is the one of the guide."""
    run = runs.done("speech")
    expect(run.channels[0].get("model") == "sid-xl5", "`model` should be sid-xl5.", run.last)


@statement("S40")
@pytest.mark.parametrize(("name", "wanted"), [("speech", [0]), ("stereo", [0, 1]), ("split", [0, 1])])
def test_there_is_one_entry_for_each_channel(runs: Runs, name: str, wanted: list[int]) -> None:
    """Each channel that was processed has one entry, numbered from 0."""
    run = runs.done(name)
    found = run.channel_numbers
    expect(len(found) == len(wanted) and set(found) == set(wanted), f"The channels should be {wanted}.", run.last)


@statement("C19")
def test_silence_has_a_voiceprint_and_no_vector(runs: Runs) -> None:
    """Without speech there is a voiceprint, no speech length and an empty vector."""
    run = runs.done("silence")
    channel = run.channels[0]
    expect(channel.get("speech_length") == 0, "`speech_length` should be 0.", run.last)
    expect(is_base64(channel.get("voiceprint")), "There should be a voiceprint all the same.", run.last)
    expect(channel.get("vector_voiceprint") == [], "`vector_voiceprint` should be empty.", run.last)


@statement("C32")
@pytest.mark.parametrize("name", ["speech with vector", "stereo"])
def test_numbers_are_short_and_finite(runs: Runs, name: str) -> None:
    """A vector's numbers have 10 decimals at most, speech lengths 2, and none is infinite."""
    run = runs.done(name)
    for channel in json.loads(run.last.body, parse_float=str, parse_constant=str)["result"]["channels"]:
        length, vector = (
            str(channel["speech_length"]),
            [str(number) for number in channel.get("vector_voiceprint") or []],
        )
        expect(decimals(length) <= 2, "`speech_length` should have 2 decimals at most.", run.last)
        expect(all(decimals(text) <= 10 for text in vector), "Numbers should have 10 decimals at most.", run.last)
        expect(all(math.isfinite(float(text)) for text in [length, *vector]), "Numbers should be finite.", run.last)


def decimals(text: str) -> int:
    """Count the decimals of a JSON number; one with an exponent has as many as it would have without."""
    found = re.fullmatch(r"-?\d+(?:\.(\d+))?(?:[eE]([+-]?\d+))?", text)
    return max(0, len(found[1] or "") - int(found[2] or 0)) if found else 0


def is_base64(value: object) -> bool:
    """Whether a value is Base64 text with something in it."""
    try:
        return isinstance(value, str) and len(base64.b64decode(value, validate=True)) > 0
    except (binascii.Error, ValueError):
        return False

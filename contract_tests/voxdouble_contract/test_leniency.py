"""What the vendor leaves open of an extraction, and how it was chosen (contract 9)."""

from urllib.parse import urlencode

import pytest

from voxdouble_contract.runs import Run, Runs, need_done, need_end, watch
from voxdouble_contract.samples import hum
from voxdouble_contract.statements import statement
from voxdouble_contract.target import EXTRACTION, Target
from voxdouble_contract.verdicts import expect, expect_status


@statement("C13")
@pytest.mark.parametrize(
    ("name", "wanted"),
    [("first channel", [0]), ("second channel", [1]), ("both channels", [0, 1]), ("both channels reversed", [1, 0])],
)
def test_channels_keep_their_numbers(runs: Runs, name: str, wanted: list[int]) -> None:
    """Results come in the order asked for, with the numbers of the recording."""
    run = need_done(runs.taken(name, "stereo"))
    expect(run.channel_numbers == wanted, f"The channel numbers should be {wanted}.", run.last)


@statement("C13")
def test_a_channel_that_is_not_there_is_rejected(runs: Runs) -> None:
    """A number beyond the recording's channels ends the task rejected."""
    run = runs.ended("channel out of range")
    expect(run.state == "rejected", "The task should end rejected.", run.last)


@statement("C13")
@pytest.mark.parametrize("text", ["0,0", "+0", "-1", "0, 1", "0,", "a", "0.5"])
def test_what_is_no_list_of_channels_is_422(target: Target, text: str) -> None:
    """Spaces, duplicates, signs and words are refused."""
    expect_status(target.post_media(EXTRACTION, hum(0.2), "?" + urlencode({"channels": text})), 422)


@statement("C14")
@pytest.mark.parametrize("name", ["mix", "mix of one"])
def test_a_mix_is_one_channel(runs: Runs, name: str) -> None:
    """Mixed channels give one entry, number 0."""
    run = need_done(runs.taken(name, "stereo"))
    expect(run.channel_numbers == [0], "There should be one channel, number 0.", run.last)


@statement("C11")
@pytest.mark.parametrize("name", ["empty", "no frames", "not audio", "4 kHz"])
def test_what_is_no_recording_is_rejected(runs: Runs, name: str) -> None:
    """What cannot be decoded is accepted, and ends rejected with a message."""
    expect_status(runs.started(name).start, 202)
    run = runs.ended(name)
    expect(run.state == "rejected", "The task should end rejected.", run.last)
    expect(run.last.get("error", "message"), "The error should say what was found.", run.last)


@statement("C12")
@pytest.mark.parametrize("name", ["piped, size 0", "piped, size unknown"])
def test_a_piped_file_is_read_to_its_end(runs: Runs, name: str) -> None:
    """A header without a size hides nothing of the recording."""
    run, whole = runs.taken(name), runs.done("speech")
    expect(run.state == "done", "The task should be done.", run.last)
    lengths = [one.channels[0].get("speech_length") for one in (run, whole)]
    expect(lengths[0] == lengths[1], f"There should be {lengths[1]} s of speech.", run.last, whole.last)


@statement("C12")
def test_a_cut_file_is_rejected(runs: Runs) -> None:
    """A file shorter than it claims ends rejected."""
    run = runs.ended("truncated")
    expect(run.state == "rejected", "The task should end rejected.", run.last)


@statement("C16")
@pytest.mark.parametrize("text", ["true", "TRUE", "1", "on", "Yes", "t", "Y", "false", "0", "OFF", "no", "f", "N"])
def test_booleans_may_be_spelt_freely(target: Target, text: str) -> None:
    """All the spellings of a boolean are accepted, and mean what they say."""
    run = Run(EXTRACTION, target.post_media(EXTRACTION, hum(0.2), f"?include_vector_voiceprint={text}"))
    expect_status(run.start, 202)
    watch(target, [run])
    wanted = text.lower() in {"true", "1", "on", "yes", "t", "y"}
    has_vector = "vector_voiceprint" in need_end(run).channels[0]
    expect(has_vector == wanted, f"{text} should be {str(wanted).lower()}.", run.last)


@statement("C16")
@pytest.mark.parametrize("text", ["", "2", "maybe", "None", "truee"])
def test_what_is_no_boolean_is_422(target: Target, text: str) -> None:
    """Anything else is refused."""
    expect_status(target.post_media(EXTRACTION, hum(0.2), f"?include_vector_voiceprint={text}"), 422)


@statement("C16")
def test_the_last_of_a_repeated_parameter_counts(runs: Runs) -> None:
    """Of true and false the latter counts."""
    run = runs.done("flag given twice")
    expect("vector_voiceprint" not in run.channels[0], "The last value, false, should count.", run.last)


@statement("C17")
def test_what_is_unknown_is_ignored(target: Target, runs: Runs) -> None:
    """Unknown parameters and parts change nothing, and `file` needs no file name."""
    run = runs.taken("unknown parameter")
    expect(run.state == "done", "An unknown parameter should be ignored.", run.last)
    files = [("colour", (None, b"green")), ("file", (None, hum(0.2).data))]
    expect_status(target.send("POST", target.path(EXTRACTION), sent="parts colour, file", files=files), 202)

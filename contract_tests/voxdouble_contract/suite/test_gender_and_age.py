"""Requests and results of gender identification and age estimation.

The members' names are those of the vendor's gRPC interface (C35): another target may spell all of them differently.
"""

from typing import Any

import pytest

from voxdouble_contract.judging.expectations import expect, expect_status, unproven
from voxdouble_contract.judging.statements import statement
from voxdouble_contract.samples.recordings import UPLOADS
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.technologies import AGE, AGE_VOICEPRINTS, GENDER, GENDER_VOICEPRINTS
from voxdouble_contract.tasks import StartedTask, Tasks, all_done

FROM_VOICEPRINTS = {GENDER: GENDER_VOICEPRINTS, AGE: AGE_VOICEPRINTS}
MEMBERS = {GENDER: {"score_male", "score_female", "speech_length"}, AGE: {"age", "speech_length"}}
SCORES = ("score_male", "score_female")
SUM_TOLERANCE = 1e-6
"""How far the sum of two probabilities may be from 1."""
SPEECH_TOLERANCE = 0.1
"""Seconds by which the speech of a segment may be longer than the segment."""
Entry = dict[str, Any]


@pytest.fixture(params=FROM_VOICEPRINTS)
def technology(request: pytest.FixtureRequest) -> str:
    """Gender identification, then age estimation."""
    return str(request.param)


def entries(task: StartedTask, member: str, count: int) -> list[Entry]:
    """Return the entries of a result's list; Broken unless there are that many."""
    found = task.last.get("result", member)
    is_list = isinstance(found, list) and len(found) == count and all(isinstance(entry, dict) for entry in found)
    expect(is_list, f"`{member}` must be a list of {count} objects.", task.last)
    return list(found)


def channels_of(tasks: Tasks, technology: str, upload: str, count: int = 1) -> tuple[StartedTask, list[Entry]]:
    """Return the task of a recording and the entries of its channels."""
    task = tasks.upload(upload, technology).accepted().done()
    return task, entries(task, "channels", count)


@statement("C35")
def test_each_channel_of_a_recording_has_an_entry(tasks: Tasks, technology: str) -> None:
    """There is one entry for each channel, with its number and the members."""
    task, channels = channels_of(tasks, technology, "stereo", 2)
    for number, channel in enumerate(channels):
        expect(channel.get("channel_number") == number, "Channels must be numbered from 0.", task.last)
        missing = MEMBERS[technology] - channel.keys()
        expect(not missing, f"A channel lacks {', '.join(sorted(missing))}.", task.last)


@statement("C35")
def test_each_voiceprint_has_an_entry(tasks: Tasks, technology: str) -> None:
    """There is one entry for each voiceprint, with the members, in the order of the voiceprints."""
    both = tasks.voiceprint(), tasks.voiceprint("other speech")
    started = [tasks.post(FROM_VOICEPRINTS[technology], *voiceprints) for voiceprints in (both, both[:1], both[1:])]
    all_done(*started)
    task, *singles = started
    results = entries(task, "results", 2)
    for result in results:
        missing = MEMBERS[technology] - result.keys()
        expect(not missing, f"A result lacks {', '.join(sorted(missing))}.", task.last)
    alone = [entries(single, "results", 1)[0] for single in singles]
    expect(results == alone, f"The order must be that of the voiceprints: {alone}.", task.last)


@statement("C35")
@pytest.mark.parametrize("upload", ["speech", "other speech"])
def test_a_voiceprint_and_its_recording_give_the_same_result(tasks: Tasks, technology: str, upload: str) -> None:
    """The entry of a voiceprint equals that of its recording, but for the channel number."""
    task = tasks.upload(upload, technology)
    other = tasks.post(FROM_VOICEPRINTS[technology], tasks.voiceprint(upload))
    all_done(task, other)
    [channel], [result] = entries(task, "channels", 1), entries(other, "results", 1)
    without_number = {name: value for name, value in channel.items() if name != "channel_number"}
    expect(without_number == result, "Both entries must be the same.", task.last, other.last)


@statement("C35")
@pytest.mark.parametrize("upload", ["speech", "other speech"])
def test_the_probabilities_of_both_genders_sum_to_one(tasks: Tasks, upload: str) -> None:
    """Each gender has a log-likelihood ratio and a probability; the more probable one has the higher ratio."""
    task, [channel] = channels_of(tasks, GENDER, upload)
    ratios, probabilities = (numbers(channel, name, task) for name in ("score_llr", "probability"))
    expect(abs(sum(probabilities) - 1) <= SUM_TOLERANCE, "The probabilities must sum to 1.", task.last)
    expect(min(probabilities) >= 0, "A probability must not be below 0.", task.last)
    agree = (ratios[0] > ratios[1]) == (probabilities[0] > probabilities[1])
    expect(agree, "The more probable gender must have the higher `score_llr`.", task.last)


def numbers(channel: Entry, name: str, task: StartedTask) -> list[float]:
    """Return a number of each gender; Broken if one is missing."""
    scores = [channel.get(score) for score in SCORES]
    found = [score.get(name) if isinstance(score, dict) else None for score in scores]
    numeric = [float(value) for value in found if isinstance(value, int | float)]
    expect(len(numeric) == len(SCORES), f"Each gender must have a number `{name}`.", task.last)
    return numeric


@statement("C35")
def test_an_age_is_in_whole_years(tasks: Tasks) -> None:
    """The age of a speaker is an integer."""
    task, [channel] = channels_of(tasks, AGE, "speech")
    age = channel.get("age")
    expect(type(age) is int and 0 < age < 150, f"`age` must be a number of whole years, got {age}.", task.last)


@statement("C19")
def test_silence_has_neither_gender_nor_age(tasks: Tasks) -> None:
    """Without speech the task is done, its speech length is 0, and gender and age are null."""
    for technology, names in ((GENDER, SCORES), (AGE, ("age",))):
        task, [channel] = channels_of(tasks, technology, "silence")
        expect(channel.get("speech_length") == 0, "`speech_length` must be 0.", task.last)
        for name in names:
            expect(channel.get(name, "missing") is None, f"`{name}` must be null.", task.last)


@statement("S85")
@pytest.mark.parametrize("end", ["range_from", "range_to"])
def test_an_age_is_estimated_from_a_segment(target: Target, tasks: Tasks, end: str) -> None:
    """The segment that begins or ends in the middle of a recording has no more speech than half of its length."""
    _, [whole] = channels_of(tasks, AGE, "speech")
    media = UPLOADS["speech"].media()
    half = media.seconds / 2
    task = StartedTask(target, AGE, target.post_media(AGE, media, f"?{end}={half:g}")).accepted().done()
    [part] = entries(task, "channels", 1)
    lengths = [entry.get("speech_length") for entry in (whole, part)]
    found = [float(length) for length in lengths if isinstance(length, int | float)]
    most = half + SPEECH_TOLERANCE
    if len(found) < len(lengths) or found[0] <= most:
        unproven(f"The speech lengths, {lengths}, do not show whether a segment was used.")
    expect(found[1] <= most, f"There must be at most {half:g} s of speech, got {found[1]:g} s.", task.last)


@statement("C23")
@pytest.mark.parametrize("query", ["range_to=0", "range_from=0.5&range_to=0.5", "range_from=0.5&range_to=0.25"])
def test_a_range_must_end_after_it_begins(target: Target, technology: str, query: str) -> None:
    """An empty range gets a 422, and one of a second is accepted."""
    media = UPLOADS["speech"].media()
    StartedTask(target, technology, target.post_media(technology, media, "?range_from=0.5&range_to=1.5")).accepted()
    expect_status(target.post_media(technology, media, f"?{query}"), 422)


@statement("S86")
def test_a_missing_value_is_null(tasks: Tasks, technology: str) -> None:
    """A member that has a value for speech is null for silence, and not absent."""
    _, [speech] = channels_of(tasks, technology, "speech")
    task, [silence] = channels_of(tasks, technology, "silence")
    names = [name for name in MEMBERS[technology] - {"speech_length"} if speech.get(name) is not None]
    missing = [name for name in names if silence.get(name) is None] or unproven("No value was missing for silence.")
    absent = ", ".join(f"`{name}`" for name in sorted(missing) if name not in silence)
    expect(not absent, f"A missing value must be a member that is null, but {absent} was absent.", task.last)

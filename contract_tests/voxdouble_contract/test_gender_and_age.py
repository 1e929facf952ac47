"""What gender identification and age estimation take and give (contract 3.1, 4.5, 4.6).

The names of the members are chosen after the vendor's gRPC interface: another target may spell all of it otherwise.
"""

from typing import Any

import pytest

from voxdouble_contract.family import Family
from voxdouble_contract.recipes import MEDIA
from voxdouble_contract.runs import Run, Runs, check_accepted
from voxdouble_contract.statements import statement
from voxdouble_contract.target import AGE, AGE_VOICEPRINTS, GENDER, GENDER_VOICEPRINTS, Target
from voxdouble_contract.verdicts import expect, expect_status

OF_VOICEPRINTS = {GENDER: GENDER_VOICEPRINTS, AGE: AGE_VOICEPRINTS}
MEMBERS = {GENDER: {"score_male", "score_female", "speech_length"}, AGE: {"age", "speech_length"}}
SCORES = ("score_male", "score_female")
WHOLE = 1e-6
"""How far two probabilities may be from adding up to 1."""
Entry = dict[str, Any]


@pytest.fixture(params=OF_VOICEPRINTS)
def technology(request: pytest.FixtureRequest) -> str:
    """Ask for the gender, then for the age."""
    return str(request.param)


def entries(run: Run, member: str, count: int) -> list[Entry]:
    """Take so many entries of a result."""
    found = run.last.get("result", member)
    is_list = isinstance(found, list) and len(found) == count and all(isinstance(entry, dict) for entry in found)
    expect(is_list, f"`{member}` should be a list of {count} objects.", run.last)
    return list(found)


def heard(family: Family, technology: str, recording: str, count: int = 1) -> tuple[Run, list[Entry]]:
    """Let the channels of a recording be judged."""
    run = family.heard(technology, recording)
    family.done(run)
    return run, entries(run, "channels", count)


@statement("C35")
def test_each_channel_of_a_recording_is_judged(family: Family, technology: str) -> None:
    """There is one entry for each channel, with its number and the members."""
    run, channels = heard(family, technology, "stereo", 2)
    for number, channel in enumerate(channels):
        expect(channel.get("channel_number") == number, "Channels should be numbered from 0.", run.last)
        missing = MEMBERS[technology] - channel.keys()
        expect(not missing, f"A channel should have {', '.join(sorted(missing))}.", run.last)


@statement("C35")
def test_each_voiceprint_is_judged(runs: Runs, family: Family, technology: str) -> None:
    """There is one entry for each voiceprint, with the members, in the order of the voiceprints."""
    both = runs.own_voiceprint(), runs.own_voiceprint("other speech")
    tasks = [
        family.posted(OF_VOICEPRINTS[technology], voiceprints=voiceprints) for voiceprints in (both, both[:1], both[1:])
    ]
    family.done(*tasks)
    run, *single = tasks
    results = entries(run, "results", 2)
    for result in results:
        missing = MEMBERS[technology] - result.keys()
        expect(not missing, f"A result should have {', '.join(sorted(missing))}.", run.last)
    alone = [entries(one, "results", 1)[0] for one in single]
    expect(results == alone, f"The order should be that of the voiceprints: {alone}.", run.last)


@statement("C35")
@pytest.mark.parametrize("recording", ["speech", "other speech"])
def test_a_voiceprint_is_judged_as_its_recording_is(
    runs: Runs, family: Family, technology: str, recording: str
) -> None:
    """Both ways lead to the same."""
    run = family.heard(technology, recording)
    other = family.posted(OF_VOICEPRINTS[technology], voiceprints=[runs.own_voiceprint(recording)])
    family.done(run, other)
    [channel], [result] = entries(run, "channels", 1), entries(other, "results", 1)
    without_number = {name: value for name, value in channel.items() if name != "channel_number"}
    expect(without_number == result, "Both should be judged the same.", run.last, other.last)


@statement("C35")
@pytest.mark.parametrize("recording", ["speech", "other speech"])
def test_the_probabilities_of_both_genders_add_up_to_one(family: Family, recording: str) -> None:
    """Each gender has a log-likelihood ratio and a probability; the likelier one has the higher ratio."""
    run, [channel] = heard(family, GENDER, recording)
    ratios, probabilities = (numbers(channel, name, run) for name in ("score_llr", "probability"))
    expect(abs(sum(probabilities) - 1) <= WHOLE, "The probabilities should add up to 1.", run.last)
    expect(min(probabilities) >= 0, "No probability should be below 0.", run.last)
    alike = (ratios[0] > ratios[1]) == (probabilities[0] > probabilities[1])
    expect(alike, "The likelier gender should have the higher `score_llr`.", run.last)


def numbers(channel: Entry, name: str, run: Run) -> list[float]:
    """Take a number of each gender."""
    scores = [channel.get(score) for score in SCORES]
    found = [score.get(name) if isinstance(score, dict) else None for score in scores]
    numeric = [float(value) for value in found if isinstance(value, int | float)]
    expect(len(numeric) == len(SCORES), f"Each gender should have a number `{name}`.", run.last)
    return numeric


@statement("C35")
def test_an_age_is_in_whole_years(family: Family) -> None:
    """The age of a speaker who is heard is an integer."""
    run, [channel] = heard(family, AGE, "speech")
    age = channel.get("age")
    expect(type(age) is int and 0 < age < 150, "`age` should be a number of whole years.", run.last)


@statement("C19")
def test_silence_has_neither_gender_nor_age(family: Family) -> None:
    """Without speech all is null, and the task is done."""
    for technology, names in ((GENDER, SCORES), (AGE, ("age",))):
        run, [channel] = heard(family, technology, "silence")
        expect(channel.get("speech_length") == 0, "`speech_length` should be 0.", run.last)
        for name in names:
            expect(channel.get(name, "missing") is None, f"`{name}` should be null.", run.last)


@statement("C23")
@pytest.mark.parametrize("query", ["range_to=0", "range_from=0.5&range_to=0.5", "range_from=0.5&range_to=0.25"])
def test_a_range_ends_after_it_begins(target: Target, query: str) -> None:
    """A range in which there is nothing is answered 422, and one of a second is taken."""
    media = MEDIA["speech"][0]()
    check_accepted(target.post_media(GENDER, media, "?range_from=0.5&range_to=1.5"))
    expect_status(target.post_media(GENDER, media, f"?{query}"), 422)

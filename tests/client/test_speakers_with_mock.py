"""The calls about speakers with the mock appliance, on the mock's own clock."""

from collections.abc import Iterator

import pytest

import voxdouble_fixtures
from voxdouble_client import ApiError, ApplianceClient, TaskRejected
from voxdouble_mock import MockAppliance

JOHN, JOHN_AGAIN, JANE, SILENCE, CONVERSATION = (
    voxdouble_fixtures.path(name)
    for name in ("john_doe.wav", "john_doe_2.flac", "jane_roe_1.flac", "silence.wav", "conversation.wav")
)


@pytest.fixture
def appliance() -> Iterator[ApplianceClient]:
    """Return a client of a mock, on the mock's clock."""
    with (
        MockAppliance(clock="manual") as mock,
        ApplianceClient(mock.url, sleep=mock.clock.sleep, now=mock.clock.now) as appliance,
    ):
        yield appliance


def voiceprint(appliance: ApplianceClient, recording: object) -> str:
    """Return the voiceprint of the first channel."""
    return appliance.extract_voiceprint(recording).channels[0].voiceprint  # type: ignore[arg-type]


def test_the_same_speaker_scores_higher(appliance: ApplianceClient) -> None:
    """The same speaker scores above 0, another below; rows are the second list (S48, S49)."""
    john, again, jane = (voiceprint(appliance, recording) for recording in (JOHN, JOHN_AGAIN, JANE))
    comparison = appliance.compare_voiceprints([john], [again, jane])
    assert (comparison.rows_count, comparison.columns_count) == (2, 1)
    assert comparison.score(0, 0) > 0 > comparison.score(1, 0)


def test_a_merged_voiceprint_can_be_compared(appliance: ApplianceClient) -> None:
    """A merged voiceprint has the speech of both, and still scores as the same speaker."""
    parts = [appliance.extract_voiceprint(recording).channels[0] for recording in (JOHN, JOHN_AGAIN)]
    merged = appliance.merge_voiceprints(part.voiceprint for part in parts)
    assert merged.speech_length == pytest.approx(sum(part.speech_length for part in parts), abs=0.011)
    assert merged.voiceprint is not None
    assert appliance.compare_voiceprints([merged.voiceprint], [parts[0].voiceprint]).score(0, 0) > 0


def test_a_file_and_its_voiceprint_have_the_same_gender(appliance: ApplianceClient) -> None:
    """A recording and its voiceprint give the same scores; the higher probability is above one half."""
    [from_file] = appliance.identify_gender(JANE).genders or ()
    [from_voiceprint] = appliance.identify_gender_of_voiceprints([voiceprint(appliance, JANE)]).genders or ()
    assert (from_file.channel_number, from_voiceprint.channel_number) == (0, None)
    assert from_file.score_male == from_voiceprint.score_male
    assert from_file.score_female == from_voiceprint.score_female
    assert from_file.score_female is not None
    assert from_file.score_female.probability is not None
    assert from_file.score_female.probability > 0.5


def test_a_file_and_its_voiceprint_have_the_same_age(appliance: ApplianceClient) -> None:
    """A recording and its voiceprint give the same whole number of years."""
    [from_file] = appliance.estimate_age(JOHN).ages or ()
    [from_voiceprint] = appliance.estimate_age_of_voiceprints([voiceprint(appliance, JOHN)]).ages or ()
    assert from_file.age == from_voiceprint.age
    assert isinstance(from_file.age, int)


def test_silence_has_neither_gender_nor_age(appliance: ApplianceClient) -> None:
    """Without speech gender and age are None, and the task is done (C19)."""
    [gender] = appliance.identify_gender(SILENCE).genders or ()
    [age] = appliance.estimate_age(SILENCE).ages or ()
    assert (gender.score_male, gender.score_female, age.age) == (None, None, None)
    assert (gender.speech_length, age.speech_length) == (0.0, 0.0)


def test_channels_and_ranges_reach_the_appliance(appliance: ApplianceClient) -> None:
    """The appliance uses one channel of two, or their mix, or no more speech than requested."""
    assert [gender.channel_number for gender in appliance.identify_gender(CONVERSATION).genders or ()] == [0, 1]
    assert [age.channel_number for age in appliance.estimate_age(CONVERSATION, channels=[1]).ages or ()] == [1]
    [mixed] = appliance.estimate_age(CONVERSATION, channel_mode="mix").ages or ()
    assert mixed.channel_number == 0
    [short] = appliance.identify_gender(JOHN, range_from=1, range_to=2.5).genders or ()
    assert short.speech_length is not None
    assert short.speech_length <= 1.5
    [part] = appliance.estimate_age(JOHN, range_from=1, range_to=2.5).ages or ()
    assert part.speech_length == short.speech_length


def test_the_appliance_judges_the_range(appliance: ApplianceClient) -> None:
    """A range whose end is not above its start is refused by the appliance, which names the parameter (C23)."""
    with pytest.raises(ApiError, match=r"query\.range_to") as caught:
        appliance.identify_gender(JOHN, range_from=2, range_to=2)
    assert caught.value.status == 422


def test_an_invalid_voiceprint_is_named_by_its_index(appliance: ApplianceClient) -> None:
    """An invalid entry of a list ends the task rejected, with list and index in the error (C20)."""
    with pytest.raises(TaskRejected, match=r"body\.voiceprints_b\.1"):
        appliance.compare_voiceprints([good := voiceprint(appliance, JOHN)], [good, "AAAA"])


def test_each_started_task_can_be_taken_up_by_its_url(appliance: ApplianceClient) -> None:
    """A task that was started has the same typed result when it is taken up by its URL."""
    john, jane = voiceprint(appliance, JOHN), voiceprint(appliance, JANE)
    for handle in (
        appliance.start_voiceprint_comparison([john], [jane]),
        appliance.start_voiceprint_merging([john, jane]),
        appliance.start_gender_identification(JOHN),
        appliance.start_gender_identification_of_voiceprints([john]),
        appliance.start_age_estimation(JOHN),
        appliance.start_age_estimation_of_voiceprints([john]),
    ):
        assert appliance.task(handle.url).result() == handle.result()

"""The calls about speakers against the mock appliance, on the mock's own clock."""

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
    """Make a client of a mock, on the mock's clock, which nothing waits for."""
    with (
        MockAppliance(clock="manual") as mock,
        ApplianceClient(mock.url, sleep=mock.clock.sleep, now=mock.clock.now) as appliance,
    ):
        yield appliance


def voiceprint(appliance: ApplianceClient, recording: object) -> str:
    """Extract the voiceprint of the first channel."""
    return appliance.extract_voiceprint(recording).channels[0].voiceprint  # type: ignore[arg-type]


def test_one_speaker_is_told_from_another(appliance: ApplianceClient) -> None:
    """Rows are the second list: the same speaker scores above 0, another below (S48, S49)."""
    john, again, jane = (voiceprint(appliance, recording) for recording in (JOHN, JOHN_AGAIN, JANE))
    comparison = appliance.compare_voiceprints([john], [again, jane])
    assert (comparison.rows_count, comparison.columns_count) == (2, 1)
    assert comparison.score(0, 0) > 0 > comparison.score(1, 0)


def test_a_merged_voiceprint_is_compared_as_any_other(appliance: ApplianceClient) -> None:
    """It has the speech of both, and still is the speaker's."""
    parts = [appliance.extract_voiceprint(recording).channels[0] for recording in (JOHN, JOHN_AGAIN)]
    merged = appliance.merge_voiceprints(part.voiceprint for part in parts)
    assert merged.speech_length == pytest.approx(sum(part.speech_length for part in parts), abs=0.011)
    assert merged.voiceprint is not None
    assert appliance.compare_voiceprints([merged.voiceprint], [parts[0].voiceprint]).score(0, 0) > 0


def test_a_file_and_its_voiceprint_have_one_gender(appliance: ApplianceClient) -> None:
    """Both ways give the same scores, and the probabilities are those of one speaker."""
    [heard] = appliance.identify_gender(JANE).genders or ()
    [read] = appliance.identify_gender_of_voiceprints([voiceprint(appliance, JANE)]).genders or ()
    assert (heard.channel_number, read.channel_number) == (0, None)
    assert (heard.score_male, heard.score_female) == (read.score_male, read.score_female)
    assert heard.score_female is not None
    assert heard.score_female.probability is not None
    assert heard.score_female.probability > 0.5


def test_a_file_and_its_voiceprint_have_one_age(appliance: ApplianceClient) -> None:
    """Both ways give the same whole number of years."""
    [heard] = appliance.estimate_age(JOHN).ages or ()
    [read] = appliance.estimate_age_of_voiceprints([voiceprint(appliance, JOHN)]).ages or ()
    assert heard.age == read.age
    assert isinstance(heard.age, int)


def test_silence_is_none(appliance: ApplianceClient) -> None:
    """Without speech there is neither gender nor age, and the task is done all the same (C19)."""
    [gender] = appliance.identify_gender(SILENCE).genders or ()
    [age] = appliance.estimate_age(SILENCE).ages or ()
    assert (gender.score_male, gender.score_female, age.age) == (None, None, None)
    assert (gender.speech_length, age.speech_length) == (0.0, 0.0)


def test_channels_and_extent_reach_the_appliance(appliance: ApplianceClient) -> None:
    """One channel of two is judged, or their mix, or no more speech than is asked for."""
    assert [gender.channel_number for gender in appliance.identify_gender(CONVERSATION).genders or ()] == [0, 1]
    assert [age.channel_number for age in appliance.estimate_age(CONVERSATION, channels=[1]).ages or ()] == [1]
    [mixed] = appliance.estimate_age(CONVERSATION, channel_mode="mix").ages or ()
    assert mixed.channel_number == 0
    [short] = appliance.identify_gender(JOHN, range_from=1, range_to=2.5).genders or ()
    assert short.speech_length is not None
    assert short.speech_length <= 1.5


def test_the_appliance_judges_the_range(appliance: ApplianceClient) -> None:
    """A range whose end is not above its start is refused, with the parameter's name in the error (C23)."""
    with pytest.raises(ApiError, match=r"query\.range_to") as caught:
        appliance.identify_gender(JOHN, range_from=2, range_to=2)
    assert caught.value.status == 422


def test_what_is_no_voiceprint_is_told_by_its_place(appliance: ApplianceClient) -> None:
    """A list's bad entry ends the task rejected, with list and index in the error (C20)."""
    with pytest.raises(TaskRejected, match=r"body\.voiceprints_b\.1"):
        appliance.compare_voiceprints([good := voiceprint(appliance, JOHN)], [good, "AAAA"])


def test_each_start_gives_a_handle_of_its_result(appliance: ApplianceClient) -> None:
    """What was started is taken up by its URL elsewhere, with the same typed result."""
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

"""Scores of voiceprints: comparison, gender and age."""

from collections.abc import Callable

import numpy as np
import pytest

import voxdouble_fixtures
from tests.voice.sounds import voiceprint_of
from voxdouble_mock.voice.scoring import OLDEST, YOUNGEST, Scores, ages_of, genders_of, log_likelihood_ratios
from voxdouble_mock.voice.vector import directions_of
from voxdouble_mock.voice.voiceprint import EMBEDDING_LENGTH, InvalidVoiceprint, encode

SOLO = [one for one in voxdouble_fixtures.recordings() if len(one.speakers) == 1]
WOMEN = {"jane_roe", "fiona_field", "maria_lopez", "granny_smith"}
FOREIGN = encode(np.linspace(-1, 1, 256, dtype=np.float32), 3.0, own=False)


def compare(columns: list[bytes], rows: list[bytes]) -> Scores:
    """Return the scores of two lists of voiceprints."""
    return log_likelihood_ratios(directions_of(columns), directions_of(rows))


@pytest.fixture(scope="module")
def voiceprints() -> list[bytes]:
    """Return the voiceprints of all bundled recordings with one speaker."""
    return [voiceprint_of(one.file) for one in SOLO]


@pytest.fixture(scope="module")
def silent() -> bytes:
    """Return a voiceprint without speech."""
    return voiceprint_of("silence.wav")


def test_columns_are_the_first_list_and_rows_the_second(voiceprints: list[bytes]) -> None:
    """The matrix has one column for each voiceprint of the first list and one row for each of the second (S48)."""
    scores = compare(voiceprints[:5], voiceprints[:3])
    assert scores.shape == (3, 5)
    for row in range(3):
        for column in range(5):
            assert scores[row, column] == compare([voiceprints[column]], [voiceprints[row]])[0, 0]


def test_scores_are_symmetric_and_highest_with_itself(voiceprints: list[bytes]) -> None:
    """Exchanging two voiceprints does not change their score, and each has its highest score with itself."""
    scores = compare(voiceprints, voiceprints)
    assert np.isfinite(scores).all()
    assert np.array_equal(scores, scores.T)
    assert np.array_equal(scores.max(axis=1), np.diag(scores))


def test_most_scores_of_one_speaker_exceed_two_and_of_two_speakers_are_negative(voiceprints: list[bytes]) -> None:
    """Over 90% of the same-speaker scores exceed 2; over 90% of the others are negative, under 2% exceed 2."""
    scores = compare(voiceprints, voiceprints)
    speakers = np.array([one.speakers[0] for one in SOLO])
    same = (speakers[:, np.newaxis] == speakers) & ~np.eye(len(speakers), dtype=bool)
    others = speakers[:, np.newaxis] != speakers
    assert np.mean(scores[same] > 2) > 0.9
    assert np.mean(scores[others] < 0) > 0.9
    assert np.mean(scores[others] > 2) < 0.02


def test_scores_without_speech_are_zero(voiceprints: list[bytes], silent: bytes) -> None:
    """A voiceprint without speech scores 0 with every voiceprint, itself included."""
    assert compare([silent, voiceprints[0]], [silent])[0].tolist() == [0.0, 0.0]
    assert compare([silent], [voiceprints[0]])[0, 0] == 0.0


def test_a_foreign_voiceprint_scores_highest_with_itself(voiceprints: list[bytes]) -> None:
    """Voiceprints of a real appliance can be compared too (C21)."""
    with_itself, with_ours = compare([FOREIGN, voiceprints[0]], [FOREIGN])[0].tolist()
    assert with_itself > 2 > with_ours


def test_gender_is_right_for_the_bundled_speakers(voiceprints: list[bytes]) -> None:
    """The sign of the LLR and the probability agree, and they are right."""
    for one, gender in zip(SOLO, genders_of(voiceprints), strict=True):
        assert gender is not None
        assert (gender.male_llr > 0) == (gender.male_probability > 0.5) == (one.speakers[0] not in WOMEN), one.file
        assert 0.0 <= gender.male_probability <= 1.0


def test_the_ages_of_one_speaker_are_close(voiceprints: list[bytes]) -> None:
    """The ages of one speaker's recordings lie within ten years, in any file format."""
    ages: dict[str, list[int]] = {}
    for one, age in zip(SOLO, ages_of(voiceprints), strict=True):
        assert age is not None
        assert YOUNGEST <= age <= OLDEST
        ages.setdefault(one.speakers[0], []).append(age)
    assert all(max(some) - min(some) <= 10 for some in ages.values())
    assert len({some[0] for some in ages.values()}) > 5


def test_gender_and_age_without_speech_are_missing(silent: bytes) -> None:
    """A voiceprint without speech has neither gender nor age (C19)."""
    assert genders_of([silent]) == [None]
    assert ages_of([silent]) == [None]


def test_gender_and_age_of_a_foreign_voiceprint_are_missing() -> None:
    """The meaning of another engine's numbers is unknown, so there is neither gender nor age (C21)."""
    assert genders_of([FOREIGN]) == [None]
    assert ages_of([FOREIGN]) == [None]


@pytest.mark.parametrize("score", [genders_of, ages_of, lambda some: compare(some, some[:1])])
def test_the_first_malformed_voiceprint_is_named(score: Callable[[list[bytes]], object]) -> None:
    """The error has the index in the given list (C20)."""
    good = encode(np.ones(EMBEDDING_LENGTH, np.float32), 1.0)
    with pytest.raises(InvalidVoiceprint) as caught:
        score([good, b"no", b""])
    assert caught.value.index == 1

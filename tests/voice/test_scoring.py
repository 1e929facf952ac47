"""What voiceprints say when compared or asked."""

import numpy as np
import pytest

import voxdouble_fixtures
from tests.voice.sounds import heard
from voxdouble_mock.voice.scoring import OLDEST, YOUNGEST, Scores, ages_of, genders_of, log_likelihood_ratios
from voxdouble_mock.voice.vector import directions_of
from voxdouble_mock.voice.voiceprint import EMBEDDING_LENGTH, InvalidVoiceprint, encode

SOLO = [one for one in voxdouble_fixtures.recordings() if len(one.speakers) == 1]
WOMEN = {"jane_roe", "fiona_field", "maria_lopez", "granny_smith"}
STRANGER = encode(np.linspace(-1, 1, 256, dtype=np.float32), 3.0, own=False)


def compare(columns: list[bytes], rows: list[bytes]) -> Scores:
    """Compare two lists of voiceprints."""
    return log_likelihood_ratios(directions_of(columns), directions_of(rows))


@pytest.fixture(scope="module")
def voiceprints() -> list[bytes]:
    """Give those of all bundled recordings of one speaker each."""
    return [heard(one.file)[0].voiceprint for one in SOLO]


@pytest.fixture(scope="module")
def silent() -> bytes:
    """Give a voiceprint without speech."""
    return heard("silence.wav")[0].voiceprint


def test_rows_and_columns_are_the_vendors(voiceprints: list[bytes]) -> None:
    """Columns are the first list and rows the second, also where their lengths differ (S48)."""
    scores = compare(voiceprints[:5], voiceprints[:3])
    assert scores.shape == (3, 5)
    for row in range(3):
        for column in range(5):
            assert scores[row, column] == compare([voiceprints[column]], [voiceprints[row]])[0, 0]


def test_scores_are_symmetric_and_highest_with_oneself(voiceprints: list[bytes]) -> None:
    """Who is compared with whom does not matter, and nobody is liker somebody than they are."""
    scores = compare(voiceprints, voiceprints)
    assert np.isfinite(scores).all()
    assert np.array_equal(scores, scores.T)
    assert np.array_equal(scores.max(axis=1), np.diag(scores))


def test_one_speaker_scores_above_two_and_two_speakers_below_zero_on_the_whole(voiceprints: list[bytes]) -> None:
    """The sign tells and the size means something: above 2 is very probably one speaker."""
    scores = compare(voiceprints, voiceprints)
    speakers = np.array([one.speakers[0] for one in SOLO])
    same = (speakers[:, np.newaxis] == speakers) & ~np.eye(len(speakers), dtype=bool)
    others = speakers[:, np.newaxis] != speakers
    assert np.mean(scores[same] > 2) > 0.9
    assert np.mean(scores[others] < 0) > 0.9
    assert np.mean(scores[others] > 2) < 0.02


def test_without_speech_nothing_is_decided(voiceprints: list[bytes], silent: bytes) -> None:
    """A voiceprint without speech scores 0 against everybody, itself included."""
    assert compare([silent, voiceprints[0]], [silent])[0].tolist() == [0.0, 0.0]
    assert compare([silent], [voiceprints[0]])[0, 0] == 0.0


def test_a_strangers_voiceprint_is_most_like_itself(voiceprints: list[bytes]) -> None:
    """A real appliance's voiceprints can be compared too (C21)."""
    with_itself, with_ours = compare([STRANGER, voiceprints[0]], [STRANGER])[0].tolist()
    assert with_itself > 2 > with_ours


def test_gender_is_right_for_the_bundled_speakers(voiceprints: list[bytes]) -> None:
    """The sign of the LLR and the probability tell the same, and they are right."""
    for one, gender in zip(SOLO, genders_of(voiceprints), strict=True):
        assert gender is not None
        assert (gender.male_llr > 0) == (gender.male_probability > 0.5) == (one.speakers[0] not in WOMEN), one.file
        assert 0.0 <= gender.male_probability <= 1.0


def test_one_voice_keeps_its_age(voiceprints: list[bytes]) -> None:
    """The ages of one speaker's recordings lie within ten years, whatever format they are in."""
    ages: dict[str, list[int]] = {}
    for one, age in zip(SOLO, ages_of(voiceprints), strict=True):
        assert age is not None
        assert YOUNGEST <= age <= OLDEST
        ages.setdefault(one.speakers[0], []).append(age)
    assert all(max(some) - min(some) <= 10 for some in ages.values())
    assert len({some[0] for some in ages.values()}) > 5


def test_without_speech_there_is_neither_gender_nor_age(silent: bytes) -> None:
    """Nobody spoke (C19)."""
    assert genders_of([silent]) == [None]
    assert ages_of([silent]) == [None]


def test_of_a_stranger_neither_gender_nor_age_is_known() -> None:
    """What another engine's numbers mean is not known, so nothing is said of them (C21)."""
    assert genders_of([STRANGER]) == [None]
    assert ages_of([STRANGER]) == [None]


@pytest.mark.parametrize("score", [genders_of, ages_of, lambda some: compare(some, some[:1])])
def test_the_first_that_is_no_voiceprint_is_named(score: object) -> None:
    """The index is that of the list given (C20)."""
    good = encode(np.ones(EMBEDDING_LENGTH, np.float32), 1.0)
    with pytest.raises(InvalidVoiceprint) as caught:
        score([good, b"no", b""])  # type: ignore[operator]
    assert caught.value.index == 1

"""From voiceprints to vectors."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import voxdouble_fixtures
from tests.voice.sounds import as_file, heard, speech
from voxdouble_mock.voice.analysis import analyse
from voxdouble_mock.voice.tables import table
from voxdouble_mock.voice.vector import LARGEST, directions_of, vectors_of
from voxdouble_mock.voice.voiceprint import EMBEDDING_LENGTH, InvalidVoiceprint, encode, encode_all

own_embeddings = npst.arrays(np.float32, EMBEDDING_LENGTH, elements=st.floats(-4, 4, width=32))
strange_embeddings = npst.arrays(
    np.float32, st.integers(1, 300), elements=st.floats(width=32, allow_infinity=False, allow_nan=False)
)


def is_sound(vector: list[float]) -> bool:
    """Tell whether a vector is what the contract promises."""
    printed = [f"{number!r}" for number in vector]
    return (
        len(vector) in (0, 128)
        and (not vector or math.isclose(math.hypot(*vector), 1.0, abs_tol=1e-6))
        and all(len(f"{number:.12f}".rstrip("0").split(".")[1]) <= 10 for number in vector)
        and not any("inf" in text or "nan" in text or text == "-0.0" for text in printed)
    )


@given(own_embeddings)
def test_any_embedding_of_ours_has_a_sound_vector(embedding: np.ndarray) -> None:
    """128 numbers of unit length and at most 10 decimals; none only for an embedding of zeros (C32, S45, S46)."""
    [vector] = vectors_of([encode(embedding, 1.0)])
    assert is_sound(vector)
    assert bool(vector) or not np.rint(embedding * 2**20).any()


@settings(deadline=None)
@given(strange_embeddings)
def test_a_strangers_embedding_of_any_length_has_a_sound_vector(embedding: np.ndarray) -> None:
    """From one number up, of any size float32 can hold; none for zeros alone (C21)."""
    [vector] = vectors_of([encode(embedding, 1.0, own=False)])
    assert is_sound(vector)
    assert bool(vector) == bool(embedding.any())


@settings(deadline=None)
@given(st.lists(st.one_of(own_embeddings, strange_embeddings), min_size=1, max_size=6))
def test_vectors_do_not_depend_on_the_company(embeddings: list[np.ndarray]) -> None:
    """One at a time and all at once, a voiceprint has the same vector, in its place (S44, S47)."""
    voiceprints = [encode(one, 1.0, own=len(one) == EMBEDDING_LENGTH) for one in embeddings]
    assert vectors_of(voiceprints) == [vectors_of([data])[0] for data in voiceprints]


def test_fifty_thousand_are_as_one() -> None:
    """The largest list there is gives each the vector that it has alone."""
    embeddings = np.random.default_rng(1).uniform(-0.2, 0.2, (50_000, EMBEDDING_LENGTH)).astype(np.float32)
    voiceprints = encode_all(embeddings, [1.0] * len(embeddings))
    vectors = vectors_of(voiceprints)
    assert len(vectors) == 50_000
    for place in (0, 1, 24_999, 49_999):
        assert vectors[place] == vectors_of([voiceprints[place]])[0]


def test_vectors_survive_json() -> None:
    """What a client reads is the number that was computed."""
    vectors = vectors_of([encode(np.linspace(-0.1, 0.1, EMBEDDING_LENGTH, dtype=np.float32), 1.0)])
    assert json.loads(json.dumps(vectors)) == vectors


@pytest.mark.parametrize("noise", [0.05, 0.2])
def test_strangers_that_are_alike_stay_alike(noise: float) -> None:
    """The fixed mixture about keeps the angles between a real appliance's voiceprints."""
    chance = np.random.default_rng(2)
    some = chance.standard_normal((20, 256))
    again = some + noise * chance.standard_normal((20, 256))
    first, second = (
        np.array(vectors_of([encode(row.astype(np.float32), 1.0, own=False) for row in rows])) for rows in (some, again)
    )
    assert np.array_equal((first @ second.T).argmax(axis=1), np.arange(20))
    assert np.diag(first @ second.T).min() > 0.9


def test_the_first_that_is_no_voiceprint_is_named() -> None:
    """The index is that of the list given (C20)."""
    good = encode(np.ones(EMBEDDING_LENGTH, np.float32), 1.0)
    with pytest.raises(InvalidVoiceprint) as caught:
        vectors_of([good, good, b"{}", good, b""])
    assert caught.value.index == 2


def test_no_list_has_no_vectors() -> None:
    """Nothing in, nothing out."""
    assert vectors_of([]) == []


def test_no_partial_sum_of_the_transform_leaves_the_whole_numbers() -> None:
    """The trained numbers are whole, few enough to ship, and their products exact."""
    centre, matrix = table("centre"), table("transform")
    assert matrix.shape == (EMBEDDING_LENGTH, 128)
    assert np.array_equal(matrix, np.rint(matrix))
    assert ((LARGEST + np.abs(centre)) @ np.abs(matrix)).max() < 2**53


def test_each_bundled_speaker_is_nearest_to_themselves() -> None:
    """The nearest other recording is the speaker's own, and their own are nearer on average than everybody else's."""
    solo = [one for one in voxdouble_fixtures.recordings() if len(one.speakers) == 1]
    vectors = np.array(vectors_of([heard(one.file)[0].voiceprint for one in solo]))
    speakers = np.array([one.speakers[0] for one in solo])
    similar = vectors @ vectors.T
    np.fill_diagonal(similar, np.nan)
    assert len(set(speakers)) >= 8
    for place, speaker in enumerate(speakers):
        own = similar[place][speakers == speaker]
        others = similar[place][speakers != speaker]
        assert len(own) >= 3
        assert np.nanmean(own) > np.nanmean(others), solo[place].file
        assert np.nanmax(own) > np.nanmax(others), solo[place].file


@pytest.mark.parametrize("name", ["telephone.wav", "john_doe.mp3", "john_doe.ogg", "john_doe.opus"])
def test_the_same_recording_over_another_channel_is_nearly_the_same_voice(name: str) -> None:
    """Telephone and lossy coding change a vector little."""
    original, changed = np.array(vectors_of([heard(file)[0].voiceprint for file in ("john_doe.wav", name)]))
    assert np.dot(original, changed) > 0.8


def test_the_same_recording_at_another_rate_is_nearly_the_same_voice() -> None:
    """No resampler is needed: the bands lie at the same frequencies."""
    samples, rate = speech("john_doe.wav")
    bins = np.fft.rfft(samples)
    longer = np.fft.irfft(bins, 3 * len(samples)) * 3
    vectors = vectors_of([analyse(as_file(s, r))[0].voiceprint for s, r in ((samples, rate), (longer, 3 * rate))])
    assert np.dot(vectors[0], vectors[1]) > 0.99


@given(own_embeddings, own_embeddings)
def test_directions_are_whole_numbers_of_one_length(one: np.ndarray, other: np.ndarray) -> None:
    """Products of two never leave the exact whole numbers."""
    directions = directions_of([encode(one, 1.0), encode(other, 1.0)])
    assert np.array_equal(directions, np.rint(directions))
    lengths = np.sqrt((directions * directions).sum(axis=1))
    assert all(length == 0 or math.isclose(length, 2**24, rel_tol=1e-5) for length in lengths.tolist())

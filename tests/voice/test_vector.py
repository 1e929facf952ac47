"""The vectors of voiceprints."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import voxdouble_fixtures
from tests.examples_count import examples
from tests.voice.sounds import as_file, speech, voiceprint_of
from voxdouble_mock.voice.analysis import analyse
from voxdouble_mock.voice.tables import table
from voxdouble_mock.voice.vector import LARGEST, directions_of, vectors_of
from voxdouble_mock.voice.voiceprint import EMBEDDING_LENGTH, InvalidVoiceprint, encode, encode_all

own_embeddings = npst.arrays(np.float32, EMBEDDING_LENGTH, elements=st.floats(-4, 4, width=32))
foreign_embeddings = npst.arrays(
    np.float32, st.integers(1, 300), elements=st.floats(width=32, allow_infinity=False, allow_nan=False)
)


def check_vector(vector: list[float]) -> None:
    """Assert that a vector has the form that the contract requires (C32, S45, S46)."""
    assert len(vector) in (0, 128)
    assert not vector or math.isclose(math.hypot(*vector), 1.0, abs_tol=1e-6)
    assert [number for number in vector if len(f"{number:.12f}".rstrip("0").split(".")[1]) > 10] == []
    assert [number for number in vector if repr(number) in {"inf", "-inf", "nan", "-0.0"}] == []


@given(own_embeddings)
def test_our_embeddings_have_valid_vectors(embedding: np.ndarray) -> None:
    """A vector has 128 numbers of unit length with at most 10 decimals, or none for an embedding of zeros."""
    [vector] = vectors_of([encode(embedding, 1.0)])
    check_vector(vector)
    assert bool(vector) or not np.rint(embedding * 2**20).any()


@given(foreign_embeddings)
def test_foreign_embeddings_have_valid_vectors(embedding: np.ndarray) -> None:
    """An embedding of any length and any float32 numbers has a valid vector, without numbers only for zeros (C21)."""
    [vector] = vectors_of([encode(embedding, 1.0, own=False)])
    check_vector(vector)
    assert bool(vector) == bool(embedding.any())


@settings(max_examples=examples(50))
@given(st.lists(st.one_of(own_embeddings, foreign_embeddings), min_size=1, max_size=6))
def test_vectors_do_not_depend_on_the_rest_of_the_list(embeddings: list[np.ndarray]) -> None:
    """A voiceprint has the same vector in a list, at its place, as alone (S44, S47)."""
    voiceprints = [encode(one, 1.0, own=len(one) == EMBEDDING_LENGTH) for one in embeddings]
    assert vectors_of(voiceprints) == [vectors_of([data])[0] for data in voiceprints]


def test_vectors_do_not_depend_on_the_length_of_the_list() -> None:
    """In a list of thousands, each voiceprint has the vector that it has alone."""
    embeddings = np.random.default_rng(1).uniform(-0.2, 0.2, (5_000, EMBEDDING_LENGTH)).astype(np.float32)
    voiceprints = encode_all(embeddings, [1.0] * len(embeddings))
    vectors = vectors_of(voiceprints)
    assert len(vectors) == 5_000
    for place in (0, 1, 2_499, 4_095, 4_096, 4_999):
        assert vectors[place] == vectors_of([voiceprints[place]])[0]


def test_vectors_survive_json() -> None:
    """The numbers that a client reads are the numbers that were computed."""
    vectors = vectors_of([encode(np.linspace(-0.1, 0.1, EMBEDDING_LENGTH, dtype=np.float32), 1.0)])
    assert json.loads(json.dumps(vectors)) == vectors


@pytest.mark.parametrize("noise", [0.05, 0.2])
def test_similar_foreign_voiceprints_have_similar_vectors(noise: float) -> None:
    """The fixed matrix approximately preserves the angles between voiceprints of a real appliance."""
    generator = np.random.default_rng(2)
    some = generator.standard_normal((20, 256))
    again = some + noise * generator.standard_normal((20, 256))
    first, second = (
        np.array(vectors_of([encode(row.astype(np.float32), 1.0, own=False) for row in rows])) for rows in (some, again)
    )
    assert np.array_equal((first @ second.T).argmax(axis=1), np.arange(20))
    assert np.diag(first @ second.T).min() > 0.9


def test_the_first_malformed_voiceprint_is_named() -> None:
    """The error has the index in the given list (C20)."""
    good = encode(np.ones(EMBEDDING_LENGTH, np.float32), 1.0)
    with pytest.raises(InvalidVoiceprint) as caught:
        vectors_of([good, good, b"{}", good, b""])
    assert caught.value.index == 2


def test_an_empty_list_has_no_vectors() -> None:
    """The result for an empty list is an empty list."""
    assert vectors_of([]) == []


def test_products_with_the_trained_matrix_are_exact() -> None:
    """The trained numbers are whole, and no partial sum reaches 2**53."""
    centre, matrix = table("centre"), table("transform")
    assert matrix.shape == (EMBEDDING_LENGTH, 128)
    assert np.array_equal(matrix, np.rint(matrix))
    assert ((LARGEST + np.abs(centre)) @ np.abs(matrix)).max() < 2**53


def test_each_bundled_speaker_is_nearest_to_themselves() -> None:
    """The nearest other recording has the same speaker, and those of the same speaker are nearer on average."""
    solo = [one for one in voxdouble_fixtures.recordings() if len(one.speakers) == 1]
    vectors = np.array(vectors_of([voiceprint_of(one.file) for one in solo]))
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
def test_telephone_and_lossy_coding_change_a_vector_little(name: str) -> None:
    """The same recording over the telephone or in a lossy format has a similar vector."""
    original, changed = np.array(vectors_of([voiceprint_of("john_doe.wav"), voiceprint_of(name)]))
    assert np.dot(original, changed) > 0.8


def test_the_sample_rate_changes_a_vector_little() -> None:
    """The same recording at three times the sample rate has nearly the same vector."""
    samples, rate = speech("john_doe.wav")
    bins = np.fft.rfft(samples)
    longer = np.fft.irfft(bins, 3 * len(samples)) * 3
    vectors = vectors_of([analyse(as_file(s, r))[0].voiceprint for s, r in ((samples, rate), (longer, 3 * rate))])
    assert np.dot(vectors[0], vectors[1]) > 0.99


@settings(max_examples=examples(50))
@given(own_embeddings, own_embeddings)
def test_directions_are_whole_numbers_of_one_length(one: np.ndarray, other: np.ndarray) -> None:
    """Directions are whole numbers of length 2**24, so their products are exact, or zeros without speech."""
    directions = directions_of([encode(one, 1.0), encode(other, 1.0)])
    assert np.array_equal(directions, np.rint(directions))
    lengths = np.sqrt((directions * directions).sum(axis=1))
    assert all(length == 0 or math.isclose(length, 2**24, rel_tol=1e-5) for length in lengths.tolist())

"""Merging of voiceprints."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from tests.examples_count import examples
from tests.voice.sounds import as_file, joined, speech, voiceprint_of
from voxdouble_mock.voice.analysis import analyse
from voxdouble_mock.voice.merging import merge
from voxdouble_mock.voice.vector import vectors_of
from voxdouble_mock.voice.voiceprint import EMBEDDING_LENGTH, InvalidVoiceprint, decode, encode

whole_numbers = npst.arrays(np.int64, EMBEDDING_LENGTH, elements=st.integers(-(2**18), 2**18))
spoken = st.tuples(whole_numbers, st.integers(1, 720_000))


def ours(numbers: np.ndarray, hundredths: int) -> bytes:
    """Return one of our voiceprints, from the whole numbers of its embedding."""
    return encode((numbers * 2.0**-20).astype(np.float32), hundredths / 100)


@settings(max_examples=examples(50))
@given(st.lists(spoken, min_size=1, max_size=6))
def test_the_embedding_is_the_mean_weighted_by_speech_length(parts: list[tuple[np.ndarray, int]]) -> None:
    """The embedding is that of exact integer arithmetic, rounded, and the speech lengths add up (C22)."""
    merged = merge([ours(*part) for part in parts])
    total = sum(weight for _, weight in parts)
    expected = np.sum([numbers * weight for numbers, weight in parts], axis=0) / total
    found = decode(merged.voiceprint)
    assert np.abs(found.embedding * 2.0**20 - expected).max() <= 0.5
    assert merged.speech_length == found.speech_length == pytest.approx(total / 100, abs=0.005)


@settings(max_examples=examples(50))
@given(st.lists(spoken, min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_the_order_does_not_matter(parts: list[tuple[np.ndarray, int]], random: Random) -> None:
    """The same voiceprints in any order merge to the same bytes."""
    voiceprints = [ours(*part) for part in parts]
    before = merge(voiceprints)
    random.shuffle(voiceprints)
    assert merge(voiceprints) == before


@settings(max_examples=examples(50))
@given(spoken, st.integers(2, 9))
def test_merging_with_itself_changes_only_the_length(part: tuple[np.ndarray, int], times: int) -> None:
    """The mean of equal embeddings is the same embedding."""
    merged = merge([ours(*part)] * times)
    assert vectors_of([merged.voiceprint]) == vectors_of([ours(*part)])
    assert merged.speech_length == pytest.approx(times * part[1] / 100, abs=0.005)


def test_silence_has_no_weight() -> None:
    """A recording without speech does not change the merge."""
    john, silence = voiceprint_of("john_doe.wav"), voiceprint_of("silence.wav")
    assert merge([john, silence]).voiceprint == john
    assert vectors_of([merge([silence, silence]).voiceprint]) == [[]]


def test_a_merged_voiceprint_is_near_that_of_the_joined_recording() -> None:
    """Merging two voiceprints and extracting one from the joined audio give nearly the same vector."""
    first, rate = speech("john_doe.wav")
    second, _ = speech("john_doe_2.flac")
    apart = merge([voiceprint_of("john_doe.wav"), voiceprint_of("john_doe_2.flac")])
    [together] = analyse(as_file(joined([first, second]), rate))
    one, other = np.array(vectors_of([apart.voiceprint, together.voiceprint]))
    assert np.dot(one, other) > 0.95


@pytest.mark.parametrize("numbers", [[0.5, -0.25], [3.4e38, -3.4e38], [1e-45, 0.0], [0.0, 0.0]])
def test_foreign_voiceprints_of_one_length_can_be_merged(numbers: list[float]) -> None:
    """Voiceprints of a real appliance, with numbers of any size, merge to a foreign voiceprint (C21, C22)."""
    one = encode(np.array(numbers, np.float32), 2.0, own=False)
    merged = merge([one, one])
    found = decode(merged.voiceprint)
    assert not found.own
    assert found.embedding.tolist() == pytest.approx(np.array(numbers, np.float32).tolist(), rel=1e-6)
    assert merged.speech_length == 4.0


def test_without_a_speech_length_all_weights_are_equal() -> None:
    """If one voiceprint has no speech length, those of the others do not count (C22)."""
    without_length = b"{i\x09embedding[d\x3f\x80\x00\x00d\x00\x00\x00\x00]}"
    long = encode(np.array([0.0, 1.0], np.float32), 7_200.0, own=False)
    merged = merge([without_length, long])
    assert decode(merged.voiceprint).embedding.tolist() == [0.5, 0.5]
    assert merged.speech_length == 7_200.0


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (encode(np.ones(3, np.float32), 1.0, own=False), r"voiceprint 0 \(100\) to be merged, and has 3"),
        (encode(np.ones(EMBEDDING_LENGTH, np.float32), 1.0, own=False), "the same engine as voiceprint 0"),
        (b"{}", "must have an embedding"),
    ],
)
def test_voiceprints_that_cannot_be_merged_are_refused(other: bytes, reason: str) -> None:
    """The error names the index of the voiceprint with another embedding length or engine (C22)."""
    good = encode(np.ones(EMBEDDING_LENGTH, np.float32), 1.0)
    with pytest.raises(InvalidVoiceprint, match=reason) as caught:
        merge([good, good, other])
    assert caught.value.index == 2

"""The bundled recordings and their manifest."""

import base64
import hashlib
import itertools
from collections import Counter
from pathlib import Path

import pytest
import soundfile

import voxdouble_fixtures
from voxdouble_mock.voice.analysis import analyse
from voxdouble_mock.voice.scoring import log_likelihood_ratios
from voxdouble_mock.voice.vector import directions_of
from voxdouble_mock.voice.voiceprint import decode

RECORDINGS = voxdouble_fixtures.recordings()


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda recording: recording.file)
def test_a_recording_is_what_the_manifest_says(recording: voxdouble_fixtures.Recording) -> None:
    """Digest, length, sample rate and channels are as listed; recipe and licence are given."""
    path = voxdouble_fixtures.path(recording.file)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == recording.sha256
    assert recording.recipe
    assert recording.licence
    if not recording.rejected:
        info = soundfile.info(path)
        assert (info.samplerate, info.channels) == (recording.sample_rate, len(recording.speech))
        assert info.duration == pytest.approx(recording.seconds, abs=0.01)


def test_every_file_is_in_the_manifest() -> None:
    """No file is bundled without a recipe and a licence."""
    folder = voxdouble_fixtures.path("john_doe.wav").parent
    assert {path.name for path in folder.iterdir()} == {one.file for one in RECORDINGS} | {"manifest.toml"}


def test_at_least_eight_speakers_have_three_utterances_each() -> None:
    """The recordings are enough to search and to cluster: different texts, one file each."""
    said = {(one.speakers[0], one.text) for one in RECORDINGS if len(one.speakers) == 1}
    counts = Counter(speaker for speaker, _ in said)
    assert len(counts) >= 8
    assert min(counts.values()) >= 3


def test_edge_cases_are_bundled() -> None:
    """There are the file of the vendor's guide, two speakers in one file, silence, and a file without audio."""
    files = {one.file: one for one in RECORDINGS}
    assert RECORDINGS[0].file == "john_doe.wav"
    assert files["john_doe.wav"].sample_rate == 16_000
    assert len(files["conversation.wav"].speakers) == 2
    assert files["silence.wav"].speech == (0.0,)
    assert files["not_audio.wav"].rejected


def test_the_bundled_data_are_small() -> None:
    """All data together have less than 6 MB, so the wheel stays under 10 MB."""
    folder = Path(voxdouble_fixtures.__file__).parent
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 6_000_000


def test_the_error_of_an_unknown_name_lists_the_bundled_files() -> None:
    """A misspelled name is refused with all names that exist."""
    with pytest.raises(FileNotFoundError, match=r"no bundled file 'jon_doe\.wav'\. Bundled files: .*john_doe\.wav"):
        voxdouble_fixtures.path("jon_doe.wav")


def test_only_recordings_and_voiceprints_have_a_path() -> None:
    """The manifest beside the recordings is refused like an unknown name, and not listed."""
    with pytest.raises(FileNotFoundError) as error:
        voxdouble_fixtures.path("manifest.toml")
    _, _, listed = str(error.value).partition("Bundled files: ")
    assert {Path(name).suffix for name in listed.removesuffix(".").split(", ")} == {
        ".flac",
        ".mp3",
        ".ogg",
        ".opus",
        ".vp",
        ".wav",
    }


def test_voiceprints_are_bundled() -> None:
    """A bundled voiceprint is Base64 text, ready to convert, compare and merge."""
    voiceprint = base64.b64decode(voxdouble_fixtures.path("john_doe.vp").read_text("ascii"))
    assert decode(voiceprint).own


def test_scores_separate_one_speaker_from_two() -> None:
    """Every pair of recordings of one speaker has an LLR above 2, and every pair of two speakers one below 0.

    So a user who tries a threshold on the bundled recordings is not misled by them.
    """
    spoken = [one for one in RECORDINGS if len(one.speech) == 1 and one.speech[0] > 0]
    voiceprints = []
    for one in spoken:
        with voxdouble_fixtures.path(one.file).open("rb") as file:
            voiceprints.append(analyse(file)[0].voiceprint)
    directions = directions_of(voiceprints)
    scores = log_likelihood_ratios(directions, directions)
    for (row, one), (column, other) in itertools.combinations(enumerate(spoken), 2):
        if one.speakers == other.speakers:
            assert scores[row, column] > 2, f"{one.file} and {other.file}"
        else:
            assert scores[row, column] < 0, f"{one.file} and {other.file}"

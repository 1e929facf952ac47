"""The members of an age result, named as in the vendor's gRPC interface (C35)."""

from collections.abc import Sequence

from voxdouble_mock.technologies._technology import Members
from voxdouble_mock.voice.scoring import ages_of
from voxdouble_mock.voice.voiceprint import speech_lengths_of


def score(voiceprints: Sequence[bytes]) -> list[Members]:
    """Return the age of each speaker in whole years; null without speech (C19)."""
    found = zip(ages_of(voiceprints), speech_lengths_of(voiceprints), strict=True)
    return [{"age": age, "speech_length": speech_length} for age, speech_length in found]

"""The members of an age result, named as in the vendor's gRPC interface (C35)."""

from collections.abc import Sequence

from voxdouble_mock import voice
from voxdouble_mock.technologies._technology import Members


def score(voiceprints: Sequence[bytes]) -> list[Members]:
    """Return the age of each speaker in whole years; null without speech (C19) and for a foreign voiceprint."""
    found = zip(voice.ages_of(voiceprints), voice.speech_lengths_of(voiceprints), strict=True)
    return [{"age": age, "speech_length": speech_length} for age, speech_length in found]

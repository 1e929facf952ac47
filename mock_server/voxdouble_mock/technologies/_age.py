"""How ages are spelled in a result: the vendor's gRPC names, for want of a readable REST page (contract 4.6)."""

from collections.abc import Sequence

from voxdouble_mock.technologies._technology import Members
from voxdouble_mock.voice.scoring import ages_of
from voxdouble_mock.voice.voiceprint import speech_lengths_of


def judge(voiceprints: Sequence[bytes]) -> list[Members]:
    """Give each speaker's age in whole years, null without speech (C19)."""
    found = zip(ages_of(voiceprints), speech_lengths_of(voiceprints), strict=True)
    return [{"age": age, "speech_length": speech_length} for age, speech_length in found]

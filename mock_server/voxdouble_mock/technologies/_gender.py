"""The members of a gender result, named as in the vendor's gRPC interface (C35)."""

from collections.abc import Sequence

from voxdouble_mock import voice
from voxdouble_mock.technologies._technology import Members


def score(voiceprints: Sequence[bytes]) -> list[Members]:
    """Return LLR and probability of both genders; null without speech (C19) and for a foreign voiceprint.

    The probabilities add up to 1.
    """
    found = zip(voice.speech_lengths_of(voiceprints), voice.genders_of(voiceprints), strict=True)
    return [
        {
            "speech_length": speech_length,
            "score_male": gender and {"score_llr": gender.male_llr, "probability": gender.male_probability},
            "score_female": gender and {"score_llr": gender.female_llr, "probability": gender.female_probability},
        }
        for speech_length, gender in found
    ]

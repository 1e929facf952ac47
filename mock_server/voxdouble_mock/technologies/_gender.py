"""How genders are spelled in a result: the vendor's gRPC names, for want of a readable REST page (contract 4.5)."""

from collections.abc import Sequence

from voxdouble_mock.technologies._technology import Members
from voxdouble_mock.voice.scoring import genders_of
from voxdouble_mock.voice.voiceprint import speech_lengths_of


def judge(voiceprints: Sequence[bytes]) -> list[Members]:
    """Give LLR and probability for both genders; probabilities add up to 1, without speech all is null (C19)."""
    found = zip(speech_lengths_of(voiceprints), genders_of(voiceprints), strict=True)
    return [
        {
            "speech_length": speech_length,
            "score_male": gender and {"score_llr": gender.male_llr, "probability": gender.male_probability},
            "score_female": gender and {"score_llr": gender.female_llr, "probability": gender.female_probability},
        }
        for speech_length, gender in found
    ]

"""speaker-identification-voiceprint-conversion: voiceprints in, vectors out, in the same order (contract 4.2)."""

from collections.abc import Mapping, Sequence

from voxdouble_mock.core.errors import Detail, Rejection
from voxdouble_mock.technologies._technology import Result, VoiceprintTechnology
from voxdouble_mock.voice.vector import vectors_of
from voxdouble_mock.voice.voiceprint import NotAVoiceprint


def run(lists: Mapping[str, Sequence[bytes]]) -> Result:
    """Turn each voiceprint into its vector (S44, S47); bytes that are no voiceprint end the task rejected (C20)."""
    try:
        return {"vector_voiceprints": vectors_of(lists["voiceprints"])}
    except NotAVoiceprint as error:
        message = f"Voiceprint {error.index} cannot be used: {error.reason}"
        raise Rejection(message, [Detail(("body", "voiceprints", error.index), error.reason, "voiceprint")]) from error


TECHNOLOGY = VoiceprintTechnology(name="speaker-identification-voiceprint-conversion", run=run)

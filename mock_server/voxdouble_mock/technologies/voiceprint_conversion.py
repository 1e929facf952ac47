"""speaker-identification-voiceprint-conversion: voiceprints in, vectors out, in the same order (contract 4.2)."""

from collections.abc import Mapping, Sequence

from voxdouble_mock.technologies._technology import Result, VoiceprintTechnology
from voxdouble_mock.technologies._voiceprints import reading
from voxdouble_mock.voice.vector import vectors_of


def run(lists: Mapping[str, Sequence[bytes]]) -> Result:
    """Turn each voiceprint into its vector (S44, S47)."""
    with reading("voiceprints"):
        return Result({"vector_voiceprints": vectors_of(lists["voiceprints"])})


TECHNOLOGY = VoiceprintTechnology(name="speaker-identification-voiceprint-conversion", run=run)

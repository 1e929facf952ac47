"""speaker-identification-voiceprint-conversion: from voiceprints to vectors, in the same order (S44 to S47)."""

from collections.abc import Mapping, Sequence

from voxdouble_mock import voice
from voxdouble_mock.technologies._technology import Result, VoiceprintTechnology
from voxdouble_mock.technologies._voiceprints import rejecting_invalid


def run(lists: Mapping[str, Sequence[bytes]]) -> Result:
    """Return the vector of each voiceprint (S44, S47)."""
    with rejecting_invalid("voiceprints"):
        return Result({"vector_voiceprints": voice.vector_rows_of(lists["voiceprints"])})


TECHNOLOGY = VoiceprintTechnology(
    name="speaker-identification-voiceprint-conversion", run=run, item_member="vector_voiceprints"
)

"""speaker-identification-voiceprint-merging: several voiceprints of one speaker in, one out (contract 4.4, C22)."""

from base64 import b64encode
from collections.abc import Mapping, Sequence

from voxdouble_mock.technologies._technology import Result, VoiceprintTechnology
from voxdouble_mock.technologies._voiceprints import reading
from voxdouble_mock.voice.merging import merge


def run(lists: Mapping[str, Sequence[bytes]]) -> Result:
    """Merge them, each weighed by its speech."""
    with reading("voiceprints"):
        merged = merge(lists["voiceprints"])
    voiceprint = b64encode(merged.voiceprint).decode("ascii")
    return Result({"voiceprint": voiceprint, "speech_length": merged.speech_length})


TECHNOLOGY = VoiceprintTechnology(name="speaker-identification-voiceprint-merging", minimum=2, run=run)

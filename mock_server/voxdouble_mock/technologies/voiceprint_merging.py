"""speaker-identification-voiceprint-merging: from several voiceprints of one speaker to one (S51, C22)."""

from base64 import b64encode
from collections.abc import Mapping, Sequence

from voxdouble_mock import voice
from voxdouble_mock.technologies._technology import Result, VoiceprintTechnology
from voxdouble_mock.technologies._voiceprints import rejecting_invalid


def run(lists: Mapping[str, Sequence[bytes]]) -> Result:
    """Return the merge of the voiceprints, weighted by their speech lengths."""
    with rejecting_invalid("voiceprints"):
        merged = voice.merge(lists["voiceprints"])
    voiceprint = b64encode(merged.voiceprint).decode("ascii")
    return Result({"voiceprint": voiceprint, "speech_length": merged.speech_length})


TECHNOLOGY = VoiceprintTechnology(name="speaker-identification-voiceprint-merging", minimum=2, run=run)

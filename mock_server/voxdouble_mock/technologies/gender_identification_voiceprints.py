"""gender-identification-voiceprints: voiceprints in, the gender of each speaker out (contract 4.5)."""

from voxdouble_mock.technologies import _gender
from voxdouble_mock.technologies._technology import VoiceprintTechnology
from voxdouble_mock.technologies._voiceprints import each

TECHNOLOGY = VoiceprintTechnology(
    name="gender-identification-voiceprints", run=lambda lists: each(lists, _gender.judge)
)

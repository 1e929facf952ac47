"""age-estimation-voiceprints: voiceprints in, the age of each speaker out (contract 4.6)."""

from voxdouble_mock.technologies import _age
from voxdouble_mock.technologies._technology import VoiceprintTechnology
from voxdouble_mock.technologies._voiceprints import each

TECHNOLOGY = VoiceprintTechnology(name="age-estimation-voiceprints", run=lambda lists: each(lists, _age.judge))

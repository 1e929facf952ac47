"""gender-identification-voiceprints: from voiceprints to the gender of each speaker (C35)."""

from voxdouble_mock.technologies import _gender
from voxdouble_mock.technologies._technology import VoiceprintTechnology
from voxdouble_mock.technologies._voiceprints import score_voiceprints

TECHNOLOGY = VoiceprintTechnology(
    name="gender-identification-voiceprints",
    run=lambda lists: score_voiceprints(lists, _gender.score),
    item_member="results",
)

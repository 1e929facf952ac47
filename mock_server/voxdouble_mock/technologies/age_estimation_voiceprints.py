"""age-estimation-voiceprints: from voiceprints to the age of each speaker (C35)."""

from voxdouble_mock.technologies import _age
from voxdouble_mock.technologies._technology import VoiceprintTechnology
from voxdouble_mock.technologies._voiceprints import score_voiceprints

TECHNOLOGY = VoiceprintTechnology(
    name="age-estimation-voiceprints", run=lambda lists: score_voiceprints(lists, _age.score), item_member="results"
)

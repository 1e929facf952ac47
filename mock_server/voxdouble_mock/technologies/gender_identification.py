"""gender-identification: from a recording to the gender of the speaker on each channel (C35)."""

from voxdouble_mock.technologies import _gender
from voxdouble_mock.technologies._media import score_channels
from voxdouble_mock.technologies._recording_options import (
    CHANNEL_MODE,
    CHANNELS,
    MAX_SPEECH_LENGTH,
    RANGE_FROM,
    RANGE_TO,
)
from voxdouble_mock.technologies._technology import Billing, MediaTechnology

TECHNOLOGY = MediaTechnology(
    name="gender-identification",
    parameters=(CHANNEL_MODE, CHANNELS, RANGE_FROM, RANGE_TO, MAX_SPEECH_LENGTH),
    run=lambda request: score_channels(request, _gender.score),
    billing=Billing("gender_identification", "identify"),
)

"""age-estimation: from a recording to the age of the speaker on each channel (C35, S85)."""

from voxdouble_mock.technologies import _age
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
    name="age-estimation",
    parameters=(CHANNEL_MODE, CHANNELS, RANGE_FROM, RANGE_TO, MAX_SPEECH_LENGTH),
    run=lambda request: score_channels(request, _age.score),
    billing=Billing("age_estimation", "estimate"),
)

"""age-estimation: a recording in, the age of each channel's speaker out (contract 4.6)."""

from voxdouble_mock.technologies import _age
from voxdouble_mock.technologies._media import by_channel
from voxdouble_mock.technologies._query import CHANNEL_MODE, CHANNELS, MAX_SPEECH_LENGTH
from voxdouble_mock.technologies._technology import Billing, MediaTechnology

TECHNOLOGY = MediaTechnology(
    name="age-estimation",
    parameters=(CHANNEL_MODE, CHANNELS, MAX_SPEECH_LENGTH),
    run=lambda request: by_channel(request, _age.judge),
    billing=Billing("age_estimation", "estimate"),
)

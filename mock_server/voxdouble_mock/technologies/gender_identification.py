"""gender-identification: a recording in, the gender of each channel's speaker out (contract 4.5)."""

from voxdouble_mock.technologies import _gender
from voxdouble_mock.technologies._media import by_channel
from voxdouble_mock.technologies._query import CHANNEL_MODE, CHANNELS, MAX_SPEECH_LENGTH, RANGE_FROM, RANGE_TO
from voxdouble_mock.technologies._technology import Billing, MediaTechnology

TECHNOLOGY = MediaTechnology(
    name="gender-identification",
    parameters=(CHANNEL_MODE, CHANNELS, RANGE_FROM, RANGE_TO, MAX_SPEECH_LENGTH),
    run=lambda request: by_channel(request, _gender.judge),
    billing=Billing("gender_identification", "identify"),
)

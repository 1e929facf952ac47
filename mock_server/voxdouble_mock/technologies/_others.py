"""The technologies that are not computed, made from their entries of data (C50)."""

from collections.abc import Mapping

from voxdouble_fixtures.other_technologies import OtherTechnology, QueryParameter, other_technologies
from voxdouble_mock.technologies._recording_options import (
    CHANNEL_MODE,
    CHANNELS,
    MAX_SPEECH_LENGTH,
    RANGE_FROM,
    RANGE_TO,
    Parameter,
    read_boolean,
    read_count,
    read_text,
)
from voxdouble_mock.technologies._technology import Billing, MediaTechnology

COMMON = {one.name: one for one in (CHANNEL_MODE, CHANNELS, RANGE_FROM, RANGE_TO, MAX_SPEECH_LENGTH)}
READERS = {"text": read_text, "count": read_count, "flag": read_boolean}


def others() -> Mapping[str, MediaTechnology]:
    """Return the technologies by their names in the path."""
    return {name: _technology(one) for name, one in other_technologies().items()}


def _technology(entry: OtherTechnology) -> MediaTechnology:
    billing = Billing(**entry.billing) if entry.billing else None
    return MediaTechnology(entry.name, tuple(map(_parameter, entry.parameters)), None, billing)


def _parameter(entry: QueryParameter) -> Parameter:
    if not entry.kind:
        return COMMON[entry.name]
    return Parameter(entry.name, READERS[entry.kind], entry.required, entry.excludes)

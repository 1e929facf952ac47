"""The requests of a capture: its technologies, other ones that a user names, and bad inputs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import click

from voxdouble_fixtures.other_technologies import other_technologies
from voxdouble_mock.core.errors import ValidationFailed
from voxdouble_mock.packs.replay import effective_parameters
from voxdouble_mock.technologies import all_technologies
from voxdouble_mock.technologies._recording_options import read_options
from voxdouble_mock.technologies._technology import MediaTechnology

EXTRACTION = "speaker-identification-voiceprint-extraction"
CONVERSION = "speaker-identification-voiceprint-conversion"
COMPARISON = "speaker-identification-voiceprint-comparison"
MERGING = "speaker-identification-voiceprint-merging"
OF_RECORDINGS = ("gender-identification", "age-estimation")
OF_VOICEPRINTS = ("gender-identification-voiceprints", "age-estimation-voiceprints")
MAX_SIDE = 1000
"""The most voiceprints on each side of a comparison: 1,000,000 scores (S50)."""
MERGED = 3
"""The number of voiceprints that are merged, once in a capture."""
BAD_INPUTS: Mapping[str, Mapping[str, Any]] = {
    "an empty file": {"technology": EXTRACTION, "files": {"file": b""}},
    "bytes that are not audio": {"technology": EXTRACTION, "files": {"file": b"not a recording"}},
    "an empty list": {"technology": COMPARISON, "json": {"voiceprints_a": [], "voiceprints_b": []}},
    "malformed Base64": {"technology": COMPARISON, "json": {"voiceprints_a": ["?"], "voiceprints_b": ["?"]}},
    "an unknown channel mode": {
        "technology": EXTRACTION,
        "files": {"file": b"not a recording"},
        "params": {"channel_mode": "neither"},
    },
}
"""The requests whose refusals or rejections are recorded."""


@dataclass(frozen=True)
class RecordingRequest:
    """A request that is made for each recording."""

    technology: str
    query: Mapping[str, str | bool]
    parameters: Mapping[str, str]
    """The query as facts have it."""


def also_request(text: str) -> RecordingRequest:
    """Return the request of the option `--also`, such as speech-to-text?language=en. Raises BadParameter."""
    name, _, query_text = text.partition("?")
    if name not in other_technologies():
        raise click.BadParameter(f"must be one of {', '.join(sorted(other_technologies()))}, got {name!r}.")
    technology, query = all_technologies()[name], dict(parse_qsl(query_text, keep_blank_values=True))
    assert isinstance(technology, MediaTechnology)
    takes = [one.name for one in technology.parameters if one.name != "channels"]
    for parameter in query:
        if parameter not in takes:
            allowed = f"must be among {', '.join(takes)}" if takes else "must be absent"
            raise click.BadParameter(f"the parameters of {name} {allowed}, got {parameter!r}.")
    try:
        options = read_options(technology.parameters, query)
    except ValidationFailed as error:
        raise click.BadParameter(error.details[0].message) from error
    return RecordingRequest(name, query, effective_parameters(options))

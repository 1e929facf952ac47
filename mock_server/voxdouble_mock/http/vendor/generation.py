"""The differences between the generations of the vendor's interface, from `generations.toml` (C37 to C41)."""

import re
from collections.abc import Sequence

from voxdouble_fixtures.generations import value
from voxdouble_mock.core.errors import Detail, ValidationFailed
from voxdouble_mock.core.namespace_options import Generation
from voxdouble_mock.technologies._recording_options import INCLUDE_VECTOR_VOICEPRINT, Parameter
from voxdouble_mock.technologies._technology import MediaTechnology, Technology

TASK_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def parameters_of(technology: Technology, generation: Generation) -> Sequence[Parameter]:
    """Return the query parameters that a technology takes in a generation (S33)."""
    known = technology.parameters if isinstance(technology, MediaTechnology) else ()
    return [one for one in known if one is not INCLUDE_VECTOR_VOICEPRINT or has_vectors(generation)]


def has_vectors(generation: Generation) -> bool:
    """Return whether an extraction can have vector voiceprints (S33)."""
    return value("vectors", generation) != "ignored"


def location_headers(generation: Generation) -> Sequence[str]:
    """Return the names of the headers of a 202 that hold the URL to poll (S5, S6)."""
    return ("Location", "X-Location") if value("location", generation) == "sent" else ("X-Location",)


def check_task_id(task_id: str, generation: Generation) -> None:
    """Refuse a malformed id with 422 in the older generations; the newest one treats it as unknown (C38, C4)."""
    if value("malformed-id", generation) == "422" and not TASK_ID.fullmatch(task_id):
        message = f"`task_id` must be a UUID, got {task_id[:80]!r}."
        raise ValidationFailed([Detail(("path", "task_id"), message, "uuid")])

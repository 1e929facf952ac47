"""The technologies with methods of their own, one module each: request, models of the result, reader, methods."""

from collections.abc import Callable
from typing import Any

from voxdouble_client._models import TaskAnswer
from voxdouble_client._technologies import (
    age_estimation,
    gender_identification,
    voiceprint_comparison,
    voiceprint_conversion,
    voiceprint_extraction,
    voiceprint_merging,
)
from voxdouble_client._technologies._results import plain

READERS: dict[str, Callable[[TaskAnswer], Any]] = {
    voiceprint_extraction.TECHNOLOGY: voiceprint_extraction.read,
    voiceprint_conversion.TECHNOLOGY: voiceprint_conversion.read,
    voiceprint_comparison.TECHNOLOGY: voiceprint_comparison.read,
    voiceprint_merging.TECHNOLOGY: voiceprint_merging.read,
    gender_identification.TECHNOLOGY: gender_identification.read,
    gender_identification.TECHNOLOGY_OF_VOICEPRINTS: gender_identification.reader_of_voiceprints(),
    age_estimation.TECHNOLOGY: age_estimation.read,
    age_estimation.TECHNOLOGY_OF_VOICEPRINTS: age_estimation.reader_of_voiceprints(),
}


def reader_by_technology(technology: str) -> Callable[[TaskAnswer], Any]:
    """Return the reader of the results of a technology; `plain` if the technology has no model here."""
    return READERS.get(technology, plain)

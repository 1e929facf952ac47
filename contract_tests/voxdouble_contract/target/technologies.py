"""Names of the technologies, as their paths have them, and whether a generation has vectors."""

from collections.abc import Iterable

from voxdouble_fixtures.generations import value

EXTRACTION = "speaker-identification-voiceprint-extraction"
CONVERSION = "speaker-identification-voiceprint-conversion"
COMPARISON = "speaker-identification-voiceprint-comparison"
MERGING = "speaker-identification-voiceprint-merging"
GENDER, GENDER_VOICEPRINTS = "gender-identification", "gender-identification-voiceprints"
AGE, AGE_VOICEPRINTS = "age-estimation", "age-estimation-voiceprints"
VOICE_ACTIVITY = "voice-activity-detection"
"""A technology that the mock does not compute."""
LIFECYCLE_TECHNOLOGIES = (EXTRACTION, CONVERSION)
"""The technologies on which the life of a task is tested."""
UNAVAILABLE = {403: "is not licensed", 404: "does not exist", 405: "does not exist"}
"""Statuses of a POST to a technology that an appliance does not offer, with their reasons."""


def have_vectors(generations: Iterable[str]) -> bool:
    """Return whether any of these generations knows `include_vector_voiceprint` (S33)."""
    return any(value("vectors", generation) != "ignored" for generation in generations)

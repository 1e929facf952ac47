"""Names of the technologies, as their paths have them."""

EXTRACTION = "speaker-identification-voiceprint-extraction"
CONVERSION = "speaker-identification-voiceprint-conversion"
COMPARISON = "speaker-identification-voiceprint-comparison"
MERGING = "speaker-identification-voiceprint-merging"
GENDER, GENDER_VOICEPRINTS = "gender-identification", "gender-identification-voiceprints"
AGE, AGE_VOICEPRINTS = "age-estimation", "age-estimation-voiceprints"
LIFECYCLE_TECHNOLOGIES = (EXTRACTION, CONVERSION)
"""The technologies on which the life of a task is tested."""

"""The statements of places in responses."""

import pytest

from voxdouble.against.attribution import statement_of

EXTRACTION = "speaker-identification-voiceprint-extraction"


@pytest.mark.parametrize(
    ("technology", "place", "statement"),
    [
        (EXTRACTION, "result.channels.[].speech_length", "S38"),
        (EXTRACTION, "result.channels.[].model", "S39"),
        (EXTRACTION, "result.channels.[].voiceprint", "S37"),
        (EXTRACTION, "result.channels.[].vector_voiceprint", "S45"),
        (EXTRACTION, "result.channels.[].quality", "S36"),
        (EXTRACTION, "result.took", "S36"),
        (EXTRACTION, "task.state", "S12"),
        (EXTRACTION, "node", "S10"),
        ("speaker-identification-voiceprint-comparison", "result.scores.values", "S48"),
        ("speaker-identification-voiceprint-merging", "result.speech_length", "C22"),
        ("age-estimation", "result.channels.[].age", "C35"),
        ("speech-translation", "result.text", "S10"),
    ],
)
def test_a_place_has_the_statement_of_its_nearest_described_part(technology: str, place: str, statement: str) -> None:
    """A member that the document does not describe has the statement of the object that it is in."""
    assert statement_of(technology, tuple(place.split(".")), "e4") == statement

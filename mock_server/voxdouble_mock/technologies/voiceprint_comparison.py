"""speaker-identification-voiceprint-comparison: from two lists of voiceprints to a matrix of scores (S48 to S50)."""

from collections.abc import Mapping, Sequence

from voxdouble_mock import voice
from voxdouble_mock.technologies._technology import Result, VoiceprintTechnology
from voxdouble_mock.technologies._voiceprints import rejecting_invalid


def run(lists: Mapping[str, Sequence[bytes]]) -> Result:
    """Return the scores of each voiceprint of b (the rows) with each of a (the columns), row by row (S48, S49).

    The matrix is the transpose of that of the vendor's gRPC interface.
    """
    with rejecting_invalid("voiceprints_a"):
        columns = voice.directions_of(lists["voiceprints_a"])
    with rejecting_invalid("voiceprints_b"):
        rows = voice.directions_of(lists["voiceprints_b"])
    values = voice.log_likelihood_ratios(columns, rows).ravel()
    return Result({"scores": {"columns_count": len(columns), "rows_count": len(rows), "values": values}})


TECHNOLOGY = VoiceprintTechnology(
    name="speaker-identification-voiceprint-comparison",
    lists=("voiceprints_a", "voiceprints_b"),
    bounded_product=True,
    run=run,
)

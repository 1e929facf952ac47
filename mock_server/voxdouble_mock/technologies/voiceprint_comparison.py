"""speaker-identification-voiceprint-comparison: from two lists of voiceprints to a matrix of scores (S48 to S50)."""

from collections.abc import Mapping, Sequence

from voxdouble_mock.technologies._technology import Result, VoiceprintTechnology
from voxdouble_mock.technologies._voiceprints import rejecting_invalid
from voxdouble_mock.voice.scoring import log_likelihood_ratios
from voxdouble_mock.voice.vector import directions_of


def run(lists: Mapping[str, Sequence[bytes]]) -> Result:
    """Return the scores of each voiceprint of b (the rows) with each of a (the columns), row by row (S48, S49).

    The matrix is the transpose of that of the vendor's gRPC interface.
    """
    with rejecting_invalid("voiceprints_a"):
        columns = directions_of(lists["voiceprints_a"])
    with rejecting_invalid("voiceprints_b"):
        rows = directions_of(lists["voiceprints_b"])
    values = log_likelihood_ratios(columns, rows).ravel()
    return Result({"scores": {"columns_count": len(columns), "rows_count": len(rows), "values": values}})


TECHNOLOGY = VoiceprintTechnology(
    name="speaker-identification-voiceprint-comparison",
    lists=("voiceprints_a", "voiceprints_b"),
    bounded_product=True,
    run=run,
)

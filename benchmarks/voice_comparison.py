"""Cost of a 1,000 x 1,000 comparison, relative to its necessary parts: the matrix product and writing the scores.

Run: OPENBLAS_NUM_THREADS=1 python -m benchmarks.voice_comparison (waiting threads would be counted as well).

Processor time from decoded voiceprints to JSON text; exit status 1 if it is more than twice that of the product and of
writing the matrix as JSON. Receiving and parsing the request are not included.
"""

import sys

import numpy as np
import orjson

from benchmarks.voice_voiceprints import SIDE, seconds
from voxdouble_mock.execution import completion_of
from voxdouble_mock.technologies.voiceprint_comparison import TECHNOLOGY
from voxdouble_mock.voice.scoring import log_likelihood_ratios
from voxdouble_mock.voice.vector import directions_of
from voxdouble_mock.voice.voiceprint import EMBEDDING_LENGTH, encode_all

ALLOWED = 2.0


def main() -> int:
    """Print the figures; return the exit status."""
    numbers = np.random.default_rng(1).integers(-(2**15), 2**15, (2 * SIDE, EMBEDDING_LENGTH))
    voiceprints = encode_all((numbers * 2.0**-20).astype(np.float32), [1.0] * (2 * SIDE))
    lists = {"voiceprints_a": voiceprints[:SIDE], "voiceprints_b": voiceprints[SIDE:]}
    across, down = (directions_of(voiceprints) for voiceprints in lists.values())
    matrix = log_likelihood_ratios(across, down)
    product = seconds(lambda: down @ across.T)
    scoring = seconds(lambda: log_likelihood_ratios(*map(directions_of, lists.values())))
    writing = seconds(lambda: orjson.dumps(matrix.ravel(), option=orjson.OPT_SERIALIZE_NUMPY))
    whole = seconds(lambda: completion_of(lambda: TECHNOLOGY.run(lists)))
    times = whole / (product + writing)
    print(f"from {2 * SIDE:,} voiceprints to the scores: {scoring:.4f} s, of which the matrix product: {product:.4f} s")
    print(f"writing the scores: {writing:.4f} s")
    print(f"comparing {SIDE:,} x {SIDE:,}, written: {whole:.4f} s, {times:.2f} times product and writing")
    return 0 if times <= ALLOWED else 1


if __name__ == "__main__":
    sys.exit(main())

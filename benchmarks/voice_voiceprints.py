"""Processor time of encoding, decoding, converting and comparing voiceprints.

Run: OPENBLAS_NUM_THREADS=1 python -m benchmarks.voice_voiceprints (waiting threads would be counted as well).
"""

import time
from collections.abc import Callable

import numpy as np

from voxdouble_mock.voice.scoring import log_likelihood_ratios
from voxdouble_mock.voice.vector import directions_of, vectors_of
from voxdouble_mock.voice.voiceprint import EMBEDDING_LENGTH, decode_all, encode_all

MANY, SIDE, ROUNDS = 50_000, 1_000, 5


def seconds(work: Callable[[], object]) -> float:
    """Return the shortest processor time of several rounds, in seconds."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best


def main() -> None:
    """Print the figures."""
    numbers = np.random.default_rng(1).integers(-(2**15), 2**15, (MANY, EMBEDDING_LENGTH))
    embeddings = (numbers * 2.0**-20).astype(np.float32)
    voiceprints = encode_all(embeddings, [1.0] * MANY)
    foreign = encode_all(embeddings, [1.0] * MANY, own=False)
    some = voiceprints[:SIDE]
    directions = directions_of(some)
    for name, work in (
        (f"encode {MANY:,}", lambda: encode_all(embeddings, [1.0] * MANY)),
        (f"decode {MANY:,} of the mock", lambda: list(decode_all(voiceprints))),
        (f"decode {MANY:,} of an appliance", lambda: list(decode_all(foreign))),
        (f"vectors of {MANY:,}", lambda: vectors_of(voiceprints)),
        (f"the product of {SIDE:,} x {SIDE:,} directions alone", lambda: directions @ directions.T),
        (f"compare {SIDE:,} x {SIDE:,}", lambda: log_likelihood_ratios(directions_of(some), directions_of(some))),
    ):
        print(f"{name}: {seconds(work):.3f} s")


if __name__ == "__main__":
    main()

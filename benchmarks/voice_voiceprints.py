"""How fast voiceprints are written, read, made vectors and compared, by the processor's time.

`OPENBLAS_NUM_THREADS=1 python -m benchmarks.voice_voiceprints` (threads that wait for one another would count too).
"""

import time
from collections.abc import Callable

import numpy as np

from voxdouble_mock.voice.scoring import log_likelihood_ratios
from voxdouble_mock.voice.vector import directions_of, vectors_of
from voxdouble_mock.voice.voiceprint import EMBEDDING_LENGTH, decode_all, encode_all

MANY, SIDE, ROUNDS = 50_000, 1_000, 5


def seconds(work: Callable[[], object]) -> float:
    """Give the best of some rounds, by the processor's time."""
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return best


def main() -> None:
    """Print the figures."""
    numbers = np.random.default_rng(1).integers(-(2**15), 2**15, (MANY, EMBEDDING_LENGTH))
    embeddings = (numbers * 2.0**-20).astype(np.float32)
    voiceprints = encode_all(embeddings, [1.0] * MANY)
    strangers = encode_all(embeddings, [1.0] * MANY, own=False)
    some = voiceprints[:SIDE]
    directions = directions_of(some)
    for name, work in (
        (f"encode {MANY:,}", lambda: encode_all(embeddings, [1.0] * MANY)),
        (f"decode {MANY:,} of ours", lambda: decode_all(voiceprints)),
        (f"decode {MANY:,} of a stranger's", lambda: decode_all(strangers)),
        (f"vectors of {MANY:,}", lambda: vectors_of(voiceprints)),
        (f"the product of {SIDE:,} x {SIDE:,} directions alone", lambda: directions @ directions.T),
        (f"compare {SIDE:,} x {SIDE:,}", lambda: log_likelihood_ratios(directions_of(some), directions_of(some))),
    ):
        print(f"{name}: {seconds(work):.3f} s")


if __name__ == "__main__":
    main()

"""The cost of the checks of containers, as a share of the extraction of voiceprints.

Run `OPENBLAS_NUM_THREADS=1 python -m benchmarks.voice_containers`. The checks read each file completely before it is
decoded. The aim is at most 5 % of the processor time of the extraction, which includes them; files of a few seconds
exceed it, up to about 11 %, because the calls of numpy take a fixed time.
"""

import time
from collections.abc import Callable
from functools import partial

from benchmarks.voice_extraction import recording
from voxdouble_mock.voice.analysis import analyse
from voxdouble_mock.voice.containers.file import parts_of

LENGTHS = (4, 60, 600)
ROUNDS = {4: 20, 60: 5, 600: 2}
FORMATS = (
    ("WAV", "PCM_16", 16_000),
    ("FLAC", "PCM_16", 16_000),
    ("FLAC", "PCM_16", 48_000),
    ("MP3", "MPEG_LAYER_III", 16_000),
    ("MP3", "MPEG_LAYER_III", 44_100),
    ("OGG", "VORBIS", 16_000),
    ("OGG", "OPUS", 16_000),
)


def fastest(work: Callable[[], object], rounds: int) -> float:
    """Return the shortest processor time of some rounds, in seconds."""
    best = float("inf")
    for _ in range(rounds):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return best


def main() -> None:
    """Print the share for each format and length."""
    for container, subtype, rate in FORMATS:
        shares = []
        for seconds in LENGTHS:
            file = recording(seconds, container, subtype, rate)
            check = fastest(partial(parts_of, file, 7_200), ROUNDS[seconds])
            shares.append(f"{seconds} s {100 * check / fastest(partial(analyse, file), ROUNDS[seconds]):.1f} %")
        print(f"checks of {container} {subtype} at {rate} Hz: {', '.join(shares)} of the extraction")


if __name__ == "__main__":
    main()

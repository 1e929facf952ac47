"""Speed and memory of the extraction of a voiceprint.

Run: OPENBLAS_NUM_THREADS=1 python -m benchmarks.voice_extraction (waiting threads would be counted as well).

The speed is that of speech without pauses, in processor time, beside the decoding alone. The memory is the difference
between an hour and a minute, each in a separate process. A minute is also analysed in a process that leaves the number
of threads to OpenBLAS, as a test process may.
"""

import io
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import soundfile

import voxdouble_fixtures
from voxdouble_mock.voice.analysis import analyse
from voxdouble_mock.voice.audio import Audio

ROUNDS, LONG_ROUNDS = 7, 2
MINUTES = (
    *(("WAV", "PCM_16", rate) for rate in (8_000, 16_000, 44_100, 48_000)),
    ("WAV", "ALAW", 8_000),
    *(("FLAC", "PCM_16", rate) for rate in (16_000, 44_100)),
    *(("MP3", "MPEG_LAYER_III", rate) for rate in (16_000, 44_100)),
    *(("OGG", "VORBIS", rate) for rate in (16_000, 44_100)),
    ("OGG", "OPUS", 16_000),
)
HOURS = ((8_000, 1), (16_000, 1), (44_100, 1), (48_000, 1), (16_000, 2))
VARIABLE = "OPENBLAS_NUM_THREADS"
UPLOAD = 160_000
"""Bytes of a short recording, five seconds at 16 kHz."""


def recording(seconds: int, container: str, subtype: str, rate: int, channels: int = 1) -> io.BytesIO:
    """Return a recording of this many seconds, made of repeated bundled speech."""
    samples, there = soundfile.read(voxdouble_fixtures.path("john_doe.wav"))
    length = round(len(samples) * rate / there)
    samples = np.interp(np.arange(length) * there / rate, np.arange(len(samples)), samples)
    file = io.BytesIO()
    target = soundfile.SoundFile(file, "w", rate, channels, subtype=subtype, format=container)
    for _ in range(-(-seconds * rate // length)):
        target.write(np.repeat(samples[:, np.newaxis], channels, axis=1))
    target.close()
    file.seek(0)
    return file


def best(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the shortest processor time of some rounds, in seconds."""
    shortest = float("inf")
    for _ in range(rounds):
        begun = time.process_time()
        work()
        shortest = min(shortest, time.process_time() - begun)
    return shortest


def decode(file: io.BytesIO) -> None:
    """Decode a file whole, and do nothing else."""
    for _ in Audio(file, 7_200.0).blocks([0]):
        pass


def peak_memory(seconds: int, channels: int) -> float:
    """Return the peak memory in MiB of a new process that analyses a WAV file of this many seconds from disk."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.voice_extraction", str(seconds), str(channels)],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout)


def analyse_from_disk(seconds: int, channels: int) -> None:
    """Analyse a temporary file, written by another process, and print the peak memory of this process in MiB."""
    with tempfile.TemporaryFile() as file:
        subprocess.run(
            [sys.executable, "-m", "benchmarks.voice_extraction", "write", str(seconds), str(channels)],
            check=True,
            stdout=file,
        )
        analyse(file)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def minute_with_threads(threads: str | None) -> float:
    """Return the processor time in seconds, of all threads, of a minute in a process with this number of threads."""
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.voice_extraction", "minute"],
        check=True,
        capture_output=True,
        text=True,
        env=environment if threads is None else {**environment, VARIABLE: threads},
    )
    return float(done.stdout)


def minute() -> float:
    """Return the shortest processor time in seconds of a minute of audio in this process."""
    return best(partial(analyse, recording(60, "WAV", "PCM_16", 16_000)))


def main() -> None:
    """Print the figures; the memory first, since a child process inherits the peak of its parent."""
    for channels in (1, 2):
        minute, hour = peak_memory(60, channels), peak_memory(3_600, channels)
        print(f"{channels} channels: a minute takes {minute:.0f} MiB, an hour {hour - minute:.0f} MiB more")
    one, all_threads = minute_with_threads("1"), minute_with_threads(None)
    print(f"a minute in a process with a thread for each core: {all_threads / one:.2f} times the time of one with one")
    for container, subtype, rate in MINUTES:
        file = recording(60, container, subtype, rate)
        decoding, whole = best(partial(decode, file)), best(partial(analyse, file))
        speed = f"{1_000 * whole:.1f} ms, {60 / whole:,.0f} times real time, {whole / decoding:.1f} times its decoding"
        print(f"a minute of {container} {subtype} at {rate} Hz: {speed}")
    for rate, channels in HOURS:
        file = recording(3_600, "WAV", "PCM_16", rate, channels)
        whole = best(partial(analyse, file), LONG_ROUNDS)
        speed = f"{whole:.2f} s, {3_600 / whole:,.0f} times real time"
        print(f"an hour of WAV PCM_16 at {rate} Hz, {channels} channels: {speed}")
    samples = np.frombuffer(recording(6, "WAV", "PCM_16", 16_000).getvalue()[44:], np.int16)[: UPLOAD // 2]
    short = io.BytesIO()
    soundfile.write(short, samples, 16_000, format="WAV")
    print(f"a WAV file of {UPLOAD:,} bytes: {1_000 * best(partial(analyse, short), 5 * ROUNDS):.2f} ms")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["write", seconds, channels]:
            sys.stdout.buffer.write(recording(int(seconds), "WAV", "PCM_16", 16_000, int(channels)).getvalue())
        case ["minute"]:
            print(minute())
        case [seconds, channels]:
            analyse_from_disk(int(seconds), int(channels))
        case _:
            main()

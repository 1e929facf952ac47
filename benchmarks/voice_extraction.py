"""Speed and memory of the extraction of a voiceprint.

Run: OPENBLAS_NUM_THREADS=1 python -m benchmarks.voice_extraction (waiting threads would be counted as well).

The speed is that of a minute of speech, in processor time. The memory is the difference between an hour and a minute,
each in a separate process.
"""

import io
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np
import soundfile

import voxdouble_fixtures
from voxdouble_mock.voice.analysis import analyse

ROUNDS = 5
FORMATS = (("WAV", "PCM_16", 16_000), ("WAV", "PCM_16", 48_000), ("WAV", "ALAW", 8_000), ("FLAC", "PCM_16", 16_000))
LOSSY = (("MP3", "MPEG_LAYER_III", 16_000), ("OGG", "VORBIS", 16_000), ("OGG", "OPUS", 16_000))


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


def times_real_time(file: io.BytesIO) -> float:
    """Return the best speed of several rounds, as a multiple of real time, by processor time."""
    seconds = soundfile.info(file).duration
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        analyse(file)
        best = min(best, time.process_time() - started)
    return float(seconds / best)


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


def main() -> None:
    """Print the figures."""
    for container, subtype, rate in FORMATS + LOSSY:
        speed = times_real_time(recording(60, container, subtype, rate))
        print(f"a minute of {container} {subtype} at {rate} Hz: {speed:,.0f} times real time on one core")
    for channels in (1, 2):
        minute, hour = peak_memory(60, channels), peak_memory(3_600, channels)
        print(f"{channels} channels: a minute takes {minute:.0f} MiB, an hour {hour - minute:.0f} MiB more")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["write", seconds, channels]:
            sys.stdout.buffer.write(recording(int(seconds), "WAV", "PCM_16", 16_000, int(channels)).getvalue())
        case [seconds, channels]:
            analyse_from_disk(int(seconds), int(channels))
        case _:
            main()

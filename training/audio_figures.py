"""Figures of the speech detection and of the shipped matrices, without training: `make audio-figures`.

Prints the speech found in tones, sirens and music, the effect of silence and ringback before speech, the scores of the
bundled recordings, the cost of the container checks, the speech of real speakers in comparison with silero-vad, and
the equal error rates of the speakers outside the training data. Needs the packages that `training/README.md` lists.
About four minutes on two cores.
"""

import io
import itertools
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import click
import numpy as np
import soundfile

import voxdouble_fixtures
from training.collect import rows_of
from training.evaluation import Rows, evaluate
from training.no_speech import TELEPHONE_TONES, other_sounds, telephone_tone
from training.real_speakers import SPEAKERS, RealSpeaker, real_utterances
from training.signal_changes import RATE, Signal, as_wav
from training.speakers import speakers
from training.voice_activity import speech_seconds
from voxdouble_mock.voice.analysis import analyse
from voxdouble_mock.voice.containers.file import parts_of
from voxdouble_mock.voice.scoring import log_likelihood_ratios
from voxdouble_mock.voice.tables import table
from voxdouble_mock.voice.vector import directions_of

SPOKEN = tuple(one for one in voxdouble_fixtures.recordings() if len(one.speech) == 1 and one.speech[0] > 0)
ROUNDS = 20
CONTAINERS = (("WAV", "PCM_16"), ("FLAC", "PCM_16"), ("MP3", "MPEG_LAYER_III"), ("OGG", "VORBIS"), ("OGG", "OPUS"))


def main() -> None:
    """Print all figures."""
    with ProcessPoolExecutor(2) as pool:
        people = pool.map(_ratios, SPEAKERS)
        rows = pool.map(rows_of, [*SPEAKERS, *(one for one in speakers() if one.held_out)])
        _print_no_speech()
        _print_silence_and_ringback()
        _print_bundled_speakers()
        _print_container_checks()
        _print_people(list(people))
        _print_errors([row for some in rows for row in some])


def _speech_length(samples: Signal) -> float:
    return analyse(as_wav(samples, RATE))[0].speech_length


def _bundled(name: str) -> Signal:
    samples, _ = soundfile.read(voxdouble_fixtures.path(name))
    return np.asarray(samples, np.float64)


def _print_no_speech() -> None:
    tones = {name: _speech_length(telephone_tone(name)) for name in TELEPHONE_TONES}
    worst = max(tones, key=lambda name: tones[name])
    click.echo(f"Speech in {len(tones)} telephone tones of 30 s: {tones[worst]:.2f} s at most ({worst})")
    for name, samples in other_sounds().items():
        click.echo(f"Speech in {len(samples) / RATE:.0f} s of {name}: {_speech_length(samples):.2f} s")


def _print_silence_and_ringback() -> None:
    alone = {one.file: _speech_length(_bundled(one.file)) for one in SPOKEN if one.sample_rate == RATE}
    rings = [telephone_tone(name, 9) for name in TELEPHONE_TONES if name.startswith("ringback")]
    pause = np.zeros(RATE // 2)
    differences = {
        "ringback and half a second of silence": [
            _speech_length(np.concatenate([ring, pause, _bundled(name)])) - length
            for (name, length), ring in zip(alone.items(), itertools.cycle(rings), strict=False)
        ],
        "silence of 0.3 to 60 s": [
            _speech_length(np.concatenate([np.zeros(round(seconds * RATE)), _bundled(name)])) - length
            for (name, length), seconds in zip(alone.items(), itertools.cycle((0.3, 1, 3, 10, 60)), strict=False)
        ],
    }
    for name, found in differences.items():
        click.echo(f"Speech after {name}: from {min(found):+.2f} to {max(found):+.2f} s against the speech alone")


def _print_bundled_speakers() -> None:
    voiceprints = []
    for one in SPOKEN:
        with voxdouble_fixtures.path(one.file).open("rb") as file:
            voiceprints.append(analyse(file)[0].voiceprint)
    directions = directions_of(voiceprints)
    scores = log_likelihood_ratios(directions, directions)
    names = np.array([one.speakers[0] for one in SPOKEN])
    same = (names[:, np.newaxis] == names)[upper := np.triu_indices(len(names), 1)]
    lowest, highest = scores[upper][same].min(), scores[upper][~same].max()
    click.echo(f"Bundled recordings: LLR of one speaker {lowest:.2f} or more, of two {highest:.2f} or less")


def _print_container_checks() -> None:
    samples = np.tile(_bundled("john_doe.wav"), 15)
    for container, subtype in CONTAINERS:
        file = io.BytesIO()
        soundfile.write(file, samples, RATE, format=container, subtype=subtype)
        file.seek(0)
        check, whole = _fastest(partial(parts_of, file, 3_600)), _fastest(partial(analyse, file))
        click.echo(f"Checking a minute of {container} {subtype} takes {100 * check / whole:.1f} % of its extraction")


def _fastest(work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return best


def _ratios(speaker: RealSpeaker) -> list[float]:
    return [
        _speech_length(samples) / theirs
        for samples in real_utterances(speaker)
        if (theirs := speech_seconds(samples)) > 0
    ]


def _print_people(ratios: list[list[float]]) -> None:
    found = np.concatenate(ratios)
    low, median, high = np.percentile(found, [5, 50, 95])
    click.echo(
        f"Speech of {len(ratios)} people, {len(found)} recordings: {median:.2f} times as long as by silero-vad by the "
        f"median, {low:.2f} to {high:.2f} for 90 % of them"
    )


def _print_errors(rows: list[tuple[str, str, str, str, Signal]]) -> None:
    columns = [np.array([row[place] for row in rows]) for place in range(5)]
    all_rows = Rows(*columns)
    parts = {name: all_rows.where(all_rows.set == name) for name in ("held out", "real")}
    evaluate(parts, table("centre"), table("transform"))


if __name__ == "__main__":
    main()

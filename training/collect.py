"""Synthesis and analysis: `python -m training.collect` writes embeddings to `build/voices/embeddings.npz`.

Needs Debian's `espeak-ng`, `flite`, `festival`, the festival voices of `voices.toml` and, for the real speakers,
the packages that `real_speakers.py` names. About seven minutes on two cores.
"""

import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import click
import numpy as np

from training.real_speakers import SPEAKERS, RealSpeaker, real_utterances
from training.signal_changes import RATE, Signal, as_wav, middle, mp3, noisy, telephone
from training.speakers import Speaker, speakers
from training.synthesis import utterances
from voxdouble_mock.voice.analysis import analyse
from voxdouble_mock.voice.vector import own_numbers_of

OUTPUT = Path(__file__).parents[1] / "build" / "voices" / "embeddings.npz"
TRAINING_UTTERANCES, HELD_OUT_UTTERANCES = 6, 10
MP3_EVERY = 3
TRAINING_TILTS, LOUD_NOISE_TILTS = (0.0, 0.0, 1.0, 1.5), (0.0, 0.0, 1.0)
TELEPHONE_CODECS = ("ALAW", "ULAW", "GSM610")

Row = tuple[str, str, str, str, Signal]
"""Speaker, gender, set (training, held out or real), condition, and the embedding (100,)."""
Change = Callable[[Signal, np.random.Generator], tuple[Signal, int]]

CONDITIONS: dict[str, Change] = {
    "clean": lambda signal, _: (signal, RATE),
    "noise 15 dB": lambda signal, chance: (noisy(signal, 15, chance), RATE),
    "telephone": lambda signal, _: telephone(signal),
    "GSM": lambda signal, _: telephone(signal, "GSM610"),
    "MP3": lambda signal, _: mp3(signal),
    "one second": lambda signal, _: (middle(signal), RATE),
}


def main() -> None:
    """Embed every utterance of every speaker in every condition."""
    with ProcessPoolExecutor(2) as pool:
        found = list(pool.map(rows_of, [*SPEAKERS, *speakers()], chunksize=2))
    rows = [row for some in found for row in some]
    names = ("speaker", "gender", "set", "condition", "embedding")
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    columns = {name: np.array([row[place] for row in rows]) for place, name in enumerate(names)}
    np.savez_compressed(OUTPUT, allow_pickle=False, **columns)
    click.echo(f"{len(rows)} embeddings of {len({row[0] for row in rows})} speakers in {OUTPUT}")


def rows_of(speaker: Speaker | RealSpeaker) -> list[Row]:
    """Return the embeddings of a speaker's utterances in the conditions of its set."""
    chance = np.random.default_rng(zlib.crc32(speaker.name.encode()))
    if isinstance(speaker, RealSpeaker):
        return _rows(speaker.name, speaker.gender, "real", _test_variants(real_utterances(speaker), chance))
    spoken = utterances(speaker, HELD_OUT_UTTERANCES if speaker.held_out else TRAINING_UTTERANCES)
    if speaker.held_out:
        return _rows(speaker.name, speaker.gender, "held out", _test_variants(spoken, chance))
    changed = (pair for number, signal in enumerate(spoken) for pair in _training_variants(number, signal, chance))
    return _rows(speaker.name, speaker.gender, "training", changed)


def _test_variants(spoken: list[Signal], chance: np.random.Generator) -> Iterator[tuple[str, Signal, int]]:
    for signal in spoken:
        for condition, change in CONDITIONS.items():
            yield condition, *change(signal, chance)


def _training_variants(number: int, signal: Signal, chance: np.random.Generator) -> Iterator[tuple[str, Signal, int]]:
    """Yield variants of one utterance: noise of several colours and levels, telephone codecs, MP3."""
    yield "clean", signal, RATE
    yield "noise", noisy(signal, chance.uniform(10, 25), chance, chance.choice(TRAINING_TILTS)), RATE
    yield "telephone", *telephone(signal, str(chance.choice(TELEPHONE_CODECS)))
    if number % MP3_EVERY == 0:
        yield "MP3", *mp3(signal, level=chance.uniform(0.3, 0.9))
    yield "noise", noisy(signal, chance.uniform(8, 20), chance, chance.choice(LOUD_NOISE_TILTS)), RATE
    yield "one second", middle(signal), RATE


def _rows(speaker: str, gender: str, part: str, signals: Iterator[tuple[str, Signal, int]]) -> list[Row]:
    """Return the embeddings, computed as for an upload; signals without speech are left out."""
    rows = []
    for condition, signal, rate in signals:
        [voice] = analyse(as_wav(signal, rate))
        [embedding] = own_numbers_of([voice.voiceprint])
        if embedding.any():
            rows.append((speaker, gender, part, condition, embedding))
    return rows


if __name__ == "__main__":
    main()

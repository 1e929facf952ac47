"""Sounds with a pitch and without speech: telephone tones, beats, sirens, sweeps, music."""

import numpy as np

from training.signal_changes import RATE, Signal

SECONDS = 30.0
TELEPHONE_TONES: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "dial, North America": ((350, 440), ()),
    "dial, Europe": ((425,), ()),
    "dial, Japan": ((400,), ()),
    "dial, United Kingdom": ((350, 450), ()),
    "ringback, North America": ((440, 480), (2, 4)),
    "ringback, Europe": ((425,), (1, 4)),
    "ringback, France": ((440,), (1.5, 3.5)),
    "ringback, United Kingdom": ((400, 450), (0.4, 0.2, 0.4, 2)),
    "ringback, Japan": ((384, 400, 416), (1, 2)),
    "ringback, 400 Hz by 17": ((383, 417), (1, 2)),
    "ringback, 420 Hz by 40": ((400, 440), (1, 4)),
    "busy, North America": ((480, 620), (0.5, 0.5)),
    "busy, Europe": ((425,), (0.5, 0.5)),
    "busy, United Kingdom": ((400,), (0.375, 0.375)),
    "congestion, North America": ((480, 620), (0.25, 0.25)),
    "congestion, Europe": ((425,), (0.25, 0.25)),
    "congestion, United Kingdom": ((400,), (0.4, 0.35, 0.225, 0.525)),
}
"""Tones of ITU-T E.180, supplement 2: frequencies in Hz, and the seconds on, off, on..., or nothing if continuous."""
MAJOR = (1.0, 2 ** (4 / 12), 2 ** (7 / 12))


def telephone_tone(name: str, seconds: float = SECONDS, rate: int = RATE) -> Signal:
    """Return one of TELEPHONE_TONES, with its cadence."""
    frequencies, cadence = TELEPHONE_TONES[name]
    tone = _tones(frequencies, seconds, rate)
    if cadence:
        steps = [np.full(round(step * rate), float(place % 2 == 0)) for place, step in enumerate(cadence)]
        tone = tone * np.resize(np.concatenate(steps), len(tone))
    return tone


def other_sounds() -> dict[str, Signal]:
    """Return beats, sirens, sweeps and piano music by name."""
    time = _time(SECONDS)
    wail, yelp = 900 + 300 * np.sin(2 * np.pi * time / 4), 900 + 300 * np.sin(2 * np.pi * 3 * time)
    beats = [_tones((low, low + apart), SECONDS / 30) for low in (200, 450, 1_000) for apart in range(10, 41, 3)]
    return {
        "two tones 10 to 40 Hz apart": np.concatenate(beats),
        "siren, slow, pure": _harmonics(wail, 1),
        "siren, slow, six harmonics": _harmonics(wail, 6),
        "siren, fast, pure": _harmonics(yelp, 1),
        "siren, fast, six harmonics": _harmonics(yelp, 6),
        "siren, two tones": _harmonics(np.where(time % 1 < 0.5, 440.0, 585.0), 6),
        "sweep from 100 to 4,000 Hz in 30 s": _harmonics(100 * 40 ** (time / SECONDS), 1),
        "sweep from 100 to 4,000 Hz in 5 s": _harmonics(100 * 40 ** (time % 5 / 5), 1),
        "sweep from 80 to 400 Hz, 20 harmonics": _harmonics(80 + 320 * time / SECONDS, 20),
        "piano, a melody": _piano((1.0,)),
        "piano, chords": _piano(MAJOR),
    }


def _time(seconds: float, rate: int = RATE) -> Signal:
    return np.arange(round(seconds * rate)) / rate


def _tones(frequencies: tuple[float, ...], seconds: float, rate: int = RATE) -> Signal:
    waves = [np.sin(2 * np.pi * hertz * _time(seconds, rate)) for hertz in frequencies]
    mean: Signal = 0.5 * np.mean(waves, axis=0)
    return mean


def _harmonics(hertz: Signal, count: int) -> Signal:
    """Return a tone of changing pitch, its harmonics falling by 6 dB an octave."""
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    waves = [np.where(number * hertz < RATE / 2, np.sin(number * phase), 0) / number for number in range(1, count + 1)]
    tone: Signal = 0.3 * np.sum(waves, axis=0)
    return tone


def _piano(chord: tuple[float, ...]) -> Signal:
    """Return notes of decaying, slightly inharmonic partials in an order of chance."""
    chance = np.random.default_rng(1)
    music = np.zeros(round((SECONDS + 2) * RATE))
    place = 0
    while place < SECONDS * RATE:
        root = 220 * 2 ** (chance.integers(0, 25) / 12)
        for ratio in chord:
            note = _note(root * ratio, chance) / len(chord)
            music[place : place + len(note)] += note
        place += round(chance.choice([0.25, 0.5, 0.75]) * RATE)
    return music[: round(SECONDS * RATE)]


def _note(hertz: float, chance: np.random.Generator) -> Signal:
    time = _time(1.5)
    partials = [
        np.sin(2 * np.pi * number * hertz * np.sqrt(1 + 4e-4 * number**2) * time + chance.uniform(0, 6))
        * number**-1.3
        * np.exp(-time / 1.2 * (1 + 0.25 * number))
        for number in range(1, 13)
        if number * hertz < 7_000
    ]
    note: Signal = 0.25 * np.sum(partials, axis=0) * np.minimum(1, time / 0.004)
    return note

"""Pitch tracking: how periodic each frame is, at what frequency, how fast that changes, and how loud the frame is.

Neighbouring samples are averaged, so the signal is reduced to about 4 kHz. Each frame has a window of 30 ms. Its
normalised cross-correlations with later samples are computed, at the lags of 70 to 400 Hz. The sums of products are
whole numbers. Fourier transforms compute them, so precisely that rounding recovers the exact sums (see LARGEST). All
other operations are elementwise or on whole numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.audio import Samples
from voxdouble_mock.voice.framing import Signal, Starts, frame_starts, overlapping
from voxdouble_mock.voice.logarithm import log2_levels

RATE = 4_000
LOWEST, HIGHEST = 70, 400
WINDOW = 0.030
NEAR = 0.9
AHEAD = 2
"""The number of frames over which the change of the correlations is measured."""
CHUNK = 128
"""The number of frames that are transformed at a time: they fit the processor's cache."""
FULL_CORRELATION = 2**14
"""The whole number that stands for a correlation of 1."""
LARGEST = 2**16
"""The largest difference of neighbours with which rounding recovers the exact sums of products.

Proof. A row t has N <= 256 numbers; the first ones, at most 160, followed by zeros, are h. Let each computed transform
differ from the true one by at most e in relative 2-norm. By Parseval and Cauchy-Schwarz, the two forward transforms and
their product (relative error 2**-51 for each number) put an error of at most (2 e + e**2 + 2**-51) |h| |t| on each sum,
and the inverse transform at most e sqrt(N) |h| |t|. As |h| |t| <= sqrt(160 * 256) * 2**32 < 2**39.7, each sum is off by
less than 19 e * 2**39.7 < 0.5 while e <= 2**-45: 256 units in the last place. A transform of 256 points has at most 8
stages of at most some 7 units each (Higham, Accuracy and Stability of Numerical Algorithms, section 24.1), whatever its
radices and instructions. The sums are those around a circle of N numbers; up to the lag N - window, no product reaches
around it.
"""

Whole = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Track:
    """The pitch and loudness of consecutive frames; each array has the shape (frames,)."""

    strength: npt.NDArray[np.int16]
    """The correlation at the best lag, in thousandths; 0 without any sound."""
    height: npt.NDArray[np.int16]
    """The logarithm of the frequency, in 1/256 octave above 1 Hz."""
    change: npt.NDArray[np.int16]
    """The mean change of the correlations over AHEAD frames, in thousandths; it does not depend on the loudness."""
    trough: npt.NDArray[np.int16]
    """The least correlation at any lag, in thousandths; near -1000 for a pure tone."""
    loudness: npt.NDArray[np.int16]
    """The logarithm of the energy, in 1/256 octave."""


NO_TRACK = Track(*np.zeros((5, 0), np.int16))


def joined(parts: Sequence[Track]) -> Track:
    """Return consecutive tracks as one."""
    return Track(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Track)))


@dataclass(frozen=True)
class _Shape:
    """The measures of the analysis for one sample rate, in samples of the reduced signal."""

    group: int
    """The number of samples of the recording that are averaged to one."""
    rate: float
    """Samples of the reduced signal a second."""
    window: int
    lags: npt.NDArray[np.int64]

    @property
    def length(self) -> int:
        """Return how many samples a frame takes."""
        return self.window + int(self.lags[-1])

    @property
    def points(self) -> int:
        """Return the smallest number of at least `length` that is 2**n or 3 * 2**n."""
        power = 1 << (self.length - 1).bit_length()
        return power * 3 // 4 if power * 3 // 4 >= self.length else power


@lru_cache(8)
def _shape(sample_rate: int) -> _Shape:
    group = max(1, round(sample_rate / RATE))
    rate = sample_rate / group
    lags = np.arange(int(rate / HIGHEST) - 1, -int(-rate // LOWEST) + 2)
    return _Shape(group, rate, round(WINDOW * rate), lags)


def context(sample_rate: int) -> int:
    """Return how many samples of the recording a frame uses, counted from the start of the frame."""
    shape = _shape(sample_rate)
    return (shape.length + 2) * shape.group


def track(signal: Signal, first: int, end: int, last: int) -> Track:
    """Return the track of the frames from `first` up to but not including `end`.

    `last` is the last frame of the channel. Zeros stand for the samples after the end of the signal.
    """
    shape = _shape(signal.sample_rate)
    starts = frame_starts(first, min(end + AHEAD, last + 1), signal.sample_rate) // shape.group
    slow = _differences(signal, int(starts[0]), int(starts[-1]) + shape.points, shape.group)
    correlations, energy = _correlations(slow, starts - starts[0], shape)
    strength, height = _best(correlations, shape)
    places = np.arange(end - first)
    later = correlations[np.minimum(places + AHEAD, len(correlations) - 1)]
    here = correlations[: end - first]
    change = np.abs(later - here).sum(axis=1, dtype=np.int64) * 1_000 // (here.shape[1] * FULL_CORRELATION)
    return Track(
        _thousandths(strength[: len(places)]),
        height[: len(places)],
        change.astype(np.int16),
        _thousandths(here.min(axis=1)),
        log2_levels(energy[: len(places)] + 1.0),
    )


def _thousandths(correlations: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
    return (correlations.astype(np.int32) * 1_000 // FULL_CORRELATION).astype(np.int16)


def _differences(signal: Signal, first: int, end: int, group: int) -> Whole:
    """Return the differences of neighbours in the reduced signal, since hum and a constant offset are not pitch."""
    before = max(0, first - 1)
    slow = _averages(signal.part(before * group, end * group), group)
    steps = np.zeros(end - first)
    known = 1 - (first - before)
    np.subtract(slow[1:], slow[:-1], out=steps[known : known + len(slow) - 1])
    return steps


def _averages(samples: Samples, group: int) -> Whole:
    """Return the averages of groups of samples, as whole numbers."""
    whole = samples[: len(samples) // group * group]
    sums = whole[::group].astype(np.int32)
    for place in range(1, group):
        sums += whole[place::group]
    averages = sums.astype(np.float64)
    averages /= group
    return np.rint(averages, out=averages)


def _correlations(slow: Whole, starts: Starts, shape: _Shape) -> tuple[npt.NDArray[np.int16], Whole]:
    """Return the correlations (frames, lags) of the frames' windows, in 1/FULL_CORRELATION, and their energies."""
    total = np.zeros(len(slow) + 1)
    np.cumsum(slow * slow, out=total[1:])
    energies = total[shape.window :] - total[: -shape.window]
    lags = slice(int(shape.lags[0]), int(shape.lags[-1]) + 1)
    there = overlapping(energies.astype(np.float32), len(shape.lags))[lags.start :]
    frames = overlapping(slow, shape.points)
    found = np.empty((len(starts), len(shape.lags)), np.int16)
    for at in range(0, len(starts), CHUNK):
        some = starts[at : at + CHUNK]
        scale = there[some]
        scale *= (energies[some] / FULL_CORRELATION**2).astype(np.float32)[:, np.newaxis]
        np.maximum(scale, 1.0 / FULL_CORRELATION**2, out=scale)
        np.sqrt(scale, out=scale)
        sums = exact_correlations(frames[some], shape.window, lags)
        np.divide(sums.astype(np.float32), scale, out=scale)
        found[at : at + CHUNK] = np.rint(scale, out=scale)
    return found, energies[starts]


def exact_correlations(frames: Whole, window: int, lags: slice) -> Whole:
    """Return the sums of products of each row's first `window` numbers with those at each of the lags after them.

    `frames` has shape (frames, points), whole numbers of at most LARGEST, and no lag is above points - window. The
    result, exact, has shape (frames, lags).
    """
    spectrum = np.fft.rfft(frames[:, :window], frames.shape[1])
    np.conjugate(spectrum, out=spectrum)
    spectrum *= np.fft.rfft(frames)
    return np.rint(np.fft.irfft(spectrum, frames.shape[1])[:, lags])


def _best(correlations: npt.NDArray[np.int16], shape: _Shape) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.int16]]:
    """Return each frame's strength and height.

    The first peak of nearly the height of the highest one is chosen, so that two periods are not treated as one. A
    parabola refines the place of the peak.
    """
    before, at, after = correlations[:, :-2], correlations[:, 1:-1], correlations[:, 2:]
    peaks = at * ((at >= before) & (at > after))
    highest = np.maximum(peaks.max(axis=1), 0)
    first = np.argmax(peaks >= np.ceil(NEAR * highest).astype(np.int16)[:, np.newaxis], axis=1)
    rows = np.arange(len(peaks))
    low, top, high = (part[rows, first].astype(np.float64) for part in (before, at, after))
    curve = low - 2.0 * top + high
    shift = np.where(curve < 0.0, 0.5 * (low - high) / np.where(curve < 0.0, curve, 1.0), 0.0)
    hertz = shape.rate / (shape.lags[1:-1][first] + np.clip(shift, -0.5, 0.5))
    return np.minimum(highest, FULL_CORRELATION), log2_levels(hertz)

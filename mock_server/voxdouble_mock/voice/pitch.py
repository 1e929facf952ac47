"""Pitch tracking: how periodic each frame is, and at what frequency.

The signal is reduced to about 4 kHz by averaging neighbouring samples. The normalised cross-correlation of 30 ms of it
with later samples is computed for the lags that correspond to 70 to 400 Hz. The sums of products are whole numbers
below 2**53; all other operations are elementwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.audio import Samples
from voxdouble_mock.voice.framing import Frames, Rate
from voxdouble_mock.voice.logarithm import log2_levels

RATE = 4_000
LOWEST, HIGHEST = 70, 400
WINDOW = 0.030
NEAR = 0.9


@dataclass(frozen=True)
class Pitch:
    """The pitch of consecutive frames; each array has the shape (frames,)."""

    strength: npt.NDArray[np.int16]
    """The correlation at the best lag, in thousandths."""
    height: npt.NDArray[np.int16]
    """The logarithm of the frequency, in 1/256 octave above 1 Hz."""

    def part(self, first: int, end: int | None) -> "Pitch":
        """Return the pitch of the frames from `first` up to, without, `end`."""
        return Pitch(self.strength[first:end], self.height[first:end])


NONE = Pitch(np.zeros(0, np.int16), np.zeros(0, np.int16))


def track(frames: Frames, rate: Rate) -> Pitch:
    """Return the pitch of each frame; a frame without any sound has strength 0."""
    group = max(1, round(rate.hertz / RATE))
    slow = rate.hertz / group
    lags = np.arange(int(slow / HIGHEST) - 1, -int(-slow // LOWEST) + 2)
    window = round(WINDOW * slow)
    signal = _slow(frames.windows((window + int(lags[-1])) * group), group)
    return _best(_correlations(signal, window, lags), lags, slow)


def joined(parts: Sequence[Pitch]) -> Pitch:
    """Return the pitch of consecutive parts as one."""
    return Pitch(np.concatenate([part.strength for part in parts]), np.concatenate([part.height for part in parts]))


def _slow(windows: Samples, group: int) -> Samples:
    """Return the averages of groups of samples, differenced so that slow movement (hum, an offset) is not pitch."""
    slow: Samples = np.rint(windows.reshape(len(windows), -1, group).sum(axis=2) / group)
    return np.diff(slow, axis=1, prepend=slow[:, :1])


def _correlations(signal: Samples, window: int, lags: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return each frame's first `window` samples correlated with those `lags` later: (frames, lags), -1 to 1."""
    head = signal[:, :window]
    energy = np.cumsum(signal * signal, axis=1)
    lagged_energy = energy[:, lags + window - 1] - energy[:, lags - 1]
    head_energy = energy[:, window - 1 : window]
    products = np.stack([np.einsum("ij,ij->i", head, signal[:, lag : lag + window]) for lag in lags.tolist()], axis=1)
    return products / np.sqrt(np.maximum(head_energy * lagged_energy, 1.0))


def _best(correlations: npt.NDArray[np.float64], lags: npt.NDArray[np.int64], rate: float) -> Pitch:
    """Return the pitch at the first peak that is nearly as high as the highest, refined by a parabola.

    The highest peak itself may be at a multiple of the period.
    """
    before, at, after = correlations[:, :-2], correlations[:, 1:-1], correlations[:, 2:]
    peaks = np.where((at >= before) & (at > after), at, 0.0)
    highest = peaks.max(axis=1, initial=0.0)
    first = np.argmax(peaks >= NEAR * highest[:, np.newaxis], axis=1)
    rows = np.arange(len(peaks))
    low, top, high = before[rows, first], at[rows, first], after[rows, first]
    curve = low - 2.0 * top + high
    shift = np.where(curve < 0.0, 0.5 * (low - high) / np.where(curve < 0.0, curve, 1.0), 0.0)
    hertz = rate / (lags[1:-1][first] + np.clip(shift, -0.5, 0.5))
    return Pitch(np.rint(1_000.0 * np.minimum(highest, 1.0)).astype(np.int16), log2_levels(hertz))

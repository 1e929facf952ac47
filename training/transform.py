"""Training of the transform: linear discriminant analysis with a regularised within-speaker spread.

Embeddings are whitened by how one speaker's differ (over texts, moods, noise, telephone, rooms, coding), then turned
to the axes along which speakers differ, each weighed by how reliably they do; a fixed rotation spreads the axes over
the vector's 128 numbers.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

DIMENSIONS = 128
REGULARISATION = 0.1
"""Share of the mean within-speaker variance that is added to each axis, for what synthetic voices do not vary in."""
PITCH_WEIGHT = 0.3
"""The pitch's numbers are held down: synthetic speakers keep to theirs as people do not."""
PITCH_NUMBERS = 4
RELIABILITY_POWER = 0.25
BITS = 15

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Transform:
    """What is shipped: whole numbers."""

    centre: npt.NDArray[np.int32]
    matrix: npt.NDArray[np.int16]
    """Shape (embedding's numbers, 128)."""


def trained(embeddings: Floats, speakers: npt.NDArray[np.int64], seed: int) -> Transform:
    """Train on embeddings (n, d), in whole numbers, of the speakers (n,)."""
    centre = np.rint(embeddings.mean(axis=0))
    scale = embeddings.std(axis=0) + 1.0
    scale[-PITCH_NUMBERS:] /= PITCH_WEIGHT
    normal = (embeddings - centre) / scale
    means = np.array([normal[speakers == speaker].mean(axis=0) for speaker in np.unique(speakers)])
    within = normal - means[np.searchsorted(np.unique(speakers), speakers)]
    spread = within.T @ within / len(within)
    spread += REGULARISATION * np.trace(spread) / len(spread) * np.eye(len(spread))
    variances, axes = np.linalg.eigh(spread)
    whitening = axes / np.sqrt(variances)
    ratios, turns = np.linalg.eigh(whitening.T @ np.cov(means.T) @ whitening)
    ratios = np.maximum(ratios, 0.0)
    reliable = turns * (ratios / (ratios + 1.0)) ** RELIABILITY_POWER
    rotation, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((DIMENSIONS, len(scale))))
    matrix = (whitening @ reliable / scale[:, np.newaxis]) @ rotation.T
    matrix *= (2**BITS - 1) / np.abs(matrix).max()
    return Transform(centre.astype(np.int32), np.rint(matrix).astype(np.int16))

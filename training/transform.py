"""Training of the transform: linear discriminant analysis with a regularised within-speaker spread.

Embeddings are whitened by how one speaker's differ (over texts, moods, noise, telephone, coding), then turned to the
axes along which speakers differ, each weighed by how reliably they do; a fixed rotation spreads the axes over the
vector's 128 numbers.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

DIMENSIONS = 128
REGULARISATION = 0.1
"""Share of the mean within-speaker variance that is added to each axis, for what synthetic voices do not vary in."""
BLOCKS = ((32, 1.0), (32, 0.4), (32, 0.7), (4, 0.3))
"""Numbers of the embedding and how much they may count: means, deviations, deviations of the changes, pitch. What
synthetic speakers keep steadier than people do is held down.
"""
RELIABILITY_POWER = 0.25
BITS = 15

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Transform:
    """What is shipped, in whole numbers, and what they mean."""

    centre: npt.NDArray[np.int32]
    matrix: npt.NDArray[np.int16]
    """Shape (embedding's numbers, 128)."""
    axes: Floats
    """The same before rotation and rounding, most reliable axis last, each of unit spread within a speaker."""
    ratios: Floats
    """Of each axis, the variance between speakers over that within one."""


def trained(embeddings: Floats, speakers: npt.NDArray[np.int64], seed: int) -> Transform:
    """Train on embeddings (n, d), in whole numbers, of the speakers (n,)."""
    centre = np.rint(embeddings.mean(axis=0))
    weights = np.concatenate([np.full(count, weight) for count, weight in BLOCKS])
    scale = embeddings.std(axis=0) / weights
    normal = (embeddings - centre) / scale
    names, places = np.unique(speakers, return_inverse=True)
    means = np.array([normal[places == place].mean(axis=0) for place in range(len(names))])
    within = normal - means[places]
    spread = within.T @ within / len(within)
    spread += REGULARISATION * np.trace(spread) / len(spread) * np.eye(len(spread))
    variances, directions = np.linalg.eigh(spread)
    whitening = directions / np.sqrt(variances) @ directions.T
    ratios, turns = np.linalg.eigh(whitening.T @ np.cov(means.T) @ whitening)
    ratios = np.maximum(ratios, 0.0)
    turns *= np.sign(turns[np.abs(turns).argmax(axis=0), np.arange(len(turns))])  # else the library's choice
    axes = whitening @ turns / scale[:, np.newaxis]
    rotation, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((DIMENSIONS, len(scale))))
    matrix = axes * (ratios / (ratios + 1.0)) ** RELIABILITY_POWER @ rotation.T
    matrix *= (2**BITS - 1) / np.abs(matrix).max()
    return Transform(centre.astype(np.int32), np.rint(matrix).astype(np.int16), axes, ratios)

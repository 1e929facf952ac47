"""Training of the transform: linear discriminant analysis with a regularised within-speaker spread.

Embeddings are whitened by the covariance within a speaker (over texts, moods, noise, telephone, coding), then rotated
to the axes along which speakers differ, each weighted by its reliability. A fixed rotation distributes the axes over
the vector's 128 numbers.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

DIMENSIONS = 128
REGULARISATION = 0.1
"""Share of the mean within-speaker variance that is added to each axis, for variation that synthetic voices lack."""
BLOCKS = ((32, 1.0), (32, 0.4), (32, 0.7), (4, 0.3))
"""Size and weight of the parts of the embedding: means, deviations, deviations of the differences, pitch. Features that
are steadier in synthetic voices than in people have less weight.
"""
RELIABILITY_POWER = 0.25
BITS = 15

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Transform:
    """The shipped numbers, as integers, and the axes that they stand for."""

    centre: npt.NDArray[np.int32]
    matrix: npt.NDArray[np.int16]
    """Shape (length of the embedding, 128)."""
    axes: Floats
    """The matrix before rotation and rounding: most reliable axis last, each with unit variance within a speaker."""
    ratios: Floats
    """For each axis, the variance between speakers divided by that within a speaker."""


def trained(embeddings: Floats, speakers: npt.NDArray[np.int64], seed: int) -> Transform:
    """Return the transform for integer embeddings (n, d) of the speakers (n,)."""
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
    turns *= np.sign(turns[np.abs(turns).argmax(axis=0), np.arange(len(turns))])  # the library leaves the sign open
    axes = whitening @ turns / scale[:, np.newaxis]
    rotation, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((DIMENSIONS, len(scale))))
    matrix = axes * (ratios / (ratios + 1.0)) ** RELIABILITY_POWER @ rotation.T
    matrix *= (2**BITS - 1) / np.abs(matrix).max()
    return Transform(centre.astype(np.int32), np.rint(matrix).astype(np.int16), axes, ratios)

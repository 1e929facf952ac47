"""Training of what is read off a voiceprint besides its vector: the LLR's calibration, gender, age."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

STEPS = 50
GENDER_NUMBERS = np.r_[0:64, 96]
"""Of the embedding: the bands' means and deviations, and the mean pitch."""
GENDER_EMPHASIS = np.r_[np.ones(64), 3.0]
GENDER_PENALTY = 2.0
"""Ridge penalty of each weight, of features of unit variance and a mean over the recordings: few speakers, many
numbers.
"""
MIDDLE_AGE, AGE_SPREAD = 45.0, 5.0
"""Years that the age's scale is centred on, and by which speakers spread: so little that one speaker's recordings
keep within ten.
"""


def logistic(features: Floats, positive: npt.NDArray[np.bool_], penalty: float) -> Floats:
    """Fit a logistic regression, both classes weighing the same; weights (d + 1,), the last for the constant."""
    design = np.column_stack([features, np.ones(len(features))])
    share = np.where(positive, 0.5 / positive.sum(), 0.5 / (~positive).sum())
    ridge = np.full(design.shape[1], penalty)
    ridge[-1] = 1e-9
    weights = np.zeros(design.shape[1])
    for _ in range(STEPS):
        probability = 1.0 / (1.0 + np.exp(-np.clip(design @ weights, -30, 30)))
        slope = design.T @ (share * (probability - positive)) + ridge * weights
        curve = (design * (share * np.maximum(probability * (1 - probability), 1e-6))[:, np.newaxis]).T @ design
        weights -= np.linalg.solve(curve + np.diag(ridge), slope)
    return weights


def likelihood(targets: Floats, others: Floats) -> tuple[float, float]:
    """Calibrate similarities to log-likelihood ratios: slope and offset."""
    similarities = np.concatenate([targets, others])[:, np.newaxis]
    same = np.arange(len(similarities)) < len(targets)
    slope, offset = logistic(similarities, same, 0.0).tolist()
    return slope, offset


def cost(targets: Floats, others: Floats) -> float:
    """Measure how well LLRs are calibrated, in bits: 0 is perfect, 1 says nothing (Cllr, Brümmer and du Preez 2006)."""
    missed, taken = np.log1p(np.exp(-targets)).mean(), np.log1p(np.exp(others)).mean()
    return float((missed + taken) / (2 * np.log(2)))


def gender(embeddings: Floats, male: npt.NDArray[np.bool_]) -> Floats:
    """Fit the LLR of a man's voice as a linear function of the centred embedding: (d + 1,), the last the constant."""
    scale = embeddings[:, GENDER_NUMBERS].std(axis=0) / GENDER_EMPHASIS
    *some, constant = logistic(embeddings[:, GENDER_NUMBERS] / scale, male, GENDER_PENALTY).tolist()
    weights = np.zeros(embeddings.shape[1] + 1)
    weights[GENDER_NUMBERS] = some / scale
    weights[-1] = constant
    return weights


def age(axes: Floats, ratios: Floats) -> Floats:
    """Make a scale of years of the axis on which speakers keep closest to themselves: (d + 1,), the last the constant.

    No ages are known of any speaker: the scale is steady, not true.
    """
    steadiest = int(np.argmax(ratios))
    return np.append(axes[:, steadiest] * AGE_SPREAD / np.sqrt(ratios[steadiest]), MIDDLE_AGE)

"""Training of the linear scores of a voiceprint: the calibration of the LLR, gender and age."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

STEPS = 50
GENDER_NUMBERS = np.r_[0:64, 96]
"""Indices in the embedding: means and deviations of the bands, and the mean pitch."""
GENDER_EMPHASIS = np.r_[np.ones(64), 3.0]
GENDER_PENALTY = 2.0
"""Ridge penalty of each weight, relative to the mean loss, with features of unit variance. It is high, since there are
few speakers and many features.
"""
MIDDLE_AGE, AGE_SPREAD = 45.0, 5.0
"""Centre of the age scale, and standard deviation over speakers, in years: small enough that the ages of one
speaker's recordings differ by less than ten years.
"""


def logistic(features: Floats, positive: npt.NDArray[np.bool_], penalty: float) -> Floats:
    """Return the weights (d + 1,) of a logistic regression with balanced classes; the last one is the constant."""
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
    """Return slope and offset that turn similarities into log-likelihood ratios."""
    similarities = np.concatenate([targets, others])[:, np.newaxis]
    same = np.arange(len(similarities)) < len(targets)
    slope, offset = logistic(similarities, same, 0.0).tolist()
    return slope, offset


def cost(targets: Floats, others: Floats) -> float:
    """Return the calibration cost of LLRs in bits: 0 is perfect, 1 useless (Cllr, Brümmer and du Preez 2006)."""
    targets_cost, others_cost = np.log1p(np.exp(-targets)).mean(), np.log1p(np.exp(others)).mean()
    return float((targets_cost + others_cost) / (2 * np.log(2)))


def gender(embeddings: Floats, male: npt.NDArray[np.bool_]) -> Floats:
    """Return the weights (d + 1,) of the LLR of a male voice for a centred embedding; the last one is the constant."""
    scale = embeddings[:, GENDER_NUMBERS].std(axis=0) / GENDER_EMPHASIS
    *some, constant = logistic(embeddings[:, GENDER_NUMBERS] / scale, male, GENDER_PENALTY).tolist()
    weights = np.zeros(embeddings.shape[1] + 1)
    weights[GENDER_NUMBERS] = some / scale
    weights[-1] = constant
    return weights


def age(axes: Floats, ratios: Floats) -> Floats:
    """Return the weights (d + 1,) of an age in years, along the axis that varies least within a speaker.

    The ages of the speakers are unknown, so the scale is stable but not calibrated. The last weight is the constant.
    """
    steadiest = int(np.argmax(ratios))
    return np.append(axes[:, steadiest] * AGE_SPREAD / np.sqrt(ratios[steadiest]), MIDDLE_AGE)

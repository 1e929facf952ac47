"""Error rates and rank-1 rates, each with a bootstrap interval over the speakers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
RESAMPLES = 200


@dataclass(frozen=True)
class Figure:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:5.1f} [{self.low:.1f}, {self.high:.1f}]"


def pairs(scores: Floats, speakers: Labels) -> tuple[Floats, Floats]:
    """Return the scores of the pairs of one speaker and of two, from the scores (n, n) of all pairs of recordings."""
    upper = np.triu_indices(len(speakers), 1)
    same = (speakers[:, np.newaxis] == speakers)[upper]
    others = scores[upper][~same]
    return scores[upper][same], others[~np.isnan(others)]


def equal_error_rate(scores: Floats, speakers: Labels) -> float:
    """Return the rate, in per cent, at which false rejections and false acceptances are equally frequent."""
    targets, others = pairs(scores, speakers)
    thresholds = np.sort(targets)
    rejected = np.arange(len(thresholds)) / len(targets)
    accepted = 1.0 - np.searchsorted(np.sort(others), thresholds) / len(others)
    place = int(np.argmin(np.abs(rejected - accepted)))
    return float(100.0 * (rejected[place] + accepted[place]) / 2)


def rank_1(scores: Floats, speakers: Labels) -> float:
    """Return how often the nearest other recording is of the same speaker, in per cent."""
    others = np.nan_to_num(scores, nan=-np.inf)
    np.fill_diagonal(others, -np.inf)
    return float(100.0 * np.mean(speakers[others.argmax(axis=1)] == speakers))


def with_interval(measure: Callable[[Floats, Labels], float], scores: Floats, speakers: Labels, seed: int) -> Figure:
    """Return a measure's value and its 95 % interval over speakers drawn with replacement.

    A speaker drawn twice counts as two speakers, which are not compared with each other.
    """
    chance = np.random.default_rng(seed)
    names = np.unique(speakers)
    places = {name: np.flatnonzero(speakers == name) for name in names.tolist()}
    found = []
    for _ in range(RESAMPLES):
        drawn = chance.choice(names, len(names)).tolist()
        chosen = np.concatenate([places[name] for name in drawn])
        again = np.concatenate([np.full(len(places[name]), place) for place, name in enumerate(drawn)])
        resampled = scores[np.ix_(chosen, chosen)]
        twins = (speakers[chosen][:, np.newaxis] == speakers[chosen]) & (again[:, np.newaxis] != again)
        found.append(measure(np.where(twins, np.nan, resampled), again))
    low, high = np.nanpercentile(found, [2.5, 97.5])
    return Figure(measure(scores, speakers), float(low), float(high))

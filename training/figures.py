"""Figures of merit, each with an interval by bootstrap over the speakers."""

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
    """Split the scores (n, n) of all pairs of recordings into those of one speaker and those of two."""
    upper = np.triu_indices(len(speakers), 1)
    same = (speakers[:, np.newaxis] == speakers)[upper]
    others = scores[upper][~same]
    return scores[upper][same], others[~np.isnan(others)]


def equal_error_rate(scores: Floats, speakers: Labels) -> float:
    """Find where as many pairs of one speaker are missed as pairs of two are taken for one, in per cent."""
    targets, others = pairs(scores, speakers)
    thresholds = np.sort(targets)
    missed = np.arange(len(thresholds)) / len(targets)
    taken = 1.0 - np.searchsorted(np.sort(others), thresholds) / len(others)
    place = int(np.argmin(np.abs(missed - taken)))
    return float(100.0 * (missed[place] + taken[place]) / 2)


def rank_1(scores: Floats, speakers: Labels) -> float:
    """Count how often the nearest other recording is the same speaker's, in per cent."""
    others = np.nan_to_num(scores, nan=-np.inf)
    np.fill_diagonal(others, -np.inf)
    return float(100.0 * np.mean(speakers[others.argmax(axis=1)] == speakers))


def with_interval(measure: Callable[[Floats, Labels], float], scores: Floats, speakers: Labels, seed: int) -> Figure:
    """Give a measure's value and its 95 % interval over speakers drawn with replacement.

    A speaker drawn twice counts as two, who are not compared with one another.
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

"""The equal error rates of voiceprints by condition, as a table."""

from dataclasses import dataclass

import click
import numpy as np
import numpy.typing as npt

from training.collect import CONDITIONS
from training.figures import Figure, equal_error_rate, rank_1, with_interval

SEED = 4

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Rows:
    """Embeddings with their speakers, genders, sets and conditions, one a row."""

    speaker: npt.NDArray[np.str_]
    gender: npt.NDArray[np.str_]
    set: npt.NDArray[np.str_]
    condition: npt.NDArray[np.str_]
    embedding: Floats

    def where(self, mask: npt.NDArray[np.bool_]) -> "Rows":
        """Return the rows that a mask selects."""
        return Rows(*(values[mask] for values in vars(self).values()))

    def labels(self) -> Labels:
        """Return each row's speaker as a number."""
        numbers: Labels = np.unique(self.speaker, return_inverse=True)[1]
        return numbers

    def half(self, which: int) -> "Rows":
        """Return the rows of every other speaker: the even ones for 0, the odd ones for 1."""
        return self.where(self.labels() % 2 == which)


def vectors(rows: Rows, centre: npt.NDArray[np.generic], matrix: npt.NDArray[np.generic]) -> Floats:
    """Return unit vectors as the mock computes them, without its final rounding."""
    mixed = (rows.embedding - centre.astype(float)) @ matrix.astype(float)
    found: Floats = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
    return found


def evaluate(
    evaluated: dict[str, Rows], centre: npt.NDArray[np.generic], matrix: npt.NDArray[np.generic]
) -> dict[str, tuple[Floats, Labels]]:
    """Print the table of figures by condition; return the scores and the speakers of each condition."""
    click.echo(
        f"\n{'95 % intervals over speakers':30}{'speakers':>9}{'recordings':>11}   equal error rate %   rank-1 %"
    )
    found = {}
    rates = {}
    for name, part in evaluated.items():
        for condition in CONDITIONS:
            some = part.where(part.condition == condition)
            units, labels = vectors(some, centre, matrix), some.labels()
            scores = units @ units.T
            found[f"{name}, {condition}"] = scores, labels
            error, first = (with_interval(measure, scores, labels, SEED) for measure in (equal_error_rate, rank_1))
            rates[name, condition] = error.value
            _print_line(f"{name}, {condition}", labels, error, first)
    for name in evaluated:
        times = rates[name, "noise 15 dB"] / rates[name, "clean"]
        click.echo(f"{name}: noise has {times:.2f} times the equal error rate of clean")
    return found


def _print_line(name: str, labels: Labels, error: Figure, first: Figure) -> None:
    click.echo(f"{name:30}{len(set(labels.tolist())):9}{len(labels):11}   {error!s:18}   {first}")

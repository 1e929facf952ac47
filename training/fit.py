"""Training and evaluation: `python -m training.fit`, after `python -m training.collect`.

Writes the shipped matrices, prints the figures as a table and draws them to `build/voices/`.
"""

from pathlib import Path

import click
import numpy as np
import numpy.typing as npt

from training import linear_scores
from training.collect import OUTPUT
from training.evaluation import SEED, Rows, evaluate, vectors
from training.figures import pairs
from training.plots import draw
from training.transform import Transform, trained
from voxdouble_mock.voice.scoring import FRACTION

SHIPPED = Path(__file__).parents[1] / "mock_server" / "voxdouble_mock" / "voice" / "trained"
ADULT_SPEEDS = ("0.92", "1.0", "1.09")
"""Tape speeds: beyond these a man's voice may sound like a woman's."""

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


def main() -> None:
    """Train, write the matrices, evaluate and draw."""
    with np.load(OUTPUT) as file:
        rows = Rows(*(file[name] for name in ("speaker", "gender", "set", "condition", "embedding")))
    training = rows.where(rows.set == "training")
    transform = trained(training.embedding, training.labels(), SEED)
    evaluated = {name: rows.where(rows.set == name) for name in ("held out", "real")}
    usual = {name: part.where(part.condition != "one second") for name, part in evaluated.items()}
    calibration = linear_scores.likelihood(*_pooled([part.half(0) for part in usual.values()], transform))
    gender = linear_scores.gender(*_adults(training, transform))
    age = linear_scores.age(transform.axes, transform.ratios)
    _ship(transform, calibration, gender, age)
    scores = evaluate(evaluated, transform.centre, transform.matrix)
    _evaluate_scores(usual, transform, calibration, gender, age)
    draw(scores, OUTPUT.parent)
    click.echo(f"Plots: {OUTPUT.parent}/scores.png, {OUTPUT.parent}/trade_off.png")


def _adults(training: Rows, transform: Transform) -> tuple[Floats, npt.NDArray[np.bool_]]:
    adult = np.array([name.rsplit(":", 1)[1] in ADULT_SPEEDS for name in training.speaker.tolist()])
    return training.embedding[adult] - transform.centre, training.gender[adult] == "male"


def _pooled(parts: list[Rows], transform: Transform) -> tuple[Floats, Floats]:
    """Return scores of pairs within each part, over all conditions: equally many of each part, chosen at random."""
    units = [vectors(part, transform.centre, transform.matrix) for part in parts]
    found = [pairs(some @ some.T, part.labels()) for some, part in zip(units, parts, strict=True)]
    chance = np.random.default_rng(SEED)
    counts = [min(len(some[kind]) for some in found) for kind in (0, 1)]
    targets, others = (
        np.concatenate([chance.choice(some[kind], counts[kind], replace=False) for some in found]) for kind in (0, 1)
    )
    return targets, others


def _ship(transform: Transform, calibration: tuple[float, float], gender: Floats, age: Floats) -> None:
    SHIPPED.mkdir(exist_ok=True)
    for name, numbers in (
        ("centre", transform.centre),
        ("transform", transform.matrix),
        ("likelihood", np.rint(np.array(calibration) / FRACTION).astype(np.int32)),
        ("gender", np.rint(gender / FRACTION**2).astype(np.int64)),
        ("age", np.rint(age / FRACTION**2).astype(np.int64)),
    ):
        np.save(SHIPPED / f"{name}.npy", numbers)
    size = sum(path.stat().st_size for path in SHIPPED.glob("*.npy"))
    click.echo(f"Shipped: {size} bytes in {SHIPPED}")


def _evaluate_scores(
    evaluated: dict[str, Rows], transform: Transform, calibration: tuple[float, float], gender: Floats, age: Floats
) -> None:
    """Print figures for LLR, gender and age, for each set of speakers.

    The LLR is measured on the half that was not used for its calibration, gender and age on the whole set.
    """
    slope, offset = calibration
    click.echo(f"\nLLR = {slope:.2f} * similarity {offset:+.2f}")
    for name, part in evaluated.items():
        other = part.half(1)
        targets, others = (slope * values + offset for values in _pooled([other], transform))
        click.echo(
            f"{name}: cost {linear_scores.cost(targets, others):.2f} bits; above 2 are "
            f"{100 * np.mean(targets > 2):.0f} % of the pairs of one speaker, {100 * np.mean(others > 2):.1f} % of two"
        )
        known = part.where(part.gender != "")
        centred = known.embedding - transform.centre
        right = (centred @ gender[:-1] + gender[-1] > 0) == (known.gender == "male")
        ages = centred @ age[:-1] + age[-1]
        labels = known.labels()
        spans = [np.ptp(ages[labels == label]) for label in np.unique(labels)]
        click.echo(
            f"{name}: gender right {100 * np.mean(right):.1f} %; age from {ages.min():.0f} to {ages.max():.0f}, and "
            f"over one speaker's recordings in all conditions within {np.median(spans):.1f} years by the median, "
            f"{max(spans):.1f} at most"
        )


if __name__ == "__main__":
    main()

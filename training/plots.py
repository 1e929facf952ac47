"""Plots: the distribution of the scores, and the trade-off between the two kinds of error."""

from pathlib import Path

import matplotlib as mpl
import numpy as np
import numpy.typing as npt

from training.figures import Labels, pairs

mpl.use("Agg")
from matplotlib import pyplot as plt

Scores = dict[str, tuple[npt.NDArray[np.float64], Labels]]


def draw(scores: Scores, folder: Path) -> None:
    """Write `scores.png` and `trade_off.png`."""
    _distributions(scores, folder / "scores.png")
    _trade_off(scores, folder / "trade_off.png")


def _distributions(scores: Scores, path: Path) -> None:
    figure, panels = plt.subplots(2, len(scores) // 2, figsize=(16, 6), sharex=True, sharey=True, layout="constrained")
    bins = np.linspace(-0.6, 1.0, 65).tolist()
    for panel, (name, (values, labels)) in zip(panels.flat, scores.items(), strict=True):
        targets, others = pairs(values, labels)
        panel.hist(others, bins, density=True, alpha=0.6, label="two speakers")
        panel.hist(targets, bins, density=True, alpha=0.6, label="one speaker")
        panel.set_title(name)
    panels.flat[0].legend()
    figure.supxlabel("similarity (cosine)")
    figure.savefig(path, dpi=100)
    plt.close(figure)


def _trade_off(scores: Scores, path: Path) -> None:
    figure, panel = plt.subplots(figsize=(7, 7), layout="constrained")
    for name, (values, labels) in scores.items():
        targets, others = pairs(values, labels)
        thresholds = np.sort(targets)
        rejected = np.arange(len(thresholds)) / len(targets)
        accepted = 1.0 - np.searchsorted(np.sort(others), thresholds) / len(others)
        panel.plot(100 * accepted, 100 * rejected, label=name, linestyle="-" if name.startswith("held out") else ":")
    panel.plot([0.1, 50], [0.1, 50], color="grey", linewidth=0.5)
    panel.set(xscale="log", yscale="log", xlim=(0.1, 50), ylim=(0.1, 50))
    panel.set(xlabel="false acceptances, %", ylabel="false rejections, %")
    panel.legend()
    figure.savefig(path, dpi=100)
    plt.close(figure)

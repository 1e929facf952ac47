"""The scores of a comparison as a picture: a heat map with the names of the voiceprints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from voxdouble_client._technologies.voiceprint_comparison import Comparison
from voxdouble_client.cli.jobs import TaskEnd
from voxdouble_client.cli.output_file import OutputFile
from voxdouble_client.cli.pictures import GRID, INK, PAPER, drawing, new_figure, picture_bytes, short_name

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes

MAX_CELLS = 300
"""The most cells in a row or a column; if there are more voiceprints, several share a cell."""
MAX_NUMBERS = 15
"""The most rows, and the most columns, of a picture in which each cell shows its score as a number."""
CELL_INCHES = ((15, 0.5), (40, 0.26), (100, 0.18), (MAX_CELLS, 0.12))
"""The size of a cell for up to so many rows or columns."""
EXTREME_SHARE = 0.02
"""The share of the scores beyond the ends of the colours: a single high one does not make all others pale."""
TICK_PAD = 3.5
"""Points between the cells and the names."""
COLOURS = "PuOr_r"
"""From violet over white at 0 to orange: people with any colour blindness tell both ends apart."""


class ScorePicture:
    """Draws the scores of one comparison."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file = OutputFile(path)
        self._end: TaskEnd | None = None

    def write(self, end: TaskEnd) -> None:
        """Keep the scores."""
        if isinstance(end.result, Comparison):
            self._end = end

    def close(self) -> None:
        """Draw the scores, if they came."""
        if self._end is not None and isinstance(self._end.result, Comparison):
            self._file.write(picture(self._end.result, self._end.job.rows, self._end.job.columns, self._path))
        self._file.close(keep=True)


def picture(scores: Comparison, rows: Sequence[str], columns: Sequence[str], path: str) -> bytes:
    """Return the picture of scores in the format of the file's name."""
    import numpy as np  # noqa: PLC0415  late, as most runs need no numpy

    array = np.array(scores.values, np.float64).reshape(scores.rows_count, scores.columns_count)
    high, wide = (-(-size // MAX_CELLS) for size in array.shape)
    if max(high, wide) > 1:
        click.echo(f"The picture has one cell for each {high} x {wide} scores, with the highest of them.", err=True)
        array = np.maximum.reduceat(
            np.maximum.reduceat(array, np.arange(0, array.shape[0], high), axis=0),
            np.arange(0, array.shape[1], wide),
            axis=1,
        )
    with drawing():
        return _draw(array, _labels(rows, high), _labels(columns, wide), _title(scores, high, wide), path)


def _title(scores: Comparison, high: int, wide: int) -> str:
    text = f"{scores.rows_count} x {scores.columns_count} scores; above 0 for the same speaker"
    return text if high == wide == 1 else f"{text}; a cell has the highest of {high} x {wide}"


def _labels(names: Sequence[str], each: int) -> list[str]:
    """Return the label of each cell: its name, or its first name and the number of the others."""
    parts = [names[start : start + each] for start in range(0, len(names), each)]
    return [short_name(part[0]) + (f" +{len(part) - 1}" if len(part) > 1 else "") for part in parts]


def _draw(array: npt.NDArray[Any], rows: Sequence[str], columns: Sequence[str], title: str, path: str) -> bytes:
    import numpy as np  # noqa: PLC0415

    size = next(inches for most, inches in CELL_INCHES if max(array.shape) <= most)
    height, width = (max(count * size, 1.2) for count in array.shape)
    figure = new_figure(width, height)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    limit = float(np.quantile(np.abs(array), 1 - EXTREME_SHARE, method="higher")) or 1.0
    image = axes.imshow(array, cmap=COLOURS, vmin=-limit, vmax=limit, aspect="auto", interpolation="nearest")
    _label(axes, rows, columns, 72 * size)
    axes.set_title(title, loc="left", pad=10)
    if max(array.shape) <= MAX_NUMBERS:
        _write_numbers(axes, array, limit)
    bar = figure.add_axes((1.0 + 0.25 / width, 1.0 - 1.2 / height, 0.14 / width, 1.2 / height))
    beyond = {(False, False): "neither", (True, False): "min", (False, True): "max", (True, True): "both"}
    figure.colorbar(image, cax=bar, extend=beyond[bool(array.min() < -limit), bool(array.max() > limit)])
    bar.set_ylabel("LLR", fontsize=8)
    return picture_bytes(figure, path)


def _label(axes: Axes, rows: Sequence[str], columns: Sequence[str], cell_points: float) -> None:
    """Write the names and draw the lines between the cells, since matplotlib's ticks take several times as long."""
    points = min(9.0, max(5.0, 0.75 * cell_points))
    axes.set_xticks([])
    axes.set_yticks([])
    below, vertical, horizontal = axes.get_xaxis_text1_transform(TICK_PAD)
    for place, name in enumerate(columns):
        axes.text(place, 0, name, rotation=90, fontsize=points, transform=below, va=vertical, ha=horizontal)
    left, vertical, horizontal = axes.get_yaxis_text1_transform(TICK_PAD)
    for place, name in enumerate(rows):
        axes.text(0, place, name, fontsize=points, transform=left, va=vertical, ha=horizontal)
    if cell_points > 10:
        axes.vlines([place - 0.5 for place in range(1, len(columns))], -0.5, len(rows) - 0.5, PAPER, linewidth=0.8)
        axes.hlines([place - 0.5 for place in range(1, len(rows))], -0.5, len(columns) - 0.5, PAPER, linewidth=0.8)
    for side in axes.spines.values():
        side.set_color(GRID)


def _write_numbers(axes: Axes, array: npt.NDArray[Any], limit: float) -> None:
    for row, values in enumerate(array):
        for column, value in enumerate(values):
            colour = PAPER if abs(value) > 0.5 * limit else INK
            axes.text(column, row, f"{value:.1f}", ha="center", va="center", fontsize=8, color=colour)

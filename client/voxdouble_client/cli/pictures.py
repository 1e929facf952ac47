"""The common parts of all pictures: whether they can be drawn, their look, and their bytes, the same in every run.

matplotlib is imported late: it is the extra `plot`, and takes half a second.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import click

from voxdouble_client._http.wire import printable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIXES = (".png", ".svg")
PAPER, INK, QUIET, GRID = "#fbfbf9", "#1b1f23", "#596470", "#d5d8d4"
"""A picture brings its own paper, so that it can be read on a light page and on a dark one."""
BLUE, ORANGE = "#22539f", "#e08214"
"""Two colours that people with any colour blindness tell apart."""
DOTS_PER_INCH = 100
LONGEST_NAME = 32
STYLE: Any = {
    "font.family": ["DejaVu Sans"],  # comes with matplotlib, so that the picture is the same on every machine
    "font.size": 9.0,
    "text.color": INK,
    "text.parse_math": False,  # a name with two $ is not a formula
    "axes.edgecolor": GRID,
    "axes.facecolor": PAPER,
    "axes.labelcolor": QUIET,
    "axes.titlesize": 10.0,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "svg.fonttype": "none",
    "svg.hashsalt": "voxdouble",
}


def is_picture(path: str) -> bool:
    """Return whether the suffix of the path is that of a picture."""
    return path.lower().endswith(SUFFIXES)


def check_can_draw() -> None:
    """Raise UsageError if the extra `plot` is missing."""
    if find_spec("matplotlib") is None:
        raise click.UsageError("A picture needs matplotlib, which is not installed: pip install 'voxdouble[plot]'")


@contextmanager
def drawing() -> Iterator[None]:
    """Draw within: matplotlib without the user's settings, and without notes on signs that its font does not have."""
    import matplotlib as mpl  # noqa: PLC0415

    with mpl.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        yield


def new_figure(width: float, height: float) -> Figure:
    """Return a figure of this size in inches. It has no window, and needs no display."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    return Figure(figsize=(width, height), dpi=DOTS_PER_INCH)


def picture_bytes(figure: Figure, path: str) -> bytes:
    """Return the bytes of the figure in the format that the suffix names, without a date or a version."""
    kind = PurePath(path).suffix.lower()[1:]
    nothing = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    data = io.BytesIO()
    figure.savefig(data, format=kind, dpi=DOTS_PER_INCH, bbox_inches="tight", pad_inches=0.15, metadata=nothing)
    return data.getvalue()


def short_name(name: str) -> str:
    """Return a name as one short line; a long one keeps its beginning and its end."""
    text = printable(name)
    if len(text) <= LONGEST_NAME:
        return text
    end = LONGEST_NAME * 2 // 3
    return f"{text[: LONGEST_NAME - end - 1]}…{text[-end:]}"

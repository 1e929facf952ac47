"""The table and the plots of docs/figures.md, from one run of all benchmarks that compare.

Run: make bench (needs wrk, and a quiet machine for about ten minutes).
"""

import os
import re
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot

from benchmarks import client_calls, mock_growth, mock_lists, mock_requests, process_start
from benchmarks.figure import Figure

DOCUMENT = Path("docs/figures.md")
BEGIN, END = "<!-- make bench -->\n", "<!-- end of make bench -->"
GROUPS = (process_start, mock_requests, mock_lists, client_calls, mock_growth)
HEAD = "| subject | voxdouble | ratio | aim, at most |\n|---|---:|---:|---:|\n"


def row(figure: Figure) -> str:
    """Return a figure as a row of the table."""
    aim = "" if figure.aim is None else f"{figure.aim:.2f}"
    return f"| {figure.subject} | {figure.value} | {figure.ratio:.2f} | {aim} |\n"


def table(figures: Iterable[Figure]) -> str:
    """Return the table, with the date and the machine; each figure is printed when it is measured."""
    rows = []
    for figure in figures:
        print(figure, flush=True)
        rows.append(row(figure))
    machine = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    return f"\nMeasured {datetime.fromtimestamp(time.time(), UTC):%Y-%m-%d} ({machine}).\n\n{HEAD}{''.join(rows)}\n"


def plot(name: str, points: Sequence[tuple[float, float]]) -> str:
    """Draw one plot with logarithmic axes; return the Markdown that shows it."""
    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = name

    figure, axes = pyplot.subplots(figsize=(5, 3), layout="constrained")
    axes.loglog(*zip(*points, strict=True), marker="o")
    axes.set(xlabel=name, ylabel="processor time, ms", ylim=(0.1 * min(y for _, y in points), None))
    axes.grid(visible=True, which="both", alpha=0.3)
    path = DOCUMENT.with_name("plot-" + re.sub(r"\W+", "-", name.lower()) + ".svg")
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
    return f"![Processor time against {name}]({path.name})\n"


def main() -> None:
    """Measure everything and write it between the marks of the document."""
    text = DOCUMENT.read_text()
    before, _, rest = text.partition(BEGIN)
    _, mark, after = rest.partition(END)
    assert mark, f"{DOCUMENT} must have the lines {BEGIN.strip()} and {END}."
    measured = table(figure for group in GROUPS for figure in group.figures())
    shown = "".join(plot(name, points) for name, points in {**mock_growth.curves(), **mock_lists.curves()}.items())
    DOCUMENT.write_text(f"{before}{BEGIN}{measured}{shown}{END}{after}")


if __name__ == "__main__":
    main()

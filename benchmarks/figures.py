"""The table and the plots of docs/figures.md, from one run of the benchmarks in `GROUPS`.

Each of them compares the mock or the client with something else.

Run: make bench (needs wrk, and a quiet machine for about twelve minutes). Progress is printed on stderr. A part whose
load fails is left out of the table, and the document says so; the run then ends with status 1.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
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


class Progress:
    """The progress of a run on stderr, and the parts of it that failed."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self.failures: list[str] = []

    def show(self, text: str) -> None:
        """Print a line with the time since the run began."""
        seconds = round(time.monotonic() - self._began)
        print(f"[{seconds // 60:2}:{seconds % 60:02}] {text}", file=sys.stderr, flush=True)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Show that a part begins; a load that fails ends this part and not the run."""
        self.show(f"{name} ...")
        try:
            yield
        except (SystemExit, OSError, subprocess.SubprocessError) as error:
            self.failures.append(f"Not complete: {name} ({type(error).__name__}).")
            self.show(f"{self.failures[-1]} {error}")


def table(machine: str, figures: Iterable[Figure], failures: Iterable[str]) -> str:
    """Return the table, with the date, the machine, and the parts that failed."""
    rows = "".join(map(row, figures))
    notes = "".join(f"{failure}\n\n" for failure in failures)
    return f"\nMeasured {datetime.fromtimestamp(time.time(), UTC):%Y-%m-%d} ({machine}).\n\n{HEAD}{rows}\n{notes}"


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
    machine = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the run"
    progress = Progress()
    measured: list[Figure] = []
    for group in GROUPS:
        with progress.part(group.__name__):
            for figure in group.figures():
                progress.show(str(figure))
                measured.append(figure)
    curves: dict[str, list[tuple[float, float]]] = {}
    for group in (mock_growth, mock_lists):
        with progress.part(f"the plots of {group.__name__}"):
            curves |= group.curves()
    shown = "".join(plot(name, points) for name, points in curves.items())
    DOCUMENT.write_text(f"{before}{BEGIN}{table(machine, measured, progress.failures)}{shown}{END}{after}")
    progress.show(f"{DOCUMENT} is written.")
    sys.exit(bool(progress.failures))


if __name__ == "__main__":
    main()

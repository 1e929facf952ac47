"""The plot of the times to each state, as SVG inside the page."""

from collections.abc import Iterator, Sequence
from html import escape
from math import ceil, floor, log10

from voxdouble.drift.drift import Times
from voxdouble.drift.text import medians, short

LABELS, WIDTH, ROW, TOP = 300, 640, 46, 26
"""The width of the labels and of the axis, the height of a row and of the head, in units of the drawing."""
OFFSETS = {"old": 14, "new": 31}
"""The places of both sides within a row."""
MAX_POINTS = 300
"""The most tasks that are drawn in one row for one side; of more tasks an even selection."""
MOST_STEPS = 8
STYLE = """
svg.plot { display: block; width: 100%; height: auto; font: 13px system-ui, sans-serif; }
svg.plot text { fill: var(--ink); } svg.plot .axis { fill: var(--muted); }
svg.plot .grid { stroke: var(--line); } svg.plot .band { fill: var(--raised); }
svg.plot .old { fill: none; stroke: var(--old); stroke-width: 1.5; }
svg.plot .new { fill: var(--new); fill-opacity: .55; }
svg.plot .median { stroke-width: 2.5; } svg.plot .median.old { stroke: var(--old); }
svg.plot .median.new { stroke: var(--new); }
"""


def plot(times: Sequence[Times]) -> str:
    """Return a row for each technology and state: a circle for each task on a common axis, and a line at the median."""
    longest = max((seconds for one in times for seconds in (*one.old, *one.new)), default=0.0)
    step = axis_step(max(longest, 0.1))
    steps = max(1, ceil(longest / step - 1e-9))
    height = TOP + ROW * len(times) + 4
    parts = [
        f'<rect class="band" x="0" y="{TOP + ROW * row}" width="{LABELS + WIDTH + 40}" height="{ROW}"/>'
        for row in range(0, len(times), 2)
    ]
    for number in range(steps + 1):
        x = LABELS + WIDTH * number / steps
        parts.append(f'<path class="grid" d="M{x:.1f} {TOP - 6}V{height}"/>')
        parts.append(f'<text class="axis" x="{x:.1f}" y="14" text-anchor="middle">{number * step:g} s</text>')
    for row, one in enumerate(times):
        parts += row_of(one, TOP + ROW * row, steps * step)
    words = "; ".join(f"{short(one.technology)} {one.state}: {medians(one)}" for one in times)
    return (
        f'<svg class="plot" role="img" aria-label="{escape(words)}" viewBox="0 0 {LABELS + WIDTH + 40} {height}">'
        + "".join(parts)
        + "</svg>"
    )


def row_of(times: Times, top: int, end: float) -> Iterator[str]:
    """Yield the parts of one row."""
    yield f'<text x="8" y="{top + 19}">{escape(short(times.technology))}</text>'
    yield f'<text class="axis" x="8" y="{top + 36}">{escape(times.state)}</text>'
    for side, seconds, median in zip(OFFSETS, (times.old, times.new), times.medians, strict=True):
        y = top + OFFSETS[side]
        chosen = sorted(seconds)[:: max(1, ceil(len(seconds) / MAX_POINTS))]
        for value in chosen:
            title = f"<title>{side}: {value:g} s</title>"
            yield f'<circle class="{side}" cx="{LABELS + WIDTH * value / end:.1f}" cy="{y}" r="4.5">{title}</circle>'
        if median is not None:
            x = LABELS + WIDTH * median / end
            title = f"<title>{side}: median {median:g} s</title>"
            yield f'<path class="median {side}" d="M{x:.1f} {y - 8}v16">{title}</path>'


def axis_step(end: float) -> float:
    """Return the distance of the lines of the axis: 1, 2 or 5 times a power of ten, for at most eight of them."""
    power = 10.0 ** floor(log10(end / MOST_STEPS))
    return next(factor * power for factor in (1, 2, 5, 10) if end <= factor * power * MOST_STEPS)

"""The drawings of report.html, as SVG inside the page: the verdicts as a bar, and the tasks on a time axis."""

from collections.abc import Hashable, Mapping, Sequence
from html import escape
from math import ceil, floor, log10

from voxdouble_contract.judging.conformance import DIFFERS, FAILED, PASSED, UNPROVEN
from voxdouble_contract.judging.observed_tasks import FINAL, STATES, ObservedTask

WIDTH, HEIGHT = 1000, 20
AXIS_SHARE, AXIS_FACTOR = 0.8, 1.5
"""The axis ends with the longest task, but no later than 1.5 times the length that 80 % of the tasks do not exceed.
The end of the axis is rounded up to a whole step."""
FAMILY = "speaker-identification-"
"""The beginning of most technologies' names, left out in the chart."""
STEPS = (1, 2, 5, 10)
MOST_STEPS = 8
STYLE = """
svg.bar { display: block; height: 1.25rem; width: 100%; }
.passed { fill: var(--passed); } .differs { fill: var(--differs); } .failed { fill: var(--failed); }
.unproven { fill: var(--unproven); }
.pending { fill: var(--pending); } .running { fill: var(--running); } .done { fill: var(--passed); }
.rejected { fill: var(--differs); } .unseen { fill: var(--line); }
.grid { stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke; }
table.tasks { width: 100%; } table.tasks td, table.tasks th { padding: .15rem .5rem; vertical-align: middle; }
table.tasks th { font-weight: 400; width: 18rem; }
td.seconds { white-space: nowrap; width: 10rem; } .axis-labels { display: flex; justify-content: space-between; }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; list-style: none; margin: .5rem 0; padding: 0; }
.key svg.bar { display: inline-block; height: .8rem; margin-right: .35rem; vertical-align: -.05rem; width: .8rem; }
@media (max-width: 40rem) { table.tasks th, td.seconds { width: auto; } table.tasks th { max-width: 8rem; } }
"""
KEY = {**{state: state for state in STATES}, "unseen": "between two responses"}


def verdict_bar(counts: Mapping[str, int]) -> str:
    """Return the verdicts as one bar, and in a sentence what share of all statements holds."""
    total = sum(counts.values())
    parts, start = [], 0.0
    for verdict in (PASSED, DIFFERS, FAILED, UNPROVEN):
        width = WIDTH * counts[verdict] / max(total, 1)
        parts.append(rectangle(verdict, start, width, title=f"{counts[verdict]} {verdict}"))
        start += width
    words = ", ".join(f"{counts[verdict]} {verdict}" for verdict in (PASSED, DIFFERS, FAILED, UNPROVEN))
    share = f"{counts[PASSED] / max(total, 1):.0%}"
    return f"<p>{counts[PASSED]} of {total} statements hold ({share}).</p>{drawing(parts, words)}"


def task_chart(tasks: Sequence[ObservedTask]) -> str:
    """Return a table with the states of each task on a time axis that all rows share; equal tasks have one row."""
    least = least_end([task.seconds for task in tasks])
    step = axis_step(least)
    steps = ceil(least / step - 1e-9)
    end = steps * step
    grid = [f'<path class="grid" d="M{WIDTH * number / steps:.1f} 0V{HEIGHT}"/>' for number in range(steps + 1)]
    places = "".join(f"<span>{place:g} s</span>" for place in (0, end / 2, end))
    head = f'<tr><th>Task</th><td class="axis"><div class="axis-labels">{places}</div></td><td>End</td></tr>'
    equal: dict[Hashable, list[ObservedTask]] = {}
    for task in tasks:
        equal.setdefault((task.technology, task.sample, task.periods), []).append(task)
    rows = "\n".join(task_row(found[0], len(found), end, grid) for found in equal.values())
    return f'{key()}\n<table class="tasks">\n{head}\n{rows}\n</table>'


def task_row(task: ObservedTask, count: int, end: float, grid: Sequence[str]) -> str:
    """Return the row of a task, or of a number of equal ones."""
    parts = [*grid, rectangle("unseen", 0, WIDTH * min(task.seconds / end, 1), inset=7)]
    for period in task.periods:
        start, width = WIDTH * period.first / end, WIDTH * (period.last - period.first) / end
        if period.state in FINAL:
            width = 8
        if start <= WIDTH:
            title = f"{period.state}: {period.responses} responses from {period.first:g} s to {period.last:g} s"
            parts.append(rectangle(period.state, start, min(width, WIDTH - start), inset=3, title=title))
    name = escape(task.technology.removeprefix(FAMILY))
    sample = f" <b>{escape(task.sample)}</b>" if task.sample else ""
    times = f" ({count} tasks)" if count > 1 else ""
    return (
        f'<tr><th title="{escape(task.task_id)}">{name}{sample}{times}</th>'
        f'<td class="axis">{drawing(parts, words_of(task))}</td><td class="seconds">{words_of(task)}</td></tr>'
    )


def words_of(task: ObservedTask) -> str:
    """Return the end of a task in a few words."""
    return f"{task.periods[-1].state} at {task.seconds:g} s"


def least_end(lengths: Sequence[float]) -> float:
    """Return the seconds up to which the axis goes at least; a few tasks that took very long do not squeeze others."""
    usual = sorted(lengths)[int(len(lengths) * AXIS_SHARE)] if lengths else 0.0
    return max(min(max(lengths, default=0.0), AXIS_FACTOR * usual), 0.1)


def axis_step(end: float) -> float:
    """Return the distance of the lines of the axis: 1, 2 or 5 times a power of ten, for at most eight of them."""
    power = 10.0 ** floor(log10(end / MOST_STEPS))
    return next(factor * power for factor in STEPS if end <= factor * power * MOST_STEPS)


def key() -> str:
    """Return the meaning of the colours."""
    items = [f"<li>{drawing([rectangle(name, 0, WIDTH)], name)}{text}</li>" for name, text in KEY.items()]
    return f'<ul class="key">{"".join(items)}</ul>'


def rectangle(kind: str, start: float, width: float, *, inset: int = 0, title: str = "") -> str:
    """Return a rectangle of a kind that the style sheet colours; `inset` is its distance from top and bottom."""
    inner = f"<title>{escape(title)}</title>" if title else ""
    place = f'x="{start:.1f}" y="{inset}" width="{width:.1f}" height="{HEIGHT - 2 * inset}"'
    return f'<rect class="{kind}" {place}>{inner}</rect>'


def drawing(parts: Sequence[str], words: str) -> str:
    """Return a drawing as wide as its place, and the same in words for a screen reader."""
    return (
        f'<svg class="bar" role="img" aria-label="{escape(words)}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'preserveAspectRatio="none">{"".join(parts)}</svg>'
    )

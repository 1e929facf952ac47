"""The drift as one HTML page, without scripts and without anything loaded from elsewhere."""

from collections.abc import Iterable, Iterator
from html import escape

from voxdouble.drift import plot
from voxdouble.drift.drift import Drift
from voxdouble.drift.text import NO_CHANGE, medians, printable, short

STYLE = (
    """
:root { --page: #ffffff; --ink: #202124; --muted: #5f6368; --line: #dadce0; --raised: #f5f6f7; --old: #9a5b00;
  --new: #1a63c4; color-scheme: light dark; }
@media (prefers-color-scheme: dark) { :root { --page: #202124; --ink: #e8eaed; --muted: #bdc1c6; --line: #4a4d51;
  --raised: #2a2b2e; --old: #f0b35f; --new: #7db4f3; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem;
  background: var(--page); color: var(--ink); overflow-wrap: anywhere; }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto; }
th, td { text-align: left; padding: .3rem .8rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { overflow-wrap: normal; } td { min-width: 6rem; }
.key { color: var(--muted); } .key .old { color: var(--old); } .key .new { color: var(--new); }
@media (max-width: 40rem) { body { margin: 1rem auto; padding: 0 .6rem; } th, td { padding: .3rem .35rem; } }
"""
    + plot.STYLE
)
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
KEY = (
    'Each circle is a task: <span class="old">○ old</span>, <span class="new">● new</span>. '
    "The line is the median. The time of a state is that of the first poll that showed it."
)


def page(drift: Drift) -> str:
    """Return the page."""
    title = f"Drift of two {drift.subject}"
    return printable_lines(
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><title>{title}</title><style>{STYLE}</style>\n'
        + "\n".join(["<h1>" + title + "</h1>", *body(drift)])
        + "\n</html>\n"
    )


def body(drift: Drift) -> Iterator[str]:
    """Yield the parts of the page below its heading."""
    yield table(("", "kind", "version", "generation", "date", "name"), sides(drift))
    yield "<h2>Changes</h2>"
    if drift.changes:
        rows = [(one.about, one.change, one.old, one.new, str(one.facts or "")) for one in drift.changes]
        yield table(("about", "change", "old", "new", "facts"), rows)
    else:
        yield f"<p>{NO_CHANGE}</p>"
    if drift.times:
        yield "<h2>Times to each state</h2>"
        yield f'<p class="key">{KEY}</p>'
        yield plot.plot(drift.times)
        words = [(short(one.technology), one.state, medians(one)) for one in drift.times]
        yield table(("technology", "state", "median of the seconds, old and new"), words)


def sides(drift: Drift) -> Iterator[tuple[str, ...]]:
    """Yield the rows of both sides."""
    for name, side in (("old", drift.old), ("new", drift.new)):
        yield (name, side.kind, side.version or "unknown", side.generation or "unknown", side.date, side.name)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table; all cells are texts."""
    lines = ["".join(f"<th>{escape(cell)}</th>" for cell in head)]
    lines += ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows]
    return "<table>\n" + "\n".join(f"<tr>{line}</tr>" for line in lines) + "\n</table>"


def printable_lines(text: str) -> str:
    """Return a text without control characters, its lines kept."""
    return "\n".join(printable(line) for line in text.split("\n"))

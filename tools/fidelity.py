"""What is imitated and how sure we are, as pages: FIDELITY.md whole, and the counts in README.md.

`make fidelity` writes both from the statements; a test holds that they are what this makes.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path

from voxdouble_contract.statements import GENERATIONS, Grade, Statement, statements

ROOT = Path(__file__).parent.parent
README, TABLE = "README.md", "FIDELITY.md"
BEGIN, END = "<!-- counts: made by tools/fidelity.py -->\n", "<!-- end of counts -->\n"
MEANING = {
    Grade.DOCUMENTED: "the vendor says so in public",
    Grade.OBSERVED: "a real appliance has shown it",
    Grade.INFERRED: "follows from an example or a sibling page of the vendor's",
    Grade.CHOSEN: "the vendor is silent, and we decided",
}
HEAD = """# What is imitated, and how sure we are

Made by `make fidelity` from `fixtures/voxdouble_fixtures/contract/statements.toml`; a running mock tells the same at
`GET /_mock/fidelity`. *Source* names the vendor's public pages by short tags. A statement holds for the generations e1
(oldest) to e4 of the vendor's interface, unless some are named. *Proven* says whether `voxdouble verify` has a test for
it, and if not, why.

"""
SOURCES = """
## Sources

The vendor's public documentation, by page:

"""


def pages() -> dict[str, str]:
    """Make the files' contents, by name; what stands in the README around the counts is kept."""
    known = list(statements().values())
    before, _, rest = (ROOT / README).read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"{README} lacks the lines {BEGIN.strip()} and {END.strip()}, between which the counts stand.")
    table = HEAD + "".join(table_of(known)) + SOURCES + "".join(sources_of(known))
    return {TABLE: table, README: before + BEGIN + "".join(counts_of(known)) + END + after}


def table_of(known: Iterable[Statement]) -> Iterable[str]:
    """Make the table of all statements."""
    yield row("", "statement", "how sure", "source", "proven")
    yield row("---", "---", "---", "---", "---")
    for one in known:
        only = [generation for generation in GENERATIONS if generation in one.generations]
        where = "" if len(only) == len(GENERATIONS) else f" ({', '.join(only)})"
        source = "" if one.grade is Grade.CHOSEN else ", ".join(one.source)
        yield row(one.id, one.text + where, str(one.grade), source, one.untestable or "yes")


def sources_of(known: Iterable[Statement]) -> Iterable[str]:
    """Make the table of the pages that are named; a tag without its page is a KeyError."""
    text = files("voxdouble_fixtures").joinpath("contract", "sources.toml").read_text(encoding="utf-8")
    named = {tag for one in known for tag in one.source if tag != "choice" and not tag.startswith("all ")}
    yield row("tag", "page")
    yield row("---", "---")
    titles = tomllib.loads(text)
    for tag in sorted(named):
        yield row(tag, titles[tag])


def counts_of(known: Sequence[Statement]) -> Iterable[str]:
    """Make the table of how many statements there are of each grade."""
    yield row("how sure", "statements", "of them with a test", "which means")
    yield row("---", "---:", "---:", "---")
    all_of = Counter(one.grade for one in known)
    tested = Counter(one.grade for one in known if not one.untestable)
    for grade in Grade:
        yield row(f"*{grade}*", str(all_of[grade]), str(tested[grade]), MEANING[grade])


def row(*cells: str) -> str:
    """Write a row of a Markdown table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def main() -> None:
    """Write the files."""
    for name, text in pages().items():
        (ROOT / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

"""The code blocks of all Markdown pages: fenced, or indented by four spaces, each with the mark before it.

A mark is an HTML comment directly before a block. `<!-- file: NAME -->` names the file as which a reader saves the
block. `<!-- not run: REASON -->` says why no test runs the block.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.repository import texts

_FENCE = re.compile(r"^( *)```(\w*)$")
_MARK = re.compile(r"^ *<!-- (?P<kind>file|not run): (?P<text>.+) -->$")
_LIST_ITEM = re.compile(r"^ *(?:[-*]|\d+\.) ")


@dataclass(frozen=True, slots=True)
class Block:
    """A code block: its page, its first line counted from 1, its language, and what the mark before it says."""

    page: str
    line: int
    language: str
    """Empty for an indented block."""
    code: str
    file: str = ""
    not_run: str = ""

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks_of(page: str, text: str) -> Iterator[Block]:
    """Yield the blocks of a page, in order."""
    lines = text.splitlines()
    mark: re.Match[str] | None = None
    in_list = False
    number = 0
    while number < len(lines):
        line = lines[number]
        end = number + 1
        if fence := _FENCE.match(line):
            end = next(at for at in range(end, len(lines)) if lines[at] == f"{fence[1]}```") + 1
            inner = [one.removeprefix(fence[1]) for one in lines[number + 1 : end - 1]]
            yield _block(page, number, fence[2], inner, mark)
        elif line.startswith("    ") and not in_list and not lines[number - 1].strip():
            while end < len(lines) and (lines[end].startswith("    ") or not lines[end].strip()):
                end += 1
            yield _block(page, number, "", [one[4:] for one in lines[number:end]], mark)
        if line.strip():
            mark = _MARK.match(line)
            in_list = bool(_LIST_ITEM.match(line)) or (in_list and line.startswith(" "))
        number = end


def _block(page: str, number: int, language: str, lines: list[str], mark: re.Match[str] | None) -> Block:
    """Return a block whose first line has this number, counted from 0."""
    said = {mark["kind"].replace(" ", "_"): mark["text"]} if mark else {}
    return Block(page, number + 1, language, "\n".join(lines).rstrip() + "\n", **said)


@cache
def pages() -> dict[str, list[Block]]:
    """Return the blocks of each Markdown page of the repository that has any."""
    found = {name: list(blocks_of(name, text)) for name, text in texts().items() if name.endswith(".md")}
    return {name: blocks for name, blocks in found.items() if blocks}


def saved_files(page: str) -> set[str]:
    """Return the names of the files as which a reader of a page saves its blocks; none for other files than pages."""
    return {name for block in pages().get(page, []) if block.file for name in (block.file, Path(block.file).name)}

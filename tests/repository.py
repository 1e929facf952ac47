"""The repository as text: its root and the files under version control."""

import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from tests import needs

ROOT = Path(__file__).parents[1]
WITHOUT_PROSE = ("LICENSE", "requirements.lock")
OTHERS = ("axe", "swagger_ui")
"""Folders with files that were made elsewhere."""
TEXT_SUFFIXES = frozenset({"", ".css", ".html", ".js", ".md", ".py", ".sh", ".toml", ".yaml", ".yml"})


@cache
def tracked(*patterns: str) -> Sequence[Path]:
    """Return the files under version control that match, or all of them."""
    git = [needs.program("git", package="git"), "ls-files", "-z", *patterns]
    listed = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


@cache
def texts() -> Mapping[str, str]:
    """Return the text of each file that people write, by its path from the root; they are read once in a process."""
    files = [
        path
        for path in tracked()
        if path.suffix in TEXT_SUFFIXES and path.name not in WITHOUT_PROSE and not {*OTHERS} & {*path.parts}
    ]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in files}

"""The code blocks of the README and of the pages in docs/."""

import re

from tests.repository import ROOT

PAGES = ["README.md", *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md"))]
ADDRESS = "http://127.0.0.1:8000"
"""The address that the blocks use; tests replace it with that of a mock of their own."""


def blocks(language: str) -> dict[str, str]:
    """Return the fenced blocks in a language, by page and number."""
    found = {}
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        codes = re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
        found.update({f"{page} {number}": code for number, code in enumerate(codes, 1)})
    return found


def programs() -> dict[str, str]:
    """Return the Python blocks that are programs."""
    return {name: code for name, code in blocks("python").items() if "def test_" not in code}


def pytest_examples() -> dict[str, str]:
    """Return the Python blocks that are tests for pytest."""
    return {name: code for name, code in blocks("python").items() if "def test_" in code}

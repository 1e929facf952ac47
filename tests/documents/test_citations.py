"""Every citation can be followed: statements, promises, laws, files, links, and pages of the vendor's documentation."""

import re
import tomllib
from functools import cache

import pytest

from tests.documents import citations
from tests.documents.blocks import saved_files
from tests.documents.citations import prose
from tests.repository import ROOT, texts
from voxdouble_contract.judging.statements import statements

DESIGN = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
TEXTS = {name: text for name, text in texts().items() if name != "pyproject.toml"}
PROMISES = citations.promises(DESIGN)
COMMANDS = "docs/commands.md"
"""In this page brackets enclose arguments that may be left out."""


def unresolved(pattern: re.Pattern[str], known: set[str]) -> list[str]:
    """Return the citations that match a pattern and are not known, each behind its file's name."""
    return [f"{name}: {cited}" for name, text in TEXTS.items() for cited in pattern.findall(text) if cited not in known]


def test_cited_statements_exist() -> None:
    """Each S and C id in the repository is a statement of the contract."""
    assert unresolved(citations.STATEMENT, set(statements())) == []


def test_cited_promises_exist() -> None:
    """docs/design.md defines P1 to P15, and each P id in the repository is one of them."""
    assert list(PROMISES) == [f"P{number}" for number in range(1, 16)]
    assert unresolved(citations.PROMISE, set(PROMISES)) == []


def cited_in_prose(pattern: re.Pattern[str], name: str) -> list[str]:
    """Return the citations in the prose of a text, which is taken apart only if the text has any."""
    text = TEXTS[name]
    return pattern.findall(prose(name, text)) if pattern.search(text) else []


@cache
def cited_promises() -> dict[str, set[str]]:
    """Return the promises that the prose of each test and benchmark cites."""
    names = [name for name in TEXTS if name.startswith(("tests/", "benchmarks/")) and "/documents/" not in name]
    return {name: set(cited_in_prose(citations.PROMISE, name)) for name in names}


@pytest.mark.parametrize("promise", PROMISES)
def test_promises_are_tested_where_the_design_says(promise: str) -> None:
    """The files in a promise's row are the test files that cite it; without files, the row says why."""
    row = PROMISES[promise]
    citing = {name for name, promises in cited_promises().items() if promise in promises}
    assert set(re.findall(r"`([^`]+)`", row)) == citing
    assert citing or row.startswith("not yet: ")


def test_cited_laws_exist_and_each_law_is_tested() -> None:
    """docs/design.md defines the laws 1 to 6; no text cites another one, and tests cite every one."""
    assert citations.numbered_laws(DESIGN) == [1, 2, 3, 4, 5, 6]
    cited = {name: citations.laws(text) for name, text in TEXTS.items() if not name.startswith("tests/documents/")}
    assert {name: laws for name, laws in cited.items() if not laws <= {1, 2, 3, 4, 5, 6}} == {}
    assert set().union(*(laws for name, laws in cited.items() if name.startswith("tests/"))) == {1, 2, 3, 4, 5, 6}


def test_named_files_exist() -> None:
    """Each Python, Markdown, TOML or shell file that prose names exists, under that path or the end of a longer one.

    A page may also name the files as which its reader saves its code blocks.
    """
    ends = {"/".join(parts[start:]) for name in texts() for parts in [name.split("/")] for start in range(len(parts))}

    def missing(name: str, text: str) -> list[str]:
        known = ends | saved_files(name)
        return [
            file
            for file in citations.FILE.findall(text)
            if file.replace("../", "") not in known and file.rpartition("/")[2] not in citations.MADE_FOR_USERS
        ]

    found = {name: missing(name, prose(name, text)) for name, text in TEXTS.items() if missing(name, text)}
    assert {name: files for name, files in found.items() if files} == {}


@pytest.mark.parametrize("page", [name for name in TEXTS if name.endswith(".md")])
def test_links_lead_to_files(page: str) -> None:
    """Each relative link of a Markdown page leads to a file or a folder."""
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", TEXTS[page])
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings: in lower case, without punctuation, with hyphens in place of spaces."""
    prose_only = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.+)$", prose_only, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", [name for name in TEXTS if name.endswith(".md")])
def test_links_lead_to_headings(page: str) -> None:
    """Each link to a part of a Markdown page leads to a heading of that page."""
    missing = []
    for file, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)", TEXTS[page]):
        target = (ROOT / page).parent.joinpath(file).resolve() if file else ROOT / page
        if target.suffix == ".md" and anchor not in anchors(target.read_text(encoding="utf-8")):
            missing.append(f"{file}#{anchor}")
    assert missing == []


def test_cited_pages_of_the_vendor_are_listed() -> None:
    """Each tag in brackets, such as [VPX-G], is a page that sources.toml describes."""
    sources = tomllib.loads(texts()["fixtures/voxdouble_fixtures/contract/sources.toml"])
    cited = {
        f"{name}: {tag}"
        for name in TEXTS
        if (name.endswith((".py", ".md")) or name.startswith("fixtures/")) and name != COMMANDS
        for tag in cited_in_prose(citations.SOURCE, name)
        if tag not in sources
    }
    assert cited == set()


def test_sections_are_not_cited_by_number() -> None:
    """Statements are cited by their ids, not by section numbers of a document outside the repository."""
    cited = {name: cited_in_prose(citations.SECTION, name) for name in TEXTS}
    assert {name: sections for name, sections in cited.items() if sections} == {}


def test_laws_are_read_in_every_form() -> None:
    """Single laws, pairs and ranges are recognised."""
    assert citations.laws("law 2; laws 1 and 4; Laws 3 to 5") == {1, 2, 3, 4, 5}
    assert citations.laws("laws 1, 3 and 6; laws 1 to 4 and 6") == {1, 2, 3, 4, 6}
    assert citations.laws("the law of large numbers") == set()

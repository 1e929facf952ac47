"""Every code block of every page is of a kind that is run, or says why not; `make documents-test` runs the pages."""

import re
from pathlib import Path

import pytest

from tests.documents.blocks import Block, blocks_of, pages
from tests.documents.data_blocks import check_data
from tests.documents.page_runs import DATA, PROGRAMS, SHELL
from tests.repository import ROOT, texts, tracked

MAX_README_LINES = 150


@pytest.mark.parametrize("page", pages())
def test_every_block_runs_or_says_why_not(page: str) -> None:
    """A block has a language that can be run or is saved as a file; any other has a mark with the reason."""
    runnable = {SHELL, "python", *DATA}
    assert [
        str(block) for block in pages()[page] if not (block.language in runnable or block.file or block.not_run)
    ] == []
    languages = {*PROGRAMS, *DATA, SHELL}
    assert [str(block) for block in pages()[page] if block.file and block.language not in languages] == []


@pytest.mark.parametrize("page", pages())
def test_reasons_name_files_that_exist(page: str) -> None:
    """A file that runs a block in place of the test, according to its mark, exists."""
    named = [name for block in pages()[page] for name in re.findall(r"run by ([\w./-]*\w)", block.not_run)]
    assert [name for name in named if not (ROOT / name).exists()] == []


PAGE = """
Text.

<!-- not run: a drawing -->

    indented

- A list

    that goes on

<!-- file: job.yaml -->
```yaml
rules: []
```

    another

   ```sh
   true
   ```
"""


def test_blocks_are_found_with_their_marks() -> None:
    """Fenced and indented blocks are found, with the mark before them; a paragraph of a list is not a block."""
    assert list(blocks_of("page.md", PAGE)) == [
        Block("page.md", 6, "", "indented\n", not_run="a drawing"),
        Block("page.md", 13, "yaml", "rules: []\n", file="job.yaml"),
        Block("page.md", 17, "", "another\n"),
        Block("page.md", 19, "sh", "true\n"),
    ]


WRONG_DATA = {
    "a scenario": "rules: [{then: {pendng: 1}}]",
    "a compose file": "services: {app: {imag: x}}",
    "a job of GitHub": "on: push\njobs: {a: {runs-on: ubuntu-latest, step: []}}",
    "a job of GitLab": "stages: [test]\na: {script: [{nothing: 1}]}",
    "a manifest": "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {port: [{port: 1}]}",
}


@pytest.mark.parametrize("text", WRONG_DATA.values(), ids=WRONG_DATA)
def test_wrong_data_is_found(text: str, tmp_path: Path) -> None:
    """A misspelt member is an error in each kind of YAML file."""
    with pytest.raises((AssertionError, ValueError)):
        check_data(Block("page.md", 1, "yaml", text), tmp_path)


@pytest.mark.parametrize("example", [path.name for path in tracked("examples")])
def test_every_example_is_used_by_a_test(example: str) -> None:
    """A test, or the compose file that tests start, names each file in examples/."""
    users = [text for name, text in texts().items() if name.startswith("tests/") or name == "docker-compose.yml"]
    assert any(f"examples/{example}" in text or f'"examples" / "{example}"' in text for text in users)


def test_the_readme_is_short() -> None:
    """The README has at most 150 lines; details are in docs/."""
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= MAX_README_LINES


PAGES_OF_DOCS = sorted({path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"})


@pytest.mark.parametrize("page", PAGES_OF_DOCS)
def test_the_index_links_every_page(page: str) -> None:
    """A reader of docs/README.md finds each page of docs/."""
    assert f"({page})" in (ROOT / "docs" / "README.md").read_text(encoding="utf-8")

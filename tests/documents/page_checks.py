"""The code blocks of every page run as they are, in their order, against a mock instead of the address in them.

Run by `make documents-test`, not by `make test`: some need Node.js and a JDK, and together they take a minute.
"""

from pathlib import Path

import pytest

from tests import needs
from tests.documents.blocks import Block, pages
from tests.documents.page_runs import DATA, PROGRAMS, SHELL, PageRun

PACKAGES = {"sh": "curl", "js": "nodejs", "java": "default-jdk-headless"}
COMMANDS = {**PROGRAMS, "sh": "curl"}
IN_A_CLONE = {"docs/technologies.md"}
"""The pages whose reader changes the project itself."""
PAGES = [
    page
    for page, blocks in pages().items()
    if any(not block.not_run and block.language in {*PROGRAMS, *DATA, SHELL} for block in blocks)
]


def test_pages_of_every_kind_are_found() -> None:
    """Blocks of every language that can be run are found."""
    found = {block.language for page in PAGES for block in pages()[page] if not block.not_run}
    assert found >= {"python", "js", "java", "yaml", "toml", "sh"}


@pytest.mark.parametrize("page", PAGES)
def test_pages_run(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader who saves and runs the blocks of a page in order meets no error and no refusal."""
    for language in {block.language for block in pages()[page]} & PACKAGES.keys():
        needs.program(COMMANDS[language], package=PACKAGES[language])
    with PageRun(tmp_path, clone=page in IN_A_CLONE) as run:
        monkeypatch.chdir(run.folder)
        for block in pages()[page]:
            if not block.not_run:
                run.run(block)
        run.finish()


def test_the_tests_of_the_node_page_pass_with_a_shared_mock_of_any_times(tmp_path: Path) -> None:
    """They count no polls that depend on the times of the mock, which `voxdouble serve` has by default."""
    needs.program("node", package="nodejs")
    with PageRun(tmp_path) as run:
        for block in pages()["docs/node.md"]:
            if block.file:
                run.run(block)
        run.run(Block("page.md", 1, "sh", "voxdouble serve\n"))
        shown = run.run(Block("page.md", 2, "sh", "MOCK_URL=http://127.0.0.1:8000 node --test\n"))
    assert "fail 0" in shown


def test_a_failing_command_is_found(tmp_path: Path) -> None:
    """A command that exits with another status than 0, and a refusal that curl shows, are errors."""
    with PageRun(tmp_path) as run:
        for code in ("false\ntrue\n", "curl -si http://127.0.0.1:8000/api/unknown\n"):
            with pytest.raises(AssertionError):
                run.run(Block("page.md", 1, "sh", code))


def test_a_command_uses_the_mock_that_a_page_starts(tmp_path: Path) -> None:
    """After `voxdouble serve` in one block, the commands of later blocks reach that mock."""
    with PageRun(tmp_path) as run:
        run.run(Block("page.md", 1, "sh", "voxdouble serve\nvoxdouble serve --generation e1\n"))
        shown = run.run(Block("page.md", 2, "sh", "curl -sf http://127.0.0.1:8000/_mock/options\n"))
    assert '"generation":"e1"' in shown.replace(" ", "")

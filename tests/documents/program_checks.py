"""The pages with programs in Node.js or Java: their blocks run as they are, against a mock.

Run by `make documents-test`, not by `make test`: they need Node.js and a JDK.
"""

from pathlib import Path

import pytest

from tests import needs
from tests.documents.blocks import pages
from tests.documents.page_runs import PROGRAMS, PageRun, pages_that_need

PACKAGES = {"node": "nodejs", "java": "default-jdk-headless"}
PAGES = sorted(pages_that_need(PROGRAMS) - pages_that_need(()))


def test_both_languages_have_a_page() -> None:
    """The checks below run a page with Node.js and one with Java."""
    assert {block.language for page in PAGES for block in pages()[page]} >= {"js", "java"}


@pytest.mark.parametrize("page", PAGES)
def test_pages_run(page: str, tmp_path: Path) -> None:
    """A reader who saves and runs the blocks of a page in order meets no error and no refusal."""
    for language in {block.language for block in pages()[page]} & PROGRAMS.keys() - {"python"}:
        needs.program(PROGRAMS[language], package=PACKAGES[PROGRAMS[language]])
    with PageRun(tmp_path) as run:
        for block in pages()[page]:
            if not block.not_run:
                run.run(block)

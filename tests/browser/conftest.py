"""Chromium, mocks, and pages on which every error in the browser's console fails the test.

Pytest reads this module in every run, also where Playwright is not installed, so Playwright is imported late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import needs
from voxdouble_mock import MockAppliance

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Playwright

ARGUMENTS = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
SECONDS = 15
Open = Callable[..., "Page"]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Start Playwright, once: a second one in the same thread is refused."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=SECONDS * 1000)
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Start Debian's Chromium, with a microphone that hears beeps."""
    browser = start_chromium(playwright)
    yield browser
    browser.close()


def start_chromium(playwright: Playwright, *arguments: str) -> Browser:
    """Start Debian's Chromium with further arguments."""
    program = needs.program("chromium", package="chromium")
    return playwright.chromium.launch(executable_path=program, args=[*ARGUMENTS, *arguments])


@pytest.fixture
def mock() -> Iterator[MockAppliance]:
    """Start a mock with a real clock."""
    with MockAppliance() as mock:
        yield mock


@pytest.fixture
def errors() -> list[str]:
    """Return the list of errors of the pages, among them violations of the content security policy."""
    return []


@pytest.fixture
def open_page(browser: Browser, errors: list[str]) -> Iterator[Open]:
    """Return a function that opens a page in a context of its own; at the end the console must be free of errors.

    Keyword arguments are options of the context. A page's console may show refusals (4xx and 5xx) that the test causes.
    """
    contexts: list[BrowserContext] = []

    def open_page(url: str, **options: Any) -> Page:
        chosen = {"viewport": {"width": 1280, "height": 900}, "permissions": ["clipboard-read", "clipboard-write"]}
        context = browser.new_context(**{**chosen, **options})
        contexts.append(context)
        context.set_default_timeout(SECONDS * 1000)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not [error for error in errors if "Failed to load resource" not in error]


@pytest.fixture(scope="session")
def axe() -> str:
    """Return the script of axe-core, which finds what assistive technology cannot use."""
    return (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")

"""For everyone: keyboard, assistive technology, both themes, every width, hostile names, tokens and links."""

import re
import unicodedata
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

import voxdouble_fixtures
from tests.browser.conftest import Open
from tests.browser.people import HOSTILE_NAMES, upload
from voxdouble_mock import MockAppliance

PATHS = ["", "console/requests", "console/control", "console/try", "console/api"]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}


@pytest.fixture(scope="module")
def busy_mock() -> Iterator[MockAppliance]:
    """Start a mock with tasks in several states, faults and a scenario."""
    with MockAppliance(clock="manual") as mock:
        mock.scenario("by-file-name")
        for name in ("john.wav", "reject.wav", "fail.wav", "slow-90s.wav", "storage-full.wav"):
            upload(mock.url, name, include_vector_voiceprint="true")
        mock.clock.advance(40)
        upload(mock.url, "new.wav", channels="x")
        upload(mock.url, "new.wav")
        mock.fault("status", status=503, nth=50)
        yield mock


def select_first(page: Page, path: str) -> None:
    """Open the details of the first row, where a page has a list."""
    if path in {"", "console/requests"}:
        page.locator("a.row").first.click()
        expect(page.locator("#details .part").first).to_be_visible()
    if path == "console/try":
        page.locator("#file").set_input_files(voxdouble_fixtures.path("john_doe.wav"))
        expect(page.locator("#waveform svg").first).to_be_visible()
    if path == "console/api":
        expect(page.locator("#swagger .opblock").first).to_be_visible()
    if path == "console/control":
        page.get_by_text("Any fault, for chosen requests").click()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(busy_mock: MockAppliance, open_page: Open, axe: str, path: str, scheme: str) -> None:
    """Names, roles, contrast and order hold in both themes; swagger-ui is judged by its own project."""
    page = open_page(f"{busy_mock.url}/_mock/{path}", color_scheme=scheme, bypass_csp=True)
    select_first(page, path)
    page.evaluate(axe)
    script = "(rules) => axe.run({ exclude: [['#swagger']] }, rules)"
    found = page.evaluate(script, {"runOnly": {"type": "tag", "values": RULES["runOnly"]}})
    assert found["passes"]
    serious = [one for one in found["violations"] if one["impact"] in {"serious", "critical"}]
    assert not serious, [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in serious]


@pytest.mark.parametrize("width", [360, 480, 768, 1024, 1280, 1920])
def test_no_page_scrolls_sideways(busy_mock: MockAppliance, open_page: Open, width: int) -> None:
    """From a small telephone to a large screen, every page fits its width, with details open."""
    page = open_page("about:blank", viewport={"width": width, "height": 800})
    for path in PATHS:
        page.goto(f"{busy_mock.url}/_mock/{path}")
        select_first(page, path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_a_task_is_opened_and_closed_by_keyboard(busy_mock: MockAppliance, open_page: Open) -> None:
    """The filter has a key, rows are links, Escape closes the details and returns to the row."""
    page = open_page(busy_mock.url + "/_mock/")
    expect(page.locator("#tasks tbody tr").first).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_label("File name")).to_be_focused()
    page.keyboard.type("fail")
    expect(page.locator("#tasks tbody tr")).to_have_count(1)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="fail.wav")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="The selected task")).to_contain_text("asked for this failure")
    page.keyboard.press("Escape")
    expect(page.get_by_role("region", name="The selected task")).to_be_hidden()
    expect(page.get_by_role("link", name="fail.wav")).to_be_focused()


def test_the_first_key_offers_to_skip_to_the_content(busy_mock: MockAppliance, open_page: Open) -> None:
    """Tab shows the link that skips the navigation, and it moves the focus."""
    page = open_page(busy_mock.url + "/_mock/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_the_theme_is_chosen_and_kept(busy_mock: MockAppliance, open_page: Open) -> None:
    """The button changes from the system's theme to light and dark, and the choice lasts."""
    page = open_page(busy_mock.url + "/_mock/", color_scheme="light")
    colour = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(colour)
    page.get_by_role("button", name="Theme: as the system").click()
    page.get_by_role("button", name="Theme: light").click()
    dark = page.evaluate(colour)
    assert dark != light
    page.reload()
    expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()
    assert page.evaluate(colour) == dark


def as_shown(name: str) -> str:
    """Return a name with its control characters and marks of direction as numbers."""
    hidden = {"Cc", "Cf", "Zl", "Zp"}
    return "".join(f"\\u{{{ord(one):x}}}" if unicodedata.category(one) in hidden else one for one in name)


def test_hostile_names_never_become_markup(open_page: Open) -> None:
    """Sixty names of files, rules and queries are shown as text on every page, invisible characters by number."""
    with MockAppliance(clock="manual") as mock:
        mock.scenario({"rules": [{"name": "<img src=x onerror=document.title='owned'>", "then": {"pending": 0}}]})
        for name in HOSTILE_NAMES:
            upload(mock.url, name, q=name)
        mock.clock.advance(10)
        names = [entry.file_name or "" for entry in mock.requests]
        page = open_page(mock.url + "/_mock/")
        for path, rows in (("", "#tasks"), ("console/requests", "#requests"), ("console/try", "#finished")):
            page.goto(f"{mock.url}/_mock/{path}")
            select_first(page, "") if rows != "#finished" else page.wait_for_timeout(1500)
            if rows == "#requests":
                for number in range(1, len(names) + 1):
                    page.evaluate("(number) => { location.hash = number; }", number)
                    expect(page.locator("#details header")).to_contain_text(f"request {number}")
            assert page.locator("img, iframe, main script, main h1 ~ h1, svg[onload], textarea + b").count() == 0
            assert "owned" not in page.title()
        page.goto(f"{mock.url}/_mock/console/requests")
        shown = [name for name in page.locator("#requests td bdi.name").all_text_contents() if name]
        assert set(shown) >= {as_shown(name) for name in names if name}
        assert len(set(names)) >= 55


def test_the_token_is_asked_for_once_and_kept_in_the_tab(open_page: Open) -> None:
    """The page asks for the token, refuses a wrong one, keeps the right one for all pages, and puts it in no URL."""
    with MockAppliance(token="a-secret") as mock:
        page = open_page(mock.url + "/_mock/")
        urls: list[str] = []
        page.on("request", lambda request: urls.append(request.url))
        dialog = page.get_by_role("dialog", name="This mock requires its token")
        dialog.get_by_label("Token").fill("wrong")
        dialog.get_by_role("button", name="Use the token").click()
        expect(dialog.get_by_role("alert")).to_have_text("The mock refused this token.")
        dialog.get_by_label("Token").fill("a-secret")
        dialog.get_by_role("button", name="Use the token").click()
        expect(page.get_by_role("heading", name="No live task")).to_be_visible()
        page.get_by_role("link", name="Control").click()
        expect(page.locator("#unarmed")).to_be_visible()
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert page.evaluate("Object.values(sessionStorage)") == ["a-secret"]
        assert page.evaluate("Object.values(localStorage)") == []
        assert not [url for url in urls if "secret" in url]


@pytest.fixture(scope="module")
def other_site() -> Iterator[ThreadingHTTPServer]:
    """Serve a page of another site, which links to the mock, frames it and reads from it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            target = self.path.partition("?")[2]
            body = f'<a id="link" href="{target}">link</a><iframe src="{target}"></iframe>'.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("path", PATHS)
def test_a_link_of_another_site_works_and_a_frame_does_not(
    busy_mock: MockAppliance, browser: Browser, other_site: ThreadingHTTPServer, path: str
) -> None:
    """A person who follows a link sees the console with its data; a page that frames it shows nothing of it."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"http://localhost:{other_site.server_port}/?{busy_mock.url}/_mock/{path}")
    page.wait_for_timeout(500)
    frame = page.frames[-1]
    assert "voxdouble" not in frame.content()
    page.locator("#link").click()
    page.wait_for_url(re.compile("/_mock/"))
    expect(page.locator("#clock-time")).not_to_have_text("…")
    expect(page.get_by_text("The mock does not answer")).to_be_hidden()
    context.close()

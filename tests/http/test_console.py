"""The console's pages and files: no data, no inline script, their own access rules (P4, P5, P6)."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin

import pytest

from tests.http.wire import assert_refused, get
from voxdouble_mock import MockAppliance
from voxdouble_mock.core.namespace_names import PATTERN

PAGES = [
    "/_mock/",
    "/_mock",
    "/_mock/console/requests",
    "/_mock/console/control",
    "/_mock/console/try",
    "/_mock/console/api/",
    "/_ns/a/_mock/",
    "/_ns/a/_mock/console/api",
]
LINK = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
REFERENCE = re.compile(r'(?:src|href)="([^"#]*)"')


@pytest.fixture(scope="module")
def mock_with_token() -> Iterator[MockAppliance]:
    """Start a mock that requires a token."""
    with MockAppliance(token="secret") as mock:
        yield mock


@pytest.mark.parametrize("path", PAGES)
def test_pages_have_neither_inline_scripts_nor_inline_styles(mock: MockAppliance, path: str) -> None:
    """The policy allows files of the mock only, and no page has a script, a style or a listener in its markup."""
    response = get(mock.url + path)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=", response.text)


@pytest.mark.parametrize("path", PAGES)
def test_pages_cannot_be_framed(mock: MockAppliance, path: str) -> None:
    """No other page can put the console into a frame (P4)."""
    headers = get(mock.url + path).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", PAGES)
def test_all_references_of_a_page_lead_to_the_mock(mock: MockAppliance, path: str) -> None:
    """Every script, style, picture and page that a page names is answered, relative to the page's own address."""
    response = get(mock.url + path)
    references = set(REFERENCE.findall(response.text))
    assert len(references) > 6
    for reference in references:
        assert "//" not in reference
        assert get(urljoin(response.url, reference)).status_code == 200, reference


@pytest.mark.parametrize("path", [*PAGES, "/_mock/console/static/base.css"])
def test_a_link_to_the_console_works_from_anywhere(mock: MockAppliance, path: str) -> None:
    """A top-level navigation is answered wherever the link was; a frame and a script of another site are refused."""
    assert get(mock.url + path, headers=LINK).status_code == 200
    assert_refused(get(mock.url + path, headers={**LINK, "Sec-Fetch-Dest": "iframe"}), 403, "request.forbidden")
    assert_refused(get(mock.url + path, headers={"Sec-Fetch-Site": "cross-site"}), 403, "request.forbidden")
    assert_refused(get(mock.url + path, headers={**LINK, "Host": "evil.example"}), 403, "request.forbidden")


@pytest.mark.parametrize("path", [*PAGES, "/_mock/console/static/base.css"])
def test_pages_and_files_need_no_token(mock_with_token: MockAppliance, path: str) -> None:
    """With a token, pages and files are answered without it, and do not contain it; the data needs it (P5)."""
    response = get(mock_with_token.url + path)
    assert response.status_code == 200
    assert "secret" not in response.text
    assert_refused(get(mock_with_token.url + "/_mock/activity"), 403, "request.forbidden")


def test_a_file_that_the_browser_has_is_not_sent_again(mock: MockAppliance) -> None:
    """A file is asked for with its tag, and answered 304 without a body."""
    url = mock.url + "/_mock/console/static/base.css"
    first = get(url)
    again = get(url, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["Content-Type"] == "text/css; charset=utf-8"


@pytest.mark.parametrize("name", ["__init__.py", "..%2Ffiles.py", "%2e%2e", "nothing.js", "base.css%00", "LICENSE"])
def test_only_files_of_the_folder_are_served(mock: MockAppliance, name: str) -> None:
    """A name that is not one of the folder's scripts, styles or pictures is 404."""
    assert get(f"{mock.url}/_mock/console/static/{name}").status_code == 404


@pytest.mark.parametrize("name", ["a", "...", "a.b-c_D9", "x" * 64, ".", "..", "", "x" * 65, "a/b", "a b", "\u00e9"])
def test_the_form_for_a_namespace_accepts_exactly_the_valid_names(mock: MockAppliance, name: str) -> None:
    """The pattern of the input field refuses what a name of a namespace must not be."""
    page = get(mock.url + "/_mock/console/control").text
    found = re.search(r'name="name" pattern="([^"]+)"', page)
    assert found
    assert bool(re.fullmatch(found[1], name)) == bool(re.fullmatch(PATTERN, name))


def test_the_page_of_the_interface_lists_the_control_routes(mock: MockAppliance) -> None:
    """Each control route is listed with its methods, apart from HEAD and OPTIONS, which all of them have."""
    page = get(mock.url + "/_mock/console/api").text
    assert "DELETE /_mock/requests" in page
    assert "/_mock/clock/advance" in page
    assert "GET /_mock/<" not in page
    assert "GET /_mock/console" not in page
    assert "HEAD" not in page
    assert "OPTIONS" not in page

"""The page API: the document rendered offline, the grades of the statements, and the generations."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Open
from voxdouble_mock import MockAppliance

API = "/_mock/console/api"


def test_the_document_is_rendered_without_a_violation_of_the_policy(
    mock: MockAppliance, open_page: Open, errors: list[str]
) -> None:
    """Every operation is listed, one can be opened and tried, and only the mock is asked for anything."""
    hosts: set[str] = set()
    page = open_page("about:blank")
    page.on("request", lambda request: hosts.add(request.url.split("/")[2] if "://" in request.url else "data"))
    page.goto(mock.url + API)
    operation = page.locator(".opblock-get", has_text="/api/system/info")
    expect(operation).to_be_visible()
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".responses-table.live-responses-table")).to_contain_text("voxdouble")
    assert hosts <= {mock.url.split("/")[2], "data"}
    assert errors == []


def test_statements_are_found_by_grade_and_word(mock: MockAppliance, open_page: Open) -> None:
    """The grades are counted, and an id or a word finds a statement."""
    page = open_page(mock.url + API)
    rows = page.locator("#statements tbody tr")
    expect(page.locator("#fidelity-count")).to_have_text(re.compile(r"1\d\d of 1\d\d statements"))
    page.get_by_role("searchbox", name="Text").fill("S20")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("documented")
    page.get_by_role("searchbox", name="Text").fill("")
    page.get_by_role("radio", name="chosen").check()
    expect(rows.first).to_contain_text("C1")


def test_the_differences_of_the_generations_and_the_control_routes_are_listed(
    mock: MockAppliance, open_page: Open
) -> None:
    """Each difference has its value in each generation."""
    page = open_page(mock.url + API)
    table = page.get_by_role("table", name="Differences of the generations")
    expect(table.get_by_role("columnheader", name="E1")).to_be_visible()
    expect(table.get_by_role("row", name=re.compile("age-estimation.*404.*served"))).to_be_visible()
    expect(page.get_by_text("POST /_mock/clock/advance")).to_be_visible()

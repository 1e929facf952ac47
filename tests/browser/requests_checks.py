"""The page Requests: filters, reasons of refusals, and commands that can be pasted into a shell and into Python."""

import ast
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.people import HOSTILE_NAMES, JOHN, upload
from tests.http.wire import EXTRACTION, convert
from voxdouble_mock import MockAppliance

REQUESTS = "/_mock/console/requests"


def test_a_refused_request_shows_its_reason_rule_and_fault(mock: MockAppliance, open_page: Open) -> None:
    """The list and the details of a refused request show why, and which rule or fault decided."""
    mock.scenario(
        {"rules": [{"name": "full", "when": {"file_name": "b*"}, "then": {"fault": {"kind": "status", "status": 507}}}]}
    )
    upload(mock.url, "a.wav", channels="first")
    upload(mock.url, "b.wav")
    page = open_page(mock.url + REQUESTS)
    page.get_by_role("radio", name="refused").check()
    expect(page.locator("#requests tbody tr")).to_have_count(2)
    page.get_by_role("row", name=re.compile("422")).get_by_role("link").click()
    details = page.get_by_role("region", name="The selected request")
    expect(details.locator(".reason")).to_contain_text("`channels` must be a list of channel numbers")
    page.get_by_role("row", name=re.compile("507")).get_by_role("link").click()
    expect(details.locator(".tag.rule")).to_have_text("full")
    expect(details.locator(".tag.fault")).to_have_text("status")


def test_a_refusal_shows_the_headers_for_the_next_step(mock: MockAppliance, open_page: Open) -> None:
    """The details of an injected 503 have its Retry-After, and the settings of its fault."""
    mock.fault("status", status=503, retry_after=7)
    upload(mock.url)
    details = open_page(f"{mock.url}{REQUESTS}#1").get_by_role("region", name="The selected request")
    expect(details.get_by_text("retry-after", exact=True)).to_be_visible()
    expect(details.locator("dd").filter(has_text=re.compile("^7$"))).to_be_visible()
    expect(details).to_contain_text("body json, retry after 7.0, status 503")


@pytest.mark.parametrize(("kind", "words"), [("reset", "connection reset"), ("close", "connection closed")])
def test_a_response_that_was_not_sent_has_no_status(
    mock: MockAppliance, open_page: Open, kind: str, words: str
) -> None:
    """A request whose connection a fault ended says so in place of its status, and is not among the accepted."""
    mock.fault(kind)
    with pytest.raises(requests.ConnectionError):
        upload(mock.url)
    page = open_page(mock.url + REQUESTS)
    expect(page.locator("#requests tbody tr .state")).to_have_text(words)
    page.locator("#requests tbody a.row").click()
    details = page.get_by_role("region", name="The selected request")
    expect(details).to_contain_text("the response with status 202 was not sent")
    page.get_by_role("radio", name="accepted").check()
    expect(page.locator("#nothing-selected")).to_be_visible()


def test_filters_select_requests(mock: MockAppliance, open_page: Open) -> None:
    """Outcome, method, technology and text select requests, and every outcome is counted."""
    upload(mock.url, "one.wav", include_vector="true")
    location = upload(mock.url, "two.wav").headers["Location"]
    requests.get(location, timeout=30)
    convert(mock.url, [])
    page = open_page(mock.url + REQUESTS)
    rows = page.locator("#requests tbody tr")
    expect(rows).to_have_count(4)
    page.get_by_role("searchbox", name="Text").fill("two.wav")
    expect(rows).to_have_count(1)
    page.get_by_role("searchbox", name="Text").fill("")
    page.get_by_label("Method").select_option("GET")
    expect(rows).to_have_count(1)
    page.get_by_label("Method").select_option("all")
    page.get_by_label("Technology").select_option("speaker-identification-voiceprint-conversion")
    expect(rows).to_have_count(1)
    page.get_by_label("Technology").select_option("all")
    page.get_by_role("radio", name="with a warning").check()
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("include_vector")
    page.get_by_role("button", name="Empty the log").click()
    expect(page.get_by_role("heading", name="No request yet")).to_be_visible()


def test_the_copied_commands_send_the_request_again(mock: MockAppliance, open_page: Open, tmp_path: Path) -> None:
    """The commands on the clipboard run as they are, beside a file with the name of the placeholder."""
    (tmp_path / "recording.wav").write_bytes(JOHN)
    upload(mock.url, "it's mine.wav", include_vector_voiceprint="true", channel_mode="mix")
    page = open_page(f"{mock.url}{REQUESTS}#1")
    page.get_by_role("button", name="Copy curl").click()
    curl = page.evaluate("navigator.clipboard.readText()")
    answer = subprocess.run(["sh"], input=f"{curl} -s\n", cwd=tmp_path, capture_output=True, text=True, check=True)
    assert '"state":"pending"' in answer.stdout
    again = mock.requests[-1]
    assert (again.file_name, dict(again.query)) == (
        "it's mine.wav",
        {"include_vector_voiceprint": "true", "channel_mode": "mix"},
    )
    page.get_by_role("button", name="Copy Python").click()
    program = page.evaluate("navigator.clipboard.readText()")
    namespace: dict[str, object] = {}
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        exec(compile(program, "copied", "exec"), namespace)
    finally:
        os.chdir(before)
    assert [entry.query for entry in mock.requests if entry.method == "POST"][-1]["include_vector_voiceprint"] in {
        "true",
        "True",
    }


def entry(**members: Any) -> dict[str, Any]:
    """Return the log entry of an upload."""
    technology = EXTRACTION.rpartition("/")[2]
    base = {"number": 1, "at": 1.0, "method": "POST", "path": EXTRACTION, "status": 202, "technology": technology}
    rest = {
        "task_id": None,
        "query": {},
        "headers": {"content-type": "multipart/form-data"},
        "file_name": "a.wav",
        "size": 1,
    }
    return {**base, **rest, **members}


def commands_of(page: Page, one: dict[str, Any]) -> tuple[str, str]:
    """Return the two commands that the page offers for a log entry."""
    script = (
        "async (entry) => { const m = await import('./static/commands.js'); return [m.curl(entry), m.python(entry)]; }"
    )
    curl, python = page.evaluate(script.replace("./static", "/_mock/console/static"), one)
    return curl, python


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=range(len(HOSTILE_NAMES)))
def test_hostile_texts_are_one_word_of_a_shell_and_one_literal_of_python(
    commands_page: Page, tmp_path: Path, name: str
) -> None:
    """A name pasted into a shell as file name, query and header is passed to curl unchanged, and nothing else runs."""
    query, headers = {"q": name}, {"content-type": "multipart/form-data", "x-name": name}
    curl, python = commands_of(commands_page, entry(file_name=name, query=query, headers=headers))
    stub = tmp_path / "bin" / "curl"
    stub.parent.mkdir()
    stub.write_text('#!/bin/sh\nfor word in "$@"; do printf "%s\\0" "$word"; done > words\n')
    stub.chmod(0o755)
    environment = {"PATH": f"{stub.parent}:{os.environ['PATH']}", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["sh"], input=f"{curl}\n".encode(), cwd=tmp_path, env=environment, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    words = (tmp_path / "words").read_bytes().decode().split("\0")
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    assert f'file=@recording.wav;filename="{quoted}"' in words
    assert f"x-name: {name}" in words
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bin", "words"]
    tree = ast.parse(python)
    assert {type(node) for node in tree.body} <= {ast.ImportFrom, ast.With}
    assert python.isascii()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", python)


@pytest.fixture(scope="module")
def commands_page(browser: Any) -> Any:
    """Open one page for all names."""
    with MockAppliance() as mock:
        context = browser.new_context()
        page = context.new_page()
        page.goto(mock.url + REQUESTS)
        yield page
        context.close()


def test_the_token_is_a_variable_in_the_commands(browser: Any) -> None:
    """With a token, the commands name the variable APPLIANCE_TOKEN and never contain the token."""
    with MockAppliance(token="a-secret") as mock:
        context = browser.new_context()
        page = context.new_page()
        page.goto(mock.url + REQUESTS)
        curl, python = commands_of(page, entry())
        context.close()
    assert '-H "Authorization: Bearer $APPLIANCE_TOKEN"' in curl
    assert 'token=os.environ["APPLIANCE_TOKEN"]' in python
    assert "a-secret" not in curl + python

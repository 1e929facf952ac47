"""The pictures of the documents: each page with a day's work in it, as a person would have it.

They are written to out/browser/, and by `make pictures` to docs/images/.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import voxdouble_fixtures
from tests.browser.conftest import Open
from tests.browser.people import upload
from tests.repository import ROOT
from voxdouble_client import ApplianceClient
from voxdouble_mock import MockAppliance

FOLDER = ROOT / ("docs/images" if os.environ.get("VOXDOUBLE_PICTURES") else "out/browser")
RECORDINGS = [
    "jane_roe_1.flac",
    "john_doe.wav",
    "maria_lopez_1.flac",
    "not_audio.wav",
    "conversation.wav",
    "john_doe_2.flac",
]
SIZE = {"viewport": {"width": 1280, "height": 800}, "device_scale_factor": 1.5}


def work(mock: MockAppliance) -> str:
    """Do a day's work on a mock: uploads, polls, a rejection, refusals; return the id of the last finished task."""
    mock.scenario(
        {"rules": [{"name": "busy hour", "when": {"file_name": "*_1.flac"}, "then": {"pending": 2, "running": 6}}]}
    )
    with ApplianceClient(mock.url) as appliance:
        for name in RECORDINGS:
            handle = appliance.start_voiceprint_extraction(
                voxdouble_fixtures.path(name), include_vector_voiceprint=True
            )
            for seconds in (0.12, 0.2, 0.3):
                mock.clock.advance(seconds)
                handle.state()
        mock.clock.advance(3)
        appliance.start_voiceprint_extraction(voxdouble_fixtures.path("peter_kay_1.flac"))
        mock.clock.advance(4)
        appliance.start_voiceprint_extraction(voxdouble_fixtures.path("victor_ray_2.flac"))
    upload(mock.url, "interview.wav", channels="left")
    mock.fault("status", status=503, retry_after=2, method="POST")
    upload(mock.url, "interview.wav")
    return handle.task_id


@pytest.fixture(scope="module")
def worked() -> Iterator[tuple[MockAppliance, str]]:
    """Start a mock with work in it; yield it with the id of a task."""
    with MockAppliance(clock="manual") as mock:
        yield mock, work(mock)


def picture(page: Page, name: str) -> None:
    """Save a picture of what a person sees, which must not be empty."""
    page.wait_for_timeout(400)
    FOLDER.mkdir(parents=True, exist_ok=True)
    data = page.screenshot(path=FOLDER / f"{name}.png")
    assert len(data) > 30_000


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_tasks(worked: tuple[MockAppliance, str], open_page: Open, scheme: str) -> None:
    """Tasks in several states, and one of them with its timeline, polls and answer."""
    mock, task_id = worked
    page = open_page(f"{mock.url}/_mock/#{task_id}", color_scheme=scheme, **SIZE)
    expect(page.get_by_role("img", name=re.compile("Timeline"))).to_be_visible()
    picture(page, f"console-tasks-{scheme}")


def test_requests(worked: tuple[MockAppliance, str], open_page: Open) -> None:
    """The request log with a refused request, its reason and its commands."""
    mock, _ = worked
    page = open_page(mock.url + "/_mock/console/requests", color_scheme="light", **SIZE)
    page.get_by_role("row", name=re.compile("422")).get_by_role("link").click()
    expect(page.locator("#details .reason")).to_be_visible()
    picture(page, "console-requests")


def test_control(worked: tuple[MockAppliance, str], open_page: Open) -> None:
    """The clock, the faults and the scenario editor with the line of an error."""
    mock, _ = worked
    page = open_page(mock.url + "/_mock/console/control", color_scheme="light", **SIZE)
    editor = page.get_by_label("Scenario as YAML or JSON")
    expect(editor).to_have_value(re.compile("busy hour"))
    editor.fill(
        "rules:\n  - name: every third upload fails\n    when: {nth: 3}\n    then: {end: failed}\n"
        "  - name: slow\n    then: {pending: 30, running: ninety}\n"
    )
    expect(page.locator("#lines .bad")).to_be_visible()
    picture(page, "console-control")


def test_try_it(worked: tuple[MockAppliance, str], open_page: Open) -> None:
    """A recording with the speech that was found in it."""
    mock, _ = worked
    page = open_page(mock.url + "/_mock/console/try", color_scheme="dark", **SIZE)
    page.locator("#file").set_input_files(voxdouble_fixtures.path("conversation.wav"))
    expect(page.locator("#waveform svg")).to_have_count(2)
    picture(page, "console-try")


def test_all_pictures_of_the_documents_are_made_here() -> None:
    """Each picture in docs/images/ is one that these tests make."""
    made = {f"console-{name}.png" for name in ("tasks-light", "tasks-dark", "requests", "control", "try")}
    assert {path.name for path in Path(ROOT / "docs" / "images").glob("*.png")} == made

"""The page Try it: a recording is chosen, dropped or recorded, sent, watched and compared."""

import re
from pathlib import Path

from playwright.sync_api import expect

import voxdouble_fixtures
from tests.browser.conftest import Open
from tests.browser.people import upload
from tests.http.wire import get
from voxdouble_mock import MockAppliance

TRY = "/_mock/console/try"
DROP = """async ([name, bytes]) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(bytes)], name));
    const event = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
    document.getElementById("drop").dispatchEvent(event);
}"""


def test_a_chosen_recording_shows_its_speech_and_goes_through(mock: MockAppliance, open_page: Open) -> None:
    """The waveform has the speech marked; the task is polled to its end, and its answer is shown."""
    page = open_page(mock.url + TRY)
    page.locator("#file").set_input_files(voxdouble_fixtures.path("conversation.wav"))
    drawings = page.get_by_role("img", name=re.compile(r"Channel \d: .* of speech"))
    expect(drawings).to_have_count(2)
    assert drawings.first.locator("rect.speech").count() >= 1
    assert len(drawings.first.locator("path.wave").get_attribute("d") or "") > 1000
    page.get_by_role("button", name="Send it").click()
    expect(page.locator("#outcome-state")).to_have_text("done")
    expect(page.locator("#outcome-answer")).to_contain_text("speech_length")
    expect(page.locator("#outcome-timeline line.tick").first).to_be_attached()
    (task,) = get(mock.url + "/_mock/tasks").json()["tasks"]
    assert task["file_name"] == "conversation.wav"
    page.get_by_role("link", name="Show it among the tasks").click()
    expect(page.get_by_role("region", name="The selected task")).to_contain_text("conversation.wav")


def test_a_dropped_file_without_audio_ends_rejected(mock: MockAppliance, open_page: Open) -> None:
    """A file that is not audio says so at once, and its task ends rejected with the reason."""
    page = open_page(mock.url + TRY)
    page.evaluate(DROP, ["notes.txt", list(b"These are notes, and no audio at all.")])
    expect(page.locator("#waveform-problem")).to_contain_text("The file is text.")
    page.get_by_role("button", name="Send it").click()
    expect(page.locator("#outcome-state")).to_have_text("rejected")
    expect(page.locator("#outcome-answer")).to_contain_text("task.validation-error")


def test_a_refusal_is_shown_with_status_and_reason(mock: MockAppliance, open_page: Open) -> None:
    """A request that the mock refuses shows the status and the message."""
    page = open_page(mock.url + TRY)
    page.locator("#file").set_input_files(voxdouble_fixtures.path("john_doe.wav"))
    page.get_by_label("Channels (empty: all)").fill("left")
    page.get_by_role("button", name="Send it").click()
    expect(page.locator("#send-problem")).to_contain_text("422: Invalid request: `channels` must be")


def test_a_recording_from_the_microphone_is_a_wav_file(mock: MockAppliance, open_page: Open) -> None:
    """A few seconds from the microphone are encoded in the page, and decoded by the mock as what they are."""
    page = open_page(mock.url + TRY, permissions=["microphone"])
    page.get_by_role("button", name="Record from the microphone").click()
    expect(page.locator("#record-state")).to_contain_text(re.compile(r"recording: [1-9]\.\d s"))
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#chosen")).to_have_text("recording.wav")
    expect(page.get_by_role("img", name=re.compile("Channel 0"))).to_be_visible()
    expect(page.locator("#waveform")).to_contain_text(re.compile(r"\d+ Hz · 1 channel"))
    page.get_by_role("button", name="Send it").click()
    expect(page.locator("#outcome-state")).to_have_text("done")


def test_finished_tasks_are_compared(mock: MockAppliance, open_page: Open) -> None:
    """Two recordings of one speaker score above 0, those of two speakers below."""
    mock.scenario({"rules": [{"then": {"pending": 0, "running": 0}}]})
    for name in ("john_doe.wav", "john_doe_2.flac", "jane_roe_1.flac"):
        upload(mock.url, name, Path(voxdouble_fixtures.path(name)).read_bytes())
    page = open_page(mock.url + TRY)
    for name in ("john_doe.wav", "john_doe_2.flac", "jane_roe_1.flac"):
        page.get_by_role("checkbox", name=re.compile(name)).check()
    page.get_by_role("button", name="Compare").click()
    scores = page.get_by_role("region", name="Scores")
    expect(scores.get_by_role("columnheader")).to_have_count(3)
    cells = [float((cell.inner_text()).split()[0]) for cell in scores.locator("td.same, td.other").all()]
    by_name = dict(
        zip(["jane-jane", "jane-john2", "jane-john", "john2-jane", "john2-john2", "john2-john"], cells, strict=False)
    )
    assert by_name["john2-john"] > 0 > by_name["jane-john"]

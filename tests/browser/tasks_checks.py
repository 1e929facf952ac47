"""The page Tasks: live tasks, timelines, answers and voice data, and pages of long lists."""

import re
import threading
import time

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Open
from tests.browser.people import JOHN, NO_AUDIO, upload
from voxdouble_client import ApplianceClient
from voxdouble_mock import MockAppliance
from voxdouble_mock.core.task import State, Task, Timeline

CONSOLE = "/_mock/"


def test_an_upload_is_seen_live_from_pending_to_done(mock: MockAppliance, open_page: Open) -> None:
    """A task appears after its upload, and its state follows the clock without a reload."""
    mock.scenario({"rules": [{"then": {"pending": 1, "running": 1}}]})
    page = open_page(mock.url + CONSOLE)
    expect(page.get_by_role("heading", name="No live task")).to_be_visible()
    upload(mock.url, "live.wav")
    row = page.get_by_role("row", name=re.compile("live.wav"))
    expect(row).to_be_visible()
    expect(row).to_contain_text("pending")
    expect(row).to_contain_text("running")
    expect(row).to_contain_text("done")
    expect(row).to_contain_text("voiceprint extraction")


def test_a_timeline_is_drawn_to_scale_with_its_polls(mock: MockAppliance, open_page: Open) -> None:
    """The widths of the phases are those of their durations, each poll is a tick, and the expiry is a time."""
    mock.clock.set("manual")
    mock.scenario({"rules": [{"then": {"pending": 10, "running": 30, "lifetime": 100}}]})
    with ApplianceClient(mock.url) as appliance:
        handle = appliance.start_voiceprint_extraction(JOHN)
        for seconds in (5, 15, 25):
            mock.clock.advance(seconds)
            handle.state()
    page = open_page(f"{mock.url}{CONSOLE}#{handle.task_id}")
    drawing = page.get_by_role("img", name=re.compile("Timeline: pending for 10 s, running for 30 s, then done"))
    expect(drawing).to_be_visible()
    pending, running = (number(drawing.locator(f"rect.{name}"), "width") for name in ("pending", "running"))
    assert round(running / pending, 2) == 3.0
    ticks = [number(tick, "x1") for tick in drawing.locator("line.tick").all()]
    assert len(ticks) == 2  # the third poll came after the end
    start = number(drawing.locator("rect.pending"), "x")
    assert round((ticks[0] - start) / pending, 2) == 0.5
    expect(page.get_by_text("3 polls in the request log, 1 of them after the end")).to_be_visible()
    expect(drawing.get_by_text("expires")).to_be_visible()


def number(element: Locator, name: str) -> float:
    """Return an attribute of an element as a number."""
    return float(element.get_attribute(name) or "nan")


def test_voice_data_is_a_plot_and_the_voiceprint_needs_a_click(mock: MockAppliance, open_page: Open) -> None:
    """Length, norm and plot are shown; the text of the voiceprint is neither on the page nor read before the click."""
    mock.clock.set("manual")
    response = upload(mock.url, include_vector_voiceprint="true")
    mock.clock.advance(5)
    with ApplianceClient(mock.url) as appliance:
        voiceprint = appliance.task(response.headers["Location"]).result().channels[0].voiceprint
    page = open_page(f"{mock.url}{CONSOLE}#{response.json()['task']['task_id']}")
    expect(page.get_by_text(re.compile(r"\d+ characters · 100 numbers, norm 0\.\d+"))).to_be_visible()
    expect(page.get_by_text("128 numbers · norm 1")).to_be_visible()
    assert page.locator("svg.plot").first.locator("rect").count() == 128
    assert voiceprint[:40] not in page.content()
    page.get_by_role("button", name="Show the voiceprint").click()
    expect(page.get_by_role("textbox", name="Voiceprint")).to_have_value(voiceprint)


def test_the_reason_and_the_rule_of_a_rejection_are_shown(mock: MockAppliance, open_page: Open) -> None:
    """A person finds out why a task was rejected, and which rule of the scenario did it."""
    mock.scenario("by-file-name")
    upload(mock.url, "reject-me.wav")
    upload(mock.url, "noise.wav", NO_AUDIO)
    page = open_page(mock.url + CONSOLE)
    page.get_by_role("radio", name="rejected").check()
    page.get_by_role("link", name="reject-me.wav").click()
    details = page.get_by_role("region", name="The selected task")
    expect(details).to_contain_text("The name of the file asked for this rejection.")
    expect(details.locator(".tag.rule")).to_have_text("reject")
    page.get_by_role("link", name="noise.wav").click()
    expect(details.locator(".reason")).to_contain_text("The file is text.")
    expect(details.locator(".reason")).not_to_contain_text("The name of the file")


def test_a_list_of_10000_tasks_is_paged_and_filtered(mock: MockAppliance, open_page: Open) -> None:
    """Fifty rows are drawn at a time, newest first; older pages and filters reach every task."""
    fill(mock, 10_000)
    page = open_page(mock.url + CONSOLE)
    rows = page.locator("#tasks tbody tr")
    expect(rows).to_have_count(50)
    expect(page.get_by_text("1 to 50 of 10,000")).to_be_visible()
    expect(rows.first).to_contain_text("recording 9999.wav")
    page.get_by_role("button", name="Older").click()
    expect(page.get_by_text("51 to 100 of 10,000")).to_be_visible()
    expect(rows.first).to_contain_text("recording 9949.wav")
    page.get_by_label("File name").fill("recording 1234")
    expect(rows).to_have_count(1)
    page.get_by_label("File name").fill("*77.wav")
    expect(page.get_by_text("1 to 50 of 100")).to_be_visible()
    page.get_by_role("radio", name="failed").check()
    expect(page.get_by_text("No live task matches the filters.")).to_be_visible()


def fill(mock: MockAppliance, count: int) -> None:
    """Store finished tasks directly, since their uploads would take a minute."""
    now = int(mock.clock.now() * 1000)
    storage = mock._parts.store._storage  # type: ignore[attr-defined]
    tasks = [
        Task(
            f"{number:08}-0000-4000-8000-000000000000",
            "speaker-identification-voiceprint-extraction",
            Timeline.plan(now + number, State.DONE, pending=1, running=1, lifetime=10**9),
            b'{"channels":[]}',
            file_name=f"recording {number}.wav",
        )
        for number in range(count)
    ]

    def step(transaction: object) -> None:
        for task in tasks:
            transaction.add("", task)  # type: ignore[attr-defined]

    mock.clock.now()
    mock.requests  # noqa: B018 (creates nothing; the default namespace exists)
    storage.transact(step)


def test_a_hidden_page_reads_nothing(mock: MockAppliance, open_page: Open) -> None:
    """A hidden page sends no request; it polls again as soon as it is seen."""
    page = open_page(mock.url + CONSOLE)
    expect(page.locator("#clock-time")).not_to_have_text("…")
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.evaluate(
        """() => {
            Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
            document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    page.wait_for_timeout(2500)
    assert len(seen) <= 1  # one may have been under way
    seen.clear()
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(500)
    assert seen


def test_a_mock_that_ends_and_comes_back_is_shown(open_page: Open) -> None:
    """A page whose mock was stopped says so, and goes on when a mock answers at its address again."""
    with MockAppliance() as mock:
        page = open_page(mock.url + CONSOLE)
        port = int(mock.url.rpartition(":")[2])
        stopping = threading.Thread(target=mock.stop)
        stopping.start()
        stopping.join()
        expect(page.get_by_text("The mock does not answer")).to_be_visible()
    with MockAppliance(port=port) as mock:
        expect(page.get_by_text("The mock does not answer")).to_be_hidden()


def test_a_selection_of_text_and_an_opened_voiceprint_stay(mock: MockAppliance, open_page: Open) -> None:
    """While the list and the details are refreshed, a person can select a name, and a shown voiceprint stays."""
    mock.scenario({"rules": [{"then": {"pending": 0, "running": 0}}]})
    response = upload(mock.url, "mine.wav")
    page = open_page(f"{mock.url}{CONSOLE}#{response.json()['task']['task_id']}")
    page.get_by_role("button", name="Show the voiceprint").click()
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#tasks bdi'))")
    with ApplianceClient(mock.url) as appliance:
        for _ in range(3):
            appliance.task(response.headers["Location"]).state()
            page.wait_for_timeout(1000)
    expect(page.get_by_text("3 polls in the request log")).to_be_visible()
    expect(page.get_by_role("textbox", name="Voiceprint")).to_be_visible()
    assert page.evaluate("getSelection().toString()") == "mine.wav"


def test_a_malformed_address_selects_no_task(mock: MockAppliance, open_page: Open) -> None:
    """A fragment that is not a task's id leaves the page in use."""
    page = open_page(f"{mock.url}{CONSOLE}#%E0%")
    upload(mock.url, "seen.wav")
    expect(page.get_by_role("row", name=re.compile("seen.wav"))).to_be_visible()


def test_the_expiry_of_a_task_is_announced(mock: MockAppliance, open_page: Open, errors: list[str]) -> None:
    """A task that expires is announced by name, its details say so, and no request for it fails."""
    mock.clock.set("manual")
    task_id = upload(mock.url, "short.wav").json()["task"]["task_id"]
    page = open_page(f"{mock.url}{CONSOLE}#{task_id}")
    expect(page.get_by_role("heading", name="short.wav")).to_be_visible()
    mock.clock.advance(7200)
    expect(page.locator("#notice")).to_have_text("The task of short.wav expired.")
    expect(page.get_by_role("region", name="The selected task")).to_contain_text("The task expired at")
    assert errors == []


def test_a_long_name_takes_two_lines(mock: MockAppliance, open_page: Open) -> None:
    """A row stays as low as two lines of name and one of technology, and the whole name is its title."""
    upload(mock.url, "long " * 30 + ".wav")
    page = open_page(mock.url + CONSOLE, viewport={"width": 360, "height": 800})
    link = page.locator("#tasks tbody a.row")
    box = link.bounding_box()
    assert box is not None
    assert box["height"] < 60
    expect(link.locator("bdi")).to_have_attribute("title", re.compile(r"^(long ){20}"))


def test_a_busy_list_is_read_at_most_every_other_second(mock: MockAppliance, open_page: Open) -> None:
    """While tasks arrive all the time, the list is read less often than they do, and all are listed afterwards."""
    page = open_page(mock.url + CONSOLE)
    reads: list[float] = []
    page.on("request", lambda request: reads.append(time.monotonic()) if "/_mock/tasks?" in request.url else None)
    began = time.monotonic()
    for number in range(30):
        upload(mock.url, f"{number}.wav")
        page.wait_for_timeout(200)
    seconds = time.monotonic() - began
    expect(page.locator("#tasks tbody tr")).to_have_count(30)
    assert len(reads) <= 5 + seconds / 2

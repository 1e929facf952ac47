"""The page Control: clock, scenario, faults, namespaces and reset, as a person uses them."""

import re
from concurrent.futures import ThreadPoolExecutor

from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.people import JOHN, upload
from tests.http.wire import get
from voxdouble_client import ApplianceClient
from voxdouble_mock import MockAppliance

CONTROL = "/_mock/console/control"


def clock(mock: MockAppliance) -> tuple[str, float]:
    """Return the mode and the rate of the clock."""
    shown = get(mock.url + "/_mock/clock").json()
    return shown["mode"], shown["rate"]


def test_the_clock_is_paused_and_moved_to_the_next_event(mock: MockAppliance, open_page: Open) -> None:
    """A paused clock stands still, and each step shows the transitions that it passes."""
    page = open_page(mock.url + CONTROL)
    page.get_by_role("radio", name="paused").check()
    expect(page.locator("#clock")).to_contain_text("paused")
    assert clock(mock)[0] == "manual"
    upload(mock.url)
    page.get_by_role("button", name="Next event").click()
    expect(page.locator("#passed")).to_contain_text("running")
    page.get_by_role("button", name="+1 min").click()
    expect(page.locator("#passed")).to_contain_text("done")
    page.get_by_label("Advance by seconds").fill("7200")
    page.get_by_role("button", name="Advance", exact=True).click()
    expect(page.locator("#passed")).to_contain_text("expired")


def test_the_clock_is_scaled(mock: MockAppliance, open_page: Open) -> None:
    """A scaled clock takes the rate that is entered, and an impossible one is refused with the reason."""
    page = open_page(mock.url + CONTROL)
    page.get_by_role("radio", name="scaled").check()
    page.get_by_label("Seconds in each real second").fill("120")
    page.keyboard.press("Enter")
    expect(page.locator("#clock")).to_contain_text("120")
    assert clock(mock) == ("scale", 120.0)
    page.get_by_label("Seconds in each real second").fill("0")
    page.keyboard.press("Enter")
    expect(page.locator("#clock-problem")).to_contain_text("`rate` must be a number greater than 0")


def test_a_scenario_is_checked_by_line_and_used(mock: MockAppliance, open_page: Open) -> None:
    """The first error is shown with its line while a person types; a bundled scenario is a start."""
    page = open_page(mock.url + CONTROL)
    editor = page.get_by_label("Scenario as YAML or JSON")
    editor.fill("name: mine\nrules:\n  - then: {end: failed}\n    when: {nth: 0}\n")
    expect(page.locator("#scenario-problem")).to_contain_text("line 4")
    expect(page.locator("#scenario-problem")).to_contain_text("`nth` must be")
    expect(page.locator("#lines .bad")).to_have_text("4\n")
    expect(page.get_by_role("button", name="Use this scenario")).to_be_disabled()
    editor.fill("rules:\n  - when: {technology: speech}\n    then: {}\n")
    expect(page.locator("#scenario-problem")).to_contain_text("technology")
    expect(page.locator("#lines .bad")).to_have_text("2\n")
    page.get_by_role("button", name="Go to the line").click()
    assert page.evaluate("document.activeElement.selectionStart") == len("rules:\n")
    editor.fill("{")
    expect(page.locator("#scenario-problem")).to_contain_text("line 2")  # where YAML misses the rest
    page.get_by_role("button", name="Go to the line").click()
    assert page.evaluate("document.activeElement.selectionEnd") == 1
    page.get_by_label("Start from").select_option("by-file-name")
    expect(editor).to_have_value(re.compile("storage-full"))
    page.get_by_role("button", name="Use this scenario").click()
    expect(page.locator("#scenario-state")).to_have_text("in use: by file name")
    assert upload(mock.url, "storage-full.wav").status_code == 507
    page.get_by_role("button", name="Remove the scenario").click()
    expect(page.locator("#scenario-state")).to_contain_text("none in use")
    assert upload(mock.url, "storage-full.wav").status_code == 202


def test_a_fault_is_armed_by_a_click_and_the_client_retries(mock: MockAppliance, open_page: Open) -> None:
    """A client of our own meets the fault, waits and tries again; the page shows that the fault was applied."""
    page = open_page(mock.url + CONTROL)
    page.get_by_role("button", name="503, retry after 2 s").click()
    expect(page.get_by_role("list", name="Armed faults")).to_contain_text("status 503")
    with ThreadPoolExecutor() as pool, ApplianceClient(mock.url, timeout=30) as appliance:
        extraction = pool.submit(appliance.extract_voiceprint, JOHN)
        expect(page.locator("#unarmed")).to_be_visible()
        page.goto(mock.url + "/_mock/console/requests")
        page.get_by_role("radio", name="with a fault").check()
        expect(page.locator("#requests tbody tr")).to_have_count(1)
        assert extraction.result().channels
    page.get_by_role("radio", name="accepted").check()
    expect(page.get_by_role("row", name=re.compile("202"))).to_be_visible()


def test_any_fault_is_armed_with_the_form(mock: MockAppliance, open_page: Open) -> None:
    """The form offers the members of each kind and the address; a wrong combination is refused with the reason."""
    page = open_page(mock.url + CONTROL)
    page.get_by_text("Any fault, for chosen requests").click()
    form = page.locator("#fault")
    form.get_by_label("Kind").select_option("delay")
    form.get_by_label("seconds", exact=True).fill("0.5")
    form.get_by_label("during").check()
    form.get_by_label("Method").select_option("GET")
    form.get_by_label("First request that it applies to").fill("3")
    form.get_by_label("Number of requests").fill("all")
    form.get_by_role("button", name="Arm the fault").click()
    expect(page.get_by_role("list", name="Armed faults")).to_contain_text("delay, seconds 0.5, during true")
    (armed,) = get(mock.url + "/_mock/faults").json()["faults"]
    assert (armed["method"], armed["nth"], armed["count"]) == ("GET", 3, None)
    form.get_by_label("Kind").select_option("no-location")
    form.get_by_role("button", name="Arm the fault").click()
    expect(page.locator("#fault-problem")).to_contain_text("`method` must be POST")
    page.get_by_role("button", name="Disarm all").click()
    expect(page.locator("#unarmed")).to_be_visible()


def test_one_fault_of_several_is_disarmed(mock: MockAppliance, open_page: Open) -> None:
    """Each armed fault says how often it still applies, and has a button that disarms it alone."""
    page = open_page(mock.url + CONTROL)
    page.get_by_role("button", name="429", exact=True).click()
    page.get_by_role("button", name="Connection reset").click()
    armed = page.get_by_role("list", name="Armed faults")
    expect(armed.get_by_role("listitem")).to_have_count(2)
    expect(armed).to_contain_text("applies 1 more time; applied 0 times so far")
    armed.get_by_role("button", name=re.compile("Disarm status")).click()
    expect(armed.get_by_role("listitem")).to_have_count(1)
    assert [one["fault"]["kind"] for one in get(mock.url + "/_mock/faults").json()["faults"]] == ["reset"]


def test_a_long_advance_of_the_clock_is_asked_for_first(mock: MockAppliance, open_page: Open) -> None:
    """An advance of more than a day needs a second click, and a cancelled one changes nothing."""
    mock.clock.set("manual")
    page = open_page(mock.url + CONTROL)
    before = mock.clock.now()
    for answer, passed in (("Cancel", 0.0), ("Advance", 1e6)):
        page.get_by_label("Advance by seconds").fill("1000000")
        page.locator("#advance").get_by_role("button", name="Advance").click()
        dialog = page.get_by_role("dialog", name="Advance the clock by 12 days?")
        dialog.get_by_role("button", name=answer).click()
        expect(dialog).to_be_hidden()
        if passed:
            expect(page.locator("#passed")).to_contain_text("No task changed its state.")
        assert mock.clock.now() - before == passed


def test_edited_text_survives_a_reload_and_another_start(mock: MockAppliance, open_page: Open) -> None:
    """Text of the editor that is not in use comes back after a reload, and after another start was chosen."""
    mock.scenario("by-file-name")
    mine = "rules:\n  - then: {end: failed}\n"
    page = open_page(mock.url + CONTROL)
    editor = page.get_by_label("Scenario as YAML or JSON")
    expect(editor).to_have_value(re.compile("storage-full"))
    expect(page.get_by_role("option", name="your edited text")).to_have_count(0)
    editor.fill(mine)
    page.reload()
    expect(editor).to_have_value(mine)
    expect(page.get_by_text("Your edited text is back; it is not in use.")).to_be_visible()
    page.get_by_label("Start from").select_option("capacity-used-up")
    expect(editor).to_have_value(re.compile("used_up"))
    page.get_by_label("Start from").select_option("your edited text")
    expect(editor).to_have_value(mine)
    page.get_by_role("button", name="Use this scenario").click()
    expect(page.get_by_text("The scenario is in use.")).to_be_visible()
    page.reload()
    expect(editor).to_have_value(re.compile("end: failed"))
    expect(page.get_by_text("Your edited text is back")).to_have_count(0)


def test_a_page_without_a_scenario_makes_no_failing_request(
    mock: MockAppliance, open_page: Open, errors: list[str]
) -> None:
    """Without a scenario the page asks for none, so that the browser reports no 404."""
    page = open_page(mock.url + CONTROL)
    expect(page.locator("#scenario-state")).to_contain_text("none in use")
    expect(page.locator("#namespaces")).to_contain_text("default this one · 0 tasks · 0 requests")
    assert errors == []


def test_the_interface_of_an_older_generation_is_chosen(mock: MockAppliance, open_page: Open) -> None:
    """The options of the namespace are changed while the mock runs."""
    page = open_page(mock.url + CONTROL)
    page.get_by_label("Generation").select_option("e2")
    expect(page.get_by_text("The option is changed.")).to_be_visible()
    assert get(mock.url + "/_mock/options").json()["generation"] == "e2"


def test_a_namespace_has_its_own_console(mock: MockAppliance, open_page: Open) -> None:
    """A namespace is opened by its name, its page shows its tasks only, and Control links back."""
    page = open_page(mock.url + CONTROL)
    page.get_by_label("Open a namespace").fill("team-a")
    page.get_by_role("button", name="Open", exact=True).click()
    page.wait_for_url("**/_ns/team-a/_mock/")
    expect(page.get_by_role("heading", name="No live task")).to_be_visible()
    upload(f"{mock.url}/_ns/team-a", "theirs.wav")
    upload(mock.url, "ours.wav")
    expect(page.get_by_role("row", name=re.compile("theirs.wav"))).to_be_visible()
    expect(page.get_by_text("ours.wav")).to_have_count(0)
    page.get_by_role("link", name="Control").click()
    page.get_by_role("link", name="default").click()
    expect(page.get_by_role("row", name=re.compile("ours.wav"))).to_be_visible()


def test_a_reset_needs_a_second_click(mock: MockAppliance, open_page: Open) -> None:
    """Reset asks first; after it the tasks are gone."""
    upload(mock.url)
    page = open_page(mock.url + CONTROL)
    page.get_by_role("button", name="Reset…").click()
    page.get_by_role("button", name="Cancel").click()
    assert get(mock.url + "/_mock/tasks").json()["total"] == 1
    page.get_by_role("button", name="Reset…").click()
    page.get_by_role("dialog").get_by_role("button", name="Reset").click()
    expect(page.get_by_text("The namespace is reset.")).to_be_visible()
    assert get(mock.url + "/_mock/tasks").json()["total"] == 0

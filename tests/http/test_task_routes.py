"""The lists and details of tasks below /_mock/tasks, and the activity that says when to read them again."""

import json
import unicodedata
from typing import Any

import pytest

from tests.http.wire import (
    EMBEDDING,
    EXTRACTION,
    NO_AUDIO,
    assert_refused,
    convert,
    delete,
    extract,
    get,
    post,
    put,
)
from voxdouble_mock import MockAppliance
from voxdouble_mock.http.mock_api.voice_data import MAX_ITEMS, summary, voiceprint_of


def listed(mock: MockAppliance, **query: Any) -> Any:
    """Return the body of the list of tasks."""
    response = get(mock.url + "/_mock/tasks", params=query)
    assert response.status_code == 200, response.text
    return response.json()


def details(mock: MockAppliance, task_id: str) -> Any:
    """Return the body of a task's details."""
    response = get(f"{mock.url}/_mock/tasks/{task_id}")
    assert response.status_code == 200, response.text
    return response.json()


def task_of(response: Any) -> str:
    """Return the id of the task of a 202."""
    return str(response.json()["task"]["task_id"])


def test_tasks_are_selected_by_state_technology_and_file_name(mock: MockAppliance) -> None:
    """Each parameter selects some of the tasks; together they select those that meet all."""
    wav, flac = (task_of(extract(mock.url, NO_AUDIO, name)) for name in ("a.wav", "b.flac"))
    mock.clock.advance(1)
    pending = task_of(convert(mock.url, [EMBEDDING]))
    assert [task["task_id"] for task in listed(mock, state="rejected")["tasks"]] == [wav, flac]
    assert [task["task_id"] for task in listed(mock, file_name="*.flac")["tasks"]] == [flac]
    assert [task["task_id"] for task in listed(mock, technology=pending_technology(mock))["tasks"]] == [pending]
    assert listed(mock, state="pending", file_name="*")["tasks"] == []
    assert listed(mock, state="rejected")["total"] == 3


def test_a_long_file_name_is_found_whole(mock: MockAppliance) -> None:
    """A task keeps the beginning and the digest of a long name, in the Unicode form NFC; the whole name finds it."""
    name = "e\u0301" * 150 + ".wav"
    found = task_of(extract(mock.url, NO_AUDIO, name))
    extract(mock.url, NO_AUDIO, f"x{name}")
    for wanted in (name, unicodedata.normalize("NFC", name), listed(mock)["tasks"][0]["file_name"]):
        assert [task["task_id"] for task in listed(mock, file_name=wanted)["tasks"]] == [found]


def pending_technology(mock: MockAppliance) -> str:
    """Return the technology of the one pending task."""
    (task,) = listed(mock, state="pending")["tasks"]
    return str(task["technology"])


def test_pages_are_counted_from_the_newest_task(mock: MockAppliance) -> None:
    """`limit` and `skip` cut the selected tasks into pages, and the response counts those of all pages."""
    ids = [task_of(convert(mock.url, ["AAAA"])) for _ in range(5)]
    pages = [listed(mock, limit=2, skip=skip) for skip in (0, 2, 4, 6)]
    assert [[task["task_id"] for task in page["tasks"]] for page in pages] == [ids[3:], ids[1:3], ids[:1], []]
    assert {(page["total"], page["selected"]) for page in pages} == {(5, 5)}
    assert listed(mock, limit=0)["tasks"] == []


def test_a_page_counts_states_and_names_the_next_change(mock: MockAppliance) -> None:
    """The states of all live tasks are counted, and `next` is the first instant at which one of them changes."""
    assert listed(mock, limit=1)["next"] is None
    extract(mock.url, NO_AUDIO)
    convert(mock.url, [EMBEDDING])
    page = listed(mock, limit=1)
    assert page["states"] == {"pending": 2, "running": 0, "rejected": 0, "failed": 0, "done": 0}
    for _ in range(5):
        page = listed(mock, limit=10)
        before = page["states"], len(page["tasks"])
        mock.clock.advance(page["next"] - mock.clock.now() - 0.001)
        page = listed(mock, limit=10)
        assert (page["states"], len(page["tasks"])) == before
        mock.clock.advance(0.002)
        page = listed(mock, limit=10)
        assert (page["states"], len(page["tasks"])) != before
    assert page["tasks"] == []


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"state": "ended"}, "pending, running, rejected, failed, done"),
        ({"technology": "x"}, "age-estimation"),
        ({"limit": "-1"}, "`limit` must be a whole number"),
        ({"file_name": "?" * 201}, "`file_name` must be a pattern of at most 200 bytes"),
        ({"skip": "1.5"}, "`skip` must be a whole number"),
        ({"stat": "done"}, "state"),
    ],
)
def test_invalid_parameters_are_refused(mock: MockAppliance, query: dict[str, str], message: str) -> None:
    """A parameter without meaning is refused, with the allowed names or values."""
    response = get(mock.url + "/_mock/tasks", params=query)
    assert_refused(response, 422, "request.validation-error")
    assert message in response.text


def test_a_task_names_its_file_and_the_rule_that_replaced_its_result(mock: MockAppliance) -> None:
    """The list shows the file name, the rule that applied, and whether the result is computed."""
    extract(mock.url, NO_AUDIO, "plain.wav")
    rules = {"rules": [{"name": "no", "then": {"end": "failed"}, "when": {"file_name": "bad*"}}, {"then": {}}]}
    assert put(mock.url + "/_mock/scenario", json=rules).status_code == 200
    extract(mock.url, NO_AUDIO, "bad.wav")
    extract(mock.url, NO_AUDIO, "x" * 1000)
    plain, bad, long = listed(mock)["tasks"]
    assert (plain["file_name"], plain["rule"], plain["origin"]) == ("plain.wav", None, "computed")
    assert (bad["file_name"], bad["rule"], bad["origin"]) == ("bad.wav", "no", "rule")
    assert (long["rule"], long["origin"]) == ("rule 2", "computed")
    assert len(long["file_name"]) < 250


def test_details_show_the_request_the_polls_and_the_answer(mock: MockAppliance) -> None:
    """The log entry of the POST and a mark for each poll are shown; the answer appears when the state is final."""
    response = extract(mock.url, name="john.wav")
    get(response.headers["Location"])
    found = details(mock, task_of(response))
    assert (found["request"]["status"], found["request"]["file_name"]) == (202, "john.wav")
    assert found["answer"] == {}
    mock.clock.advance(5)
    mock.fault("status", status=503, method="GET")
    get(response.headers["Location"])
    found = details(mock, task_of(response))
    assert [(poll["status"], poll["fault"]) for poll in found["polls"]] == [(200, None), (503, "status")]
    assert found["polls"][1]["at"] - found["polls"][0]["at"] == pytest.approx(5)
    assert found["answer"]["result"]["channels"][0]["speech_length"] > 0


def test_details_without_a_log_entry_still_show_the_task(mock: MockAppliance) -> None:
    """Once the log has dropped the request, the task and its answer remain."""
    task_id = task_of(extract(mock.url, NO_AUDIO, "gone.wav"))
    delete(mock.url + "/_mock/requests")
    mock.clock.advance(1)
    found = details(mock, task_id)
    assert (found["request"], found["polls"], found["task"]["file_name"]) == (None, [], "gone.wav")
    assert found["answer"]["error"]["type"] == "task.validation-error"


def test_voice_data_is_summarised_and_a_voiceprint_is_sent_alone(mock: MockAppliance) -> None:
    """The answer has length, norm and plot of each voiceprint and vector; a voiceprint itself has its own route."""
    response = extract(mock.url, include_vector_voiceprint=True)
    mock.clock.advance(5)
    channel = get(response.headers["Location"]).json()["result"]["channels"][0]
    task_id = task_of(response)
    shown = details(mock, task_id)["answer"]["result"]["channels"][0]
    summary = shown["voiceprint"]["$voiceprint"]
    assert (summary["characters"], summary["length"], summary["index"]) == (len(channel["voiceprint"]), 100, 0)
    assert summary["norm"] > 0
    vector = shown["vector_voiceprint"]["$vector"]
    assert (vector["length"], vector["norm"]) == (128, 1.0)
    assert summary["plot"] == vector["plot"] == [round(number, 4) for number in channel["vector_voiceprint"]]
    found = get(f"{mock.url}/_mock/tasks/{task_id}/voiceprints/0")
    assert found.json() == {"voiceprint": channel["voiceprint"]}
    for missing in ("1", "-1", "x", "0" * 5000):
        assert_refused(get(f"{mock.url}/_mock/tasks/{task_id}/voiceprints/{missing}"), 404, "resource.not-found")


def test_a_long_list_is_cut(mock: MockAppliance) -> None:
    """Of a list with many items the first 20 are shown, and the others counted."""
    task_id = task_of(convert(mock.url, [EMBEDDING] * 23))
    mock.clock.advance(1)
    vectors = details(mock, task_id)["answer"]["result"]["vector_voiceprints"]
    assert (len(vectors), vectors[-1]) == (21, {"$more": 3})


def test_a_voiceprint_after_a_long_list_has_the_number_of_its_route() -> None:
    """The numbers count the voiceprints that a cut list does not show, as the route of one voiceprint does."""
    texts = [f"QUJ{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    payload = json.dumps({"channels": [{"voiceprint": one} for one in texts], "more": {"voiceprint": "last"}}).encode()
    shown = summary(payload)
    assert isinstance(shown, dict)
    assert len(shown["channels"]) == MAX_ITEMS + 1
    for found in (shown["channels"][MAX_ITEMS - 1], shown["more"]):
        index = found["voiceprint"]["$voiceprint"]["index"]
        assert voiceprint_of(payload, index) == (texts[MAX_ITEMS - 1] if index < MAX_ITEMS else "last")


def test_an_answer_is_not_shown_before_the_end(mock: MockAppliance) -> None:
    """The details show no more than a poll: neither the answer nor the voiceprint of a running task."""
    task_id = task_of(extract(mock.url))
    assert details(mock, task_id)["answer"] == {}
    assert get(f"{mock.url}/_mock/tasks/{task_id}/voiceprints/0").status_code == 404


@pytest.mark.parametrize("task_id", ["x", "00000000-0000-4000-8000-000000000000", "%00", "a" * 5000])
def test_an_unknown_task_is_404(mock: MockAppliance, task_id: str) -> None:
    """An id that is unknown or expired is refused."""
    assert_refused(get(f"{mock.url}/_mock/tasks/{task_id}"), 404, "resource.not-found")


def activity(url: str) -> Any:
    """Return the activity."""
    return get(url + "/_mock/activity").json()


def test_activity_says_whether_there_is_a_scenario(mock: MockAppliance) -> None:
    """A page that shows the scenario asks for it only if there is one."""
    assert activity(mock.url)["has_scenario"] is False
    mock.scenario("by-file-name")
    assert activity(mock.url)["has_scenario"] is True


def test_activity_changes_with_tasks_requests_and_the_clock(mock: MockAppliance) -> None:
    """A submission, a poll, an advance and a reset each change the activity, and reading changes nothing."""
    seen = [activity(mock.url)]
    assert activity(mock.url) == seen[0]
    location = convert(mock.url, ["AAAA"]).headers["Location"]
    seen.append(activity(mock.url))
    assert (seen[1]["tasks"] != seen[0]["tasks"], seen[1]["requests"]) == (True, 1)
    get(location)
    seen.append(activity(mock.url))
    assert (seen[2]["tasks"] == seen[1]["tasks"], seen[2]["requests"]) == (True, 2)
    mock.clock.advance(10)
    seen.append(activity(mock.url))
    assert seen[3]["tasks"] != seen[2]["tasks"]
    assert seen[3]["clock"]["now"] - seen[2]["clock"]["now"] == pytest.approx(10)
    post(mock.url + "/_mock/reset")
    assert activity(mock.url)["tasks"] != seen[3]["tasks"]


def test_activity_and_details_create_no_namespace(own_mock: MockAppliance) -> None:
    """Reading the activity or the tasks of a namespace that does not exist leaves it so."""
    for path in ("activity", "tasks?limit=5", "tasks/x"):
        get(f"{own_mock.url}/_ns/unused/_mock/{path}")
    assert [one["name"] for one in get(own_mock.url + "/_mock/namespaces").json()["namespaces"]] == [""]


def test_a_refusal_is_logged_with_its_reason(mock: MockAppliance) -> None:
    """The log entry has the message and the details that the client received, and nothing for an accepted request."""
    extract(mock.url, channels="x", channel_mode="y")
    post(mock.url + EXTRACTION, data=b"")
    convert(mock.url, ["AAAA"])
    reasons = [entry["reason"] for entry in get(mock.url + "/_mock/requests").json()["requests"]]
    assert "`channel_mode` must be" in reasons[0]
    assert "`channels` must be" in reasons[0]
    assert "multipart/form-data" in reasons[1]
    assert reasons[2] is None


def test_a_log_entry_says_where_the_result_comes_from(mock: MockAppliance) -> None:
    """A POST and a poll of a final state have the origin of the result; a poll before the end does not."""
    put(mock.url + "/_mock/scenario", json={"rules": [{"when": {"nth": 2}, "then": {"end": "failed"}}]})
    first, second = (extract(mock.url, NO_AUDIO).headers["Location"] for _ in range(2))
    get(first)
    mock.clock.advance(5)
    get(first)
    get(second)
    origins = [entry["origin"] for entry in get(mock.url + "/_mock/requests").json()["requests"]]
    assert origins == ["computed", "rule", None, "computed", "rule"]

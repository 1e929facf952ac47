"""The list of tasks that people read: filters, pages, and names."""

import unicodedata
from typing import Any

import pytest

from tests.http.wire import EMBEDDING, NO_AUDIO, assert_refused, convert, extract, get, put, task_of
from voxdouble_mock import MockAppliance


def listed(mock: MockAppliance, **query: Any) -> Any:
    """Return the body of the list of tasks."""
    response = get(mock.url + "/_mock/tasks", params=query)
    assert response.status_code == 200, response.text
    return response.json()


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

"""The activity of a namespace, by which the console knows when to read again."""

from typing import Any

import pytest

from tests.http.wire import convert, get, post
from voxdouble_mock import MockAppliance


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

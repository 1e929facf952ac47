"""The check of a scenario, the bundled scenarios, and a scenario as YAML: the routes of an editor."""

from typing import Any

import pytest

from tests.http.wire import assert_refused, get, post, put
from voxdouble_mock import MockAppliance


def check(mock: MockAppliance, text: str) -> Any:
    """Return the outcome of a check."""
    response = post(mock.url + "/_mock/scenario/check", data=text.encode())
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("rules:\n  - then: {}\n    when: {nth: 0}\n", 3, "`nth` must be"),
        ("rules:\n  - then: {\n", 3, "the text must be YAML"),
        ('{"rules": [\n{"then": }]}', 2, "`then` is required"),
        ("rules:\n  - then: {}\n  - when:\n      technology: voice\n    then: {}\n", 4, "speaker-identification"),
        ("rules:\n  - then: {}\nused_up:\n  - voice\n", 4, "speaker-identification"),
        ("a: &x 1\nrules: *x\n", 1, "aliases"),
        ("", None, "it is empty"),
    ],
)
def test_a_malformed_scenario_is_reported_with_its_line(
    mock: MockAppliance, text: str, line: int | None, part: str
) -> None:
    """The first error has its line, where it is known, and its message."""
    found = check(mock, text)
    assert (found["valid"], found["line"]) == (False, line), found
    assert part in found["message"]


def test_a_valid_scenario_is_not_set(mock: MockAppliance) -> None:
    """A check changes nothing."""
    assert check(mock, "rules: [{then: {pending: 1}}]") == {"valid": True, "line": None, "message": ""}
    assert_refused(get(mock.url + "/_mock/scenario"), 404, "resource.not-found")


def test_a_text_that_is_too_long_is_refused(mock: MockAppliance) -> None:
    """The body of a check is limited as every body of a control route."""
    response = post(mock.url + "/_mock/scenario/check", data=b"#" * ((1 << 20) + 1))
    assert_refused(response, 413, "request.size-limit-exceeded")


def test_bundled_scenarios_are_listed_with_texts_that_are_valid(mock: MockAppliance) -> None:
    """Each bundled scenario has a description, and its text can be checked and set."""
    scenarios = get(mock.url + "/_mock/scenarios").json()["scenarios"]
    assert {"by-file-name", "flaky-appliance"} <= {one["name"] for one in scenarios}
    for one in scenarios:
        assert one["description"]
        assert check(mock, one["text"])["valid"]


def test_a_scenario_is_returned_as_yaml(mock: MockAppliance) -> None:
    """The YAML of a scenario is the same scenario when it is set again."""
    put(mock.url + "/_mock/scenario", data=b"by-file-name")
    as_json = get(mock.url + "/_mock/scenario").json()
    response = get(mock.url + "/_mock/scenario", headers={"Accept": "application/yaml"})
    assert response.headers["Content-Type"] == "application/yaml; charset=utf-8"
    assert put(mock.url + "/_mock/scenario", data=response.content).json() == as_json


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("Application/YAML", "yaml"),
        ("application/yaml, */*", "yaml"),
        ("application/yaml;q=0.9, application/json;q=0.1", "yaml"),
        ("application/json, application/yaml;q=0.5", "json"),
        ("*/*", "json"),
        ("text/html", "json"),
        ("", "json"),
    ],
)
def test_the_form_of_a_scenario_follows_the_accept_header(mock: MockAppliance, accept: str, kind: str) -> None:
    """YAML is sent if the client prefers it to JSON, in any case of letters; otherwise JSON."""
    put(mock.url + "/_mock/scenario", data=b"by-file-name")
    response = get(mock.url + "/_mock/scenario", headers={"Accept": accept})
    assert response.headers["Content-Type"].startswith(f"application/{kind}")


@pytest.mark.parametrize("text", ["rules:\n  -\n", "rules: [~]", '{"rules": [null]}'])
def test_a_null_is_shown_as_null(mock: MockAppliance, text: str) -> None:
    """A message shows null as YAML and JSON have it, not as Python has."""
    assert check(mock, text)["message"].endswith("must be an object, got null.")

"""Results that rules of a scenario give: their types, the checks, and the files that may hold them."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.http.wire import assert_refused, convert, extract, get, post, put
from voxdouble_mock import MockAppliance

AGE = "age-estimation"
EXTRACTION = "speaker-identification-voiceprint-extraction"
CONVERSION = "speaker-identification-voiceprint-conversion"
RESULT: dict[str, Any] = {
    "channels": [{"channel_number": 7, "voiceprint": "AAAA", "speech_length": 1.0, "model": "theirs", "extra": None}],
    "more": {"exact": [1, 1.0, "1", True, None]},
}


def rules(result: Any = RESULT, technology: str = EXTRACTION, **when: Any) -> dict[str, Any]:
    """Return a scenario of one rule that gives a result."""
    return {"rules": [{"when": {"technology": technology, **when}, "then": {"result": result}}]}


def done(mock: MockAppliance, location: str) -> Any:
    """Return the answer to a poll of a task after its end."""
    mock.clock.advance(1)
    return get(location).json()


def as_json(scenario: dict[str, Any]) -> str:
    """Return a scenario as JSON text."""
    return json.dumps(scenario)


def as_yaml(scenario: dict[str, Any]) -> str:
    """Return a scenario as YAML text, in flow style, which has the same scalars as JSON."""
    return "# YAML\nrules: " + json.dumps(scenario["rules"])


@pytest.mark.parametrize("text", [as_json, as_yaml])
def test_a_rule_gives_the_result_with_its_types(mock: MockAppliance, text: Callable[[dict[str, Any]], str]) -> None:
    """A poll shows exactly the result in the rule, unknown members and nulls included; other requests are computed."""
    scenario = rules(file_name="given.wav")
    assert put(mock.url + "/_mock/scenario", data=text(scenario)).json() == scenario
    assert get(mock.url + "/_mock/scenario").json() == scenario
    given = extract(mock.url, name="given.wav").headers["Location"]
    computed = extract(mock.url, name="other.wav").headers["Location"]
    shown = done(mock, given)
    assert shown["task"]["state"] == "done"
    assert json.dumps(shown["result"]) == json.dumps(RESULT)  # 1, 1.0 and true are equal in Python
    assert done(mock, computed)["result"] != RESULT
    assert [task["origin"] for task in get(mock.url + "/_mock/tasks").json()["tasks"]] == ["given", "computed"]


def test_scalars_in_yaml_are_typed_by_their_spelling(mock: MockAppliance) -> None:
    """Without quotes a number is a number and null is null; with quotes both are text."""
    then = "{result: {results: [{age: 40, speech_length: ~, a: '40', b: .5, c: 1e3, d: yes, e: 'null', f: False}]}}"
    text = f"rules:\n  - when: {{technology: age-estimation-voiceprints}}\n    then: {then}"
    [shown] = put(mock.url + "/_mock/scenario", data=text).json()["rules"][0]["then"]["result"]["results"]
    expected = {"age": 40, "speech_length": None, "a": "40", "b": 0.5, "c": 1000.0, "d": "yes", "e": "null", "f": False}
    assert json.dumps(shown) == json.dumps(expected)


def test_unusable_media_succeed_with_a_given_result(mock: MockAppliance) -> None:
    """A task on bytes that cannot be decoded is done with the rule's result, and counts no audio."""
    mock.scenario(rules())
    location = extract(mock.url, b"not a recording").headers["Location"]
    assert done(mock, location)["result"] == RESULT
    assert get(mock.url + "/api/billing/consumptions").json() == {"items": []}


def test_a_given_result_replaces_no_refusal(mock: MockAppliance) -> None:
    """A request that is refused without the rule is refused with it."""
    mock.scenario(rules({"vector_voiceprints": [[]]}, CONVERSION))
    assert convert(mock.url, []).status_code == 422


def test_null_members_are_added_to_a_given_extraction(own_mock: MockAppliance) -> None:
    """With `members=null` a channel without a vector has a null, and unknown members stay."""
    own_mock.scenario(rules())
    own_mock.options(members="null")
    location = extract(own_mock.url).headers["Location"]
    own_mock.clock.advance(1)
    shown = get(location).json()["result"]
    [channel] = RESULT["channels"]
    assert shown == {**RESULT, "channels": [{**channel, "vector_voiceprint": None}]}


@pytest.mark.parametrize(
    ("scenario", "reason"),
    [
        (rules({}), 'rules[0].then.result must fit generation e4 of the interface: "channels" is a required property.'),
        (rules({"channels": [{"channel_number": "0"}]}), "rules[0].then.result.channels[0]"),
        (rules({"vector_voiceprints": [[1, 2, 3]]}, CONVERSION), "rules[0].then.result.vector_voiceprints[0]"),
        (rules([]), "`result` must be an object"),
        (rules({"channels": [], "x": 1 << 64}), "from -2^63 to below 2^63"),
        ({"rules": [{"then": {"result": {}}}]}, "`when` must name the `technology`"),
        ({"rules": [{"when": {"technology": AGE}, "then": {"result": {}, "end": "failed"}}]}, "`end` must be done"),
        ({"rules": [{"when": {"technology": AGE}, "then": {"result_file": "a.json"}}]}, "loaded from a file"),
        (rules({"channels": [], "x": ["x" * (1 << 19)] * 2}), "at most 1048576 bytes"),
    ],
)
def test_an_invalid_result_is_refused(mock: MockAppliance, scenario: dict[str, Any], reason: str) -> None:
    """Over HTTP it is 422, in Python a ValueError, at the start too; the scenario before it stays."""
    mock.scenario("slow-start")
    refused = put(mock.url + "/_mock/scenario", data=json.dumps(scenario))
    if len(json.dumps(scenario)) < 1 << 20:
        assert_refused(refused, 422, "request.validation-error")
        assert reason in refused.json()["message"]
    else:
        assert refused.status_code == 413
    with pytest.raises(ValueError, match=re.escape(reason)):
        mock.scenario(scenario)
    with pytest.raises(ValueError, match=re.escape(reason)):
        MockAppliance(scenario=scenario)
    assert get(mock.url + "/_mock/scenario").json()["name"] == "slow start"


def test_the_check_of_a_scenario_finds_the_line_of_a_result(mock: MockAppliance) -> None:
    """A result that does not fit has its line in the verdict, as an unknown technology has."""
    text = f"rules:\n  - when: {{technology: {AGE}}}\n    then:\n      result: {{channels: 1}}\n"
    verdict = post(mock.url + "/_mock/scenario/check", data=text.encode()).json()
    assert (verdict["valid"], verdict["line"]) == (False, 4)
    assert "rules[0].then.result.channels must fit generation e4" in verdict["message"]


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "1e999"])
def test_a_number_of_a_result_is_finite(mock: MockAppliance, constant: str) -> None:
    """A number that JSON cannot hold is refused."""
    then = f'{{"result": {{"channels": [], "x": {constant}}}}}'
    text = f'{{"rules": [{{"when": {{"technology": "{AGE}"}}, "then": {then}}}]}}'
    assert "finite" in put(mock.url + "/_mock/scenario", data=text).json()["message"]


def test_results_are_bounded_together(mock: MockAppliance) -> None:
    """Seventeen results of one MiB each are refused."""
    rule = rules({"channels": [], "x": "x" * ((1 << 20) - 100)})["rules"][0]
    mock.scenario({"rules": [rule] * 16})
    with pytest.raises(ValueError, match="all results of a scenario at most 16777216"):
        mock.scenario({"rules": [rule] * 17})


def test_an_option_that_a_result_does_not_fit_is_refused(own_mock: MockAppliance) -> None:
    """The generation stays, over HTTP and in Python; a scenario without that result allows it."""
    own_mock.scenario(rules({"vector_voiceprints": [[]]}, CONVERSION))
    refused = put(own_mock.url + "/_mock/options", json={"generation": "e3", "members": "null"})
    assert_refused(refused, 422, "request.validation-error")
    assert "generation e3 does not serve" in refused.json()["message"]
    with pytest.raises(ValueError, match="generation e1 does not serve"):
        own_mock.options(generation="e1")
    assert own_mock.options() == {"generation": "e4", "members": "absent", "pack": ""}
    own_mock.scenario(None)
    assert own_mock.options(generation="e3")["generation"] == "e3"
    with pytest.raises(ValueError, match="generation e3 does not serve"):
        own_mock.scenario(rules({"vector_voiceprints": [[]]}, CONVERSION))


def scenario_file(folder: Path, result_file: str) -> Path:
    """Write a scenario with a file of a result, and return its path."""
    file = folder / "mine.yaml"
    file.write_text(
        f"rules:\n  - when: {{technology: {EXTRACTION}}}\n    then: {{result_file: {json.dumps(result_file)}}}\n"
    )
    return file


def test_a_result_can_be_in_a_file_below_that_of_the_scenario(mock: MockAppliance, tmp_path: Path) -> None:
    """The path is relative to the scenario's folder; GET shows the result, not its file."""
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "one.json").write_text(json.dumps(RESULT))
    mock.scenario(scenario_file(tmp_path, "results/one.json"))
    assert get(mock.url + "/_mock/scenario").json() == rules()
    assert done(mock, extract(mock.url).headers["Location"])["result"] == RESULT


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../outside.json", "below the scenario's folder"),
        ("/etc/hostname", "below the scenario's folder"),
        ("link.json", "below the scenario's folder"),
        ("", "below the scenario's folder"),
        ("missing.json", "must name a file"),
        ("a\0.json", "cannot be read|must name a file"),
        ("circle.json", "cannot be read|must name a file"),
        (".", "below the scenario.s folder"),
        ("bad.json", "must hold a JSON object"),
        ("nan.json", "finite"),
        ("deep.json", "must hold a JSON object|nested"),
        ("large.json", "at most 1048576 bytes"),
    ],
)
def test_a_file_of_a_result_must_be_below_the_folder_and_hold_json(
    mock: MockAppliance, tmp_path: Path, name: str, reason: str
) -> None:
    """Paths that lead out of the scenario's folder, by a link too, and large and malformed files are refused."""
    folder = tmp_path / "inside"
    folder.mkdir()
    (tmp_path / "outside.json").write_text(json.dumps(RESULT))
    (folder / "link.json").symlink_to(tmp_path / "outside.json")
    (folder / "circle.json").symlink_to(folder / "circle.json")
    (folder / "bad.json").write_text("{")
    (folder / "nan.json").write_text('{"channels": [], "x": NaN}')
    (folder / "deep.json").write_text('{"x":' * 100_000)
    (folder / "large.json").write_text('{"x": "' + "x" * (1 << 20) + '"}')
    with pytest.raises(ValueError, match=f"rules.0..then.result_file.*({reason})"):
        mock.scenario(scenario_file(folder, name))

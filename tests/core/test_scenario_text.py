"""Scenarios as text: their spellings in YAML and JSON, and refusals that name the line."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxdouble_mock.core.fault import Delay, Status
from voxdouble_mock.scenarios.bundled import BUNDLED, load_scenario
from voxdouble_mock.scenarios.text import ScenarioError, parse_scenario


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must have at least one rule, and it is empty"),
        ("rules: []", "line 1: rules: `rules` must be a list of length >= 1, got []"),
        (
            "rules:\n  - then:\n      pending: -1",
            "line 3: rules[0].then.pending: `pending` must be a number >= 0.0, got -1",
        ),
        ("rules:\n  - then: {pending: soon}", "line 2: rules[0].then.pending: `pending` must be a number"),
        (
            "rules:\n  - then: {pending: .nan}",
            "line 2: rules[0].then.pending: `pending` must be a number or null, got '.nan'",
        ),
        (
            "rules:\n  - then: {}\n  - then: {pendin: 1}",
            "line 3: rules[1].then: Unknown member 'pendin', did you mean 'pending'? Supported: pending, ",
        ),
        ("rules:\n  - when: {}", "line 2: rules[0]: `then` is required"),
        (
            "rules:\n  - then: {end: lost}",
            "line 2: rules[0].then.end: `end` must be one of done, failed, rejected, got 'lost'",
        ),
        (
            "rules:\n  - then:\n      fault:\n        kind: nope",
            "Unknown kind 'nope'. Supported: status, delay, reset",
        ),
        (
            "rules:\n  - then: {fault: {kind: status, status: 418}}",
            "line 2: rules[0].then.fault.status: `status` must be one of 400, 403, 404, 405, 413",
        ),
        (
            "rules:\n  - then: {fault: {kind: delay, seconds: 61}}",
            "line 2: rules[0].then.fault.seconds: `seconds` must be a number <= 60.0, got 61",
        ),
        ("rules:\n  - then: {end: rejected, running: 3}", "line 2: rules[0].then: `running` must be absent or 0"),
        (
            "rules:\n  - then: {end: done, error: {message: no}}",
            "line 2: rules[0].then: `end` must be failed or rejected if there is an `error`, got done",
        ),
        ("rules:\n  - then: {}\n    then: {}", "line 3: the key 'then' is repeated"),
        ("rules: &a\n  - then: {}\nname: *a", "anchors and aliases (& and *) are not allowed"),
        ("rules:\n  - then: {\n", "line 3"),
        ("rules:\n  - [1]: 2", "line 2: a key must be a plain text"),
        ("[" * 50 + "]" * 50, "nested deeper than 20 levels"),
        ("\x00", "must be YAML"),
        (
            "rules:\n  - then: {}\n    when: {sha256: abc}",
            "line 3: rules[0].when.sha256: `sha256` must be 64 lower-case hexadecimal digits, got 'abc'",
        ),
    ],
)
def test_malformed_scenarios_are_refused_by_line(text: str, message: str) -> None:
    """The message names the source, the line, the requirement and the value that was found."""
    with pytest.raises(ScenarioError) as refused:
        parse_scenario(text, "mine.yaml")
    assert message in str(refused.value)
    assert str(refused.value).startswith("mine.yaml")


def test_scalars_are_converted_to_the_required_type() -> None:
    """A number in a query is read as text, and JSON is read like YAML."""
    [rule] = parse_scenario("rules:\n  - when: {query: {channels: 0}, nth: 2}\n    then: {pending: 1}").rules
    assert (rule.when.query, rule.when.nth, rule.then.pending) == ({"channels": "0"}, 2, 1.0)
    [rule] = parse_scenario('{"rules": [{"then": {"fault": {"kind": "delay", "seconds": 1.5, "during": true}}}]}').rules
    assert rule.then.fault == Delay(1.5, during=True)


def test_every_bundled_scenario_can_be_loaded() -> None:
    """Each bundled scenario can be loaded, and has a name and a description."""
    assert len(BUNDLED) >= 12
    assert {"by-file-name", "flaky-appliance", "storage-full"} <= set(BUNDLED)
    for name in BUNDLED:
        loaded = load_scenario(name)
        assert loaded.name
        assert loaded.description


def test_the_error_of_an_unknown_scenario_lists_the_bundled_ones() -> None:
    """A misspelled name is refused with all names that exist."""
    with pytest.raises(ScenarioError, match="flaky-appliance"):
        load_scenario("flakey-appliance")


@pytest.mark.parametrize("name", ["a\0.yaml", "missing.yaml", "\ud800.json"])
def test_a_path_that_cannot_be_read_is_named(name: str) -> None:
    """A path with a NUL or a lone surrogate is refused like one without a file."""
    with pytest.raises(ScenarioError, match=r"The scenario .* cannot be read"):
        load_scenario(name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pending: .5", 0.5),
        ("pending: 1.", 1.0),
        ("pending: 1e1", 10.0),
        ("pending: +2", 2.0),
        ("pending: '3'", 3.0),
        ("pending: ~", None),
        ("pending:", None),
        ("pending: null", None),
    ],
)
def test_numbers_and_null_have_the_spellings_of_yaml(text: str, expected: float | None) -> None:
    """A number may begin or end with its point, and a null member is an absent one."""
    [rule] = parse_scenario(f"rules:\n  - then:\n      {text}").rules
    assert rule.then.pending == expected


@pytest.mark.parametrize(("text", "expected"), [("yes", True), ("On", True), ("true", True), ("no", False)])
def test_flags_have_the_spellings_of_yaml(text: str, expected: bool) -> None:
    """`yes` and `on` are true, `no` and `off` are false."""
    fault = "{kind: delay, seconds: 1, during: " + text + "}"
    [rule] = parse_scenario(f"rules:\n  - then: {{fault: {fault}}}").rules
    assert rule.then.fault == Delay(1, during=expected)


def test_texts_stay_texts() -> None:
    """A member that is a text keeps the spelling of a number or a flag; a null among the texts is an absent one."""
    text = "name: yes\nrules:\n  - then: {}\n    name: 1.\n    when: {query: {nth: 2., channels: .5, a: ~, b: '~'}}"
    [rule] = parse_scenario(text).rules
    assert (parse_scenario(text).name, rule.name) == ("yes", "1.")
    assert rule.when.query == {"nth": "2.", "channels": ".5", "b": "~"}


def test_json_is_read_as_json() -> None:
    """Surrogate pairs, tabs, escapes, exponents, nulls and a byte order mark are read as JSON has them."""
    text = (
        '\ufeff{\t"name": "\\ud83d\\ude00\\/\\u0085",\n\t"description": null,\n\t"rules": [{"then": {"pending": 1E+1, '
        '"error": null, "fault": {"kind": "status", "status": 503, "retry_after": null}},\n'
        '"when": {"query": {"a": 1.50, "b": true, "c": null}, "technology": null}}]}'
    )
    scenario = parse_scenario(text)
    [rule] = scenario.rules
    assert scenario.name == "\U0001f600/\x85"
    assert (rule.then.pending, rule.then.fault) == (10.0, Status(503))
    assert rule.when.query == {"a": "1.50", "b": "true"}


def test_a_brace_can_begin_yaml_too() -> None:
    """A flow mapping without quotes, with a comment or a comma at its end is read as YAML."""
    [rule] = parse_scenario("{rules: [{then: {pending: 1,}}]} # YAML").rules
    assert rule.then.pending == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"rules": [{"then": {}}', "line 1: the text must be JSON"),
        ('{\n\t"rules": [\n\t{"then": {} "when": {}}]}', "line 3: the text must be JSON"),
        ('{"rules": [{"then": {"pending": -1}}]}', "line 1: rules[0].then.pending: `pending` must be a number >= 0.0"),
        ('{\n\t"rules": [\n\t{"then": {"pending": -1}}]}', "line 3: rules[0].then.pending"),
        ('{"rules": [{"then": {}, "then": {}}]}', "the key 'then' is repeated"),
        ('{"rules": [{"then": {"pending": NaN}}]}', "`pending` must be a number or null, got 'NaN'"),
        ('{"rules": [{"then": {"pending": 1e999}}]}', "rules[0].then.pending"),
        ('{"rules": [{"then": {}, "when": {"nth": ' + "9" * 5000 + "}}]}", "rules[0].when.nth"),
        ('{"rules": [{"then": {}, "when": {"nth": ' + "9" * 25 + "}}]}", "rules[0].when.nth"),
        ('{"rules": [{"then": {}, "name": "\\ud83d"}]}', "got a lone surrogate in '\\ud83d'"),
        ('{"rules": [{"then": {}, "when": {"query": {"\\udc00": "1"}}}]}', "got a lone surrogate"),
        ('rules:\n  - then: {}\n    name: "\\ud83d"', "line 3"),
        ('{"rules": ' + "[" * 100_000 + "]" * 100_000 + "}", "must not be nested deeper"),
        ('{"rules": [null]}', "rules[0]"),
        ('{"rules": [{"then": {}, "when": {"sha256": "' + "a" * 64 + '\\n"}}]}', "must be 64 lower-case hexadecimal"),
    ],
)
def test_json_that_is_not_a_scenario_is_refused(text: str, message: str) -> None:
    """The message says what must hold, with the line where it is known."""
    with pytest.raises(ScenarioError) as refused:
        parse_scenario(text)
    assert message in str(refused.value)


@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda data: data.decode("latin-1")))
def test_any_text_is_a_scenario_or_refused(text: str) -> None:
    """Arbitrary texts raise ScenarioError and no other exception, and an accepted scenario can be written as JSON."""
    for candidate in (text, '{"rules": [{"then": {"error": ' + text + "}}]}", "rules:\n  - then: {" + text + "}"):
        try:
            msgspec.json.encode(parse_scenario(candidate))
        except ScenarioError:
            continue


@pytest.mark.parametrize("name", BUNDLED)
def test_a_scenario_comes_back_from_its_json(name: str) -> None:
    """The JSON of a scenario, as the control routes return it, is read as the same scenario."""
    scenario = load_scenario(name)
    assert parse_scenario(msgspec.json.encode(scenario).decode()) == scenario

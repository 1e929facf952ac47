"""Scenarios: the first matching rule, the reasons of mismatches, and error messages that name the line."""

import pytest

from voxdouble_mock.core.fault import Delay
from voxdouble_mock.core.scenario import RequestSummary, Rule, Scenario, Then, When, choose
from voxdouble_mock.scenarios.bundled import bundled_names, load_scenario
from voxdouble_mock.scenarios.text import ScenarioError, parse_scenario

HEADERS = {"x-case": "seven", "authorization": "Bearer secret"}
REQUEST = RequestSummary("extraction", {"channels": "0"}, HEADERS, "ab" * 32, "john.wav")


def scenario(*whens: When) -> Scenario:
    """Return a scenario of rules that differ in their `when` only."""
    return Scenario(tuple(Rule(Then(), when) for when in whens))


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        (When(), None),
        (When(technology="extraction", file_name="j*.wav", sha256="ab" * 32, query={"channels": "0"}), None),
        (When(headers={"X-Case": "se*"}), None),
        (When(technology="conversion"), "technology must be conversion, got extraction"),
        (When(file_name="k*"), "file name must match 'k*', got 'john.wav'"),
        (When(sha256="cd" * 32), "content digest must be cdcdcdcdcdcd..., got abababababab..."),
        (When(query={"channels": "1"}), "query channels must be '1', got '0'"),
        (When(query={"channel_mode": "mix"}), "query channel_mode must be 'mix', got None"),
        (When(headers={"X-Other": "*?"}), "header X-Other must match '*?', got None"),
        (When(headers={"X-Other": "*"}), "header X-Other must match '*', got None"),
        (When(headers={"authorization": "Bearer s*"}), None),
        (When(headers={"Authorization": "Basic *"}), "header Authorization must match the rule's pattern"),
        (When(nth=2), "nth must be 2, got request 1"),
    ],
)
def test_a_rule_matches_or_has_a_reason_why_not(when: When, reason: str | None) -> None:
    """Each condition that is not met has its own text."""
    choice = choose(scenario(when), (), REQUEST)
    assert (choice.rule is None) == (reason is not None)
    assert choice.misses == (() if reason is None else (f"rule 1: {reason}",))


def test_the_first_matching_rule_applies() -> None:
    """The rules before it have a reason, the ones after it are not evaluated."""
    rules = scenario(When(technology="conversion"), When(), When())
    choice = choose(rules, (), REQUEST)
    assert choice.rule is rules.rules[1]
    assert len(choice.misses) == 1


def test_each_rule_counts_its_own_requests() -> None:
    """A request counts for the `nth` of each rule that it matches, whichever rule applies to it."""
    rules = scenario(When(nth=1), When(nth=3), When())
    seen: tuple[int, ...] = ()
    applied = []
    for _ in range(4):
        choice = choose(rules, seen, REQUEST)
        seen = choice.seen
        applied.append(rules.rules.index(choice.rule) if choice.rule else None)
    assert applied == [0, 2, 1, 2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must have at least one rule, and it is empty"),
        ("rules: []", "line 1: rules: `rules` must be a list of length >= 1, got []"),
        (
            "rules:\n  - then:\n      pending: -1",
            "line 3: rules[0].then.pending: `pending` must be a number >= 0.0, got '-1'",
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
            "line 2: rules[0].then.fault.seconds: `seconds` must be a number <= 60.0, got '61'",
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
            "line 3: rules[0].when.sha256: `sha256` must be a text matching regex",
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


def test_a_dozen_scenarios_are_bundled() -> None:
    """Each bundled scenario can be loaded, and has a name and a description."""
    assert len(bundled_names()) >= 12
    assert {"by-file-name", "flaky-appliance", "storage-full"} <= set(bundled_names())
    for name in bundled_names():
        loaded = load_scenario(name)
        assert loaded.name
        assert loaded.description


def test_the_error_of_an_unknown_scenario_lists_the_bundled_ones() -> None:
    """A misspelled name is refused with all names that exist."""
    with pytest.raises(ScenarioError, match="flaky-appliance"):
        load_scenario("flakey-appliance")

"""Scenarios: first match, why not, and messages that name the line."""

import pytest

from voxdouble_mock.core.fault import Delay
from voxdouble_mock.core.scenario import Facts, Rule, Scenario, Then, When, choose
from voxdouble_mock.scenarios.bundled import bundled_names, load_scenario
from voxdouble_mock.scenarios.text import ScenarioError, parse_scenario

FACTS = Facts("extraction", {"channels": "0"}, {"x-case": "seven"}, "ab" * 32, "john.wav")


def scenario(*whens: When) -> Scenario:
    """Make a scenario of rules that differ in their `when` only."""
    return Scenario(tuple(Rule(Then(), when) for when in whens))


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        (When(), None),
        (When(technology="extraction", file_name="j*.wav", sha256="ab" * 32, query={"channels": "0"}), None),
        (When(headers={"X-Case": "se*"}), None),
        (When(technology="conversion"), "technology is extraction, not conversion"),
        (When(file_name="k*"), "file name is 'john.wav', not like 'k*'"),
        (When(sha256="cd" * 32), "content digest is abababababab..., not cdcdcdcdcdcd..."),
        (When(query={"channels": "1"}), "query channels is '0', not '1'"),
        (When(query={"channel_mode": "mix"}), "query channel_mode is None, not 'mix'"),
        (When(headers={"X-Other": "*?"}), "header X-Other is None, not like '*?'"),
        (When(nth=2), "it waits for request 2 of its kind, and this was request 1"),
    ],
)
def test_a_rule_fits_or_says_why_not(when: When, reason: str | None) -> None:
    """Each condition has its own reason."""
    choice = choose(scenario(when), (), FACTS)
    assert (choice.rule is None) == (reason is not None)
    assert choice.misses == (() if reason is None else (f"rule 1: {reason}",))


def test_the_first_rule_that_fits_decides() -> None:
    """What comes before it is explained, what comes after it is not asked."""
    rules = scenario(When(technology="conversion"), When(), When())
    choice = choose(rules, (), FACTS)
    assert choice.rule is rules.rules[1]
    assert len(choice.misses) == 1


def test_each_rule_counts_for_itself() -> None:
    """The nth request of a rule's kind is the nth, whichever rule decided on those before."""
    rules = scenario(When(nth=1), When(nth=3), When())
    seen: tuple[int, ...] = ()
    decided = []
    for _ in range(4):
        choice = choose(rules, seen, FACTS)
        seen = choice.seen
        decided.append(rules.rules.index(choice.rule) if choice.rule else None)
    assert decided == [0, 2, 1, 2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("rules: []", "line 1: rules: `rules` must be a list of length >= 1, got []."),
        (
            "rules:\n  - then:\n      pending: -1",
            "line 3: rules[0].then.pending: `pending` must be a number >= 0.0",
        ),
        ("rules:\n  - then: {pending: soon}", "line 2: rules[0].then.pending"),
        ("rules:\n  - then: {pending: .nan}", "line 2: rules[0].then.pending"),
        (
            "rules:\n  - then: {}\n  - then: {pendin: 1}",
            "line 3: rules[1].then: Unknown member 'pendin', did you mean 'pending'? Supported: pending, ",
        ),
        ("rules:\n  - when: {}", "line 2: rules[0]: `then` is required"),
        (
            "rules:\n  - then: {end: lost}",
            "line 2: rules[0].then.end: `end` must be one of done, failed, rejected",
        ),
        ("rules:\n  - then:\n      fault:\n        kind: nope", "Unknown kind 'nope'. Supported: status, delay, reset"),
        ("rules:\n  - then: {fault: {kind: status, status: 418}}", "line 2: rules[0].then.fault.status"),
        ("rules:\n  - then: {fault: {kind: delay, seconds: 61}}", "line 2: rules[0].then.fault.seconds"),
        ("rules:\n  - then: {end: rejected, running: 3}", "line 2: rules[0].then: an impossible timeline"),
        ("rules:\n  - then: {end: done, error: {message: no}}", "line 2: rules[0].then: an error belongs to"),
        ("rules:\n  - then: {}\n    then: {}", "line 3: 'then' is given twice"),
        ("rules: &a\n  - then: {}\nname: *a", "anchors and aliases"),
        ("rules:\n  - then: {\n", "line 3"),
        ("rules:\n  - [1]: 2", "line 2: a key is a plain word"),
        ("[" * 50 + "]" * 50, "nested too deeply"),
        ("\x00", "is not readable"),
        ("rules:\n  - then: {}\n    when: {sha256: abc}", "line 3: rules[0].when.sha256"),
    ],
)
def test_what_is_no_scenario_is_refused_by_line(text: str, message: str) -> None:
    """The message says where and what."""
    with pytest.raises(ScenarioError) as refused:
        parse_scenario(text, "mine.yaml")
    assert message in str(refused.value)
    assert str(refused.value).startswith("mine.yaml")


def test_scalars_take_the_type_that_is_wanted() -> None:
    """A number in a query is text, as it is on the wire, and JSON is read like YAML."""
    [rule] = parse_scenario("rules:\n  - when: {query: {channels: 0}, nth: 2}\n    then: {pending: 1}").rules
    assert (rule.when.query, rule.when.nth, rule.then.pending) == ({"channels": "0"}, 2, 1.0)
    [rule] = parse_scenario('{"rules": [{"then": {"fault": {"kind": "delay", "seconds": 1.5, "during": true}}}]}').rules
    assert rule.then.fault == Delay(1.5, during=True)


def test_a_dozen_scenarios_are_bundled() -> None:
    """Each can be read and says what it is for."""
    assert len(bundled_names()) >= 12
    assert {"by-file-name", "flaky-appliance", "storage-full"} <= set(bundled_names())
    for name in bundled_names():
        loaded = load_scenario(name)
        assert loaded.name
        assert loaded.description


def test_an_unknown_scenario_names_those_there_are() -> None:
    """A slip in the name is mended at a glance."""
    with pytest.raises(ScenarioError, match="flaky-appliance"):
        load_scenario("flakey-appliance")

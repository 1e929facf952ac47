"""Scenarios: the first matching rule, and the reasons of mismatches."""

from collections import Counter

import pytest

from voxdouble_mock.core.scenario import Choice, RequestSummary, Rule, Scenario, Then, When, chosen_rule, match

HEADERS = {"x-case": "seven", "authorization": "Bearer secret"}
REQUEST = RequestSummary("extraction", {"channels": "0"}, HEADERS, "ab" * 32, "john.wav")


def scenario(*whens: When) -> Scenario:
    """Return a scenario of rules that differ in their `when` only."""
    return Scenario(tuple(Rule(Then(), when) for when in whens))


def choose(rules: Scenario, seen: Counter[int]) -> Choice:
    """Return the choice for a request, which is counted in `seen` for each rule whose conditions it meets."""
    matched = match(rules, REQUEST)
    seen.update(index for index, _ in matched.met)
    choice = matched.choice(seen)
    assert choice.rule == (None if (index := chosen_rule(matched.met, seen)) is None else rules.rules[index])
    return choice


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
        (When(headers={"Authorization": "Basic *"}), "header Authorization must match the rule's value"),
        (When(headers={"X-Api-Key": "abc*"}), "header X-Api-Key must match the rule's value, got None"),
        (When(headers={"X-Case": "Bearer abc"}), "header X-Case must match the rule's value"),
        (When(query={"channels": "a?token=abc"}), "query channels must be the rule's value"),
        (When(nth=2), "nth must be 2, got request 1"),
    ],
)
def test_a_rule_matches_or_has_a_reason_why_not(when: When, reason: str | None) -> None:
    """Each condition that is not met has its own text."""
    choice = choose(scenario(when), Counter())
    assert (choice.rule is None) == (reason is not None)
    assert choice.misses == (() if reason is None else (f"rule 1: {reason}",))


def test_the_first_matching_rule_applies() -> None:
    """The rules before it have a reason, the ones after it have none."""
    rules = scenario(When(technology="conversion"), When(), When())
    choice = choose(rules, Counter())
    assert choice.rule is rules.rules[1]
    assert len(choice.misses) == 1


def test_each_rule_counts_its_own_requests() -> None:
    """A request counts for the `nth` of each rule that it matches, whichever rule applies to it."""
    rules = scenario(When(nth=1), When(nth=3), When())
    seen: Counter[int] = Counter()
    applied = []
    for _ in range(4):
        choice = choose(rules, seen)
        applied.append(rules.rules.index(choice.rule) if choice.rule else None)
    assert applied == [0, 2, 1, 2]


def test_the_rules_that_can_apply_end_with_the_first_one_without_nth() -> None:
    """A rule without `nth` always applies, so no later one can."""
    matched = match(scenario(When(technology="conversion"), When(nth=2), When(), When(nth=1)), REQUEST)
    assert matched.met == ((1, 2), (2, None), (3, 1))
    assert matched.candidates == [1, 2]

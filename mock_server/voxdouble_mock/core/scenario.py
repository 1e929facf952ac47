"""Scenarios: ordered rules that choose the timeline and the end of a task, and the function that finds the rule.

The first rule whose `when` matches a POST applies, with its `then`. If no rule matches, the default behaviour applies.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from voxdouble_mock.core.fault import Count, Fault
from voxdouble_mock.core.patterns import Pattern
from voxdouble_mock.core.secrets import is_secret
from voxdouble_mock.options import MAX_SECONDS

DIGEST = r"^[0-9a-f]{64}\Z"
Seconds = Annotated[float, Meta(ge=0, le=MAX_SECONDS)]
Conditions = Annotated[dict[str, str], Meta(max_length=20)]
MAX_SHOWN = 100
"""The most characters of a value in the reason why a rule does not apply."""
MAX_STEPS = 16_384
"""The bound of the steps of all patterns of a scenario, see `Pattern.steps`."""


class When(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, dict=True):
    """The conditions of a rule; an absent one matches every request."""

    technology: str | None = None
    file_name: str | None = None
    """A pattern with * and ?, such as reject*.wav; a request without a file name does not match."""
    sha256: Annotated[str, Meta(pattern=DIGEST)] | None = None
    """The digest of the uploaded file, or of the JSON body."""
    query: Conditions = {}
    headers: Conditions = {}
    """Names in any case, values as patterns; a request without the header does not match."""
    nth: Count | None = None
    """Only the nth request that meets all other conditions, counted since the scenario was set."""

    @cached_property
    def file_pattern(self) -> Pattern:
        """The pattern of the file name, compiled once."""
        return Pattern(self.file_name or "")

    @cached_property
    def header_patterns(self) -> Mapping[str, Pattern]:
        """The patterns of the headers under the names in the rule, compiled once."""
        return {name: Pattern(pattern) for name, pattern in self.headers.items()}

    def patterns(self) -> Iterator[Pattern]:
        """Yield all patterns."""
        yield self.file_pattern
        yield from self.header_patterns.values()


class TaskError(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The error of a task that ends failed or rejected."""

    message: str


class Then(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The effects of a rule; an absent one leaves the default. Durations in seconds of the namespace's clock."""

    pending: Seconds | None = None
    running: Seconds | None = None
    lifetime: Seconds | None = None
    end: Literal["done", "failed", "rejected"] | None = None
    """The final state; with `done` and no `result`, unusable media still end rejected."""
    error: TaskError | None = None
    result: dict[str, Any] | None = None
    """The result of the task, which then ends done whatever the media are."""
    fault: Fault | None = None

    def __post_init__(self) -> None:
        if self.end == "rejected" and self.running:
            raise ValueError("`running` must be absent or 0 if `end` is rejected, since such a task is never executed")
        if self.error is not None and self.end not in {"failed", "rejected"}:
            raise ValueError(f"`end` must be failed or rejected if there is an `error`, got {self.end or 'no end'}")
        if self.result is not None and self.end not in {None, "done"}:
            raise ValueError(f"`end` must be done or absent if there is a `result`, got {self.end}")


class Rule(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One rule; an empty `when` matches every request."""

    then: Then
    when: When = When()
    name: str = ""

    def __post_init__(self) -> None:
        if self.then.result is not None and self.when.technology is None:
            raise ValueError("`when` must name the `technology` if `then` has a `result`, since the result must fit it")


class Scenario(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, weakref=True):
    """Rules in order, with a name and a description."""

    rules: Annotated[tuple[Rule, ...], Meta(min_length=1, max_length=1000)]
    name: str = ""
    description: str = ""
    used_up: tuple[str, ...] = ()
    """The technologies whose capacity `GET /api/billing/capacities` shows as used up (C43)."""

    def technologies(self) -> Iterator[str | None]:
        """Yield the names of technologies in the rules and in `used_up`; None stands for all technologies."""
        yield from (rule.when.technology for rule in self.rules)
        yield from self.used_up

    def __post_init__(self) -> None:
        steps = sum(pattern.steps for rule in self.rules for pattern in rule.when.patterns())
        if steps > MAX_STEPS:
            raise ValueError(
                f"the pieces with ? between two * of all patterns must have at most {MAX_STEPS} characters together, "
                f"got {steps}"
            )


@dataclass(frozen=True, slots=True)
class RequestSummary:
    """The properties of a request that the conditions of rules can name."""

    technology: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    sha256: str
    file_name: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The rule that applies to a request, and the reasons why the rules before it do not."""

    rule: Rule | None = None
    misses: tuple[str, ...] = ()

    @property
    def rule_name(self) -> str | None:
        """The name of the rule that applies, or its number if it has no name."""
        return None if self.rule is None else self.rule.name or f"rule {len(self.misses) + 1}"


@dataclass(frozen=True, slots=True)
class Match:
    """The comparison of a request with the rules of a scenario, without their `nth`."""

    scenario: Scenario | None
    mismatches: tuple[str | None, ...]
    """For each rule, the first condition that the request does not meet; None if it meets all."""

    @property
    def met(self) -> tuple[tuple[int, int | None], ...]:
        """Return the index and the `nth` of each rule whose conditions are met: these rules count the request."""
        rules = self.scenario.rules if self.scenario else ()
        return tuple((index, rules[index].when.nth) for index, found in enumerate(self.mismatches) if found is None)

    @property
    def candidates(self) -> list[int]:
        """Return the indices of the met rules up to the first one without `nth`.

        The counts select one of these rules, or none.
        """
        found: list[int] = []
        for index, nth in self.met:
            found.append(index)
            if nth is None:
                break
        return found

    def choice(self, counts: Mapping[int, int]) -> Choice:
        """Return the rule that applies by the counts of the rules, which include this request."""
        rules = self.scenario.rules if self.scenario else ()
        misses: list[str] = []
        for index, rule in enumerate(rules):
            miss = self.mismatches[index]
            if miss is None and rule.when.nth in {None, counts[index]}:
                return Choice(rule, tuple(misses))
            reason = miss or f"nth must be {rule.when.nth}, got request {counts[index]}"
            misses.append(f"rule {index + 1}{f' ({rule.name})' if rule.name else ''}: {reason}")
        return Choice(None, tuple(misses))


RULE_COUNTERS = "rule:"
"""The beginning of the names of the counters of all rules."""


def rule_counter(index: int) -> str:
    """Return the name of the counter of the requests that met all conditions of a rule but `nth`."""
    return f"{RULE_COUNTERS}{index}"


def match(scenario: Scenario | None, request: RequestSummary) -> Match:
    """Compare a request with every rule."""
    rules = scenario.rules if scenario else ()
    return Match(scenario, tuple(mismatch(rule.when, request) for rule in rules))


def chosen_rule(met: Sequence[tuple[int, int | None]], counts: Mapping[int, int]) -> int | None:
    """Return the index of the first met rule whose `nth` is absent or equals its count, this request included."""
    return next((index for index, nth in met if nth in {None, counts[index]}), None)


def mismatch(when: When, request: RequestSummary) -> str | None:
    """Return the first condition that a request does not meet, as text; None if it meets all, `nth` aside."""
    if when.technology not in {None, request.technology}:
        return f"technology must be {when.technology}, got {request.technology}"
    if when.file_name is not None and (request.file_name is None or not when.file_pattern.matches(request.file_name)):
        return f"file name must match {when.file_name!r}, got {_short(request.file_name)}"
    if when.sha256 not in {None, request.sha256}:
        return f"content digest must be {str(when.sha256)[:12]}..., got {request.sha256[:12]}..."
    for name, expected in when.query.items():
        if request.query.get(name) != expected:
            return f"query {name} must be {_shown(name, expected, request.query.get(name))}"
    for name, pattern in when.headers.items():
        value = request.headers.get(name.lower())
        if value is None or not when.header_patterns[name].matches(value):
            return f"header {name} must match {_shown(name, pattern, value)}"
    return None


def _shown(name: str, expected: str, value: str | None) -> str:
    """Return the expected and the found value of a header or query parameter as messages show them, but no secret."""
    if is_secret(name, expected) or (value is not None and is_secret(name, value)):
        return "the rule's value" if value is not None else "the rule's value, got None"
    return f"{expected!r}, got {_short(value)}"


def _short(value: str | None) -> str:
    return repr(value if value is None else value[:MAX_SHOWN])

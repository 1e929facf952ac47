"""Scenarios: ordered rules that choose how a request's task lives and ends. Data, first match, and why not.

The first rule whose `when` fits a POST decides, by its `then`; where none fits, the mock does as always.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from msgspec import Meta, Struct

from voxdouble_mock.core.fault import Count, Fault
from voxdouble_mock.options import MAX_SECONDS

Seconds = Annotated[float, Meta(ge=0, le=MAX_SECONDS)]


class When(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a rule asks of a request; what is absent fits all."""

    technology: str | None = None
    file_name: str | None = None
    """A pattern with * and ?, such as reject*.wav."""
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")] | None = None
    """The digest of the uploaded file, or of the JSON body."""
    query: dict[str, str] = {}
    headers: dict[str, str] = {}
    """Names in any case, values as patterns."""
    nth: Count | None = None
    """Only the nth of the requests that fit all else, counted since the scenario was set."""


class Error(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The error of a task that ends failed or rejected."""

    message: str


class Then(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a rule chooses, in seconds of the namespace's clock; what is absent stays as always."""

    pending: Seconds | None = None
    running: Seconds | None = None
    lifetime: Seconds | None = None
    end: Literal["done", "failed", "rejected"] | None = None
    """`done` cannot bring about a result where there is none: media that cannot be used stay rejected."""
    error: Error | None = None
    fault: Fault | None = None

    def __post_init__(self) -> None:
        if self.end == "rejected" and self.running:
            raise ValueError(
                "an impossible timeline: a rejected task was never executed, so it cannot have been running"
            )
        if self.error is not None and self.end not in {"failed", "rejected"}:
            raise ValueError("an error belongs to a task that ends failed or rejected")


class Rule(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One rule; an empty `when` fits everything."""

    then: Then
    when: When = When()
    name: str = ""


class Scenario(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Rules in order, with a name and a word on what they are for."""

    rules: Annotated[tuple[Rule, ...], Meta(min_length=1, max_length=1000)]
    name: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules can tell of a request."""

    technology: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    sha256: str
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """The rule that decides, if any, how often each rule has fitted by now, and why those before it did not."""

    rule: Rule | None
    seen: tuple[int, ...]
    misses: tuple[str, ...]


def choose(scenario: Scenario, seen: Sequence[int], facts: Facts) -> Choice:
    """Find the first rule that fits; `seen` counts for each rule the requests that fitted all but its `nth`."""
    counts = list(seen) or [0] * len(scenario.rules)
    misses: list[str] = []
    chosen: Rule | None = None
    for index, rule in enumerate(scenario.rules):
        miss = why_not(rule.when, facts)
        if miss is None:
            counts[index] += 1
            if rule.when.nth not in {None, counts[index]}:
                miss = f"it waits for request {rule.when.nth} of its kind, and this was request {counts[index]}"
        if chosen is None and miss is None:
            chosen = rule
        elif chosen is None:
            misses.append(f"rule {index + 1}{f' ({rule.name})' if rule.name else ''}: {miss}")
    return Choice(chosen, tuple(counts), tuple(misses))


def why_not(when: When, facts: Facts) -> str | None:
    """Tell the first thing in which a request does not fit, None where it fits."""
    if when.technology not in {None, facts.technology}:
        return f"technology is {facts.technology}, not {when.technology}"
    if when.file_name is not None and not fnmatchcase(facts.file_name, when.file_name):
        return f"file name is {facts.file_name!r}, not like {when.file_name!r}"
    if when.sha256 not in {None, facts.sha256}:
        return f"content digest is {facts.sha256[:12]}..., not {str(when.sha256)[:12]}..."
    for name, wanted in when.query.items():
        if facts.query.get(name) != wanted:
            return f"query {name} is {facts.query.get(name)!r}, not {wanted!r}"
    for name, pattern in when.headers.items():
        if not fnmatchcase(facts.headers.get(name.lower(), ""), pattern):
            return f"header {name} is {facts.headers.get(name.lower())!r}, not like {pattern!r}"
    return None

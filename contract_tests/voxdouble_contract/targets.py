"""The appliances that one run talks to, and what the run was told about them."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import pytest

from voxdouble_contract.runs import Runs
from voxdouble_contract.target import UNREACHABLE, Target

ROOM = 2
"""Live tasks that the crowded target takes."""
AUTO = "auto"
ABSENT = frozenset({404, 405})


@dataclass(frozen=True)
class Terms:
    """What the person who starts a run may ask for."""

    strict: bool = False
    """Whether a statement that differs counts as failed: the rule for our own mock."""
    expect: str = ""
    """`mock` or `appliance` where meeting the other kind is an error."""
    generation: str = AUTO
    """One of e1 to e4, or `auto` to read it from the wire."""


class Targets(ABC):
    """The appliance under test, and where the suite may start them, two more with other options."""

    terms: Terms = Terms()

    @property
    @abstractmethod
    def main(self) -> Target:
        """The one that nearly all tests talk to."""

    @property
    @abstractmethod
    def tight(self) -> Target | None:
        """One whose limits are known and small."""

    @property
    @abstractmethod
    def clocked(self) -> Target | None:
        """One whose clock may be moved far ahead without anybody else noticing."""

    @property
    @abstractmethod
    def crowded(self) -> Target | None:
        """One that has room for few tasks only: as many as `ROOM`."""

    @property
    @abstractmethod
    def guarded(self) -> Target | None:
        """One that asks for a token."""

    @abstractmethod
    def opened(self) -> list[Target]:
        """List those that were used so far."""


def meet(targets: Targets, runs: Runs) -> Target:
    """Find out who the main target is; meeting the wrong kind, or nobody, ends the run."""
    target, terms = targets.main, targets.terms
    target.identify()
    if terms.expect and terms.expect != target.kind:
        pytest.exit(f"{target.url} is of the kind {target.kind}, and {terms.expect} was expected.", UNREACHABLE)
    target.generations = read_generations(target, runs) if terms.generation == AUTO else frozenset({terms.generation})
    return target


def introduction(target: Target) -> str:
    """Say who was met, and how much it will be sent at most."""
    generation = "/".join(sorted(target.generations))
    who = f"{target.url}: {target.kind}, version {target.version or 'unknown'}, generation {generation}."
    if target.own:
        return f"{who} It was started for this run alone, and is sent whatever the tests need."
    return f"{who} It will be sent {target.budget or 'whatever the tests need'}."


def read_generations(target: Target, runs: Runs) -> frozenset[str]:
    """Tell from the wire which generations the target may be of (contract, version ladder).

    Only the newest has conversion; `Location` came with e3, before it there was `X-Location` alone. Where conversion
    may only lack its licence, e3 and e4 cannot be told apart, and e1 and e2 never can.
    """
    conversion = runs.probe()
    if conversion.status and conversion.status not in ABSENT:
        return frozenset({"e4"})
    headers = runs.started("speech").start.headers
    if "Location" in headers:
        return frozenset({"e3", "e4"})
    return frozenset({"e1", "e2"}) if "X-Location" in headers else target.generations

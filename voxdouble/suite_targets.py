"""What the contract suite talks to: an appliance at a URL, or mocks of our own."""

import math
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from voxdouble_contract.profile import Budget, Profile
from voxdouble_contract.target import Target
from voxdouble_contract.targets import ROOM, Targets, Terms
from voxdouble_fixtures import path

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

TIGHT = Profile(
    max_upload=200_000,
    max_upload_seconds=1.5,
    input_storage=100_000,
    max_audio_seconds=2.0,
    max_list=10,
    max_matrix=9,
)
"""Limits so small that a test can go beyond each of them."""
TIGHT_OPTIONS = {
    "max_upload": TIGHT.max_upload,
    "max_upload_seconds": TIGHT.max_upload_seconds,
    "input_storage": TIGHT.input_storage,
    "max_audio_seconds": TIGHT.max_audio_seconds,
    "max_list": TIGHT.max_list,
    "max_matrix": TIGHT.max_matrix,
}
FAILING = replace(Profile().with_defaults(), failing_file=path("telephone.wav"))
FAILS = {"rules": [{"name": "fail", "when": {"file_name": "telephone.wav"}, "then": {"end": "failed"}}]}
"""A scenario in which that recording's tasks end `failed`."""
NAMESPACE = "/_ns/"
TOKEN = "contract-suite"  # noqa: S105 (of a mock that lives as long as the test)
Wrap = Callable[["WSGIApplication"], "WSGIApplication"]


class OwnMocks(Targets):
    """Mocks with a clock that is moved by hand, each started when it is first asked for."""

    def __init__(self, stack: ExitStack, terms: Terms, wrap: Wrap | None = None) -> None:
        self.terms = terms
        self._stack = stack
        self._wrap = wrap
        self._opened: list[Target] = []

    @cached_property
    def main(self) -> Target:
        """One with the vendor's limits, on which one recording fails."""
        return self._start(FAILING, scenario=FAILS)

    @cached_property
    def tight(self) -> Target:
        """One with small limits."""
        return self._start(TIGHT, **TIGHT_OPTIONS)

    @cached_property
    def clocked(self) -> Target:
        """One with the vendor's limits, beside the main one, whose tasks would not live through a jump of an hour."""
        return self._start(FAILING, scenario=FAILS)

    @cached_property
    def crowded(self) -> Target:
        """One that has room for few tasks."""
        return self._start(Profile().with_defaults(), max_tasks=ROOM)

    @cached_property
    def guarded(self) -> Target:
        """One that asks for a token."""
        return self._start(Profile().with_defaults(), token=TOKEN)

    def opened(self) -> list[Target]:
        """List those that run."""
        return self._opened

    def _start(self, profile: Profile, **options: Any) -> Target:
        from voxdouble_mock import MockAppliance

        mock = self._stack.enter_context(MockAppliance(clock="manual", wrap=self._wrap, **options))
        target = Target(mock.url, profile=profile, token=str(options.get("token", "")), own=True)
        self._stack.callback(target.close)
        self._opened.append(target)
        return target


class AtUrl(Targets):
    """One appliance that somebody else runs."""

    tight = None
    crowded = None
    guarded = None

    def __init__(self, target: Target, terms: Terms) -> None:
        self.terms = terms
        self._opened = [target]

    @property
    def main(self) -> Target:
        """The appliance."""
        return self._opened[0]

    @cached_property
    def clocked(self) -> Target | None:
        """A namespace of our own, where the appliance is a mock: it has its own clock."""
        main = self.main
        if main.kind != "mock" or NAMESPACE in main.url:
            return None
        url = f"{main.url}{NAMESPACE}contract-{secrets.token_hex(4)}"
        target = Target(url, profile=main.profile, budget=main.budget, token=main.token, deadline=main.deadline)
        if target.send("PUT", "/_mock/clock", json={"mode": "manual"}).status != 200:
            return None
        target.kind, target.clock_mode, target.generations = "mock", "manual", main.generations
        self._opened.append(target)
        return target

    def opened(self) -> list[Target]:
        """List the appliance, and the namespace once there is one."""
        return self._opened


@contextmanager
def open_targets(
    url: str,
    terms: Terms | None = None,
    *,
    profile: Profile | None = None,
    budget: Budget | None = None,
    deadline: float = math.inf,
) -> Iterator[Targets]:
    """Open the appliance at a URL, or without one mocks of our own."""
    with ExitStack() as stack:
        if not url:
            yield OwnMocks(stack, terms or Terms())
            return
        token = os.environ.get("APPLIANCE_TOKEN", "")
        target = Target(url, profile=profile, budget=budget, token=token, deadline=deadline)
        stack.callback(target.close)
        yield AtUrl(target, terms or Terms())

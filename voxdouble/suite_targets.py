"""The targets of the contract suite: an appliance at a URL, or mocks that are started here."""

import math
import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voxdouble_contract.target.budget import Budget
from voxdouble_contract.target.mock_options import copy_options
from voxdouble_contract.target.profile import Profile
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.targets import AUTO, MAX_FEW_TASKS, SuiteOptions, Targets
from voxdouble_contract.target.technologies import VOICE_ACTIVITY
from voxdouble_fixtures import path

if TYPE_CHECKING:
    from voxdouble_mock import MockAppliance

SMALL_LIMITS = Profile(
    max_upload=200_000,
    input_storage=100_000,
    max_audio_seconds=2.0,
    max_list=10,
    max_matrix=9,
)
"""Limits so small that a test can exceed each of them."""
SHORT_UPLOAD_TIME = Profile(max_upload_seconds=1.5)
"""A limit of real time, on a mock of its own: on a busy machine any upload may exceed it."""
DEFAULT_LIMITS = Profile().with_defaults()
WITH_FAILING_FILE = replace(DEFAULT_LIMITS, failing_file=path("telephone.wav"))
FAILING_SCENARIO = {"rules": [{"name": "fail", "when": {"file_name": "telephone.wav"}, "then": {"end": "failed"}}]}
"""A scenario in which the tasks of the failing file end `failed`."""
GIVING_SCENARIO = {
    "rules": [
        {
            "when": {"technology": VOICE_ACTIVITY, "file_name": "given.wav"},
            "then": {"result": {"channels": [{"channel_number": 0, "speech_length": 0, "segments": []}]}},
        }
    ]
}
"""A scenario that gives a result of a technology that is not computed."""
EXAMPLE, EXAMPLE_GENERATION = "example", "e4"
"""The bundled pack, and its generation."""
NAMESPACE = "/_ns/"
TOKEN = "contract-suite"  # noqa: S105 (of a mock that lives as long as the run)


class OwnMocks(Targets):
    """Mocks with a manual clock, each started when a test first needs it."""

    def __init__(self, stack: ExitStack, options: SuiteOptions) -> None:
        self.options = options
        self._stack = stack
        self._opened: list[Target] = []

    @cached_property
    def main(self) -> Target:
        """A mock with the vendor's limits, on which one file fails."""
        return self._start(WITH_FAILING_FILE, scenario=FAILING_SCENARIO)

    @cached_property
    def small_limits(self) -> Target:
        """A mock with small limits."""
        return self._start(SMALL_LIMITS, **SMALL_LIMITS.known())

    @cached_property
    def short_upload_time(self) -> Target:
        """A mock with a short time limit of uploads."""
        return self._start(SHORT_UPLOAD_TIME, **SHORT_UPLOAD_TIME.known())

    @cached_property
    def movable_clock(self) -> Target:
        """A second mock for tests that move the clock by an hour: on the first one all tasks would expire."""
        return self._start(WITH_FAILING_FILE, scenario=FAILING_SCENARIO)

    @cached_property
    def few_tasks(self) -> Target:
        """A mock with room for few tasks."""
        return self._start(DEFAULT_LIMITS, max_tasks=MAX_FEW_TASKS)

    @cached_property
    def null_members(self) -> Target:
        """A mock that shows unused members as null."""
        return self._start(DEFAULT_LIMITS, members="null")

    @cached_property
    def with_token(self) -> Target:
        """A mock that requires a token."""
        return self._start(DEFAULT_LIMITS, token=TOKEN)

    @cached_property
    def with_results(self) -> Target:
        """A mock whose scenario gives a result."""
        return self._start(DEFAULT_LIMITS, scenario=GIVING_SCENARIO)

    @cached_property
    def replaying(self) -> Target | None:
        """A mock that replays the example pack, if that is of the generation under test."""
        fits = self.options.generation in {AUTO, EXAMPLE_GENERATION}
        return self._start(DEFAULT_LIMITS, pack=EXAMPLE) if fits else None

    @cached_property
    def only_pack(self) -> Target | None:
        """A mock that replays nothing but the example pack, if that is of the generation under test."""
        fits = self.options.generation in {AUTO, EXAMPLE_GENERATION}
        return self._start(DEFAULT_LIMITS, pack=EXAMPLE, pack_only=True) if fits else None

    def opened(self) -> list[Target]:
        """Return the mocks started so far."""
        return self._opened

    def open_mock(self, **options: Any) -> "MockAppliance":
        """Return a running mock with these options, which ends with the run."""
        from voxdouble_mock import MockAppliance

        return self._stack.enter_context(MockAppliance(**options))

    def _start(self, profile: Profile, **options: Any) -> Target:
        chosen = self.options.generation
        generation = {} if chosen == AUTO else {"generation": chosen}
        mock = self.open_mock(clock="manual", **generation, **options)
        target = Target(mock.url, profile=profile, token=str(options.get("token", "")), own=True)
        target.generations = frozenset(generation.values()) or target.generations
        self._stack.callback(target.close)
        self._opened.append(target)
        return target


class AtUrl(Targets):
    """An appliance that runs already."""

    small_limits = None
    short_upload_time = None
    few_tasks = None
    null_members = None
    with_token = None
    with_results = None
    replaying = None
    only_pack = None

    def __init__(self, target: Target, options: SuiteOptions) -> None:
        self.options = options
        self._opened = [target]

    @property
    def main(self) -> Target:
        """The appliance."""
        return self._opened[0]

    @cached_property
    def movable_clock(self) -> Target | None:
        """A namespace for this run alone, with its own clock, if the appliance is a mock."""
        main = self.main
        if main.kind != "mock" or NAMESPACE in main.url:
            return None
        url = f"{main.url}{NAMESPACE}contract-{secrets.token_hex(4)}"
        target = main.at(url)
        if not (target.clock.set_manual() and copy_options(target, main)):
            return None
        target.kind, target.generations = "mock", main.generations
        self._opened.append(target)
        return target

    def opened(self) -> list[Target]:
        """Return the appliance, and its namespace if one is used."""
        return self._opened


@contextmanager
def open_targets(
    url: str,
    options: SuiteOptions | None = None,
    *,
    profile: Profile | None = None,
    budget: Budget | None = None,
    deadline: float = math.inf,
    ca: Path | None = None,
) -> Iterator[Targets]:
    """Open the appliance at a URL, or with an empty URL mocks that are started here."""
    with ExitStack() as stack:
        if not url:
            yield OwnMocks(stack, options or SuiteOptions())
            return
        token = os.environ.get("APPLIANCE_TOKEN", "")
        target = Target(url, profile=profile, budget=budget, token=token, deadline=deadline, ca=ca)
        stack.callback(target.close)
        yield AtUrl(target, options or SuiteOptions())

"""The appliances of one run, and the options of the run."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from voxdouble_contract.target.target import Target

MAX_FEW_TASKS = 2
"""Live tasks that the target `few_tasks` accepts."""
AUTO = "auto"


@dataclass(frozen=True)
class SuiteOptions:
    """Options of a run."""

    strict: bool = False
    """Whether a statement that differs counts as failed: the rule for our own mock."""
    expect: str = ""
    """`mock` or `appliance` if meeting the other kind is an error."""
    generation: str = AUTO
    """One of e1 to e4, or `auto` to find it out by requests."""


class Targets(ABC):
    """The appliance under test and, if the suite may start them, others with special options."""

    options: SuiteOptions = SuiteOptions()

    @property
    @abstractmethod
    def main(self) -> Target:
        """The target of nearly all tests."""

    @property
    @abstractmethod
    def small_limits(self) -> Target | None:
        """A target with known and small limits."""

    @property
    @abstractmethod
    def short_upload_time(self) -> Target | None:
        """A target with a known and short time limit of uploads."""

    @property
    @abstractmethod
    def movable_clock(self) -> Target | None:
        """A target whose clock can be moved far ahead without an effect on others."""

    @property
    @abstractmethod
    def few_tasks(self) -> Target | None:
        """A target that accepts `MAX_FEW_TASKS` live tasks."""

    @property
    @abstractmethod
    def null_members(self) -> Target | None:
        """A target that shows unused members as null."""

    @property
    @abstractmethod
    def with_token(self) -> Target | None:
        """A target that requires a token."""

    @property
    @abstractmethod
    def with_results(self) -> Target | None:
        """A mock whose scenario gives one result of voice activity detection, which it does not compute."""

    @property
    @abstractmethod
    def replaying(self) -> Target | None:
        """A mock that replays the bundled example pack."""

    @property
    @abstractmethod
    def only_pack(self) -> Target | None:
        """A mock that replays the bundled example pack and nothing else."""

    @abstractmethod
    def opened(self) -> list[Target]:
        """Return the targets used so far."""

"""What a technology is: a name, what its requests hold, how long it takes, and one function from request to result.

`run` is pure. It returns what a task that ends done has to say, or raises `Rejection`, and the task ends rejected.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from voxdouble_mock.core.limits import Limits
from voxdouble_mock.technologies._query import Parameter

Members = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Result:
    """The `result` of a task that ends done, ready for JSON (numpy arrays too) in the order of sending."""

    members: Members
    audio_seconds: float = 0.0
    """Audio that was processed, over all channels."""


@dataclass(frozen=True, slots=True)
class Billing:
    """Under which labels the vendor's billing counts the audio that a technology processes (contract 5)."""

    technology: str
    operation: str


@dataclass(frozen=True, slots=True)
class MediaRequest:
    """An uploaded recording and the query's parameters, parsed, absent ones with their defaults."""

    file: BinaryIO
    query: Mapping[str, Any]
    limits: Limits


@dataclass(frozen=True, slots=True)
class MediaTechnology:
    """A technology that takes the multipart part `file` and query parameters (contract 3.1)."""

    name: str
    parameters: tuple[Parameter, ...]
    run: Callable[[MediaRequest], Result]
    billing: Billing
    pending: float = 0.2
    """Seconds (C1), as `running`."""
    running: float = 0.5


@dataclass(frozen=True, slots=True)
class VoiceprintTechnology:
    """A technology that takes JSON lists of Base64 voiceprints (contract 3.2); `run` gets them decoded."""

    name: str
    run: Callable[[Mapping[str, Sequence[bytes]]], Result]
    lists: tuple[str, ...] = ("voiceprints",)
    """The members that hold the lists, all required."""
    minimum: int = 1
    """The fewest voiceprints of one list."""
    bounded_product: bool = False
    """Whether the lengths of the lists, multiplied, have a limit of their own (S50)."""
    pending: float = 0.05
    running: float = 0.05


Technology = MediaTechnology | VoiceprintTechnology

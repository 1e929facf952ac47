"""The definition of a technology: its name, its requests, its durations, and a function from request to result.

`run` is pure: it returns the result of a task that ends done, or raises `Rejection` for a task that ends rejected.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from voxdouble_mock.technologies._recording_options import Parameter, RecordingOptions

Members = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Result:
    """The `result` of a task that ends done, ready for JSON (numpy arrays included), its members in order."""

    members: Members
    audio_seconds: float = 0.0
    """The audio that was processed, in seconds over all channels."""


@dataclass(frozen=True, slots=True)
class Billing:
    """The labels under which the vendor's billing counts the audio of a technology (C36)."""

    technology: str
    operation: str


@dataclass(frozen=True, slots=True)
class MediaRequest:
    """An uploaded recording with its options."""

    file: BinaryIO
    """A seekable file."""
    options: RecordingOptions
    max_audio_seconds: float
    """The longest audio to process (S59, S81)."""
    checkpoint: Callable[[], None]
    """Called before each block of the analysis; raises an exception if no client waits for the result."""


@dataclass(frozen=True, slots=True)
class MediaTechnology:
    """A technology that takes a recording in the multipart part `file`, and query parameters (S28, S29)."""

    name: str
    parameters: tuple[Parameter, ...]
    run: Callable[[MediaRequest], Result] | None
    """None for a technology that is not computed: its results come from scenarios and packs (C50)."""
    billing: Billing | None
    """None if the audio is not counted."""
    entry_members: tuple[str, ...] = ()
    """All members of a `channels` entry, in order, if some of them are sent on request only; else empty."""
    pending: float = 0.2
    """Seconds until a task starts (C1)."""
    running: float = 0.5
    """Seconds that a task runs (C1)."""


@dataclass(frozen=True, slots=True)
class VoiceprintTechnology:
    """A technology that takes JSON lists of Base64 voiceprints (S41); `run` gets the decoded lists by their names."""

    name: str
    run: Callable[[Mapping[str, Sequence[bytes]]], Result]
    lists: tuple[str, ...] = ("voiceprints",)
    """The members with the lists, all required."""
    minimum: int = 1
    """The fewest voiceprints of a list."""
    item_member: str = ""
    """If each voiceprint is processed on its own: the member of the result with a value for each. Else empty."""
    bounded_product: bool = False
    """True if the product of the lengths of the lists has a limit (S50)."""
    pending: float = 0.05
    """Seconds until a task starts (C1)."""
    running: float = 0.05
    """Seconds that a task runs (C1)."""


Technology = MediaTechnology | VoiceprintTechnology

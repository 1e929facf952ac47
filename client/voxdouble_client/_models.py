"""What the appliance answers, typed: frozen facts with the raw JSON beside them.

Extra members of an answer are kept in `raw`; an absent member and a null one are the same here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from voxdouble_client._http.body import File

VECTOR_LENGTH = 128
"""Numbers in a vector voiceprint of a channel with speech (S45)."""

FINAL_STATES = frozenset({"done", "failed", "rejected"})
"""The states that a task does not leave (S12); any other, known or not, counts as unfinished."""


@dataclass(frozen=True, slots=True)
class TaskError:
    """Why a task ended badly: `type` is for programs, `message` for people, `detail` the finer points (S15 to S17)."""

    type: str
    message: str
    detail: list[dict[str, Any]]
    raw: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class TaskAnswer:
    """One look at a task: its state, with `result` once it is done, with `error` once it failed or was rejected.

    `raw` is the whole answer as parsed, `body` as it came, in bytes.
    """

    task_id: str
    state: str
    result: dict[str, Any] | None = field(repr=False)
    error: TaskError | None
    raw: dict[str, Any] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def final(self) -> bool:
        """Whether the task has ended, well or badly."""
        return self.state in FINAL_STATES


@dataclass(frozen=True, slots=True)
class ChannelVoiceprint:
    """The voiceprint of one channel of a recording (S33, S36 to S40).

    `channel_number` counts from 0; `voiceprint` is opaque Base64 text, to be stored and sent as it is; `speech_length`
    is in seconds; `vector_voiceprint` is None unless it was asked for, and empty where there was no speech.
    """

    channel_number: int
    voiceprint: str = field(repr=False)  # voice data stays out of logs
    vector_voiceprint: list[float] | None = field(repr=False)
    speech_length: float
    model: str
    raw: dict[str, Any] = field(repr=False)

    def to_numpy(self) -> npt.NDArray[np.float32]:
        """Give the vector as float32 of shape (128,), or (0,) where there was no speech; needs numpy.

        ValueError where no vector was asked for.
        """
        if self.vector_voiceprint is None:
            raise ValueError("This channel has no vector; extract with include_vector_voiceprint=True.")
        import numpy as np  # noqa: PLC0415  late, so that the client needs no numpy

        return np.array(self.vector_voiceprint, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class VoiceprintExtraction:
    """The voiceprints of a recording, one a channel, in the order that the appliance gives."""

    channels: tuple[ChannelVoiceprint, ...]
    raw: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class VoiceprintConversion:
    """Vectors in the order of the voiceprints that were sent: 128 numbers each, or none without speech (S44 to S46).

    `answers` are the raw answers, one for each call that was made.
    """

    vector_voiceprints: list[list[float]] = field(repr=False)
    answers: tuple[dict[str, Any], ...] = field(repr=False)

    @property
    def raw(self) -> dict[str, Any]:
        """The raw answer of the last call, which mostly is the only one."""
        return self.answers[-1]

    def to_numpy(self) -> npt.NDArray[np.float32]:
        """Give the vectors as float32 of shape (voiceprints, 128); a row without speech is NaN; needs numpy."""
        return matrix(self.vector_voiceprints)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file of many: either its `result` or the `error` that took its place."""

    file: File
    result: VoiceprintExtraction | None
    error: Exception | None


def matrix(vectors: list[list[float]], width: int | None = None) -> npt.NDArray[np.float32]:
    """Make one float32 row of each vector; an empty one becomes NaN, so that rows and vectors keep their numbers.

    `width` is that of the rows where it is known otherwise. ValueError where the vectors are of several lengths.
    """
    import numpy as np  # noqa: PLC0415  late, so that the client needs no numpy

    widths = {len(vector) for vector in vectors if vector}
    if len(widths) > 1:
        raise ValueError(f"Vectors of {', '.join(map(str, sorted(widths)))} numbers do not make one array.")
    columns = width or max(widths, default=VECTOR_LENGTH)
    silent = [float("nan")] * columns
    return np.array([vector or silent for vector in vectors], dtype=np.float32).reshape(len(vectors), columns)

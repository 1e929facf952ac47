"""Voiceprint extraction: the voiceprint of each channel of a recording (S28 to S40)."""

# No `from __future__ import annotations`: see `_models`.

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta, Struct

from voxdouble_client._http.body import File, Progress
from voxdouble_client._many import in_order
from voxdouble_client._models import Model, TaskAnswer
from voxdouble_client._task import TaskHandle
from voxdouble_client._technologies._arguments import ChannelMode, channels_query
from voxdouble_client._technologies._request import TaskClient, TaskRequest
from voxdouble_client._technologies._results import Vector, check_lengths, entries

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

TECHNOLOGY = "speaker-identification-voiceprint-extraction"


class ChannelVoiceprint(Model, frozen=True, kw_only=True):
    """The voiceprint of one channel of a recording (S33, S36 to S40).

    `channel_number` counts from 0; `voiceprint` is opaque Base64 text, to be stored and sent unchanged; `speech_length`
    is in seconds; `vector_voiceprint` is None unless it was requested, and empty if there was no speech.
    """

    channel_number: int
    voiceprint: Annotated[str, Meta(min_length=1)]
    vector_voiceprint: Vector | None = None
    speech_length: float
    model: str
    raw: dict[str, Any]

    def to_numpy(self) -> "npt.NDArray[np.float32]":
        """Return the vector as float32 of shape (128,), or (0,) if there was no speech; needs numpy.

        ValueError if no vector was requested.
        """
        if self.vector_voiceprint is None:
            raise ValueError("This channel has no vector; extract with include_vector_voiceprint=True to get one.")
        import numpy as np  # noqa: PLC0415  late, so that the client needs no numpy

        return np.array(self.vector_voiceprint, dtype=np.float32)


class VoiceprintExtraction(Model, frozen=True):
    """The voiceprints of a recording, one for each channel, in the appliance's order."""

    channels: tuple[ChannelVoiceprint, ...]
    raw: dict[str, Any]


class Outcome(Struct, frozen=True):
    """The outcome of one file of several: either its `result`, or the `error` that came instead."""

    file: File
    result: VoiceprintExtraction | None
    error: Exception | None


def read(answer: TaskAnswer) -> VoiceprintExtraction:
    """Return the result of an extraction (S36 to S40)."""
    channels: tuple[ChannelVoiceprint, ...] = entries(answer, "channels", tuple[ChannelVoiceprint, ...])
    check_lengths((channel.vector_voiceprint for channel in channels), "`result.channels`")
    return VoiceprintExtraction(channels, answer.raw)


def query(
    *, include_vector_voiceprint: bool, channel_mode: ChannelMode | None, channels: Sequence[int]
) -> dict[str, str | bool]:
    """Return the query of an extraction (S30 to S33)."""
    vector: dict[str, str | bool] = {"include_vector_voiceprint": True} if include_vector_voiceprint else {}
    return {**vector, **channels_query(channel_mode, channels)}


def start_voiceprint_extraction(
    self: TaskClient,
    file: File,
    *,
    include_vector_voiceprint: bool = False,
    channel_mode: ChannelMode | None = None,
    channels: Sequence[int] = (),
    timeout: float | None = None,
    progress: Progress | None = None,
) -> TaskHandle[VoiceprintExtraction]:
    """Start an extraction (S28 to S40); `timeout` is for the upload and its acceptance, in seconds.

    `include_vector_voiceprint` requests the vectors as well; `channel_mode` "mix" makes one voiceprint of all channels;
    `channels` selects some, counted from 0; `progress` is called with the bytes sent so far and in all.

    Errors: TransportError, which says whether the task may have been started all the same; ApiError if the appliance
    refuses; ContractError; and Python's own OSError if the file cannot be read.
    """
    deadline = self._deadline(timeout)
    chosen = query(include_vector_voiceprint=include_vector_voiceprint, channel_mode=channel_mode, channels=channels)
    return self._start(TaskRequest(TECHNOLOGY, read, chosen, files={"file": file}), deadline, progress)


def extract_voiceprint(
    self: TaskClient,
    file: File,
    *,
    include_vector_voiceprint: bool = False,
    channel_mode: ChannelMode | None = None,
    channels: Sequence[int] = (),
    timeout: float | None = None,
    progress: Progress | None = None,
    on_state: Callable[[str], None] | None = None,
) -> VoiceprintExtraction:
    """Extract the voiceprint of each channel and wait for the result; `timeout` is for the whole call, in seconds.

    The parameters are those of `start_voiceprint_extraction`; `on_state` is called with each new state of the task.
    Errors: TransportError, ApiError or ContractError if no task was started, and those of `TaskHandle.result`.
    """
    deadline = self._deadline(timeout)
    chosen = query(include_vector_voiceprint=include_vector_voiceprint, channel_mode=channel_mode, channels=channels)
    return self._run_to_end(TaskRequest(TECHNOLOGY, read, chosen, files={"file": file}), deadline, progress, on_state)


def extract_voiceprints(
    self: TaskClient,
    files: Iterable[File],
    *,
    concurrency: int = 4,
    include_vector_voiceprint: bool = False,
    channel_mode: ChannelMode | None = None,
    channels: Sequence[int] = (),
    timeout: float | None = None,
) -> Iterator[Outcome]:
    """Extract from many files, at most `concurrency` at a time, and yield one outcome for each file, in their order.

    `timeout` is for each file. An error with one file, or in reading it, is its outcome and does not end the others.
    TypeError if `files` is a single file, ValueError if an option is not valid.
    """
    if isinstance(files, (str, bytes, os.PathLike)) or hasattr(files, "read"):
        raise TypeError(f"`files` must be a list of files, like [file], got a single {type(files).__name__}.")
    chosen = query(include_vector_voiceprint=include_vector_voiceprint, channel_mode=channel_mode, channels=channels)
    self._deadline(timeout)  # refuse a timeout that is not valid before the first file

    def extract(file: File) -> Outcome:
        request = TaskRequest(TECHNOLOGY, read, chosen, files={"file": file})
        try:
            return Outcome(file, self._run_to_end(request, self._deadline(timeout)), None)
        except Exception as error:  # noqa: BLE001  a file object of the caller may raise anything
            return Outcome(file, None, error)

    return in_order(extract, files, concurrency)

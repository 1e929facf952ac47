"""Voiceprint extraction: the voiceprint of each channel of a recording (S28 to S40)."""

# No `from __future__ import annotations`: see `_models`.

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from msgspec import Meta, Struct

from voxdouble_client._generations import NO_VECTORS
from voxdouble_client._http.body import File, Progress
from voxdouble_client._journal.batch import Batch
from voxdouble_client._journal.files import JournalError
from voxdouble_client._journal.journal import Journal
from voxdouble_client._journal.lines import Recording, recordings_of
from voxdouble_client._many import run_many
from voxdouble_client._models import Model, TaskAnswer
from voxdouble_client._task import TaskHandle
from voxdouble_client._technologies._arguments import ChannelMode, channels_query
from voxdouble_client._technologies._request import TaskClient, TaskRequest
from voxdouble_client._technologies._results import Vector, check_lengths, entries
from voxdouble_client._whole_number import checked_whole_number

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

TECHNOLOGY = "speaker-identification-voiceprint-extraction"
T = TypeVar("T")


class ChannelVoiceprint(Model, frozen=True, kw_only=True):
    """The voiceprint of one channel of a recording (S33, S36 to S40).

    `channel_number` counts from 0. `voiceprint` is opaque Base64 text: store it and send it unchanged. `speech_length`
    is in seconds. `vector_voiceprint` is None unless it was requested; without speech it is empty.
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
            raise ValueError(
                f"This channel has no vector; extract with include_vector_voiceprint=True to get one. {NO_VECTORS}"
            )
        import numpy as np  # noqa: PLC0415  late, so that the client needs no numpy

        return np.array(self.vector_voiceprint, dtype=np.float32)


class VoiceprintExtraction(Model, frozen=True):
    """The voiceprints of a recording, one for each channel, in the appliance's order."""

    channels: tuple[ChannelVoiceprint, ...]
    raw: dict[str, Any]


class Outcome(Struct, frozen=True):
    """The outcome of one file of several: its `result`, or an `error`; the other one is None.

    `earlier` is True if an earlier run of the batch finished the file; the outcome is then that of its line in the
    output.
    """

    file: File
    result: VoiceprintExtraction | None
    error: Exception | None
    earlier: bool = False


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

    `file` is a path, bytes, or a file opened for reading in binary mode. `include_vector_voiceprint` requests the
    vectors as well. `channel_mode="mix"` makes one voiceprint of all channels. `channels` selects some, counted from 0.
    `progress` is called with the bytes sent so far and in all. TransportError if no complete response came; its
    `may_have_run` says whether the task may have been started. ApiError if the appliance refuses. ContractError if the
    response breaks the contract. OSError if the file cannot be read.
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

    `file` is a path, bytes, or a file opened for reading in binary mode. `on_state` is called with each new state. The
    other parameters are those of `start_voiceprint_extraction`, the errors its own and those of `TaskHandle.result`.
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
    journal: str | os.PathLike[str] | None = None,
    ordered: bool = True,
    on_outcome: Callable[[Outcome], object] | None = None,
) -> Iterator[Outcome]:
    """Extract from many files, at most `concurrency` at a time, and yield one outcome for each file, in their order.

    `timeout` is for each file, in seconds. An error with one file is the outcome of that file; the others go on. With
    `ordered=False` outcomes come as they finish. In order, a slow file holds back up to 1,000 outcomes of later files.
    `on_outcome` is called with each outcome as soon as it exists, one call at a time, in another thread.

    `journal` is the path of the output. It gets one JSON line for each recording, with the answer or the error; the
    journal beside it records the tasks that were started. Each of `files` must then be the path of a regular file, and
    be named once. The caller can stop iterating at any point. The same call in a later process yields the outcomes of
    finished files from their lines, waits for the tasks that were started, and tries the other files again; it first
    removes their lines. Lines of files that are not in `files` stay. A journal is for one appliance and one set of
    options.

    TypeError if `files` is a single file. ValueError if an option is not valid, or with a journal if a file is named
    twice. The first iteration raises ValueError if the journal was begun with other options or on another appliance,
    or if another call uses it, OSError if it cannot be written.
    """
    if isinstance(files, (str, bytes, os.PathLike)) or hasattr(files, "read"):
        raise TypeError(f"`files` must be a list of files, like [file], got a single {type(files).__name__}.")
    chosen = query(include_vector_voiceprint=include_vector_voiceprint, channel_mode=channel_mode, channels=channels)
    self._deadline(timeout)  # an invalid timeout is refused now, not at the first file
    self._widen_pool(checked_whole_number("concurrency", concurrency, 1))
    if journal is not None:
        recordings = recordings_of(files)
        return extract_recordings(
            self,
            recordings,
            chosen,
            journal,
            concurrency=concurrency,
            timeout=timeout,
            ordered=ordered,
            on_outcome=on_outcome,
        )

    def extract(file: File) -> VoiceprintExtraction:
        return self._run_to_end(_request(file, chosen), self._deadline(timeout))

    return run_many(_reporting(extract, on_outcome), files, concurrency, ordered=ordered)


def extract_recordings(
    self: TaskClient,
    recordings: Sequence[Recording],
    chosen: Mapping[str, str | bool],
    path: str | os.PathLike[str],
    *,
    concurrency: int,
    timeout: float | None = None,
    ordered: bool = True,
    on_outcome: Callable[[Outcome], object] | None = None,
) -> Iterator[Outcome]:
    """Yield the outcome of each recording of the batch whose output is at `path`."""
    with Journal(path, self._base, chosen, recordings) as journal:
        batch: Batch[VoiceprintExtraction] = Batch(
            journal,
            lambda file, deadline: self._start(_request(file, chosen), deadline),
            self.task,
            lambda url, task_id: self._handle(url, task_id, read),
        )

        def extract(recording: Recording) -> VoiceprintExtraction:
            return batch.run(recording, self._deadline(timeout))

        work = _reporting(extract, on_outcome, journal.is_finished)
        yield from run_many(work, recordings, concurrency, ordered=ordered)


def _reporting(
    extract: Callable[[T], VoiceprintExtraction],
    on_outcome: Callable[[Outcome], object] | None,
    is_finished: Callable[[T], bool] = lambda _: False,
) -> Callable[[T], Outcome]:
    """Return a function that turns the result or error of `extract` into an outcome, and reports it."""
    lock = threading.Lock()

    def work(item: T) -> Outcome:
        file: Any = item.file if isinstance(item, Recording) else item
        earlier = is_finished(item)
        try:
            outcome = Outcome(file, extract(item), None, earlier)
        except JournalError:
            raise  # no file could be recorded from here on
        except Exception as error:  # noqa: BLE001  a file object of the caller may raise anything
            outcome = Outcome(file, None, error, earlier)
        if on_outcome is not None:
            with lock:
                on_outcome(outcome)
        return outcome

    return work


def _request(file: File, chosen: Mapping[str, str | bool]) -> TaskRequest[VoiceprintExtraction]:
    return TaskRequest(TECHNOLOGY, read, chosen, files={"file": file})

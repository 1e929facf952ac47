"""Age estimation, from recordings or from voiceprints (C35).

The vendor's pages do not name the members of the result, so the names here are a choice (C35). An absent member is
None. A present one must have its type. `raw` has all members.
"""

# No `from __future__ import annotations`: see `_models`.

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from msgspec import field

from voxdouble_client._http.body import File, Progress
from voxdouble_client._models import Model, TaskAnswer
from voxdouble_client._task import TaskHandle
from voxdouble_client._technologies._arguments import (
    ChannelMode,
    channels_query,
    speech_query,
    voiceprints_of_one_call,
)
from voxdouble_client._technologies._request import TaskClient, TaskRequest
from voxdouble_client._technologies._results import entries

TECHNOLOGY = "age-estimation"
TECHNOLOGY_OF_VOICEPRINTS = "age-estimation-voiceprints"


class Age(Model, frozen=True):
    """The age of one speaker in whole years; None if there was no speech (C35).

    `channel_number` counts from 0, and is None for a voiceprint; `speech_length` is in seconds.
    """

    channel_number: int | None = None
    age: int | None = None
    speech_length: float | None = None
    raw: dict[str, Any] = field(default_factory=dict)


class AgeEstimation(Model, frozen=True):
    """The ages of the speakers: one for each channel or for each voiceprint, in their order (C35).

    `ages` is None if the answer has no list of the expected name.
    """

    ages: tuple[Age, ...] | None
    raw: dict[str, Any]


def read(answer: TaskAnswer) -> AgeEstimation:
    """Return the age in each channel of a recording (C35)."""
    return AgeEstimation(entries(answer, "channels", tuple[Age, ...] | None), answer.raw)


def reader_of_voiceprints(count: int | None = None) -> Callable[[TaskAnswer], AgeEstimation]:
    """Return the reader for the ages of `count` voiceprints, or of any number if it is None (C35)."""
    return lambda answer: AgeEstimation(entries(answer, "results", tuple[Age, ...] | None, count), answer.raw)


def start_age_estimation(
    self: TaskClient,
    file: File,
    *,
    channel_mode: ChannelMode | None = None,
    channels: Sequence[int] = (),
    range_from: float | None = None,
    range_to: float | None = None,
    max_speech_length: float | None = None,
    timeout: float | None = None,
    progress: Progress | None = None,
) -> TaskHandle[AgeEstimation]:
    """Start the estimation of the age in each channel; the parameters are those of `start_gender_identification`."""
    deadline = self._deadline(timeout)
    query = {**channels_query(channel_mode, channels), **speech_query(range_from, range_to, max_speech_length)}
    return self._start(TaskRequest(TECHNOLOGY, read, query, files={"file": file}), deadline, progress)


def estimate_age(
    self: TaskClient,
    file: File,
    *,
    channel_mode: ChannelMode | None = None,
    channels: Sequence[int] = (),
    range_from: float | None = None,
    range_to: float | None = None,
    max_speech_length: float | None = None,
    timeout: float | None = None,
    progress: Progress | None = None,
    on_state: Callable[[str], None] | None = None,
) -> AgeEstimation:
    """Estimate the age of the speaker in each channel, and wait for the result (C35).

    `timeout` is for the whole call, in seconds; `on_state` is called with each new state of the task. The other
    parameters are those of `start_age_estimation`.
    """
    deadline = self._deadline(timeout)
    query = {**channels_query(channel_mode, channels), **speech_query(range_from, range_to, max_speech_length)}
    return self._run_to_end(TaskRequest(TECHNOLOGY, read, query, files={"file": file}), deadline, progress, on_state)


def start_age_estimation_of_voiceprints(
    self: TaskClient, voiceprints: Iterable[str], *, timeout: float | None = None
) -> TaskHandle[AgeEstimation]:
    """Start the estimation of the age for 1 to 50,000 voiceprints; `timeout` is for sending and acceptance."""
    deadline = self._deadline(timeout)
    return self._start(_request_of_voiceprints(voiceprints), deadline)


def estimate_age_of_voiceprints(
    self: TaskClient, voiceprints: Iterable[str], *, timeout: float | None = None
) -> AgeEstimation:
    """Estimate the age of the speaker of each of 1 to 50,000 voiceprints, and wait for the result (C35)."""
    deadline = self._deadline(timeout)
    return self._run_to_end(_request_of_voiceprints(voiceprints), deadline)


def _request_of_voiceprints(voiceprints: Iterable[str]) -> TaskRequest[AgeEstimation]:
    checked = voiceprints_of_one_call(voiceprints)
    return TaskRequest(TECHNOLOGY_OF_VOICEPRINTS, reader_of_voiceprints(len(checked)), json={"voiceprints": checked})

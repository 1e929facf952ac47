"""What a client asks about speakers: comparison and merging of voiceprints, gender and age.

The errors of every call are those of `extract_voiceprint`, and ValueError or TypeError for what cannot be sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from voxdouble_client._arguments import (
    channels_query,
    extent_query,
    lists_to_compare,
    voiceprints_of_one_call,
    voiceprints_to_merge,
)
from voxdouble_client._base import BaseClient
from voxdouble_client._http.body import File, Progress, form, json_body
from voxdouble_client._http.urls import Query
from voxdouble_client._results import Reader
from voxdouble_client._speaker_models import AgeEstimation, Comparison, GenderIdentification, Merging
from voxdouble_client._speaker_results import (
    AGE,
    AGE_OF_VOICEPRINTS,
    COMPARISON,
    GENDER,
    GENDER_OF_VOICEPRINTS,
    MERGING,
    age,
    age_of_voiceprints,
    comparison_of,
    gender,
    gender_of_voiceprints,
    merging,
)
from voxdouble_client._task import TaskHandle

Mode = Literal["split", "mix"]


class SpeakerClient(BaseClient):
    __doc__ = BaseClient.__doc__

    def compare_voiceprints(
        self, voiceprints_a: Iterable[str], voiceprints_b: Iterable[str], *, timeout: float | None = None
    ) -> Comparison:
        """Compare each voiceprint of one list with each of the other, and wait for the scores (S48 to S50).

        `timeout` is for all of it, in seconds. `voiceprints_a` become the columns, `voiceprints_b` the rows; each list
        has 1 to 50,000, and together they make at most 1,000,000 scores.
        """
        deadline = self._deadline(timeout)
        handle = self.start_voiceprint_comparison(voiceprints_a, voiceprints_b, timeout=timeout)
        return handle._result(deadline, None)  # noqa: SLF001  one deadline for both halves

    def start_voiceprint_comparison(
        self, voiceprints_a: Iterable[str], voiceprints_b: Iterable[str], *, timeout: float | None = None
    ) -> TaskHandle[Comparison]:
        """Start a comparison, as `compare_voiceprints` does; `timeout` is for sending and acceptance."""
        lists = lists_to_compare(voiceprints_a, voiceprints_b)
        reader = comparison_of(len(lists["voiceprints_a"]), len(lists["voiceprints_b"]))
        return self._start_json(COMPARISON, lists, reader, timeout)

    def merge_voiceprints(self, voiceprints: Iterable[str], *, timeout: float | None = None) -> Merging:
        """Merge at least two voiceprints of one speaker into one, and wait for it (S51, C22)."""
        deadline = self._deadline(timeout)
        handle = self.start_voiceprint_merging(voiceprints, timeout=timeout)
        return handle._result(deadline, None)  # noqa: SLF001  one deadline for both halves

    def start_voiceprint_merging(
        self, voiceprints: Iterable[str], *, timeout: float | None = None
    ) -> TaskHandle[Merging]:
        """Start a merging of at least two voiceprints (S51); `timeout` is for sending and acceptance."""
        return self._start_json(MERGING, {"voiceprints": voiceprints_to_merge(voiceprints)}, merging, timeout)

    def identify_gender(
        self,
        file: File,
        *,
        channel_mode: Mode | None = None,
        channels: Sequence[int] = (),
        range_from: float | None = None,
        range_to: float | None = None,
        max_speech_length: float | None = None,
        timeout: float | None = None,
        progress: Progress | None = None,
        on_state: Callable[[str], None] | None = None,
    ) -> GenderIdentification:
        """Identify the gender of the speaker in each channel, and wait for the result (contract 4.5, C35).

        `timeout` is for all of it, in seconds. The other parameters are those of `start_gender_identification`;
        `on_state` is called with each new state of the task.
        """
        deadline = self._deadline(timeout)
        handle = self.start_gender_identification(
            file,
            channel_mode=channel_mode,
            channels=channels,
            range_from=range_from,
            range_to=range_to,
            max_speech_length=max_speech_length,
            timeout=timeout,
            progress=progress,
        )
        return handle._result(deadline, on_state)  # noqa: SLF001  one deadline for both halves

    def start_gender_identification(
        self,
        file: File,
        *,
        channel_mode: Mode | None = None,
        channels: Sequence[int] = (),
        range_from: float | None = None,
        range_to: float | None = None,
        max_speech_length: float | None = None,
        timeout: float | None = None,
        progress: Progress | None = None,
    ) -> TaskHandle[GenderIdentification]:
        """Start the identification of the gender; `timeout` is for the upload and its acceptance, in seconds.

        `channel_mode` "mix" makes one result of all channels; `channels` picks some, counted from 0. `range_from` and
        `range_to` choose a part of the recording, `max_speech_length` how much of the speech in it counts, all in
        seconds (C23). `progress` is called with the bytes sent so far and in all.
        """
        chosen = channels_query(channel_mode, channels)
        heard = extent_query(range_from, range_to, max_speech_length)
        return self._start_file(GENDER, file, {**chosen, **heard}, gender, timeout=timeout, progress=progress)

    def identify_gender_of_voiceprints(
        self, voiceprints: Iterable[str], *, timeout: float | None = None
    ) -> GenderIdentification:
        """Identify the gender that each of 1 to 50,000 voiceprints speaks with, and wait for the result (C35)."""
        deadline = self._deadline(timeout)
        handle = self.start_gender_identification_of_voiceprints(voiceprints, timeout=timeout)
        return handle._result(deadline, None)  # noqa: SLF001  one deadline for both halves

    def start_gender_identification_of_voiceprints(
        self, voiceprints: Iterable[str], *, timeout: float | None = None
    ) -> TaskHandle[GenderIdentification]:
        """Start the identification of 1 to 50,000 genders; `timeout` is for sending and acceptance."""
        todo = voiceprints_of_one_call(voiceprints)
        reader = gender_of_voiceprints(len(todo))
        return self._start_json(GENDER_OF_VOICEPRINTS, {"voiceprints": todo}, reader, timeout)

    def estimate_age(
        self,
        file: File,
        *,
        channel_mode: Mode | None = None,
        channels: Sequence[int] = (),
        max_speech_length: float | None = None,
        timeout: float | None = None,
        progress: Progress | None = None,
        on_state: Callable[[str], None] | None = None,
    ) -> AgeEstimation:
        """Estimate the age of the speaker in each channel, and wait for the result (contract 4.6, C35).

        `timeout` is for all of it, in seconds. The other parameters are those of `start_age_estimation`; `on_state` is
        called with each new state of the task.
        """
        deadline = self._deadline(timeout)
        handle = self.start_age_estimation(
            file,
            channel_mode=channel_mode,
            channels=channels,
            max_speech_length=max_speech_length,
            timeout=timeout,
            progress=progress,
        )
        return handle._result(deadline, on_state)  # noqa: SLF001  one deadline for both halves

    def start_age_estimation(
        self,
        file: File,
        *,
        channel_mode: Mode | None = None,
        channels: Sequence[int] = (),
        max_speech_length: float | None = None,
        timeout: float | None = None,
        progress: Progress | None = None,
    ) -> TaskHandle[AgeEstimation]:
        """Start the estimation of the age; the parameters are those of `start_gender_identification`."""
        chosen = channels_query(channel_mode, channels)
        heard = extent_query(max_speech_length=max_speech_length)
        return self._start_file(AGE, file, {**chosen, **heard}, age, timeout=timeout, progress=progress)

    def estimate_age_of_voiceprints(self, voiceprints: Iterable[str], *, timeout: float | None = None) -> AgeEstimation:
        """Estimate the age that each of 1 to 50,000 voiceprints speaks with, and wait for the result (C35)."""
        deadline = self._deadline(timeout)
        handle = self.start_age_estimation_of_voiceprints(voiceprints, timeout=timeout)
        return handle._result(deadline, None)  # noqa: SLF001  one deadline for both halves

    def start_age_estimation_of_voiceprints(
        self, voiceprints: Iterable[str], *, timeout: float | None = None
    ) -> TaskHandle[AgeEstimation]:
        """Start the estimation of 1 to 50,000 ages; `timeout` is for sending and acceptance."""
        todo = voiceprints_of_one_call(voiceprints)
        return self._start_json(AGE_OF_VOICEPRINTS, {"voiceprints": todo}, age_of_voiceprints(len(todo)), timeout)

    def _start_json(
        self, technology: str, lists: dict[str, list[str]], reader: Reader, timeout: float | None
    ) -> TaskHandle[Any]:
        deadline = self._deadline(timeout)
        return self._start(self._base.technology(technology, {}), json_body(lists), deadline, reader)

    def _start_file(
        self,
        technology: str,
        file: File,
        query: Query,
        reader: Reader,
        *,
        timeout: float | None,
        progress: Progress | None,
    ) -> TaskHandle[Any]:
        deadline = self._deadline(timeout)
        with form({"file": file}, {}, progress) as body:
            return self._start(self._base.technology(technology, query), body, deadline, reader)

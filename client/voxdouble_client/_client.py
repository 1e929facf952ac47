"""The client: extraction and conversion of voiceprints, on top of what is told of speakers from them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal

from voxdouble_client._arguments import MOST_VOICEPRINTS, checked_voiceprints, extraction_query
from voxdouble_client._clock import Deadline
from voxdouble_client._errors import ApplianceError
from voxdouble_client._http.body import File, Progress, form, json_body
from voxdouble_client._many import in_order
from voxdouble_client._models import Outcome, VoiceprintConversion, VoiceprintExtraction
from voxdouble_client._results import CONVERSION, EXTRACTION, conversion_of, extraction, joined
from voxdouble_client._speakers import SpeakerClient
from voxdouble_client._task import TaskHandle


class ApplianceClient(SpeakerClient):
    __doc__ = SpeakerClient.__doc__

    def extract_voiceprint(
        self,
        file: File,
        *,
        include_vector_voiceprint: bool = False,
        channel_mode: Literal["split", "mix"] | None = None,
        channels: Sequence[int] = (),
        timeout: float | None = None,
        progress: Progress | None = None,
        on_state: Callable[[str], None] | None = None,
    ) -> VoiceprintExtraction:
        """Extract the voiceprint of each channel, and wait for the result; `timeout` is for all of it, in seconds.

        The parameters are those of `start_voiceprint_extraction`; `on_state` is called with each new state of the task.
        Errors: TransportError, ApiError or ContractError where no task was started, then those of `TaskHandle.result`.
        """
        deadline = self._deadline(timeout)
        handle = self.start_voiceprint_extraction(
            file,
            include_vector_voiceprint=include_vector_voiceprint,
            channel_mode=channel_mode,
            channels=channels,
            timeout=timeout,
            progress=progress,
        )
        return handle._result(deadline, on_state)  # noqa: SLF001  one deadline for both halves

    def extract_voiceprints(
        self,
        files: Iterable[File],
        *,
        concurrency: int = 4,
        include_vector_voiceprint: bool = False,
        channel_mode: Literal["split", "mix"] | None = None,
        channels: Sequence[int] = (),
        timeout: float | None = None,
    ) -> Iterator[Outcome]:
        """Extract from many files, at most `concurrency` at once, and yield one outcome a file, in their order.

        `timeout` is each file's own. What goes wrong with a file, or in reading it, is its outcome, and ends no other.
        TypeError where `files` is one file, ValueError where an option can be right for none.
        """
        if isinstance(files, (str, bytes, os.PathLike)) or hasattr(files, "read"):
            raise TypeError(f"files is a list of files, like [file], not one: {type(files).__name__}.")
        channels = tuple(channels)
        extraction_query(include_vector=include_vector_voiceprint, channel_mode=channel_mode, channels=channels)
        self._deadline(timeout)

        def extract(file: File) -> Outcome:
            try:
                result = self.extract_voiceprint(
                    file,
                    include_vector_voiceprint=include_vector_voiceprint,
                    channel_mode=channel_mode,
                    channels=channels,
                    timeout=timeout,
                )
            except Exception as error:  # noqa: BLE001  a file object of the caller's own may raise anything
                return Outcome(file, None, error)
            return Outcome(file, result, None)

        return in_order(extract, files, concurrency)

    def start_voiceprint_extraction(
        self,
        file: File,
        *,
        include_vector_voiceprint: bool = False,
        channel_mode: Literal["split", "mix"] | None = None,
        channels: Sequence[int] = (),
        timeout: float | None = None,
        progress: Progress | None = None,
    ) -> TaskHandle[VoiceprintExtraction]:
        """Start an extraction (S28 to S40); `timeout` is for the upload and its acceptance, in seconds.

        Errors: TransportError, which says whether the task may have been started all the same; ApiError where the
        appliance refuses; ContractError; and Python's own OSError where the file cannot be read.

        `include_vector_voiceprint` asks for the vectors too; `channel_mode` "mix" makes one voiceprint of all channels;
        `channels` picks some, counted from 0; `progress` is called with the bytes sent so far and in all.
        """
        deadline = self._deadline(timeout)
        query = extraction_query(include_vector=include_vector_voiceprint, channel_mode=channel_mode, channels=channels)
        with form({"file": file}, {}, progress) as body:
            return self._start(self._base.technology(EXTRACTION, query), body, deadline, extraction)

    def convert_voiceprints(
        self, voiceprints: Iterable[str], *, batch_size: int = MOST_VOICEPRINTS, timeout: float | None = None
    ) -> VoiceprintConversion:
        """Convert voiceprints to vectors, in their order, in calls of at most `batch_size` (S41 to S47).

        `timeout` is for all of it, in seconds. The errors are those of `extract_voiceprint`; where there are several
        calls, a note on the error says in which it came.
        """
        if batch_size < 1:
            raise ValueError(f"batch_size is at least 1, not {batch_size}.")
        deadline = self._deadline(timeout)
        todo = checked_voiceprints(voiceprints)
        done = VoiceprintConversion([], ())
        for first in range(0, len(todo), batch_size):
            batch = todo[first : first + batch_size]
            try:
                part = self._start_conversion(batch, deadline)._result(deadline, None)  # noqa: SLF001
                done = joined(done, part)
            except ApplianceError as error:
                error.converted = done if done.answers else None
                error.add_note(f"In the call for the voiceprints {first} to {first + len(batch) - 1} of {len(todo)}.")
                raise
        return done

    def start_voiceprint_conversion(
        self, voiceprints: Iterable[str], *, timeout: float | None = None
    ) -> TaskHandle[VoiceprintConversion]:
        """Start the conversion of at most 50,000 voiceprints (S41); `timeout` is for sending and acceptance."""
        deadline = self._deadline(timeout)
        todo = checked_voiceprints(voiceprints)
        if len(todo) > MOST_VOICEPRINTS:
            raise ValueError(
                f"One call takes at most {MOST_VOICEPRINTS} voiceprints, not {len(todo)};"
                " convert_voiceprints makes several calls."
            )
        return self._start_conversion(todo, deadline)

    def _start_conversion(self, voiceprints: list[str], deadline: Deadline) -> TaskHandle[VoiceprintConversion]:
        body = json_body({"voiceprints": voiceprints})
        return self._start(self._base.technology(CONVERSION, {}), body, deadline, conversion_of(len(voiceprints)))

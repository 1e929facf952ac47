"""The run of a capture: asks an appliance for facts, and writes each as soon as it is known."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import click
import msgspec

from voxdouble.capture.budget import Budget
from voxdouble.capture.privacy import Cleaner, names_of
from voxdouble.capture.sources import Recording
from voxdouble.capture.technologies import (
    BAD_INPUTS,
    COMPARISON,
    CONVERSION,
    EXTRACTION,
    MAX_SIDE,
    MERGED,
    MERGING,
    OF_RECORDINGS,
    OF_VOICEPRINTS,
    RecordingRequest,
)
from voxdouble.capture.voiceprints import KnownVoiceprints
from voxdouble_client import ApiError, ApplianceClient, TaskAnswer, TaskHandle
from voxdouble_mock.packs.facts import AUDIO, REFUSALS, Fact, Subject
from voxdouble_mock.packs.pack import read_fact
from voxdouble_mock.packs.summaries import summary_of
from voxdouble_mock.packs.writing import write_fact, write_whole

NOT_SERVED = frozenset({403, 404, 405})
REFUSED = frozenset({400, 413, 422, 507})
"""The statuses that refuse one request; the appliance may accept the next one.

Among them is that of a full storage, since a file that is larger than the whole of it never fits (S26).
"""
PASSING = frozenset({408, 429, 502, 503, 504, 507})
"""The statuses of a busy moment, which say nothing about a bad input or a technology."""
Start = Callable[[], TaskHandle[TaskAnswer]]


@dataclass(frozen=True)
class KeptData:
    """The data that the pack keeps in addition to digests, lengths, states and errors."""

    results: bool
    names: bool
    audio: bool


class Capture:
    """One run against one appliance, into the folder of a pack."""

    def __init__(
        self,
        client: ApplianceClient,
        folder: Path,
        recordings: Sequence[Recording],
        *,
        kept: KeptData,
        budget: Budget,
        cleaner: Cleaner,
    ) -> None:
        self._client = client
        self._folder = folder
        self.recordings = recordings
        self.kept = kept
        self._budget = budget
        self.cleaner = cleaner
        self._absent: set[str] = set()
        self._voiceprints = KnownVoiceprints()
        self.missing = 0
        """The number of facts that could not be recorded: their tasks failed, or their requests were refused."""

    def find_generation(self, location_headers: Sequence[bool]) -> str:
        """Return the generation, from the technologies that are served and the headers of the 202s so far.

        Only e4 has conversion; `Location` came with e3, gender with e2 (S5, C37). `location_headers` says of each 202
        whether it had `Location`; it is filled while this runs. Raises BudgetUsed, and ApplianceError, also for a
        500 or an answer of a busy moment.
        """
        probe = {"voiceprints": ["AAAA"]}
        if self._is_served(CONVERSION, probe):
            return "e4"
        self._is_served(COMPARISON, {"voiceprints_a": ["AAAA"], "voiceprints_b": ["AAAA"]})
        if any(location_headers):
            return "e3"
        return "e2" if self._is_served(OF_VOICEPRINTS[0], probe) else "e1"

    def _is_served(self, technology: str, body: dict[str, Any]) -> bool:
        self._budget.take()
        try:
            self._client.start(technology, json=body)
        except ApiError as error:
            if error.status in PASSING or error.status >= 500:
                raise
            return error.status not in {404, 405}
        return True

    def record(self, generation: str, also: Sequence[RecordingRequest]) -> None:
        """Record all facts that the pack does not have yet. Raises BudgetUsed, ApplianceError and ValueError."""
        self._record_refusals()
        vectors = {"include_vector_voiceprint": True} if generation == "e4" else {}
        requests = [RecordingRequest(EXTRACTION, vectors, {})]
        requests += [RecordingRequest(technology, {}, {}) for technology in OF_RECORDINGS]
        for recording in self.recordings:
            if self.kept.audio:
                recording.copy_to(self._folder / AUDIO / recording.sha256)
            for request in (*requests, *also):
                self._of_recording(recording, request)
        self._record_voiceprints(vectors)

    def _of_recording(self, recording: Recording, request: RecordingRequest) -> Fact | None:
        subject = Subject(technology=request.technology, sha256=recording.sha256, parameters=dict(request.parameters))
        known = {"audio_seconds": recording.audio_seconds, "name": recording.path.name if self.kept.names else None}
        return self._fact(subject, lambda: self._upload(recording, request), recording, **known)

    def _upload(self, recording: Recording, request: RecordingRequest) -> TaskHandle[TaskAnswer]:
        self._budget.take(uploads=1, audio_seconds=recording.audio_seconds or 0.0)
        return self._client.start(request.technology, files={"file": recording.path}, params=request.query)

    def _record_voiceprints(self, vectors: Mapping[str, bool]) -> None:
        """Record conversion, comparison of all pairs, one merging, and gender and age of the voiceprints."""
        for recording in self.recordings:
            subject = Subject(technology=EXTRACTION, sha256=recording.sha256)
            self._voiceprints.add(recording, read_fact(self._folder, subject.key))
        digests = self._voiceprints.digests
        if not digests:
            return
        extraction = RecordingRequest(EXTRACTION, vectors, {})
        for technology in (CONVERSION, *OF_VOICEPRINTS):
            self._of_voiceprints(technology, {"voiceprints": digests}, extraction)
        blocks = [digests[start : start + MAX_SIDE] for start in range(0, len(digests), MAX_SIDE)]
        for columns in blocks:
            for rows in blocks:
                self._of_voiceprints(COMPARISON, {"voiceprints_a": columns, "voiceprints_b": rows}, extraction)
        if len(digests) > 1:
            self._of_voiceprints(MERGING, {"voiceprints": digests[:MERGED]}, extraction)

    def _of_voiceprints(self, technology: str, lists: dict[str, list[str]], extraction: RecordingRequest) -> None:
        def start() -> TaskHandle[TaskAnswer]:
            texts = self._voiceprints.texts(lists)
            self._budget.take()
            return self._client.start(technology, json=texts)

        subject = Subject(technology=technology, lists=lists)
        is_needed = technology not in self._absent and read_fact(self._folder, subject.key) is None
        if is_needed and self._has_extracted(lists, extraction):
            self._fact(subject, start)

    def _has_extracted(self, lists: dict[str, list[str]], extraction: RecordingRequest) -> bool:
        """Extract the voiceprints again that an earlier run has seen; return False if an extraction is refused."""
        for recording in self._voiceprints.to_extract(lists):
            try:
                handle = self._upload(recording, extraction)
            except ApiError as error:
                if error.status not in NOT_SERVED | REFUSED:
                    raise
                self._count_missing(extraction.technology, recording.path, error)
                return False
            self._voiceprints.see(handle.wait().result)
        return True

    def _fact(self, subject: Subject, start: Start, recording: Recording | None = None, **known: Any) -> Fact | None:
        """Return the fact about a request, from the pack or from the appliance; None if it could not be recorded."""
        earlier = read_fact(self._folder, subject.key)
        if earlier is not None or subject.technology in self._absent:
            return earlier
        try:
            handle = start()
        except ApiError as error:
            self._note_refusal(subject.technology, error, recording)
            return None
        began, states = monotonic(), {"pending": 0.0}

        def note(state: str) -> None:
            states.setdefault(state, round(monotonic() - began, 3))

        answer = handle.wait(on_state=note)
        if recording is not None:
            recording.check_unchanged()
        if answer.state == "failed":
            self.missing += 1
            click.echo(f"A task of {subject.technology} failed; its fact is missing.", err=True)
            return None
        self._voiceprints.see(answer.result)
        result = answer.result if self.kept.results or answer.result is None else summary_of(answer.result)
        names = names_of(recording.path) if recording is not None and not self.kept.names else ()
        contents = {"result": result, "error": answer.raw.get("error") if answer.error is not None else None}
        contents = self.cleaner.clean(contents, task_id=handle.task_id, names=names)
        known |= {"state": answer.state, "states": states, **contents}
        fact = msgspec.convert(
            {**msgspec.to_builtins(subject), **{name: value for name, value in known.items() if value is not None}},
            Fact,
        )
        write_fact(self._folder, fact)
        return fact

    def _note_refusal(self, technology: str, error: ApiError, recording: Recording | None) -> None:
        """Go on without a technology that is not served, or without a request that is refused; raise anything else."""
        if error.status in NOT_SERVED:
            self._absent.add(technology)
            click.echo(f"{technology} is not served here: {error.status}.", err=True)
            return
        if error.status not in REFUSED:
            raise error
        self._count_missing(technology, recording.path if recording is not None else "voiceprints", error)

    def _count_missing(self, technology: str, subject: object, error: ApiError) -> None:
        self.missing += 1
        click.echo(f"{technology} of {subject} is refused: {error}", err=True)

    def _record_refusals(self) -> None:
        """Record how the appliance refuses bad inputs, in one file."""
        path = self._folder / REFUSALS
        if path.exists():
            return
        refusals = {}
        for name, request in BAD_INPUTS.items():
            self._budget.take(uploads=int("files" in request))
            refusals[name] = self.cleaner.clean(refusal_of(self._client, request))
        text = json.dumps(refusals, indent=1, ensure_ascii=False)
        write_whole(path, text.encode("utf-8", "replace"))


def refusal_of(client: ApplianceClient, request: Mapping[str, Any]) -> dict[str, Any]:
    """Return how an appliance refuses or rejects a request, as a pack keeps it.

    Raises ApiError for a status of a busy moment, such as 503, and if a poll gets an error.
    """
    try:
        handle = client.start(**request)
    except ApiError as error:
        if error.status in PASSING:
            raise
        return {"status": error.status, "type": error.type, "message": error.message, "detail": error.detail}
    answer = handle.wait()
    return {"status": 202, "state": answer.state, "error": answer.raw.get("error")}

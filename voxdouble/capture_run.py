"""The run of a capture: asks an appliance for facts, and writes each as soon as it is known."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import click
import msgspec

from voxdouble.capture_privacy import cleaned
from voxdouble.capture_subject import Recording
from voxdouble_client import ApiError, ApplianceClient, TaskAnswer, TaskHandle
from voxdouble_mock.packs.facts import FACTS, Fact, Subject, digest_of, entries
from voxdouble_mock.packs.pack import MAX_FACT_BYTES, write_whole
from voxdouble_mock.packs.summaries import summary_of

EXTRACTION = "speaker-identification-voiceprint-extraction"
CONVERSION = "speaker-identification-voiceprint-conversion"
COMPARISON = "speaker-identification-voiceprint-comparison"
MERGING = "speaker-identification-voiceprint-merging"
OF_RECORDINGS = ("gender-identification", "age-estimation")
OF_VOICEPRINTS = ("gender-identification-voiceprints", "age-estimation-voiceprints")
MAX_SIDE = 1000
"""The voiceprints on each side of a comparison, at most (S50)."""
MERGED = 3
"""The voiceprints of the one merging."""
AUDIO = "audio"
"""The folder of copied recordings, named by their digests."""
REFUSALS = "refusals.json"
NOT_SERVED = frozenset({403, 404, 405})
BAD_INPUTS: Mapping[str, Mapping[str, Any]] = {
    "an empty file": {"technology": EXTRACTION, "files": {"file": b""}},
    "bytes that are not audio": {"technology": EXTRACTION, "files": {"file": b"not a recording"}},
    "an empty list": {"technology": COMPARISON, "json": {"voiceprints_a": [], "voiceprints_b": []}},
    "malformed Base64": {"technology": COMPARISON, "json": {"voiceprints_a": ["?"], "voiceprints_b": ["?"]}},
    "an unknown channel mode": {
        "technology": EXTRACTION,
        "files": {"file": b"not a recording"},
        "params": {"channel_mode": "neither"},
    },
}
"""The requests whose refusals or rejections are recorded."""


class BudgetUsed(Exception):
    """Raised when no further task is allowed."""


@dataclass
class Budget:
    """The tasks that the capture may still start."""

    tasks: int

    def take(self) -> None:
        """Count one task. Raises BudgetUsed."""
        if self.tasks < 1:
            raise BudgetUsed("The budget of tasks (--max-tasks) is used up.")
        self.tasks -= 1


@dataclass(frozen=True)
class Kept:
    """The data that the pack keeps beside digests, lengths, states and errors."""

    results: bool
    names: bool
    audio: bool
    secrets: tuple[str, ...]
    """Texts that must not be in the pack: the token and the URL."""


class Capture:
    """One run against one appliance, into the folder of a pack."""

    def __init__(
        self,
        client: ApplianceClient,
        folder: Path,
        recordings: Sequence[Recording],
        kept: Kept,
        budget: Budget,
    ) -> None:
        self._client = client
        self._folder = folder
        self._recordings = recordings
        self._kept = kept
        self._budget = budget
        self._absent: set[str] = set()
        self.failed = False
        """Whether a task ended failed, so that its fact is missing."""

    def find_generation(self, location_headers: Sequence[bool]) -> str:
        """Return the generation, from the technologies that are served and the headers of the 202s so far.

        Only e4 has conversion; `Location` came with e3, gender with e2 (S5, C37). `location_headers` says of each 202
        whether it had `Location`; it is filled while this runs.
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
            return error.status not in {404, 405}
        return True

    def record(self, generation: str) -> None:
        """Record all facts that the pack does not have yet. Raises BudgetUsed and ApplianceError."""
        self._record_refusals()
        vectors: dict[str, str | bool] = {"include_vector_voiceprint": True} if generation == "e4" else {}
        for recording in self._recordings:
            if self._kept.audio:
                self._copy(recording)
            self._of_recording(EXTRACTION, recording, vectors)
            for technology in OF_RECORDINGS:
                self._of_recording(technology, recording, {})
        self._record_voiceprints()

    def _of_recording(self, technology: str, recording: Recording, query: dict[str, str | bool]) -> Fact | None:
        subject = Subject(technology=technology, sha256=recording.sha256)
        return self._fact(
            subject,
            lambda: self._client.start(technology, files={"file": recording.path}, params=query),
            audio_seconds=recording.audio_seconds,
            name=recording.path.name if self._kept.names else None,
        )

    def _record_voiceprints(self) -> None:
        """Record conversion, comparison of all pairs, one merging, and gender and age of the voiceprints."""
        texts = self._voiceprints()
        if not texts:
            return
        for technology in (CONVERSION, *OF_VOICEPRINTS):
            self._of_voiceprints(technology, {"voiceprints": texts})
        blocks = [texts[start : start + MAX_SIDE] for start in range(0, len(texts), MAX_SIDE)]
        for columns in blocks:
            for rows in blocks:
                self._of_voiceprints(COMPARISON, {"voiceprints_a": columns, "voiceprints_b": rows})
        if len(texts) > 1:
            self._of_voiceprints(MERGING, {"voiceprints": texts[:MERGED]})

    def _of_voiceprints(self, technology: str, lists: dict[str, list[str]]) -> Fact | None:
        subject = Subject(
            technology=technology, lists={name: [digest_of(text) for text in texts] for name, texts in lists.items()}
        )
        return self._fact(subject, lambda: self._client.start(technology, json=lists))

    def _voiceprints(self) -> list[str]:
        """Return the voiceprints of all recordings, each once; a pack without results makes extracting them again."""
        found: dict[str, None] = {}
        for recording in self._recordings:
            fact = self._read(Subject(technology=EXTRACTION, sha256=recording.sha256))
            if fact is None or fact.state != "done":
                continue
            result = fact.result
            if not self._kept.results:
                self._budget.take()
                result = self._client.run(EXTRACTION, files={"file": recording.path}).result
            found.update((one["voiceprint"], None) for one in entries(result, "channels") if "voiceprint" in one)
        return list(found)

    def _fact(self, subject: Subject, start: Callable[[], TaskHandle[TaskAnswer]], **known: Any) -> Fact | None:
        """Return the fact about a request, from the pack or from the appliance; None if it has no such technology."""
        kept = self._read(subject)
        if kept is not None or subject.technology in self._absent:
            return kept
        self._budget.take()
        try:
            handle = start()
        except ApiError as error:
            if error.status not in NOT_SERVED:
                raise
            self._absent.add(subject.technology)
            click.echo(f"{subject.technology} is not served here: {error.status}.", err=True)
            return None
        began, states = monotonic(), {"pending": 0.0}

        def note(state: str) -> None:
            states.setdefault(state, round(monotonic() - began, 3))

        answer = handle.wait(on_state=note)
        if answer.state == "failed":
            self.failed = True
            click.echo(f"A task of {subject.technology} failed; its fact is missing.", err=True)
            return None
        result = answer.result if self._kept.results or answer.result is None else summary_of(answer.result)
        secrets = (*self._kept.secrets, handle.task_id)
        fact = msgspec.convert(
            {
                **msgspec.to_builtins(subject),
                "state": answer.state,
                "states": states,
                **{name: value for name, value in known.items() if value is not None},
                **({} if result is None else {"result": cleaned(result, secrets)}),
                **({"error": cleaned(answer.raw["error"], secrets)} if answer.error is not None else {}),
            },
            Fact,
        )
        text = msgspec.json.encode(fact)
        if len(text) > MAX_FACT_BYTES:
            raise ValueError(f"A fact must have at most {MAX_FACT_BYTES} bytes, and this answer has {len(text)}.")
        write_whole(self._folder / FACTS / f"{subject.key}.json", text)
        return fact

    def _read(self, subject: Subject) -> Fact | None:
        try:
            text = (self._folder / FACTS / f"{subject.key}.json").read_bytes()
            return msgspec.json.decode(text, type=Fact)
        except (OSError, ValueError):
            return None

    def _record_refusals(self) -> None:
        """Record how the appliance refuses bad inputs, in one file."""
        path = self._folder / REFUSALS
        if path.exists():
            return
        refusals = {}
        for name, request in BAD_INPUTS.items():
            self._budget.take()
            refusals[name] = refusal_of(self._client, request)
        text = json.dumps(cleaned(refusals, self._kept.secrets), indent=1, ensure_ascii=False)
        write_whole(path, text.encode("utf-8", "replace"))

    def _copy(self, recording: Recording) -> None:
        target = self._folder / AUDIO / recording.sha256
        if not target.exists():
            target.parent.mkdir(exist_ok=True)
            write_whole(target, recording.path.read_bytes())


def refusal_of(client: ApplianceClient, request: Mapping[str, Any]) -> dict[str, Any]:
    """Return how an appliance refuses or rejects a request, as a pack keeps it."""
    try:
        answer = client.start(**request).wait()
    except ApiError as error:
        return {"status": error.status, "type": error.type, "message": error.message, "detail": error.detail}
    return {"status": 202, "state": answer.state, "error": answer.raw.get("error")}

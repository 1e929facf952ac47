"""Completions from a pack: the answers that an appliance gave, found by technology, digest and parameters."""

import hashlib
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import orjson

from voxdouble_mock import voice
from voxdouble_mock.core.clock import to_milliseconds
from voxdouble_mock.core.errors import Detail, Rejection
from voxdouble_mock.core.task import State
from voxdouble_mock.execution import Completion, Timing
from voxdouble_mock.packs.facts import Fact, Subject, entries
from voxdouble_mock.packs.pack import Pack
from voxdouble_mock.technologies._recording_options import RecordingOptions
from voxdouble_mock.technologies._technology import MediaTechnology, VoiceprintTechnology

VECTORS = "vector_voiceprints"
"""The member of the technology whose values an extraction has too, as `vector_voiceprint` of its channels."""
WHOLE = frozenset({"channels", "include_vector_voiceprint"})
"""The options that are answered from the capture of the whole recording."""
Lists = Mapping[str, Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a voiceprint's value: the fact, and the index in its list."""

    fact: str
    index: int


class Replay:
    """The answers of one pack. With `only`, a request about anything else is rejected. Safe for several threads."""

    def __init__(self, pack: Pack, *, only: bool = False, timing: bool = False) -> None:
        self.pack = pack
        self._only = only
        self._timing = timing
        self._items: dict[tuple[str, str], Place] = {}
        self._extracted: dict[str, Place] = {}
        self._matrices: list[str] = []
        for key, entry in pack.entries.items():
            for index, digest in enumerate(entry.subject.lists.get("voiceprints", ())):
                self._items.setdefault((entry.subject.technology, digest), Place(key, index))
            self._extracted.update((digest, Place(key, index)) for index, digest in enumerate(entry.voiceprints))
            if len(entry.subject.lists) > 1:
                self._matrices.append(key)

    def introduction(self) -> str:
        """Return one line on the pack: its kind, its size, and whether it has results."""
        header = self.pack.header
        replayed = "" if header.results else " It has no results, so only rejections and times are captured."
        return (
            f"Replaying the pack {self.pack.folder.name}: kind {header.kind}, version {header.version or 'unknown'}, "
            f"generation {header.generation}, {len(self.pack.entries)} facts.{replayed}"
        )

    def of_recording(self, technology: MediaTechnology, sha256: str, options: RecordingOptions) -> Completion | None:
        """Return the captured completion of a task on a recording; None if it must be computed.

        Raises Rejection if only the pack counts and it does not have the recording.
        """
        fact = self.pack.find(
            Subject(technology=technology.name, sha256=sha256, parameters=effective_parameters(options))
        )
        if fact is None:
            self._check_only("the recording", technology.name, ("body", "file"))
            return None
        if fact.state == "rejected":
            return self._rejected(fact)
        if not self.pack.header.results:
            return None
        channels = entries(fact.result, "channels")
        chosen = list(channels)
        if options.channels:
            by_number = {one.get("channel_number"): one for one in channels}
            for number in options.channels:
                if number not in by_number:
                    message = f"A channel number must be one of the captured recording, got {number}."
                    raise Rejection(message, [Detail(("query", "channels"), message, "value")])
            chosen = [by_number[number] for number in options.channels]
        result = dict(fact.result or {})
        if _has_voiceprints(chosen):
            chosen = [_with_vector(one, wanted=options.include_vector_voiceprint) for one in chosen]
        if channels:
            result["channels"] = chosen
        share = len(chosen) / len(channels) if channels else 1.0
        return self._done(result, fact, (fact.audio_seconds or 0.0) * share)

    def of_voiceprints(self, technology: VoiceprintTechnology, lists: Lists) -> Completion | None:
        """Return the completion of a task on voiceprints, captured as far as the pack has it; None if it has nothing.

        Raises Rejection if only the pack counts and it does not have a voiceprint.
        """
        digests = {name: [hashlib.sha256(one).hexdigest() for one in items] for name, items in lists.items()}
        whole = self.pack.find(Subject(technology=technology.name, lists=digests))
        if whole is not None and whole.state == "rejected":
            return self._rejected(whole)
        found = None
        if self.pack.header.results:
            if whole is not None:
                found = self._done(whole.result or {}, whole)
            elif technology.item_member:
                found = self._item_by_item(technology, lists["voiceprints"], digests["voiceprints"])
            elif technology.bounded_product:
                found = self._scores(technology.name, *(digests[name] for name in technology.lists))
        if found is None and self._only:
            known = {digest for _, digest in self._items} | set(self._extracted)
            for name, items in digests.items():
                for index, digest in enumerate(items):
                    if digest not in known:
                        self._check_only(f"voiceprint {index} of `{name}`", technology.name, ("body", name, index))
            self._check_only("this combination of voiceprints", technology.name, ("body",))
        return found

    def _item_by_item(
        self, technology: VoiceprintTechnology, voiceprints: Sequence[bytes], digests: Sequence[str]
    ) -> Completion | None:
        """Return the captured value of each voiceprint, and the computed one where the pack has none."""
        member = technology.item_member
        values: list[Any] = []
        for digest in digests:
            name, value = self._value(technology, digest)
            values.append(value)
            member = name or member
        missing = [index for index, value in enumerate(values) if value is None]
        if len(missing) == len(values) or (missing and (self._only or member != technology.item_member)):
            return None
        if missing:
            try:
                result = technology.run({"voiceprints": [voiceprints[index] for index in missing]})
            except Rejection:
                technology.run({"voiceprints": voiceprints})  # it names the place in the whole list
                raise
            computed: Any = result.members[member]
            for index, value in zip(missing, computed, strict=True):
                values[index] = value
        payload = orjson.dumps({member: values}, option=orjson.OPT_SERIALIZE_NUMPY)
        return Completion(State.DONE, payload, origin="computed" if missing else "captured")

    def _value(self, technology: VoiceprintTechnology, digest: str) -> tuple[str, Any]:
        """Return the member that holds a voiceprint's value in the capture, and the value, None if it is missing."""
        place = self._items.get((technology.name, digest))
        fact = self.pack.fact(place.fact) if place else None
        if place and fact:
            for name, found in (fact.result or {}).items():
                if isinstance(found, list) and len(found) == len(fact.lists["voiceprints"]):
                    return name, found[place.index]
        place = self._extracted.get(digest) if technology.item_member == VECTORS else None
        fact = self.pack.fact(place.fact) if place else None
        channels = entries(fact.result, "channels") if fact else ()
        return "", channels[place.index].get("vector_voiceprint") if place and place.index < len(channels) else None

    def _scores(self, technology: str, columns: Sequence[str], rows: Sequence[str]) -> Completion | None:
        """Return the captured scores if the pack has every pair; otherwise the whole matrix must be computed."""
        import numpy as np  # noqa: PLC0415 (late: the start of a server does not wait for it)

        values = np.full((len(rows), len(columns)), np.nan)
        others: dict[str, Any] = {}
        for key in self._matrices:
            fact = self.pack.fact(key)
            scores = (fact.result or {}).get("scores") if fact else None
            if fact is None or fact.technology != technology or not isinstance(scores, Mapping):
                continue
            of_column = {digest: index for index, digest in enumerate(fact.lists.get("voiceprints_a", ()))}
            of_row = {digest: index for index, digest in enumerate(fact.lists.get("voiceprints_b", ()))}
            try:
                captured = np.asarray(scores.get("values"), dtype=float).reshape(
                    len(fact.lists["voiceprints_b"]), len(fact.lists["voiceprints_a"])
                )
            except (KeyError, TypeError, ValueError):
                continue
            here = [index for index, digest in enumerate(columns) if digest in of_column]
            there = [index for index, digest in enumerate(rows) if digest in of_row]
            others = dict(scores)
            if here and there:
                values[np.ix_(there, here)] = captured[
                    np.ix_([of_row[rows[index]] for index in there], [of_column[columns[index]] for index in here])
                ]
        if np.isnan(values).any():
            return None
        shape = {"columns_count": len(columns), "rows_count": len(rows), "values": values.ravel().tolist()}
        return Completion(State.DONE, orjson.dumps({"scores": {**others, **shape}}), origin="captured")

    def _done(self, result: Mapping[str, Any], fact: Fact, audio_seconds: float = 0.0) -> Completion:
        payload = orjson.dumps(result, option=orjson.OPT_SERIALIZE_NUMPY)
        return Completion(
            State.DONE, payload, to_milliseconds(audio_seconds), origin="captured", timing=self._timing_of(fact)
        )

    def _rejected(self, fact: Fact) -> Completion:
        payload = orjson.dumps(fact.error or {})
        return Completion(State.REJECTED, payload, origin="captured", timing=self._timing_of(fact))

    def _timing_of(self, fact: Fact) -> Timing:
        """Return how long the task was pending and running, as far as the polls showed it."""
        if not self._timing or fact.state not in fact.states:
            return Timing()
        ends = fact.states[fact.state]
        starts = min(fact.states.get("running", ends), ends)
        return Timing(starts, ends - starts)

    def _check_only(self, subject: str, technology: str, location: tuple[str | int, ...]) -> None:
        if self._only:
            message = f"The pack must have {subject} for {technology}, and does not; only the pack is replayed here."
            raise Rejection(message, [Detail(location, message, "pack")])


def effective_parameters(options: RecordingOptions) -> dict[str, str]:
    """Return the options that differ from their defaults, without those that a whole capture answers."""
    return {
        field.name: str(value)
        for field in fields(options)
        if field.name not in WHOLE and (value := getattr(options, field.name)) != field.default
    }


def _has_voiceprints(channels: Sequence[Mapping[str, Any]]) -> bool:
    return all(isinstance(one.get("voiceprint"), str) for one in channels)


def _with_vector(channel: Mapping[str, Any], *, wanted: bool) -> Mapping[str, Any]:
    """Return the entry of a channel with or without its vector; one that was not captured is computed (C21)."""
    if not wanted:
        return {name: value for name, value in channel.items() if name != "vector_voiceprint" or value is None}
    if channel.get("vector_voiceprint") is not None:
        return channel
    try:
        vector = voice.vectors_of([b64decode(channel["voiceprint"])])[0]
    except (ValueError, voice.InvalidVoiceprint) as error:
        message = f"The captured voiceprint of channel {channel.get('channel_number')} has no vector: {error}"
        raise Rejection(message, [Detail(("query", "include_vector_voiceprint"), message, "voiceprint")]) from error
    return {**channel, "vector_voiceprint": vector}

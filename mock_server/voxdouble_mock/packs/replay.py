"""Completions from the facts of a pack, found by technology, digest and parameters."""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import orjson

from voxdouble_mock import voice
from voxdouble_mock.core.clock import to_milliseconds
from voxdouble_mock.core.errors import Detail, Rejection
from voxdouble_mock.core.task import Origin, State
from voxdouble_mock.execution import Completion, Timing, no_result, payload_of
from voxdouble_mock.packs.facts import Fact, Subject, digest_of, entries
from voxdouble_mock.packs.pack import Pack
from voxdouble_mock.packs.summaries import filled
from voxdouble_mock.packs.values import Values
from voxdouble_mock.technologies._recording_options import RecordingOptions
from voxdouble_mock.technologies._technology import MediaRequest, MediaTechnology, Result, VoiceprintTechnology

WHOLE = frozenset({"channels", "include_vector_voiceprint"})
"""The options that select from the fact about the whole recording, so they need no fact of their own."""
Lists = Mapping[str, Sequence[bytes]]
Channel = Mapping[str, Any]


class Replay:
    """The replay of one pack. With `only`, a request without a fact is rejected; else its result is computed.

    Safe for several threads.
    """

    def __init__(self, pack: Pack, *, only: bool = False, timing: bool = False) -> None:
        self.pack = pack
        self._only = only
        self._timing = timing
        self._values = Values(pack)
        self._technologies = {entry.subject.technology for entry in pack.entries.values() if entry.done}

    def introduction(self) -> str:
        """Return one line about the pack: its kind, its number of facts, and whether it has results."""
        header = self.pack.header
        notes = ["Its facts are those of a simulated appliance."] if header.kind == "example" else []
        if not header.results:
            notes.append("It has no results: states, times, members, errors and lengths are captured, values computed.")
        return (
            f"Replaying the pack {self.pack.folder.name}: kind {header.kind}, version {header.version or 'unknown'}, "
            f"generation {header.generation}, {len(self.pack.entries)} facts. {' '.join(notes)}".rstrip()
        )

    def has_result(self, technology: str) -> bool:
        """Return whether the pack has a result of a technology (C50)."""
        return self.pack.header.results and technology in self._technologies

    def of_recording(self, technology: MediaTechnology, sha256: str, request: MediaRequest) -> Completion | Result:
        """Return the end of a task on a recording: captured if the pack has a fact about it, else computed (C52).

        Raises Rejection for a channel that the captured result does not have, for a captured voiceprint without a
        vector, and with `only` also if the pack has no such fact. Raises Failure if the pack has no such fact and the
        mock does not compute results of the technology (C50).
        """
        fact = self._about_recording(technology.name, sha256, request.options)
        if fact is None:
            self._check_only("the recording", technology.name, ("body", "file"))
            if technology.run is None:
                raise no_result(technology.name, sha256, self.pack.folder.name)
            return technology.run(request)
        if fact.state == "rejected":
            return self._rejected(fact)
        chosen, share = _chosen(entries(fact.result, "channels"), request.options.channels)
        if not self.pack.header.results:
            return self._filled(fact, technology, request, chosen, share)
        if any(isinstance(one.get("voiceprint"), str) for one in chosen):
            wanted = request.options.include_vector_voiceprint
            chosen = [self._with_vector(one, wanted=wanted) for one in chosen]
        result = {**(fact.result or {}), **({"channels": chosen} if chosen else {})}
        return self._done(result, fact, audio_seconds=(fact.audio_seconds or 0.0) * share)

    def of_voiceprints(self, technology: VoiceprintTechnology, lists: Lists) -> Completion | Result:
        """Return the end of a task on voiceprints, with captured values as far as the pack has them (C52, C53).

        Other values are computed. Raises Rejection with `only` if the pack does not have a value.
        """
        digests = {name: [hashlib.sha256(one).hexdigest() for one in items] for name, items in lists.items()}
        whole = self.pack.find(Subject(technology=technology.name, lists=digests))
        if whole is not None and whole.state == "rejected":
            return self._rejected(whole)
        if whole is not None and not self.pack.header.results:
            result = filled(whole.result, _members(technology.run, lists), whole.key)
            return self._done(result, whole, origin="computed")
        found = None
        if whole is not None:
            found = self._done(whole.result or {}, whole)
        elif self.pack.header.results and technology.item_member:
            found = self._item_by_item(technology, lists["voiceprints"], digests["voiceprints"])
        elif self.pack.header.results and technology.bounded_product:
            scores = self._values.scores(technology.name, *(digests[name] for name in technology.lists))
            found = Completion(State.DONE, payload_of({"scores": scores}), origin="captured") if scores else None
        if found is None:
            self._check_known(technology, digests)
        return found or technology.run(lists)

    def _about_recording(self, technology: str, sha256: str, options: RecordingOptions) -> Fact | None:
        """Return the fact about a recording; None if it is missing, or its result lacks the channels to choose from."""
        fact = self.pack.find(Subject(technology=technology, sha256=sha256, parameters=effective_parameters(options)))
        usable = fact is None or fact.state == "rejected" or not options.channels or entries(fact.result, "channels")
        return fact if usable else None

    def _filled(
        self,
        fact: Fact,
        technology: MediaTechnology,
        request: MediaRequest,
        chosen: Sequence[Channel],
        share: float,
    ) -> Completion:
        """Return a result with the captured members and lengths, and computed values where they can be computed.

        `share` is the number of chosen channels divided by the number of all.
        """
        computed = {} if technology.run is None else _members(technology.run, request)
        by_number = {one.get("channel_number"): one for one in entries(computed, "channels")}
        channels = []
        for one in chosen:
            seed = f"{fact.key} {one.get('channel_number')}"
            channel = filled(one, by_number.get(one.get("channel_number")), seed)
            if "voiceprint" in one:
                vector, length = one.get("vector_voiceprint"), one.get("speech_length")
                silent = vector == [] or length == 0
                if silent or one.get("channel_number") not in by_number:
                    made = voice.stand_in(seed, float(length or 0.0), speech=not silent)
                    channel["voiceprint"] = b64encode(made).decode()
                channel = {name: value for name, value in channel.items() if name != "vector_voiceprint"}
                channel = self._with_vector(channel, wanted=request.options.include_vector_voiceprint)
            channels.append(channel)
        rest = {name: value for name, value in (fact.result or {}).items() if name != "channels"}
        result = {**filled(rest, computed, fact.key), **({"channels": channels} if channels else {})}
        return self._done(result, fact, audio_seconds=(fact.audio_seconds or 0.0) * share, origin="computed")

    def _item_by_item(
        self, technology: VoiceprintTechnology, voiceprints: Sequence[bytes], digests: Sequence[str]
    ) -> Completion | None:
        """Return the value of each voiceprint, computed where it is not captured (C53).

        Returns None, and the caller treats the whole list, if no value is captured or missing ones cannot be computed.
        """
        member = technology.item_member
        values: list[Any] = []
        for digest in digests:
            name, value = self._values.item(technology.name, technology.item_member, digest)
            values.append(value)
            member = name or member
        missing = [index for index, value in enumerate(values) if value is None]
        if len(missing) == len(values) or (missing and (self._only or member != technology.item_member)):
            return None
        if missing:
            try:
                result = technology.run({"voiceprints": [voiceprints[index] for index in missing]})
            except Rejection:
                technology.run({"voiceprints": voiceprints})  # raises the rejection with the place in the whole list
                raise
            computed: Any = result.members[member]
            for index, value in zip(missing, computed, strict=True):
                values[index] = value
        return Completion(State.DONE, payload_of({member: values}), origin="mixed" if missing else "captured")

    def _with_vector(self, channel: Channel, *, wanted: bool) -> Channel:
        """Return the entry of a channel with or without its vector. A vector without a capture is computed (C21)."""
        if not wanted:
            return {name: value for name, value in channel.items() if name != "vector_voiceprint" or value is None}
        if channel.get("vector_voiceprint") is not None:
            return channel
        captured = self.pack.header.results  # otherwise the pack has summaries of vectors only
        vector = self._values.vector(digest_of(channel["voiceprint"])) if captured else None
        if vector is not None:
            return {**channel, "vector_voiceprint": vector}
        try:
            vector = voice.vectors_of([b64decode(channel["voiceprint"])])[0]
        except (ValueError, voice.InvalidVoiceprint) as error:
            message = f"The captured voiceprint of channel {channel.get('channel_number')} has no vector: {error}"
            raise Rejection(message, [Detail(("query", "include_vector_voiceprint"), message, "voiceprint")]) from error
        return {**channel, "vector_voiceprint": vector}

    def _done(
        self, result: Mapping[str, Any], fact: Fact, *, audio_seconds: float = 0.0, origin: Origin = "captured"
    ) -> Completion:
        return Completion(State.DONE, payload_of(result), to_milliseconds(audio_seconds), origin, self._timing_of(fact))

    def _rejected(self, fact: Fact) -> Completion:
        return Completion(State.REJECTED, payload_of(fact.error or {}), origin="captured", timing=self._timing_of(fact))

    def _timing_of(self, fact: Fact) -> Timing:
        """Return how long the task was pending and running, as far as the polls showed it."""
        if not self._timing or fact.state not in fact.states:
            return Timing()
        ends = fact.states[fact.state]
        starts = min(fact.states.get("running", ends), ends)
        return Timing(starts, ends - starts)

    def _check_known(self, technology: VoiceprintTechnology, digests: Mapping[str, Sequence[str]]) -> None:
        """With `only`, raise Rejection for the first voiceprint without a value in the pack, or for the combination."""
        member = technology.item_member
        subject = f"{'a value of ' if member else ''}voiceprint"
        for name, items in digests.items():
            for index, digest in enumerate(items):
                has = self._values.item(technology.name, member, digest)[1] is not None if member else True
                if digest not in self._values.known or not has:
                    self._check_only(f"{subject} {index} of `{name}`", technology.name, ("body", name, index))
        self._check_only("this combination of voiceprints", technology.name, ("body",))

    def _check_only(self, subject: str, technology: str, location: tuple[str | int, ...]) -> None:
        if self._only:
            message = f"The pack must have {subject} for {technology}, and does not; only the pack is replayed here."
            raise Rejection(message, [Detail(location, message, "pack")])


def effective_parameters(options: RecordingOptions) -> dict[str, str]:
    """Return the parameters that differ from their defaults, without those in WHOLE."""
    changed = {
        field.name: str(value)
        for field in fields(options)
        if field.name not in {*WHOLE, "others"} and (value := getattr(options, field.name)) != field.default
    }
    return changed | {name: str(value) for name, value in options.others}


def _chosen(channels: Sequence[Channel], numbers: Sequence[int]) -> tuple[Sequence[Channel], float]:
    """Return the entries of the requested channels in their order, and their number divided by that of all channels.

    Raises Rejection for a number that the recording does not have.
    """
    if not numbers:
        return channels, 1.0
    by_number = {one.get("channel_number"): one for one in channels}
    for number in numbers:
        if number not in by_number:
            message = f"A channel number must be one of the captured recording, got {number}."
            raise Rejection(message, [Detail(("query", "channels"), message, "value")])
    return [by_number[number] for number in numbers], len(numbers) / len(channels)


def _members(run: Any, request: Any) -> dict[str, Any]:
    """Return the members of a computed result as plain data; an empty mapping if the request is rejected."""
    try:
        found: dict[str, Any] = orjson.loads(orjson.dumps(run(request).members, option=orjson.OPT_SERIALIZE_NUMPY))
    except Rejection:
        return {}
    return found

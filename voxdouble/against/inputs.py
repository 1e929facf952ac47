"""The inputs of the requests in a pack: captured inputs, or others in their place."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voxdouble.capture.technologies import EXTRACTION
from voxdouble_client import ApplianceClient
from voxdouble_fixtures import path, recordings
from voxdouble_mock.packs.facts import AUDIO, Fact, digest_of, entries
from voxdouble_mock.packs.pack import Pack

STAND_INS = {1: "john_doe.wav", 2: "conversation.wav"}
"""The bundled recordings that take the place of missing ones, by their number of channels."""
SILENT = "silence.wav"
"""The bundled recording whose voiceprint takes the place of one without speech."""
VECTORS = "vector_voiceprint"


@dataclass(frozen=True)
class Input:
    """The input of one request, as the client takes it."""

    request: Mapping[str, Any]
    captured: bool
    """True if this is the captured input: then numbers can be compared. False for another input of the same form."""


class Inputs:
    """The inputs of the facts of one pack, for a mock that `client` calls."""

    def __init__(self, pack: Pack, client: ApplianceClient) -> None:
        self._pack = pack
        self._client = client
        self._bundled = {one.sha256: path(one.file) for one in recordings()}
        self._voiceprints = dict(captured_voiceprints(pack)) if pack.header.results else {}
        self._silent = voiceprints_without_speech(pack)
        self._stand_ins: dict[str, str] = {}

    def of(self, fact: Fact) -> Input | None:
        """Return the input of a fact's request; None if the pack does not have it and no other input can replace it.

        No input replaces a rejected one, since the rejection depends on the input itself.
        """
        return self._recording(fact) if fact.sha256 else self._lists(fact)

    def _recording(self, fact: Fact) -> Input | None:
        channels = entries(fact.result, "channels")
        query: dict[str, str | bool] = dict(fact.parameters)
        if fact.technology == EXTRACTION and any(VECTORS in channel for channel in channels):
            query["include_vector_voiceprint"] = True
        file = self._bundled.get(fact.sha256 or "") or self._copy(fact.sha256 or "")
        captured = file is not None
        if file is None and fact.state == "done" and len(channels) in STAND_INS:
            file = path(STAND_INS[len(channels)])
        return Input({"files": {"file": file}, "params": query}, captured) if file else None

    def _copy(self, sha256: str) -> Path | None:
        """Return the copy of a recording in the pack; None without a copy, or if the copy has other bytes."""
        file = self._pack.folder / AUDIO / sha256
        if file.is_symlink() or file.parent.is_symlink() or not file.is_file():
            return None
        with file.open("rb") as opened:
            return file if hashlib.file_digest(opened, "sha256").hexdigest() == sha256 else None

    def _lists(self, fact: Fact) -> Input | None:
        captured = all(digest in self._voiceprints for digests in fact.lists.values() for digest in digests)
        if not captured and fact.state != "done":
            return None
        texts = {name: [self._voiceprint(digest) for digest in digests] for name, digests in fact.lists.items()}
        return Input({"json": texts}, captured)

    def _voiceprint(self, digest: str) -> str:
        """Return the captured voiceprint with a digest; else one that the mock extracts now.

        The mock extracts from silence if the captured voiceprint has no speech.
        """
        if digest in self._voiceprints:
            return self._voiceprints[digest]
        file = SILENT if digest in self._silent else STAND_INS[1]
        if file not in self._stand_ins:
            result = self._client.run(EXTRACTION, files={"file": path(file)}).result or {}
            self._stand_ins[file] = str(result["channels"][0]["voiceprint"])
        return self._stand_ins[file]


def extracted_channels(pack: Pack) -> list[Mapping[str, Any]]:
    """Return the entries of channels in the extractions of a pack."""
    keys = [key for key, entry in pack.entries.items() if entry.subject.sha256]
    facts = [fact for fact in map(pack.fact, keys) if fact is not None and fact.technology == EXTRACTION]
    return [channel for fact in facts for channel in entries(fact.result, "channels")]


def captured_voiceprints(pack: Pack) -> list[tuple[str, str]]:
    """Return the voiceprints in the extractions of a pack with results, by their digests."""
    texts = [channel.get("voiceprint") for channel in extracted_channels(pack)]
    return [(digest_of(text), text) for text in texts if isinstance(text, str)]


def voiceprints_without_speech(pack: Pack) -> set[str]:
    """Return the digests of the voiceprints of channels without speech, in a pack with or without results."""
    silent = [channel.get("voiceprint") for channel in extracted_channels(pack) if channel.get("speech_length") == 0]
    return {
        digest_of(one) if isinstance(one, str) else str(one.get("sha256"))
        for one in silent
        if isinstance(one, str | Mapping)
    }

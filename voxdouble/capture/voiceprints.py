"""The voiceprints of a capture: known by their digests, and by their texts as far as this run has seen them."""

from collections.abc import Mapping, Sequence
from typing import Any

from voxdouble.capture.sources import Recording
from voxdouble_mock.packs.facts import Fact, PackError, digest_of, entries

Lists = Mapping[str, Sequence[str]]
"""Digests by the name of their list."""


class KnownVoiceprints:
    """The voiceprints of all recordings, each once, in the order of the recordings and their channels."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._recordings: dict[str, Recording] = {}

    @property
    def digests(self) -> list[str]:
        """The digests of all voiceprints."""
        return list(self._recordings)

    def see(self, result: Mapping[str, Any] | None) -> None:
        """Keep the texts of the voiceprints in a result."""
        for entry in entries(result, "channels"):
            if isinstance(entry.get("voiceprint"), str):
                self._texts[digest_of(entry["voiceprint"])] = entry["voiceprint"]

    def add(self, recording: Recording, fact: Fact | None) -> None:
        """Add the voiceprints of a recording, from the fact of its extraction."""
        if fact is not None:
            self.see(fact.result)
            for digest in fact.voiceprints():
                self._recordings.setdefault(digest, recording)

    def to_extract(self, lists: Lists) -> list[Recording]:
        """Return the recordings of which only digests are known, since an earlier run has extracted them."""
        missing = [one for digests in lists.values() for one in digests if one not in self._texts]
        return list({self._recordings[one].sha256: self._recordings[one] for one in missing}.values())

    def texts(self, lists: Lists) -> dict[str, list[str]]:
        """Return lists of voiceprints; PackError if the appliance now gives other ones than before."""
        for recording in self.to_extract(lists):
            raise PackError(
                f"The appliance gives other voiceprints of {recording.path} than before, so a pack without results "
                "cannot be continued: take another folder."
            )
        return {name: [self._texts[one] for one in digests] for name, digests in lists.items()}

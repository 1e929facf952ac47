"""The contents of a pack: its header, its facts, and the names of their files."""

import hashlib
import json
import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from voxdouble_mock.core.namespace_options import Generation

FORMAT = 1
HEADER = "pack.toml"
FACTS = "facts"
"""The folder of the facts, one JSON file for each."""
INDEX = "index.json"
REFUSALS = "refusals.json"
AUDIO = "audio"
"""The folder of copied recordings, named by their digests."""
MAX_FACT_BYTES = 64 << 20
DIGEST = re.compile(r"[0-9a-f]{64}")
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Seconds = Annotated[float, Meta(ge=0, le=1_000_000)]


class PackError(ValueError):
    """Raised for a pack that cannot be found, read or written; the message is a sentence."""


class Header(Struct, frozen=True, forbid_unknown_fields=True):
    """The header of a pack."""

    format: Literal[1]
    kind: Literal["appliance", "mock", "example"]
    version: str
    """The version that the appliance reported."""
    generation: Generation
    date: str
    tool: str
    results: bool
    """True if the facts have voice data, False if they have only its lengths and digests."""


class Subject(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The request that a fact is about: a recording with parameters, or lists of voiceprints."""

    technology: str
    sha256: Digest | None = None
    """The digest of the recording; None for voiceprints."""
    parameters: dict[str, str] = {}
    """The query parameters that differ from their defaults, without `channels` and the vector flag."""
    lists: dict[str, list[Digest]] = {}
    """The digests of the decoded voiceprints, by the name of their list."""

    @property
    def key(self) -> str:
        """The name of the fact's file, without its ending."""
        text = json.dumps([self.technology, self.sha256, self.parameters, self.lists], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


class Fact(Subject, frozen=True, kw_only=True, omit_defaults=True):
    """One task of an appliance: its request, the times of its states, and its end."""

    state: Literal["done", "rejected"]
    states: dict[str, Seconds] = {}
    """For each state the seconds from the 202 to the first poll that showed it."""
    audio_seconds: Seconds | None = None
    """The length of the recording, over all channels; None if it is not known."""
    name: str | None = None
    """The name of the recording, with `--with-names` only."""
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None

    def subject(self) -> Subject:
        """Return the request of the fact alone."""
        return Subject(technology=self.technology, sha256=self.sha256, parameters=self.parameters, lists=self.lists)

    def voiceprints(self) -> list[Digest]:
        """Return the digests of the voiceprints in the result of an extraction, in the order of its channels."""
        found = map(voiceprint_digest, entries(self.result, "channels"))
        return [one for one in found if one is not None]


def fact_path(folder: Path, key: str) -> Path:
    """Return the path of a fact's file in the folder of its pack."""
    return folder / FACTS / f"{key}.json"


def entries(result: Mapping[str, Any] | None, member: str) -> Sequence[Mapping[str, Any]]:
    """Return the objects in a list of a result; an empty list if the result has another shape."""
    found = (result or {}).get(member)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def voiceprint_digest(channel: Mapping[str, Any]) -> Digest | None:
    """Return the digest of a channel's voiceprint, which may be summarised; None if the channel has no voiceprint."""
    found = channel.get("voiceprint")
    digest = found.get("sha256") if isinstance(found, Mapping) else found and digest_of(str(found))
    return digest if isinstance(digest, str) and DIGEST.fullmatch(digest) else None


def digest_of(voiceprint: str) -> str:
    """Return the digest of the bytes of a voiceprint in Base64, or of its text if the Base64 is malformed."""
    try:
        content = b64decode(voiceprint.strip(), validate=True)
    except ValueError:
        content = voiceprint.encode("utf-8", "replace")
    return hashlib.sha256(content).hexdigest()

"""The sources of a capture: the appliance, found out by two requests, and the recordings on this machine."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import soundfile

from voxdouble.target_checks import INFO
from voxdouble_mock.packs.writing import write_pieces

SECONDS = 30.0
MAX_BYTES = 1 << 20
PIECE = 1 << 20
"""The bytes of a recording that are copied at one time."""


@dataclass(frozen=True)
class CapturedAppliance:
    """An appliance that is captured."""

    version: str
    mock: bool
    """Whether it is a mock of this project."""


@dataclass(frozen=True)
class Recording:
    """A recording of a capture."""

    path: Path
    sha256: str
    audio_seconds: float | None
    """The length over all channels; None if it cannot be decoded on this machine."""
    mark: tuple[int, int]
    """The size and the modification time of the file when its digest was made."""

    def check_unchanged(self) -> None:
        """Raise ValueError if the file has changed: then a response may be about other bytes than the digest."""
        if mark_of(self.path) != self.mark:
            raise ValueError(f"{self.path} must not change during the capture, and it has: run the command again.")

    def copy_to(self, target: Path) -> None:
        """Copy the file, unless the copy is there already."""
        if not target.exists():
            target.parent.mkdir(exist_ok=True)
            with self.path.open("rb") as file:
                write_pieces(target, iter(lambda: file.read(PIECE), b""))
            self.check_unchanged()


def probe(session: requests.Session, url: str) -> CapturedAppliance:
    """Return the version that an appliance reports, empty if it reports no version, and whether it is a mock."""
    told = str(_object(session, url, INFO).get("version") or "")
    mock = _object(session, url, "/_mock/health").get("service") == "voxdouble" or told.startswith("voxdouble")
    return CapturedAppliance("".join(one for one in told if one.isprintable())[:100], mock)


def _object(session: requests.Session, url: str, path: str) -> dict[str, Any]:
    """Return the JSON object at a path; an empty one if it is missing."""
    try:
        with session.get(url.rstrip("/") + path, timeout=SECONDS, stream=True, allow_redirects=False) as response:
            if response.status_code != 200:
                return {}
            text = response.raw.read(MAX_BYTES, decode_content=True)
            found = json.loads(text)
    except (requests.RequestException, ValueError, OSError):
        return {}
    return found if isinstance(found, dict) else {}


def recordings_of(files: tuple[Path, ...]) -> list[Recording]:
    """Return the recordings in files, each content once, in the order of the files."""
    found: dict[str, Recording] = {}
    for path in files:
        mark = mark_of(path)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        found.setdefault(digest, Recording(path, digest, audio_seconds(path), mark))
    return list(found.values())


def mark_of(path: Path) -> tuple[int, int]:
    """Return the size and the modification time of a file."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def audio_seconds(path: Path) -> float | None:
    """Return the length of a recording over all channels, in seconds; None if it cannot be decoded here."""
    try:
        info = soundfile.info(path)
    except (soundfile.LibsndfileError, OSError, RuntimeError):
        return None
    return round(info.frames / info.samplerate * info.channels, 3) if info.samplerate else None

"""Voiceprints in the vendor's form that the target has not made: bundled ones, and ones that are built here."""

import base64
import struct
import zlib
from collections.abc import Sequence

from voxdouble_fixtures import path

TINY = "AAAA"
"""The shortest Base64 text: a well-formed item of a list, but no voiceprint."""


def computed_voiceprint(recording: str) -> str:
    """Return the bundled voiceprint of a bundled recording, which the mock has made."""
    return path(f"{recording.partition('.')[0]}.vp").read_text("utf-8").strip()


def voiceprint(embedding: Sequence[float], *, model: str = "sid-xl5") -> str:
    """Return a voiceprint like the vendor's sample: UBJSON with crc, embedding and model, in Base64."""
    numbers = b"".join(b"d" + struct.pack(">f", number) for number in embedding)
    crc = zlib.crc32(numbers)
    whole = b"l" + struct.pack(">i", crc) if crc < 1 << 31 else b"L" + struct.pack(">q", crc)
    members = [("crc", whole), ("embedding", b"[" + numbers + b"]"), ("model", b"S" + short(model))]
    return base64.b64encode(b"{" + b"".join(short(key) + value for key, value in members) + b"}").decode()


def short(text: str) -> bytes:
    """Return a UBJSON string of fewer than 128 bytes, without its marker."""
    return b"i" + struct.pack("b", len(text)) + text.encode()


def foreign_voiceprint(length: int) -> str:
    """Return a voiceprint whose embedding has that many numbers."""
    return voiceprint([((index * 37) % 101 - 50) / 100 for index in range(length)])

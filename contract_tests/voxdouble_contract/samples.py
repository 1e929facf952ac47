"""What is sent: bundled recordings, small WAV files made here, and voiceprints of the format's own making."""

import base64
import io
import math
import struct
import wave
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from voxdouble_fixtures import path, recordings


@dataclass(frozen=True)
class Media:
    """A file to upload."""

    name: str
    data: bytes = field(repr=False)
    seconds: float = 0.0
    """Seconds of audio in it, all channels counted; what an appliance may have to process."""


@cache
def bundled(name: str) -> Media:
    """Take a bundled recording."""
    facts = next(recording for recording in recordings() if recording.file == name)
    return Media(name, path(name).read_bytes(), facts.seconds * max(1, len(facts.speakers)))


def wav(samples: Sequence[int], *, rate: int = 16000, channels: int = 1) -> bytes:
    """Write 16-bit PCM; of several channels the samples alternate."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return file.getvalue()


@cache
def hum(seconds: float, *, rate: int = 8000) -> Media:
    """Make a plain tone of that length, for what looks only at sizes and lengths."""
    samples = [int(8000 * math.sin(2 * math.pi * 220 * index / rate)) for index in range(int(seconds * rate))]
    return Media(f"hum_{seconds:g}s.wav", wav(samples, rate=rate), seconds)


def with_data_size(data: bytes, size: int) -> bytes:
    """Write another size into a WAV file's RIFF and data chunks, as a converter that writes to a pipe leaves it."""
    at = data.index(b"data") + 4
    return data[:4] + struct.pack("<I", size) + data[8:at] + struct.pack("<I", size) + data[at + 4 :]


def voiceprint(embedding: Sequence[float], *, model: str = "sid-xl5") -> str:
    """Write a voiceprint as the vendor's sample shows them: UBJSON with crc, embedding and model, without extras."""
    numbers = b"".join(b"d" + struct.pack(">f", number) for number in embedding)
    crc = zlib.crc32(numbers)
    whole = b"l" + struct.pack(">i", crc) if crc < 1 << 31 else b"L" + struct.pack(">q", crc)
    members = [("crc", whole), ("embedding", b"[" + numbers + b"]"), ("model", b"S" + short(model))]
    return base64.b64encode(b"{" + b"".join(short(key) + value for key, value in members) + b"}").decode()


def short(text: str) -> bytes:
    """Write a UBJSON string of fewer than 128 bytes, without its marker."""
    return b"i" + struct.pack("b", len(text)) + text.encode()

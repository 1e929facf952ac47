"""Voiceprints of a stranger, which only it can read unless they are native, and vectors far from unit length."""

import base64
import hashlib
import io
import random
import struct
from typing import Any

import soundfile


class Voices:
    """The voiceprints that one stranger has made; it rejects all others."""

    def __init__(self, speech: float, *, nulls: bool, native: bool) -> None:
        self.speech = speech
        self.nulls = nulls
        self.native = native
        self.prints: dict[str, bool] = {}
        """For each voiceprint, whether it has speech."""

    def result_of(self, data: bytes, mode: str, wanted: list[int], vector: bool) -> dict[str, Any]:
        """Return the result of an extraction; a file that cannot be decoded is rejected."""
        try:
            samples, rate = soundfile.read(io.BytesIO(data), always_2d=True)
        except soundfile.LibsndfileError:
            return {
                "state": "rejected",
                "error": {"type": "task.validation-error", "message": "Konvertierung: Fehler 7"},
            }
        count = samples.shape[1]
        numbers = [0] if mode == "mix" else [number for number in wanted or range(count) if number < count]
        return {
            "state": "done",
            "result": {
                "channels": [self.channel(number, samples[:, number], rate, vector) for number in numbers],
                "took": 3,
            },
        }

    def channel(self, number: int, samples: Any, rate: int, vector: bool) -> dict[str, Any]:
        """Return one channel's entry, with opaque bytes as its voiceprint."""
        silent = float(abs(samples).max(initial=0.0)) < 0.001
        voiced = float((abs(samples) > 0.001).mean()) if samples.size else 0.0
        speech = round(len(samples) / rate * voiced * self.speech, 3)
        seed = hashlib.sha512(samples.tobytes()).digest()
        text = self.new(seed, speech=speech > 0 and not silent)
        entry: dict[str, Any] = {
            "model": "sid-xl5",
            "speech_length": speech,
            "voiceprint": text,
            "channel_number": number,
        }
        if vector:
            entry["vector_voiceprint"] = self.vector(text)
        elif self.nulls:
            entry["vector_voiceprint"] = None
        return entry

    def new(self, seed: bytes, *, speech: bool) -> str:
        """Return a new voiceprint: opaque bytes, or the format that the vendor's guide shows."""
        if self.native:
            chance = random.Random(seed)
            numbers = [chance.gauss(0, 0.05) if speech else 0.0 for _ in range(100)]
            content = b"".join(b"d" + struct.pack(">f", number) for number in numbers)
            crc = struct.pack(">i", chance.randrange(1 << 31))
            made = b"{i\x03crcl" + crc + b"i\x09embedding[" + content + b"]i\x05modelSi\x07sid-xl5}"
        else:
            made = b"\x00opaque" + seed
        text = base64.b64encode(made).decode()
        self.prints[text] = speech
        return text

    def vector(self, text: str) -> list[float]:
        """Return the vector of a voiceprint, far from unit length; empty without speech."""
        chance = random.Random(text)
        return [chance.uniform(-40, 40) for _ in range(128)] if self.prints[text] else []


def is_base64(text: str) -> bool:
    """Whether a text is Base64."""
    try:
        return bool(base64.b64decode(text, validate=True))
    except ValueError:
        return False

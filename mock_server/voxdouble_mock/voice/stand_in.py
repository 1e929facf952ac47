"""Stand-ins for voiceprints of an appliance: a pack without voice data has only the digests of the originals."""

import hashlib

import numpy as np

from voxdouble_mock.voice.voiceprint import EMBEDDING_LENGTH, encode


def stand_in(seed: str, speech_length: float, *, speech: bool) -> bytes:
    """Return a foreign voiceprint made from a seed and a speech length (C21). Without `speech` its vector is empty."""
    if not speech:
        return encode(np.zeros(EMBEDDING_LENGTH, np.float32), 0.0, own=False)
    numbers = np.frombuffer(hashlib.shake_256(seed.encode()).digest(2 * EMBEDDING_LENGTH), "<i2")
    return encode((numbers / np.float32(1 << 17)).astype(np.float32), speech_length, own=False)

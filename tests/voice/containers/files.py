"""Recordings of every supported format, and ways to join, pad and damage their bytes."""

import io
import struct
from collections.abc import Callable
from functools import cache

import numpy as np

from tests.voice.sounds import as_file, speech
from voxdouble_mock.voice.audio import Audio

HOUR = 3_600.0
MAX_LOSS = 0.05
SAMPLES = speech()[0][8_000:36_000]
"""1.75 s of speech at 16 kHz."""
SECONDS = len(SAMPLES) / 16_000
OGG_FIRST, OGG_LAST = 2, 4


def seconds(data: bytes) -> float:
    """Return the decoded length. Raises UnusableAudio."""
    audio = Audio(io.BytesIO(data), HOUR)
    return sum(len(block[0]) for block in audio.blocks([0])) / audio.sample_rate


def decoded(data: bytes) -> np.ndarray:
    """Return the samples of all channels, of shape (channels, frames). Raises UnusableAudio."""
    audio = Audio(io.BytesIO(data), HOUR)
    return np.concatenate(list(audio.blocks(range(audio.channel_count))), axis=1)


@cache
def encoded(
    container: str, subtype: str | None = None, *, rate: int = 16_000, channels: int = 1, **how: object
) -> bytes:
    """Return the speech in a container, resampled by interpolation."""
    times = np.arange(round(SECONDS * rate)) * 16_000 / rate
    samples = np.interp(times, np.arange(len(SAMPLES)), SAMPLES)
    return as_file(np.repeat(samples[:, np.newaxis], channels, axis=1), rate, container, subtype, **how).getvalue()


def mp3(*, rate: int = 16_000, channels: int = 1, variable: bool = False) -> bytes:
    """Return an MP3 whose first frame counts the others."""
    mode = "VARIABLE" if variable else "CONSTANT"
    return encoded("MP3", rate=rate, channels=channels, bitrate_mode=mode, compression_level=0.5)


def headless(data: bytes) -> bytes:
    """Return an MP3 without its first frame, which counts the others."""
    return data[mp3_frames(data)[1] :]


def mp3_frames(data: bytes) -> list[int]:
    """Return the offsets of the frames of an MP3 that starts with a frame."""
    kind = data[:2]
    offsets, offset = [], 0
    while data[offset : offset + 2] == kind:
        offsets.append(offset)
        version_1 = kind[1] >> 3 & 1
        kbits = (MPEG_1 if version_1 else MPEG_2)[data[offset + 2] >> 4]
        rate = (44_100, 48_000, 32_000)[data[offset + 2] >> 2 & 3] >> {3: 0, 2: 1, 0: 2}[kind[1] >> 3 & 3]
        offset += (144 if version_1 else 72) * kbits * 1000 // rate + (data[offset + 2] >> 1 & 1)
    return offsets


MPEG_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
MPEG_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


def flac_frames(data: bytes) -> list[int]:
    """Return the offsets of the frames of a mono FLAC file: the fixed first bytes and the next number."""
    offsets: list[int] = []
    offset = data.find(b"\xff\xf8")
    while offset >= 0:
        if data[offset + 4] == len(offsets):
            offsets.append(offset)
        offset = data.find(b"\xff\xf8", offset + 1)
    return offsets


def without_count(data: bytes) -> bytes:
    """Return a FLAC file that does not declare its number of samples."""
    return data[:21] + bytes([data[21] & 0xF0]) + bytes(4) + data[26:]


def ogg_pages(data: bytes) -> list[bytes]:
    """Return the pages of an Ogg file."""
    pages, offset = [], 0
    while offset < len(data):
        segments = data[offset + 26]
        size = 27 + segments + sum(data[offset + 27 : offset + 27 + segments])
        pages.append(data[offset : offset + size])
        offset += size
    return pages


def with_page(page: bytes, *, flags: int | None = None, granule: int | None = None, serial: int | None = None) -> bytes:
    """Return a page with other fields and the right checksum."""
    head = bytearray(page)
    if flags is not None:
        head[5] = flags
    if granule is not None:
        head[6:14] = granule.to_bytes(8, "little")
    if serial is not None:
        head[14:18] = serial.to_bytes(4, "little")
    head[22:26] = bytes(4)
    head[22:26] = ogg_checksum(bytes(head)).to_bytes(4, "little")
    return bytes(head)


def ogg_checksum(data: bytes) -> int:
    """Return the CRC-32 of Ogg, bit by bit."""
    crc = 0
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = crc << 1 ^ 0x104C11DB7 if crc & 0x80000000 else crc << 1
    return crc


def without_last_flag(data: bytes) -> bytes:
    """Return an Ogg file as many recorders write it: its last page is not flagged."""
    *pages, last = ogg_pages(data)
    return b"".join(pages) + with_page(last, flags=last[5] & ~OGG_LAST)


def riff(*chunks: tuple[bytes, bytes], size: int | None = None) -> bytes:
    """Return a RIFF file of chunks, each a name and its content."""
    body = b"".join(name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for name, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4 if size is None else size) + b"WAVE" + body


def pcm_format(*, rate: int = 16_000, channels: int = 1, bits: int = 16, tag: int = 1) -> bytes:
    """Return the content of a chunk `fmt `."""
    block = channels * bits // 8
    return struct.pack("<HHIIHH", tag, channels, rate, rate * block, block, bits)


PCM = np.round(SAMPLES * 32_767).astype("<i2").tobytes()


def wav_with_declared_size(size: int) -> bytes:
    """Return a WAV file whose chunk of audio declares a size."""
    data = riff((b"fmt ", pcm_format()), (b"data", PCM))
    at = data.index(b"data") + 4
    return data[:at] + struct.pack("<I", size) + data[at + 4 :]


FORMATS: dict[str, Callable[[], bytes]] = {
    "WAV PCM of 16 bits": lambda: encoded("WAV", "PCM_16"),
    "WAV PCM of 24 bits": lambda: encoded("WAV", "PCM_24"),
    "WAV PCM of 8 bits": lambda: encoded("WAV", "PCM_U8"),
    "WAV float": lambda: encoded("WAV", "FLOAT"),
    "WAV extensible": lambda: encoded("WAVEX", "PCM_16", channels=2),
    "WAV big-endian": lambda: encoded("WAV", "PCM_16", endian="BIG"),
    "WAV A-law": lambda: encoded("WAV", "ALAW", rate=8_000),
    "WAV µ-law": lambda: encoded("WAV", "ULAW", rate=8_000),
    "WAV IMA ADPCM": lambda: encoded("WAV", "IMA_ADPCM"),
    "WAV Microsoft ADPCM": lambda: encoded("WAV", "MS_ADPCM"),
    "WAV GSM 6.10": lambda: encoded("WAV", "GSM610", rate=8_000),
    "WAV with MP3": lambda: riff((b"fmt ", pcm_format(tag=0x55, bits=0)), (b"data", mp3())),
    "FLAC of 16 bits": lambda: encoded("FLAC", "PCM_16"),
    "FLAC of 24 bits": lambda: encoded("FLAC", "PCM_24", rate=48_000, channels=2),
    "Ogg Vorbis": lambda: encoded("OGG", "VORBIS"),
    "Ogg Opus": lambda: encoded("OGG", "OPUS"),
    "MP3 of constant bit rate": mp3,
    "MP3 of variable bit rate": lambda: mp3(rate=44_100, channels=2, variable=True),
}
"""Files that declare their length in a way that other bytes confirm."""
OPEN_ENDED: dict[str, Callable[[], bytes]] = {
    "WAV from a pipe": lambda: wav_with_declared_size(0x7FFFF000),
    "FLAC from a pipe": lambda: without_count(encoded("FLAC", "PCM_16")),
    "Ogg Vorbis from a recorder": lambda: without_last_flag(encoded("OGG", "VORBIS")),
    "Ogg Opus from a recorder": lambda: without_last_flag(encoded("OGG", "OPUS")),
    "MP3 without a header": lambda: headless(mp3()),
    "MP3 without a header, variable": lambda: headless(mp3(rate=44_100, channels=2, variable=True)),
    "MP3 without a header, 8 kHz": lambda: headless(mp3(rate=8_000)),
}
"""Files that do not declare their length, so that only damage before the end can be found."""

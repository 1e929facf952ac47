"""What a file's structure claims, for the claims that the decoder forgives.

libsndfile reads a WAV shorter than its header says, and an Ogg stream cut anywhere, as if it were whole, and is
terse about absurd headers. Here they are found out; a WAV that says it does not know its length (0 or 0xFFFFFFFF, as
converters write into a pipe) is read to the end (C12).
"""

import io
import os
from typing import Any, BinaryIO, Literal, cast

UNKNOWN_SIZES = (0, 0xFFFFFFFF)
MAX_CHUNKS = 1_000
OGG_LAST_PAGE = 4  # bit of the header type
MAX_OGG_PAGE = 65_307


MIN_RATE, MAX_RATE = 8_000, 384_000
MAX_CHANNELS = 255
"""As many as Vorbis and Opus can carry (chosen)."""


class BrokenContainer(ValueError):
    """The structure does not hold what it claims; the message is a sentence."""


def checked(file: BinaryIO) -> BinaryIO:
    """Return the file to decode from: the one given, or a view of it whose unknown length is filled in.

    Raises BrokenContainer. The file's position is at its start afterwards.
    """
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        raise BrokenContainer("The file is empty: it has 0 bytes.")
    file.seek(0)
    magic = file.read(12)
    if magic[:4] in (b"RIFF", b"RIFX") and magic[8:] == b"WAVE":
        file = _checked_wav(file, size, "big" if magic[:4] == b"RIFX" else "little")
    elif magic[:4] == b"OggS":
        _check_ogg(file, size)
    file.seek(0)
    return file


def check_shape(sample_rate: int, channel_count: int) -> None:
    """Refuse rates and channel counts that nobody records (C11). Raises BrokenContainer."""
    if not MIN_RATE <= sample_rate <= MAX_RATE:
        raise BrokenContainer(f"The sample rate is {sample_rate} Hz; rates from {MIN_RATE} to {MAX_RATE} Hz are taken.")
    if not 1 <= channel_count <= MAX_CHANNELS:
        raise BrokenContainer(f"The file has {channel_count} channels; from 1 to {MAX_CHANNELS} are taken.")


def _checked_wav(file: BinaryIO, size: int, order: Literal["little", "big"]) -> BinaryIO:
    """Walk the chunks up to the audio data, whose claimed size must be there."""
    at = 12
    for _ in range(MAX_CHUNKS):
        file.seek(at)
        header = file.read(8)
        if len(header) < 8:
            raise BrokenContainer(f"The WAV file ends after {size} bytes, before any audio data.")
        claimed = int.from_bytes(header[4:], order)
        if header[:4] == b"fmt " and len(facts := file.read(8)) == 8:
            check_shape(int.from_bytes(facts[4:], order), int.from_bytes(facts[2:4], order))
        if header[:4] == b"data":
            there = size - at - 8
            if claimed in UNKNOWN_SIZES:
                return cast("BinaryIO", _Patched(file, at + 4, there.to_bytes(4, order)))
            if claimed > there:
                raise BrokenContainer(f"The WAV header claims {claimed} bytes of audio; the file holds {there}.")
            return file
        at += 8 + claimed + claimed % 2
    raise BrokenContainer(f"The WAV file has no audio data among its first {MAX_CHUNKS} chunks.")


def _check_ogg(file: BinaryIO, size: int) -> None:
    """Look for the flag of the stream's last page in the file's last page."""
    file.seek(max(0, size - 2 * MAX_OGG_PAGE))
    tail = file.read()
    page = tail.rfind(b"OggS")
    if page < 0 or len(tail) < page + 6 or not tail[page + 5] & OGG_LAST_PAGE:
        raise BrokenContainer("The Ogg stream has no last page: the file was cut.")


class _Patched(io.RawIOBase):
    """A seekable file as it is, but for a few bytes at one place."""

    def __init__(self, file: BinaryIO, place: int, patch: bytes) -> None:
        self.file, self.place, self.patch = file, place, patch

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self.file.seek(offset, whence)

    def tell(self) -> int:
        return self.file.tell()

    def read(self, size: int = -1) -> bytes:
        start = self.file.tell()
        data = bytearray(self.file.read(size))
        for place, byte in enumerate(self.patch, self.place - start):
            if 0 <= place < len(data):
                data[place] = byte
        return bytes(data)

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

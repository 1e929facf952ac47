"""What a file's structure claims, for the claims that the decoder forgives.

libsndfile reads a WAV shorter than its header says, and an Ogg stream cut anywhere, as if it were whole, and is
terse about absurd headers. Here they are found out; a WAV that says it does not know its length (0 or 0xFFFFFFFF, as
converters write into a pipe) is read to the end (C12).
"""

import io
import os
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal, cast

from voxdouble_mock.voice.mpeg import header_without_length

UNKNOWN_SIZES = (0, 0xFFFFFFFF)
MAX_CHUNKS = 1_000
OGG_LAST_PAGE = 4  # bit of the header type
MAX_OGG_PAGE = 65_307
MIN_RATE, MAX_RATE = 8_000, 384_000
MAX_CHANNELS = 255
"""As many as Vorbis and Opus can carry (chosen)."""


class BrokenContainer(ValueError):
    """The structure does not hold what it claims; the message is a sentence."""


@dataclass(frozen=True)
class Source:
    """What to decode from."""

    file: BinaryIO
    """The file given, or a view of it in which a length that was not known is filled in."""
    says_length: bool
    """Whether the length that the decoder reports is the file's own claim."""


def checked(file: BinaryIO) -> Source:
    """Check the structure of a seekable file. Raises BrokenContainer."""
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        raise BrokenContainer("The file is empty: it has 0 bytes.")
    file.seek(0)
    magic = file.read(12)
    if magic[:4] in (b"RIFF", b"RIFX") and magic[8:] == b"WAVE":
        return Source(_checked_wav(file, size, "big" if magic[:4] == b"RIFX" else "little"), says_length=True)
    if magic[:4] == b"OggS":
        _check_ogg(file, size)
    elif lengthless := header_without_length(file):
        start, header = lengthless
        return Source(cast("BinaryIO", _Patched(file, 0, header, start - len(header))), says_length=False)
    return Source(file, says_length=True)


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
    """A seekable file as it is, but for a few bytes at one place, and perhaps without some at its beginning."""

    def __init__(self, file: BinaryIO, place: int, patch: bytes, dropped: int = 0) -> None:
        self.file, self.place, self.patch, self.dropped = file, place, patch, dropped
        self.size = file.seek(0, os.SEEK_END) - dropped
        self.at = 0

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self.at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self.at, os.SEEK_END: self.size}[whence]
        return self.at

    def tell(self) -> int:
        return self.at

    def readinto(self, buffer: Any) -> int:
        """Read the file, then lay over it what the patch covers; before the file's beginning there are zeros."""
        wanted = max(0, min(len(buffer), self.size - self.at))
        before = max(0, min(wanted, -self.dropped - self.at))
        self.file.seek(max(0, self.at + self.dropped))
        data = bytearray(before) + self.file.read(wanted - before)
        for place in range(max(self.at, self.place), min(self.at + len(data), self.place + len(self.patch))):
            data[place - self.at] = self.patch[place - self.place]
        buffer[: len(data)] = data
        self.at += len(data)
        return len(data)

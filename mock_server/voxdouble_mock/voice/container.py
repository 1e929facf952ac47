"""Checks of the file structure that the decoder does not make.

libsndfile reads a WAV file that is shorter than its header says, or an Ogg stream truncated anywhere, as if it were
complete, and its messages for absurd headers say little. The checks here find these files. A WAV file of unknown
length (a size of 0 or 0xFFFFFFFF, which converters write into a pipe) is read to the end (C12).
"""

import io
import os
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal, cast

from voxdouble_mock.voice.mpeg import substitute_header

UNKNOWN_SIZES = (0, 0xFFFFFFFF)
MAX_CHUNKS = 1_000
OGG_LAST_PAGE = 4  # a bit of the page's header type
MAX_OGG_PAGE = 65_307
MIN_RATE, MAX_RATE = 8_000, 384_000
MAX_CHANNELS = 255
"""The most that Vorbis and Opus can carry (our choice)."""


class BrokenContainer(ValueError):
    """Raised for a file whose structure is damaged or not supported; the message is a sentence."""


@dataclass(frozen=True)
class Source:
    """A checked file, ready to decode."""

    file: BinaryIO
    """The given file, or a view of it in which an unknown length has been filled in."""
    declares_length: bool
    """True if the length that the decoder reports is declared by the file itself."""


def checked(file: BinaryIO) -> Source:
    """Return a seekable file as a source, with its structure checked. Raises BrokenContainer."""
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        raise BrokenContainer("The file is empty: it has 0 bytes.")
    file.seek(0)
    magic = file.read(12)
    if magic[:4] in (b"RIFF", b"RIFX") and magic[8:] == b"WAVE":
        return Source(_checked_wav(file, size, "big" if magic[:4] == b"RIFX" else "little"), declares_length=True)
    if magic[:4] == b"OggS":
        _check_ogg(file, size)
    elif substitute := substitute_header(file):
        start, header = substitute
        return Source(cast("BinaryIO", _Patched(file, 0, header, start - len(header))), declares_length=False)
    return Source(file, declares_length=True)


def check_shape(sample_rate: int, channel_count: int) -> None:
    """Check that the sample rate and the channel count are supported (C11). Raises BrokenContainer."""
    if not MIN_RATE <= sample_rate <= MAX_RATE:
        raise BrokenContainer(f"The sample rate must be from {MIN_RATE} to {MAX_RATE} Hz, and it is {sample_rate} Hz.")
    if not 1 <= channel_count <= MAX_CHANNELS:
        raise BrokenContainer(f"The file must have from 1 to {MAX_CHANNELS} channels, and it has {channel_count}.")


def _checked_wav(file: BinaryIO, size: int, order: Literal["little", "big"]) -> BinaryIO:
    """Return a WAV file whose audio data have the declared size, with an unknown size filled in."""
    at = 12
    for _ in range(MAX_CHUNKS):
        file.seek(at)
        header = file.read(8)
        if len(header) < 8:
            raise BrokenContainer(f"The WAV file ends after {size} bytes, before any audio data.")
        declared = int.from_bytes(header[4:], order)
        if header[:4] == b"fmt " and len(shape := file.read(8)) == 8:
            check_shape(int.from_bytes(shape[4:], order), int.from_bytes(shape[2:4], order))
        if header[:4] == b"data":
            present = size - at - 8
            if declared in UNKNOWN_SIZES:
                return cast("BinaryIO", _Patched(file, at + 4, present.to_bytes(4, order)))
            if declared > present:
                raise BrokenContainer(f"The WAV header declares {declared} bytes of audio; the file holds {present}.")
            return file
        at += 8 + declared + declared % 2
    raise BrokenContainer(f"The WAV file must have audio data in one of its first {MAX_CHUNKS} chunks.")


def _check_ogg(file: BinaryIO, size: int) -> None:
    """Check that the file's last page is flagged as the last page of the stream."""
    file.seek(max(0, size - 2 * MAX_OGG_PAGE))
    tail = file.read()
    page = tail.rfind(b"OggS")
    if page < 0 or len(tail) < page + 6 or not tail[page + 5] & OGG_LAST_PAGE:
        raise BrokenContainer("The Ogg stream has no last page: the file is truncated.")


class _Patched(io.RawIOBase):
    """A view of a seekable file with a few bytes replaced at one place, and optionally some dropped at its start.

    A negative `dropped` puts zero bytes in front of the file instead.
    """

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
        """Read from the file and overwrite the bytes that the patch covers; bytes before the file's start are zero."""
        wanted = max(0, min(len(buffer), self.size - self.at))
        before = max(0, min(wanted, -self.dropped - self.at))
        self.file.seek(max(0, self.at + self.dropped))
        data = bytearray(before) + self.file.read(wanted - before)
        for place in range(max(self.at, self.place), min(self.at + len(data), self.place + len(self.patch))):
            data[place - self.at] = self.patch[place - self.place]
        buffer[: len(data)] = data
        self.at += len(data)
        return len(data)

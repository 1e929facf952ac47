"""WAV: a list of chunks. Their sizes are checked against each other and against the size of the file.

The decoder gets a newly written header. So it cannot read another length than this module did.
"""

from dataclasses import dataclass

from voxdouble_mock.voice.containers.joined import WAV, second_recording, unsupported_join
from voxdouble_mock.voice.containers.mpeg import parts_of_mpeg
from voxdouble_mock.voice.containers.parts import SLACK, BrokenContainer, Part, stopped
from voxdouble_mock.voice.containers.riff_encodings import MP3, MPEG, Encoding, Order, encoding
from voxdouble_mock.voice.containers.shape import check_length, check_shape
from voxdouble_mock.voice.containers.source import Source, View
from voxdouble_mock.voice.containers.tags import is_padding, skip_tag, start_of_trailing

MAX_CHUNKS = 1_000
MAX_FORMAT = 4_096
"""The most bytes of a chunk `fmt ` that are read; 40 are usual."""
PLACEHOLDERS = (0, 2_000_000_000, 0xFFFFFFFF)
PLACEHOLDERS_FROM, PLACEHOLDERS_TO = 0x7FFF0000, 0x7FFFFFFF
"""Sizes that converters write into a pipe, since they do not know the size yet (C12)."""
METADATA = (b"LIST", b"list", b"bext", b"iXML", b"axml", b"id3 ", b"ID3 ", b"cue ", b"smpl", b"fact", b"PEAK", b"JUNK")
"""Chunks after the audio that may be truncated."""


@dataclass(frozen=True)
class _Wav:
    """The part of a WAV file before the audio."""

    order: Order
    encoding: Encoding
    format: bytes
    """The content of the chunk `fmt `."""
    start: int
    """The offset of the audio."""
    declared: int
    """The declared size of the audio in bytes."""
    riff_end: int
    """The declared end of the file."""

    @property
    def is_mpeg(self) -> bool:
        return self.encoding.tag in {MP3, MPEG}

    def seconds(self, size: int) -> float:
        if self.is_mpeg:
            return size / max(1, self.encoding.bytes_per_second)
        return self.encoding.frames(size) / self.encoding.sample_rate


def parts_of_wav(source: Source, start: int, end: int, max_seconds: float) -> list[Part]:
    """Return the audio of a WAV file as one part, or as more if it is MP3. Raises BrokenContainer."""
    wav = _header(source, start, end)
    rate, channels = wav.encoding.sample_rate, wav.encoding.channel_count
    check_shape(rate, channels)
    size = _audio_size(source, wav, end)
    if wav.is_mpeg and size:
        parts = parts_of_mpeg(source, wav.start, wav.start + size, max_seconds)
        if not parts:
            raise BrokenContainer("The WAV header declares MP3, and the file holds no MP3 frame.")
        return parts
    frames = wav.encoding.frames(size)
    if not frames:
        raise BrokenContainer("The file has no audio frames: its length is 0 s.")
    check_length(frames / rate, rate, channels, max_seconds)
    view = View(source, [_new_header(wav, size), (wav.start, wav.start + size)])
    return [Part("WAV", view, rate, channels, frames, ((0, wav.start),))]


def _header(source: Source, start: int, end: int) -> _Wav:
    """Read the chunks up to the audio. Raises BrokenContainer."""
    order: Order = "big" if source.read(start, 4) == b"RIFX" else "little"
    riff_end = start + 8 + int.from_bytes(source.read(start + 4, 4), order)
    content = b""
    offset = start + 12
    for _ in range(MAX_CHUNKS):
        name, size = _chunk(source, offset, order)
        if offset + 8 > end:
            raise BrokenContainer(f"The WAV file ends after {end - start} bytes, before any audio data.")
        if name == b"fmt ":
            content = source.read(offset + 8, min(size, MAX_FORMAT))
        if name == b"data":
            if not content:
                raise BrokenContainer("The WAV file must have a chunk `fmt ` before its audio data, and it has none.")
            return _Wav(order, encoding(content, order), content, offset + 8, size, riff_end)
        offset = _next(source, offset, size)
    raise BrokenContainer(f"The WAV file must have audio data in one of its first {MAX_CHUNKS} chunks.")


def _chunk(source: Source, offset: int, order: Order) -> tuple[bytes, int]:
    """Return the name and the declared size of a chunk."""
    header = source.read(offset, 8)
    return header[:4], int.from_bytes(header[4:], order)


def _next(source: Source, offset: int, size: int) -> int:
    """Return the offset of the next chunk. A padding byte follows an odd size, but some writers omit it."""
    offset += 8 + size
    return offset + 1 if size % 2 and not _is_name(source.read(offset, 4)) else offset


def _is_name(word: bytes) -> bool:
    """Return True if four bytes may be the name of a chunk."""
    return len(word) == 4 and all(0x20 <= byte < 0x7F for byte in word)


def _audio_size(source: Source, wav: _Wav, end: int) -> int:
    """Return the size of the audio in bytes (C11, C12). Raises BrokenContainer."""
    present = end - wav.start
    if wav.declared and wav.declared <= present + SLACK:
        size = min(wav.declared, present)
        _check_after(source, wav, size, end)
        return size
    if wav.declared == 0 and _only_chunks_follow(source, wav, end):
        return 0
    if wav.declared in PLACEHOLDERS or PLACEHOLDERS_FROM <= wav.declared <= PLACEHOLDERS_TO:
        if not wav.is_mpeg and (error := second_recording(source, wav.start, end, wav.seconds(present))):
            raise error
        return present
    reason = f"the WAV header declares {wav.declared} bytes of audio, and the truncated file holds {present}"
    raise stopped(wav.seconds(present), end, reason)


def _only_chunks_follow(source: Source, wav: _Wav, end: int) -> bool:
    """Return True if well-formed chunks fill the file after an empty chunk of audio. Raises BrokenContainer."""
    offset = wav.start
    for _ in range(MAX_CHUNKS):
        if offset >= end:
            return True
        name, size = _chunk(source, offset, wav.order)
        if not _is_name(name) or offset + 8 + size > end:
            return False
        if name == b"data" and size:
            raise _second_data(wav, 0, offset)
        offset = _next(source, offset, size)
    return False


def _check_after(source: Source, wav: _Wav, size: int, end: int) -> None:
    """Check that the bytes after the audio are not audio too. Raises BrokenContainer."""
    end = start_of_trailing(source, wav.start + size, end)
    offset = _next(source, wav.start - 8, size)
    for _ in range(MAX_CHUNKS):
        if end - offset <= SLACK:
            return
        name, length = _chunk(source, offset, wav.order)
        if name in {b"RIFF", b"RIFX"} and source.read(offset + 8, 4) == b"WAVE":
            raise unsupported_join(wav.seconds(size), offset, WAV)
        if name == b"data" and length:
            raise _second_data(wav, size, offset)
        if (after_tag := skip_tag(source, offset, end)) > offset:
            offset = after_tag
        elif _is_name(name) and (offset + 8 + length <= end or name in METADATA):
            offset = _next(source, offset, length)
        elif offset >= wav.riff_end - 1 and is_padding(source, offset, end):
            return
        else:
            break
    reason = f"the WAV header declares {size} bytes of audio, and the bytes after them are not a chunk"
    raise stopped(wav.seconds(size), offset, reason)


def _second_data(wav: _Wav, size: int, offset: int) -> BrokenContainer:
    reason = "the WAV file has two chunks `data`, which is not supported"
    return stopped(wav.seconds(size), offset, reason)


def _new_header(wav: _Wav, size: int) -> bytes:
    """Return the bytes before the audio, with correct sizes."""
    content = wav.format + b"\0" * (len(wav.format) % 2)

    def number(value: int) -> bytes:
        return value.to_bytes(4, wav.order)

    name = b"RIFX" if wav.order == "big" else b"RIFF"
    chunks = b"WAVEfmt " + number(len(wav.format)) + content + b"data" + number(size)
    return name + number(len(chunks) + size) + chunks

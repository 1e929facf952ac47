"""The search for a second recording in the bytes after a first one."""

from voxdouble_mock.voice.containers.mpeg_search import next_frames
from voxdouble_mock.voice.containers.parts import BrokenContainer, stopped
from voxdouble_mock.voice.containers.source import Source
from voxdouble_mock.voice.containers.tags import blocks

WAV = "WAV (RIFF)"
MARKS = (
    (b"WAVEfmt ", 8, WAV),
    (b"fLaC\0\0\0\x22", 0, "FLAC"),
    (b"fLaC\x80\0\0\x22", 0, "FLAC"),
    (b"OggS\0\2", 0, "Ogg"),
)
"""The bytes that identify a format, their offset in the file, and the format."""
LONGEST_MARK = 8


def second_recording(source: Source, start: int, end: int, seconds: float) -> BrokenContainer | None:
    """Return the error for a second recording between two offsets, after `seconds` of audio; None if it is absent."""
    found = _mark(source, start, end)
    if found is None and (frames := next_frames(source, start, end)) is not None:
        found = frames, "MPEG audio"
    return unsupported_join(seconds, *found) if found else None


def unsupported_join(seconds: float, offset: int, name: str) -> BrokenContainer:
    """Return the error for a second recording at an offset."""
    return stopped(seconds, offset, f"a second recording ({name}) is joined to the first, which is not supported")


def _mark(source: Source, start: int, end: int) -> tuple[int, str] | None:
    """Return the offset and the format of the first recording with a signature."""
    for offset, block in blocks(source, start, end, LONGEST_MARK - 1):
        found = [(block.find(mark) - before, name) for mark, before, name in MARKS if mark in block]
        if found:
            at, name = min(found)
            return offset + at, name
    return None

"""FLAC: numbered frames, found by their headers. The header of the file may declare a wrong number of samples."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.containers.flac_frames import BITS, LONGEST_HEADER, RATES, Headers, headers
from voxdouble_mock.voice.containers.joined import second_recording
from voxdouble_mock.voice.containers.parts import MAX_LOSS, MAX_PARTS, BrokenContainer, Part, stopped
from voxdouble_mock.voice.containers.shape import check_length, check_shape
from voxdouble_mock.voice.containers.signatures import unsupported
from voxdouble_mock.voice.containers.source import Source, View
from voxdouble_mock.voice.containers.tags import blocks, start_of_trailing

MARK = b"fLaC"
STREAMINFO_SIZE = 34
STREAMINFO_HEADERS = (b"\0\0\0\x22", b"\x80\0\0\x22")
STARTS = tuple(MARK + header for header in STREAMINFO_HEADERS)
SUPPORTED_BITS = (8, 16, 24)
MAX_BLOCKS = 1_000
INDEXED_PER_SECOND = 10


@dataclass
class _Flac:
    """The properties of one FLAC file; a recording may consist of several joined files."""

    sample_rate: int
    channel_count: int
    bits: int
    declared: int
    """The declared number of samples per channel; 0 means that it is unknown."""
    samples: int = 0
    """The samples per channel in the frames so far."""
    next_number: int | None = None
    last: int = 0
    """The offset of the last frame; 0 before the first one."""
    index: list[tuple[int, int]] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return self.samples / self.sample_rate

    def header(self) -> bytes:
        """Return a new header of the file; it declares no number of samples if the declared one is wrong."""
        declared = self.declared if self.declared == self.samples else 0
        facts = self.sample_rate << 44 | (self.channel_count - 1) << 41 | (self.bits - 1) << 36 | declared
        return MARK + STREAMINFO_HEADERS[1] + bytes.fromhex("0010 FFFF 000000 000000") + facts.to_bytes(8) + bytes(16)


def parts_of_flac(source: Source, start: int, end: int, max_seconds: float) -> list[Part]:
    """Return the audio of a FLAC file, one part for each file joined in it. Raises BrokenContainer."""
    marks = [start, *_further_marks(source, start + len(MARK), end)]
    parts: list[Part] = []
    for mark, stop in zip(marks, [*marks[1:], end], strict=True):
        parts.append(_part(source, mark, stop, sum(part.seconds for part in parts), max_seconds))
    return parts


def _further_marks(source: Source, start: int, end: int) -> list[int]:
    """Return the offsets of the files that are joined to the first. Raises BrokenContainer if there are too many."""
    found = []
    for offset, block in blocks(source, start, end, overlap=7):
        data = np.frombuffer(block, np.uint8)
        likely = np.flatnonzero(data[:-1] == MARK[0])
        likely = likely[data[likely + 1] == MARK[1]]
        found += [offset + mark for mark in likely.tolist() if block.startswith(STARTS, mark)]
    if len(found) >= MAX_PARTS:
        raise BrokenContainer(f"A file must consist of at most {MAX_PARTS} joined FLAC files, and it has more.")
    return found


def _part(source: Source, start: int, end: int, seconds_before: float, max_seconds: float) -> Part:
    """Return one FLAC file as a part. Raises BrokenContainer."""
    flac, first = _header(source, start, end)
    end = start_of_trailing(source, first, end)
    for offset, block in blocks(source, first, end, LONGEST_HEADER - 1):
        last = offset + len(block) >= end
        found = headers(block + bytes(LONGEST_HEADER) if last else block)
        _add(flac, found, offset, first, seconds_before)
        check_length(flac.seconds, flac.sample_rate, flac.channel_count, max_seconds)
    if (flac.declared - flac.samples) / flac.sample_rate > MAX_LOSS:
        reason = f"the FLAC header declares {flac.declared} samples, and the truncated file holds {flac.samples}"
        raise stopped(seconds_before + flac.seconds, end, reason)
    if not flac.samples and seconds_before:
        raise stopped(seconds_before, start, "a FLAC file without audio frames is joined to the first")
    if not flac.samples:
        raise BrokenContainer("The file has no audio frames: its length is 0 s.")
    if error := second_recording(source, flac.last, end, seconds_before + flac.seconds):
        raise error
    view = View(source, [flac.header(), (first, end)])
    declares_end = flac.declared == flac.samples
    return Part("FLAC", view, flac.sample_rate, flac.channel_count, flac.samples, flac.index, declares_end)


def _header(source: Source, start: int, end: int) -> tuple[_Flac, int]:
    """Return the properties in the header of the file, and the offset of the first frame. Raises BrokenContainer."""
    block = source.read(start, 8 + STREAMINFO_SIZE)
    if len(block) < 8 + STREAMINFO_SIZE or block[4:8] not in STREAMINFO_HEADERS:
        raise BrokenContainer("The FLAC header must start with a STREAMINFO block: the file is damaged.")
    facts = int.from_bytes(block[18:26])
    flac = _Flac(facts >> 44, (facts >> 41 & 7) + 1, (facts >> 36 & 31) + 1, facts & ((1 << 36) - 1))
    check_shape(flac.sample_rate, flac.channel_count)
    if flac.bits not in SUPPORTED_BITS:
        raise unsupported(f"FLAC with {flac.bits} bits (8, 16 and 24 are supported)")
    offset = start + len(MARK)
    for _ in range(MAX_BLOCKS):
        head = source.read(offset, 4)
        if len(head) < 4 or offset + 4 + int.from_bytes(head[1:]) > end:
            raise stopped(0.0, offset, "the FLAC header is truncated or damaged")
        offset += 4 + int.from_bytes(head[1:])
        if head[0] & 0x80:
            return flac, offset
    raise BrokenContainer(f"The FLAC header must have at most {MAX_BLOCKS} blocks, and it has more.")


def _add(flac: _Flac, found: Headers, offset: int, first: int, seconds_before: float) -> None:
    """Add the frames with the headers `found`, of a block at `offset`. Raises BrokenContainer if a frame is missing."""
    consistent = _consistent(flac, found)
    if flac.next_number is None and len(found.offsets):
        if offset + found.offsets[0] != first:
            raise stopped(seconds_before, first, "no FLAC frame follows the header: the file is damaged")
        if not consistent[0]:
            raise BrokenContainer("The FLAC header and the first frame differ in sample rate, channels or bits.")
        flac.next_number = int(found.numbers[0])
    if flac.next_number is None or not consistent.any():
        return
    numbers, samples, offsets = found.numbers[consistent], found.samples[consistent], offset + found.offsets[consistent]
    following = np.cumsum(np.where(found.variable[consistent], samples, 1)) + flac.next_number
    expected = np.concatenate(([flac.next_number], following[:-1]))
    wrong = np.flatnonzero(numbers != expected)
    if len(wrong):
        at = int(wrong[0])
        seconds = seconds_before + flac.seconds + int(samples[:at].sum()) / flac.sample_rate
        reason = f"FLAC frame {numbers[at]} follows there instead of frame {expected[at]}: it is missing or damaged"
        raise stopped(seconds, int(offsets[at]), reason)
    times = flac.samples + np.cumsum(samples) - samples
    chosen = np.flatnonzero(np.diff(times * INDEXED_PER_SECOND // flac.sample_rate, prepend=-1))
    flac.index.extend(zip(times[chosen].tolist(), offsets[chosen].tolist(), strict=True))
    flac.samples += int(samples.sum())
    flac.next_number, flac.last = int(following[-1]), int(offsets[-1])


def _consistent(flac: _Flac, found: Headers) -> npt.NDArray[np.bool_]:
    """Return for each header whether it agrees with the header of the file."""
    rates = np.array([rate in {0, flac.sample_rate} for rate in RATES] + [True] * 3 + [False])
    bits = np.array([count in {0, flac.bits} for count in BITS])
    same_channels = found.channel_counts == flac.channel_count
    consistent: npt.NDArray[np.bool_] = rates[found.rate_codes] & bits[found.bits_codes] & same_channels
    return consistent

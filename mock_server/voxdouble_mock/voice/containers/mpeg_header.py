"""Headers of MPEG audio frames, and the stream header (Xing, Info or VBRI) that replaces the audio of a first frame.

A frame header has four bytes. The first is 0xFF. The next two hold version, layer, bit rate and sample rate; together
these give the length of the frame. The tables have an entry for each value of the two bytes.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

MPEG_1, LAYER_3, MONO = 3, 1, 3
LAYERS = {3: "I", 2: "II", 1: "III"}
SAMPLE_RATES = (44_100, 48_000, 32_000)
"""In Hz, by code, of MPEG 1. MPEG 2 has half of each rate, MPEG 2.5 a quarter."""
LOW = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
BIT_RATES = {
    (True, 3): (*range(0, 449, 32), 0),
    (True, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 0),
    (True, 1): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    (False, 3): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256, 0),
    (False, 2): LOW,
    (False, 1): LOW,
}
"""kbit/s by (True for MPEG 1, layer bits); 0 means that the bit rate is not supported."""
LONGEST_FRAME = 1_728
DECODER_DELAY = 529
"""Samples of delay in every decoder of layer III."""
XING_FIELDS = ((1, 4), (2, 4), (4, 100), (8, 4))
"""Flag and size of each optional field: number of frames, number of bytes, seek table, quality."""
VBRI_OFFSET = 36
LAME_DELAYS, LAME_CHECKSUM = 21, 34
"""Offsets in the LAME extension."""
CHECKSUM_INPUT = 190
"""Some encoders checksum this many bytes. The checksum itself counts as zeros; a shorter frame is filled with zeros."""


@dataclass(frozen=True)
class Kind:
    """The properties that all frames of a stream share."""

    version: int
    layer: int
    sample_rate: int
    channel_count: int

    @property
    def samples(self) -> int:
        """Samples per channel in a frame."""
        if self.layer == LAYER_3:
            return 1_152 if self.version == MPEG_1 else 576
        return 1_152 if self.layer == 2 else 384

    @property
    def name(self) -> str:
        """The name of the format in messages."""
        return "MP3" if self.layer == LAYER_3 else f"MPEG audio layer {LAYERS[self.layer]}"

    @property
    def side_information(self) -> int:
        """Bytes between the header and the main data of a frame of layer III."""
        if self.version == MPEG_1:
            return 17 if self.channel_count == 1 else 32
        return 9 if self.channel_count == 1 else 17


@dataclass(frozen=True)
class StreamHeader:
    """A frame without audio that describes the frames after it."""

    frames: int | None
    """The number of frames with audio, None if not given."""
    trims: tuple[int, int]
    """Samples that the encoder added at the start and at the end."""


def code(header: bytes) -> int:
    """Return the index of a frame header in the tables."""
    return header[1] << 8 | header[2]


@cache
def lengths() -> npt.NDArray[np.int32]:
    """Return the frame length in bytes for each index (see `code`); 0 for an invalid header."""
    index = np.arange(1 << 16)
    version, layer, bit_rate, rate = index >> 11 & 3, index >> 9 & 3, index >> 4 & 15, index >> 2 & 3
    valid = (index >> 13 == 7) & (version != 1) & (layer != 0) & (rate != 3)
    rates = np.array((*SAMPLE_RATES, 1 << 15))[rate] >> (MPEG_1 - version + 1) // 2
    found = np.zeros(1 << 16, np.int32)
    for (first_version, number), row in BIT_RATES.items():
        bits = np.array(row)[bit_rate] * 1000
        padding = index >> 1 & 1
        if number == 3:
            length = (12 * bits // rates + padding) * 4
        else:
            length = (144 if first_version or number == 2 else 72) * bits // rates + padding
        chosen = valid & ((version == MPEG_1) == first_version) & (layer == number) & (bits > 0)
        found[chosen] = length[chosen]
    return found


@cache
def kinds() -> npt.NDArray[np.uint8]:
    """Return a number for each index that identifies version, layer and sample rate; 0 for an invalid header."""
    index = np.arange(1 << 16)
    numbers = (index >> 11 & 3) << 4 | (index >> 9 & 3) << 2 | (index >> 2 & 3)
    return np.where(lengths() > 0, numbers, 0).astype(np.uint8)


@cache
def lengths_of(number: int) -> list[int]:
    """Return the frame length in bytes for each index; 0 for an invalid header or another kind."""
    found: list[int] = np.where(kinds() == number, lengths(), 0).tolist()
    return found


def kind_of(header: bytes) -> Kind | None:
    """Return the properties in a frame header, None if the four bytes are not a valid header."""
    if len(header) < 4 or header[0] != 0xFF or not lengths()[code(header)]:
        return None
    version = header[1] >> 3 & 3
    rate = SAMPLE_RATES[header[2] >> 2 & 3] >> (MPEG_1 - version + 1) // 2
    return Kind(version, header[1] >> 1 & 3, rate, 1 if header[3] >> 6 == MONO else 2)


def stream_header(frame: bytes, kind: Kind) -> StreamHeader | None:
    """Return the stream header in the frame at the start of the bytes, None for a frame of audio."""
    if kind.layer != LAYER_3:
        return None
    frame = frame[: lengths()[code(frame)]]
    if frame.startswith(b"VBRI", VBRI_OFFSET):
        return StreamHeader(int.from_bytes(frame[VBRI_OFFSET + 14 : VBRI_OFFSET + 18]) or None, (0, 0))
    at = 4 + kind.side_information
    if frame[at : at + 4] not in {b"Xing", b"Info"}:
        return None
    flags = int.from_bytes(frame[at + 4 : at + 8])
    count = int.from_bytes(frame[at + 8 : at + 12]) if flags & XING_FIELDS[0][0] else 0
    lame = at + 8 + sum(size for flag, size in XING_FIELDS if flags & flag)
    return StreamHeader(count or None, _trims(frame, lame))


def _trims(frame: bytes, lame: int) -> tuple[int, int]:
    """Return delay and padding in the LAME extension; zeros if its checksum is wrong: wrong values could hide audio."""
    end = lame + LAME_CHECKSUM
    if len(frame) < end + 2:
        return 0, 0
    before, after = frame[:end], (bytes(2) + frame[end + 2 :]).ljust(CHECKSUM_INPUT, b"\0")[: CHECKSUM_INPUT - end]
    if int.from_bytes(frame[end : end + 2]) not in {crc := _crc16(before, 0), _crc16(after, crc)}:
        return 0, 0
    both = int.from_bytes(frame[lame + LAME_DELAYS : lame + LAME_DELAYS + 3])
    return (both >> 12) + DECODER_DELAY, max(0, (both & 0xFFF) - DECODER_DELAY)


def _crc16(data: bytes, crc: int) -> int:
    """Return the CRC-16 of the LAME extension (polynomial 0x8005, lowest bit first), continued from `crc`."""
    table = _crc16_table()
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    return crc


@cache
def _crc16_table() -> list[int]:
    crc = np.arange(256)
    for _ in range(8):
        crc = np.where(crc & 1, crc >> 1 ^ 0xA001, crc >> 1)
    table: list[int] = crc.tolist()
    return table

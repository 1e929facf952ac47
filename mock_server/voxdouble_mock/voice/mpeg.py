"""Length headers for MP3 streams that do not declare their length.

libsndfile uses the length in the Xing, Info or VBRI header of the first frame. Without such a header it estimates the
length from the bit rate of the first frame and reads no further. With a variable bit rate this loses audio; with a
constant bit rate it can report a complete file as truncated. Such a stream gets a header of ours that declares more
frames than the file can hold, so that the decoder reads to the end.
"""

from typing import BinaryIO

SYNC = 0x7FF
MPEG_1, LAYER_3, MONO = 3, 1, 3
SYNTHETIC_BIT_RATE = 9
"""The index of 128 kbit/s (MPEG 1) or 80 kbit/s (MPEG 2): a frame has at least 120 bytes at any sample rate."""
BIT_RATES = {True: 128_000, False: 80_000}
SAMPLE_RATES = (44_100, 48_000, 32_000)
"""The sample rates of MPEG 1; those of MPEG 2 are half of them, those of MPEG 2.5 a quarter."""
SMALLEST_FRAME = 24
FRAMES_FLAG = 1


def substitute_header(file: BinaryIO) -> tuple[int, bytes] | None:
    """Return the offset of the first frame, and a frame with a length to put in front of it.

    Returns None if the file is not an MP3 stream, or if it declares its length.
    """
    start = _after_tag(file)
    file.seek(start)
    frame = file.read(200)
    word = int.from_bytes(frame[:4], "big")
    version, layer, bit_rate, sample_rate = word >> 19 & 3, word >> 17 & 3, word >> 12 & 15, word >> 10 & 3
    if word >> 21 != SYNC or version == 1 or layer != LAYER_3 or bit_rate in (0, 15) or sample_rate == 3:
        return None
    side = _side_information(version, word >> 6 & 3)
    if frame[36:40] == b"VBRI" or _counts_frames(frame[4 + side :]):
        return None
    return start, _frame(file, word, side)


def _counts_frames(header: bytes) -> bool:
    """Return whether this is a Xing or Info header with a frame count; encoders that write into a pipe leave it 0."""
    flags, frames = int.from_bytes(header[4:8], "big"), int.from_bytes(header[8:12], "big")
    return header[:4] in (b"Xing", b"Info") and bool(flags & FRAMES_FLAG) and frames > 0


def _after_tag(file: BinaryIO) -> int:
    """Return the offset after an ID3v2 tag, whose size is stored in groups of seven bits; 0 without a tag."""
    file.seek(0)
    tag = file.read(10)
    if tag[:3] != b"ID3" or len(tag) < 10:
        return 0
    size = tag[6] << 21 | tag[7] << 14 | tag[8] << 7 | tag[9]
    return 10 + size + (10 if tag[5] & 0x10 else 0)


def _side_information(version: int, mode: int) -> int:
    """Return the number of bytes between the header of a frame and its data."""
    if version == MPEG_1:
        return 17 if mode == MONO else 32
    return 9 if mode == MONO else 17


def _frame(file: BinaryIO, word: int, side: int) -> bytes:
    """Return a silent frame in the format of the first one, without checksum or padding, with a Xing header."""
    version = word >> 19 & 3
    header = (word & ~(15 << 12) & ~(1 << 9)) | SYNTHETIC_BIT_RATE << 12 | 1 << 16
    rate = SAMPLE_RATES[word >> 10 & 3] >> (MPEG_1 - version + 1) // 2
    length = (144 if version == MPEG_1 else 72) * BIT_RATES[version == MPEG_1] // rate
    most = file.seek(0, 2) // SMALLEST_FRAME + 1
    xing = header.to_bytes(4) + bytes(side) + b"Xing" + FRAMES_FLAG.to_bytes(4) + most.to_bytes(4)
    return xing.ljust(length, b"\0")

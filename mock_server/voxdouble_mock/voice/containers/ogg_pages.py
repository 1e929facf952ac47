"""The pages of an Ogg file, each with its own checksum."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from zlib import crc32

from voxdouble_mock.voice.containers.source import Source

CAPTURE = b"OggS"
HEADER_SIZE = 27
CONTINUED, FIRST, LAST = 1, 2, 4
"""Bits of a page's flags."""
NO_POSITION = (1 << 64) - 1
"""The granule position of a page on which no packet ends."""
BLOCK = 1 << 20
MAX_DAMAGED = 100
"""The most consecutive damaged pages that are skipped; after more, the rest of the file is unknown (C11)."""
REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
"""The bytes with their bits reversed."""


@dataclass(frozen=True)
class Page:
    """An undamaged page."""

    start: int
    end: int
    flags: int
    granule: int
    """The granule position: the number of samples up to the end of the last packet that ends on the page."""
    serial: int
    number: int
    lacing: bytes = field(repr=False)
    """The lengths of the segments; each one below 255 ends a packet."""
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Unknown:
    """The bytes up to the next undamaged page or to the end."""

    start: int
    end: int
    truncated: bool
    """True if they are the beginning of a page, and the file ends within it."""


def pages(source: Source, start: int, end: int) -> Iterator[Page | Unknown]:
    """Yield all bytes between two offsets, page by page."""
    reader = _Reader(source, end)
    offset = start
    while offset < end:
        page = _page(reader, offset)
        if isinstance(page, Page):
            yield page
            offset = page.end
        else:
            following = _next(reader, offset + 1)
            yield Unknown(offset, following, page and following == end)
            offset = following


class _Reader:
    """Random access to the bytes of a source; they are read in large blocks."""

    def __init__(self, source: Source, end: int) -> None:
        self.source, self.end = source, end
        self.start, self.block = 0, b""

    def read(self, offset: int, count: int) -> bytes:
        """Return `count` bytes from the offset on, or fewer at the end."""
        self._load(offset, count)
        return self.block[offset - self.start : offset - self.start + count]

    def find(self, mark: bytes, offset: int) -> int:
        """Return the offset of the next mark, or the end."""
        while offset < self.end:
            self._load(offset, min(len(mark), self.end - offset))
            found = self.block.find(mark, offset - self.start)
            if found >= 0:
                return self.start + found
            offset = max(offset + 1, self.start + len(self.block) - len(mark) + 1)
        return self.end

    def _load(self, offset: int, count: int) -> None:
        if not self.start <= offset <= offset + count <= self.start + len(self.block):
            self.start, self.block = offset, self.source.read(offset, min(max(BLOCK, count), self.end - offset))


def _page(reader: _Reader, offset: int) -> Page | bool:
    """Return the page at an offset, True if the file ends within a page that starts there, else False."""
    head = reader.read(offset, HEADER_SIZE + 255)
    if head[:4] != CAPTURE or len(head) < HEADER_SIZE or head[4] != 0:
        return len(head) < HEADER_SIZE and CAPTURE.startswith(head[:4]) and len(head) > 0
    lacing = head[HEADER_SIZE : HEADER_SIZE + head[26]]
    size = HEADER_SIZE + head[26] + sum(lacing)
    if offset + size > reader.end:
        return True
    whole = reader.read(offset, size)
    if checksum(whole) != int.from_bytes(whole[22:26], "little"):
        return False
    granule, serial, number = (int.from_bytes(head[a:b], "little") for a, b in ((6, 14), (14, 18), (18, 22)))
    return Page(offset, offset + size, head[5], granule, serial, number, lacing, whole[HEADER_SIZE + head[26] :])


def _next(reader: _Reader, offset: int) -> int:
    """Return the start of the next undamaged page, or the end."""
    for _ in range(MAX_DAMAGED):
        offset = reader.find(CAPTURE, offset)
        if offset == reader.end or isinstance(_page(reader, offset), Page):
            return offset
        offset += 1
    return reader.end


def as_last(page: bytes) -> bytes:
    """Return a page flagged as the last one of its stream."""
    flagged = page[:5] + bytes([page[5] | LAST]) + page[6:]
    return flagged[:22] + checksum(flagged).to_bytes(4, "little") + flagged[26:]


def checksum(page: bytes) -> int:
    """Return the CRC-32 of a page with its checksum field zeroed.

    Ogg's CRC-32 has zlib's polynomial, but the highest bit first and no inversion at the start and the end.
    """
    bits = (page[:22] + bytes(4) + page[26:]).translate(REVERSED)
    return int(f"{crc32(bits, 0xFFFFFFFF) ^ 0xFFFFFFFF:032b}"[::-1], 2)

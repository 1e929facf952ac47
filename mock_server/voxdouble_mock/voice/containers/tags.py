"""Tags and padding around audio: ID3v2 before it, ID3v1, APE and Lyrics3 after it, and zero bytes."""

from collections.abc import Iterator

from voxdouble_mock.voice.containers.source import Source

BLOCK = 1 << 20
ID3V1_SIZE, ID3V1_EXTENDED_SIZE, APE_HEADER_SIZE, ID3V2_HEADER_SIZE = 128, 227, 32, 10
APE_IS_HEADER, APE_HAS_HEADER = 1 << 29, 1 << 31
MAX_LYRICS = 1 << 16
MAX_TAGS = 100


def blocks(source: Source, start: int, end: int, overlap: int = 0) -> Iterator[tuple[int, bytes]]:
    """Yield the bytes between two offsets as (offset, block); each block includes the next `overlap` bytes."""
    for offset in range(start, end, BLOCK):
        yield offset, source.read(offset, min(BLOCK + overlap, end - offset))


def skip_leading(source: Source, offset: int, end: int) -> int:
    """Return the offset after the ID3v2 tags and zero bytes that start at `offset`."""
    for _ in range(MAX_TAGS):
        before = offset
        offset = _skip_zeros(source, offset, end)
        if source.read(offset, 3) == b"ID3":
            offset = skip_tag(source, offset, end)
        if offset == before:
            break
    return offset


def skip_tag(source: Source, offset: int, end: int) -> int:
    """Return the offset after the tag that starts at `offset`, by the size in the tag; `offset` if there is no tag."""
    head = source.read(offset, APE_HEADER_SIZE)
    size = 0
    if head[:3] == b"ID3" and len(head) >= ID3V2_HEADER_SIZE and max(head[6:10]) < 0x80:
        size = ID3V2_HEADER_SIZE + _synchsafe(head[6:10]) + (ID3V2_HEADER_SIZE if head[5] & 0x10 else 0)
    elif head[:4] == b"TAG+":
        size = ID3V1_EXTENDED_SIZE
    elif head[:3] == b"TAG":
        size = ID3V1_SIZE
    elif head[:8] == b"APETAGEX" and len(head) == APE_HEADER_SIZE:
        size = APE_HEADER_SIZE + (_ape_size(head) if _ape_flags(head) & APE_IS_HEADER else 0)
    elif head[:11] == b"LYRICSBEGIN":
        text = source.read(offset, MAX_LYRICS)
        size = min((text.find(mark) + len(mark) for mark in (b"LYRICS200", b"LYRICSEND") if mark in text), default=0)
    return min(end, offset + size)


def skip_tags(source: Source, offset: int, end: int) -> int:
    """Return the offset after all tags that follow one another from `offset` on."""
    for _ in range(MAX_TAGS):
        after = skip_tag(source, offset, end)
        if after == offset:
            break
        offset = after
    return offset


def start_of_trailing(source: Source, offset: int, end: int) -> int:
    """Return the start of the tags that end at `end`; at least `offset`."""
    for _ in range(MAX_TAGS):
        tail = source.read(max(offset, end - MAX_LYRICS), min(MAX_LYRICS, end - offset))
        size = _trailing_size(tail)
        if not size:
            break
        end = max(offset, end - size)
    return end


def is_padding(source: Source, start: int, end: int) -> bool:
    """Return True if all bytes between two offsets are the same."""
    first = source.read(start, 1)
    return all(block.count(first) == len(block) for _, block in blocks(source, start, end))


def _skip_zeros(source: Source, start: int, end: int) -> int:
    for offset, block in blocks(source, start, end):
        if rest := len(block.lstrip(b"\0")):
            return offset + len(block) - rest
    return end


def _trailing_size(tail: bytes) -> int:
    """Return the size of the tag at the end of the bytes, or 0."""
    if tail[-ID3V1_SIZE:][:3] == b"TAG" and len(tail) >= ID3V1_SIZE:
        extended = tail[-ID3V1_SIZE - ID3V1_EXTENDED_SIZE :][:4] == b"TAG+"
        return ID3V1_SIZE + (ID3V1_EXTENDED_SIZE if extended else 0)
    footer = tail[-APE_HEADER_SIZE:]
    if footer[:8] == b"APETAGEX":
        header = APE_HEADER_SIZE if _ape_flags(footer) & APE_HAS_HEADER else 0
        return max(APE_HEADER_SIZE, _ape_size(footer)) + header
    if tail[-9:] == b"LYRICS200" and tail[-15:-9].isdigit():
        return int(tail[-15:-9]) + 15
    if tail[-9:] == b"LYRICSEND" and b"LYRICSBEGIN" in tail:
        return len(tail) - tail.rfind(b"LYRICSBEGIN")
    if tail[-10:-7] == b"3DI" and max(tail[-4:]) < 0x80:
        return 2 * ID3V2_HEADER_SIZE + _synchsafe(tail[-4:])
    return 0


def _synchsafe(size: bytes) -> int:
    """Return a number of four bytes with seven bits each."""
    return size[0] << 21 | size[1] << 14 | size[2] << 7 | size[3]


def _ape_size(header: bytes) -> int:
    return int.from_bytes(header[12:16], "little")


def _ape_flags(header: bytes) -> int:
    return int.from_bytes(header[20:24], "little")

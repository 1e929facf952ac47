"""Ogg with Vorbis or Opus: pages with checksums and numbers, in streams that may follow one another.

Checksums and numbers reveal damaged, missing and repeated pages. The flag of the last page cannot reveal a truncated
stream, since many recorders never set it.
"""

from voxdouble_mock.voice.containers.joined import second_recording
from voxdouble_mock.voice.containers.ogg_pages import CAPTURE, FIRST, HEADER_SIZE, Unknown, pages
from voxdouble_mock.voice.containers.ogg_stream import OggStream
from voxdouble_mock.voice.containers.parts import MAX_PARTS, BrokenContainer, Part
from voxdouble_mock.voice.containers.source import Source
from voxdouble_mock.voice.containers.tags import blocks, is_padding, skip_tags, start_of_trailing

TEXT = bytes(range(0x20, 0x7F)) + b"\t\r\n"
MAX_PAGES = 1_000_000
"""The most pages in a file (C11): more than one for each 20 ms of two hours."""


def parts_of_ogg(source: Source, start: int, end: int, max_seconds: float) -> list[Part]:
    """Return the streams of an Ogg file as parts. Raises BrokenContainer."""
    parts: list[Part] = []
    stream: OggStream | None = None
    unknown: Unknown | None = None
    for count, page in enumerate(pages(source, start, end)):
        if count >= MAX_PAGES or len(parts) >= MAX_PARTS:
            raise BrokenContainer(f"An Ogg file must have at most {MAX_PAGES} pages and {MAX_PARTS} streams.")
        if isinstance(page, Unknown):
            unknown = page
            continue
        if page.flags & FIRST:
            if stream:
                _check_unknown(source, stream, unknown)
                parts.append(stream.part(source))
            stream = OggStream(page, sum(part.seconds for part in parts))
        elif stream is None:
            raise BrokenContainer("The Ogg file must start with the headers of a stream, and it starts in the middle.")
        elif page.serial != stream.first.serial:
            raise stream.stopped(page.start, "a page of another stream follows: parallel streams are not supported")
        stream.add(page, max_seconds)
        unknown = None
    if stream is None:
        raise BrokenContainer("The Ogg file is damaged: its first page is not complete.")
    _check_unknown(source, stream, unknown)
    return [*parts, stream.part(source)]


def _check_unknown(source: Source, stream: OggStream, unknown: Unknown | None) -> None:
    """Check that unknown bytes after a stream are not a truncated or damaged page. Raises BrokenContainer."""
    if unknown is None:
        return
    if unknown.truncated:
        raise stream.stopped(unknown.start, "the last page is truncated")
    if error := second_recording(source, unknown.start, unknown.end, stream.seconds_before + stream.seconds):
        raise error
    if any(CAPTURE in block for _, block in blocks(source, unknown.start, unknown.end, len(CAPTURE) - 1)) or (
        not stream.ended and _may_be_page(source, unknown)
    ):
        raise stream.stopped(unknown.start, "the page is damaged")


def _may_be_page(source: Source, unknown: Unknown) -> bool:
    """Return True if unknown bytes are neither tags nor padding nor text, and longer than the header of a page."""
    start = skip_tags(source, unknown.start, unknown.end)
    end = start_of_trailing(source, start, unknown.end)
    if end - start <= HEADER_SIZE or is_padding(source, start, end):
        return False
    return any(block.translate(None, TEXT) for _, block in blocks(source, start, end))

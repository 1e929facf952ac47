"""Ogg files: pages, joined streams, and streams without a flagged last page."""

import numpy as np
import pytest

from tests.voice.containers.files import (
    OGG_LAST,
    decoded,
    encoded,
    ogg_pages,
    seconds,
    with_page,
    without_last_flag,
)
from voxdouble_mock.voice.audio import UnusableAudio

FILES = {codec: encoded("OGG", codec.upper()) for codec in ("Vorbis", "Opus")}
each_codec = pytest.mark.parametrize("codec", FILES)


@each_codec
@pytest.mark.parametrize("after", [b"", bytes(1), bytes(70_000), b"TAG" + bytes(125), b"a line of text\r\n" * 100])
def test_a_stream_without_a_flagged_last_page_is_complete(codec: str, after: bytes) -> None:
    """A stream is complete without the flag, which many recorders never set, and before other bytes."""
    assert np.array_equal(decoded(without_last_flag(FILES[codec]) + after), decoded(FILES[codec]))


@each_codec
def test_padding_and_tags_around_a_stream_are_ignored(codec: str) -> None:
    """Zeros and an ID3 tag before a stream are ignored, and any bytes after its flagged last page."""
    whole = decoded(FILES[codec])
    for data in (bytes(10) + FILES[codec], b"ID3\4\0\0\0\0\0\x0a" + bytes(10) + FILES[codec], FILES[codec] + b"x" * 99):
        assert np.array_equal(decoded(data), whole)


@each_codec
@pytest.mark.parametrize("between", [b"", bytes(100), b"unknown bytes"])
def test_joined_streams_are_decoded_completely(codec: str, between: bytes) -> None:
    """Streams that follow one another are one recording, with or without a flagged last page."""
    other = b"".join(with_page(page, serial=7) for page in ogg_pages(FILES[codec]))
    expected = np.concatenate([decoded(FILES[codec])] * 2, axis=1)
    for first in (FILES[codec], without_last_flag(FILES[codec])):
        assert np.array_equal(decoded(first + between + other), expected)


def test_joined_streams_of_different_codecs_and_rates() -> None:
    """Vorbis at 16 kHz and Opus, which counts in 48 kHz, do not fit; the error names the place of the second."""
    message = rf"after 1\.75 s, at byte {len(FILES['Vorbis'])}: the audio changes from 16000 Hz"
    with pytest.raises(UnusableAudio, match=message):
        seconds(FILES["Vorbis"] + FILES["Opus"])


def test_joined_opus_streams_of_different_input_rates_are_rejected() -> None:
    """Streams that the decoder would decode at different rates are rejected."""
    second = encoded("OGG", "OPUS", rate=8_000)
    message = rf"after 1\.75 s, at byte {len(FILES['Opus'])}: the sample rate changes from 16000 Hz to 8000 Hz"
    with pytest.raises(UnusableAudio, match=message):
        seconds(FILES["Opus"] + second)


@each_codec
def test_unknown_bytes_between_pages_are_ignored(codec: str) -> None:
    """The page numbers show that no page is missing."""
    *pages, last = ogg_pages(FILES[codec])
    assert np.array_equal(decoded(b"".join(pages) + b"unknown" + last), decoded(FILES[codec]))


@each_codec
@pytest.mark.parametrize("flagged", [True, False])
def test_a_truncated_stream_is_rejected(codec: str, flagged: bool) -> None:
    """A stream with an incomplete last page is rejected."""
    data = FILES[codec] if flagged else without_last_flag(FILES[codec])
    for missing in (1, 20, 400):
        with pytest.raises(UnusableAudio, match="the last page is truncated"):
            seconds(data[:-missing])


@each_codec
def test_a_damaged_page_is_rejected_with_its_place(codec: str) -> None:
    """A page with a wrong checksum is rejected, with its time and offset."""
    pages = ogg_pages(FILES[codec])
    at = len(FILES[codec]) - len(pages[-1])
    data = bytearray(FILES[codec])
    data[at + 100] ^= 1
    with pytest.raises(
        UnusableAudio, match=rf"after \d\.\d\d s, at byte {at}: in the Ogg {codec} stream, the page is damaged"
    ):
        seconds(bytes(data))


@each_codec
def test_a_damaged_last_page_is_not_ignored(codec: str) -> None:
    """Binary bytes after a stream without a flagged last page may be a page with a destroyed header."""
    *pages, last = ogg_pages(FILES[codec])
    for size in (4, 18, 40):
        with pytest.raises(UnusableAudio, match="the page is damaged"):
            seconds(b"".join(pages) + bytes(size) + last[size:])


@each_codec
def test_a_missing_and_a_repeated_page_are_rejected(codec: str) -> None:
    """The numbers of the pages reveal a missing page and a repeated one."""
    pages = ogg_pages(FILES[codec])
    for changed in ([*pages[:-2], pages[-1]], [*pages[:-1], pages[-2], pages[-1]]):
        with pytest.raises(UnusableAudio, match=r"page \d+ follows there instead of page \d+"):
            seconds(b"".join(changed))


@each_codec
def test_a_page_that_declares_less_than_its_packets_is_rejected(codec: str) -> None:
    """A last page may shorten only its last packet, since the rest of them is audio."""
    *pages, last = ogg_pages(FILES[codec])
    position = int.from_bytes(last[6:14], "little")
    with pytest.raises(
        UnusableAudio, match=r"the page declares that it ends at 0\.\d\d s, and its packets end at 1\.\d\d s"
    ):
        seconds(b"".join(pages) + with_page(last, granule=position // 4))


@each_codec
def test_many_marks_of_pages_are_rejected_soon(codec: str) -> None:
    """After a hundred damaged pages in a row the search ends, so the work is bounded."""
    first, second, *_ = ogg_pages(FILES[codec])
    with pytest.raises(UnusableAudio, match=r"the page is damaged"):
        seconds(first + second + b"OggS\0\0" * 100_000)


@each_codec
def test_the_headers_alone_are_rejected(codec: str) -> None:
    """A stream that ends after its headers is rejected."""
    headers = ogg_pages(FILES[codec])[: 2 if codec == "Opus" else -1][:2]
    with pytest.raises(UnusableAudio, match=r"no audio frames|truncated"):
        seconds(b"".join(headers))


def test_a_file_that_starts_in_the_middle_of_a_stream_is_rejected() -> None:
    """A stream without its headers is rejected."""
    with pytest.raises(UnusableAudio, match="must start with the headers of a stream, and it starts in the middle"):
        seconds(b"".join(ogg_pages(FILES["Opus"])[1:]))


def test_parallel_streams_are_rejected() -> None:
    """Pages of two streams must not alternate."""
    first, second, *rest = ogg_pages(FILES["Opus"])
    with pytest.raises(UnusableAudio, match="parallel streams are not supported"):
        seconds(first + second + with_page(rest[0], serial=99) + b"".join(rest))


@pytest.mark.parametrize(
    ("packet", "name"),
    [
        (b"Speex   1.2" + bytes(69), "Ogg Speex"),
        (b"\x7fFLAC\1\0\0\1fLaC" + bytes(38), "Ogg FLAC"),
        (b"\x80theora" + bytes(35), "Ogg Theora video"),
        (b"fishead\0" + bytes(56), "Ogg Skeleton"),
        (b"unknown!" + bytes(20), r"Ogg with an unknown codec \(its first bytes are 75 6e 6b"),
    ],
)
def test_other_codecs_are_named(packet: bytes, name: str) -> None:
    """The first packet identifies the codec."""
    page = b"OggS\0\2" + bytes(8) + b"\1\0\0\0" + bytes(8) + bytes([1, len(packet)]) + packet
    with pytest.raises(UnusableAudio, match=rf"^The file is {name}.*Supported formats: WAV, FLAC"):
        seconds(with_page(page))


def test_opus_of_any_length_is_complete() -> None:
    """Packets of every duration and page of every fill are measured."""
    for rate, channels in ((8_000, 1), (48_000, 2)):
        data = encoded("OGG", "OPUS", rate=rate, channels=channels)
        assert seconds(data) == pytest.approx(1.75, abs=0.001)
        assert ogg_pages(data)[-1][5] & OGG_LAST

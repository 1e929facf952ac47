"""Request bodies, sized and chunked, without a network."""

import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wsgi.wire import chunked
from voxdouble_mock.wsgi.body import CHUNK_LINE_LIMIT, TRAILER_LIMIT, Body, ChunkedBody, SizedBody
from voxdouble_mock.wsgi.protocol import BadChunking, BodyCut

PIECES = st.lists(st.binary(min_size=1, max_size=50), max_size=6)


def source(data: bytes) -> io.BufferedReader:
    """Return a connection's reader that yields these bytes."""
    return io.BufferedReader(io.BytesIO(data), 16)


def body_of(data: bytes, length: int | None = None) -> Body:
    """Return the body that arrives as these bytes: chunked unless a length is given."""
    stream = source(data)
    if length is None:
        return ChunkedBody(stream, lambda: None)
    return SizedBody(stream, lambda: None, length)


def read(data: bytes, length: int | None = None) -> bytes:
    """Read a body to its end."""
    return body_of(data, length).stream().read()


@given(PIECES, st.binary(max_size=20))
def test_chunks_are_joined(pieces: list[bytes], following: bytes) -> None:
    """A chunked body is the sequence of its chunks; the bytes after it are not read."""
    stream = source(chunked(*pieces) + following)
    body = ChunkedBody(stream, lambda: None)
    assert body.stream().read() == b"".join(pieces)
    assert body.done
    assert stream.read() == following


@given(PIECES, st.data())
def test_every_cut_of_a_chunked_body_is_an_error(pieces: list[bytes], data: st.DataObject) -> None:
    """A chunked body that ends anywhere before its last byte raises BodyCut."""
    whole = chunked(*pieces, end=b"0\r\nTrailer: x\r\n\r\n")
    with pytest.raises(BodyCut):
        read(whole[: data.draw(st.integers(0, len(whole) - 1))])


@given(st.binary(max_size=100), st.binary(max_size=20), st.data())
def test_a_sized_body_has_its_length_or_is_an_error(content: bytes, following: bytes, data: st.DataObject) -> None:
    """A sized body ends after its length; one that ends earlier raises BodyCut."""
    assert read(content + following, len(content)) == content
    if content:
        with pytest.raises(BodyCut, match=f"of {len(content)}"):
            read(content[: data.draw(st.integers(0, len(content) - 1))], len(content))


@given(st.binary(max_size=60))
def test_random_bytes_raise_only_the_documented_errors(noise: bytes) -> None:
    """Random bytes in place of chunks are read, or raise BodyCut or BadChunking."""
    with suppress(BodyCut, BadChunking):
        read(noise)


BAD = {
    "no size": b"\r\n",
    "size with a sign": b"+5\r\nhello\r\n",
    "size with a prefix": b"0x5\r\nhello\r\n",
    "size with an underscore": b"1_0\r\n",
    "endless size": b"f" * 16 + b"\r\n",
    "bare LF": b"5\nhello\r\n",
    "longer than its size": b"3\r\nhello\r\n",
    "bare CR in an extension": b"5;a\rb\r\nhello\r\n0\r\n\r\n",
    "bare CR in the last extension": b"5\r\nhello\r\n0;\r\r\n\r\n",
    "bare CR in a trailer": b"0\r\nA: b\rC: d\r\n\r\n",
    "NUL in an extension": b"5;\0\r\nhello\r\n0\r\n\r\n",
    "endless line": b"5;" + b"x" * CHUNK_LINE_LIMIT,
    "endless trailers": b"0\r\n" + b"A: b\r\n" * (TRAILER_LIMIT + 1) + b"\r\n",
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD)
def test_malformed_chunks_are_refused(data: bytes) -> None:
    """Chunks that another server could parse differently raise the same error at every read."""
    stream = body_of(data).stream()
    for _ in range(2):
        with pytest.raises(BadChunking, match=r"\.$"):
            stream.read()


def test_extensions_and_trailers_are_ignored() -> None:
    """Chunk extensions, and trailers up to their limit, are accepted (RFC 9112 section 7.1)."""
    for trailers in (b"Trailer: y\r\n", b"A: b\r\n" * TRAILER_LIMIT):
        assert read(b"5 ;name=value\r\nhello\r\n0;x\r\n" + trailers + b"\r\n") == b"hello"


def test_the_stream_yields_lines() -> None:
    """Lines may span chunks, as WSGI demands."""
    stream = body_of(chunked(b"on", b"e\ntw", b"o")).stream()
    assert [*stream] == [b"one\n", b"two"]


def test_read1_does_not_wait_for_more() -> None:
    """read1 returns the bytes that have arrived of an incomplete body."""
    assert body_of(b"5\r\nhello\r\n").stream().read1(100) == b"hello"

"""Bodies, sized and chunked, without a network."""

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
    """Make a connection's reader of what it is to give."""
    return io.BufferedReader(io.BytesIO(data), 16)


def body_of(data: bytes, length: int | None = None) -> Body:
    """Make a body of what the wire gives, chunked unless it has a length."""
    stream = source(data)
    if length is None:
        return ChunkedBody(stream, lambda: None)
    return SizedBody(stream, lambda: None, length)


def read(data: bytes, length: int | None = None) -> bytes:
    """Read a body to its end."""
    return body_of(data, length).stream().read()


@given(PIECES, st.binary(max_size=20))
def test_chunks_are_joined(pieces: list[bytes], following: bytes) -> None:
    """A chunked body is its chunks, and leaves alone what follows it."""
    stream = source(chunked(*pieces) + following)
    body = ChunkedBody(stream, lambda: None)
    assert body.stream().read() == b"".join(pieces)
    assert body.done
    assert stream.read() == following


@given(PIECES, st.data())
def test_every_cut_of_a_chunked_body_is_seen(pieces: list[bytes], data: st.DataObject) -> None:
    """A chunked body that ends anywhere before its last byte is cut."""
    whole = chunked(*pieces, end=b"0\r\nTrailer: x\r\n\r\n")
    with pytest.raises(BodyCut):
        read(whole[: data.draw(st.integers(0, len(whole) - 1))])


@given(st.binary(max_size=100), st.binary(max_size=20), st.data())
def test_sized_bodies(content: bytes, following: bytes, data: st.DataObject) -> None:
    """A sized body has its length and no more; ended before that, it is cut."""
    assert read(content + following, len(content)) == content
    if content:
        with pytest.raises(BodyCut, match=f"of {len(content)}"):
            read(content[: data.draw(st.integers(0, len(content) - 1))], len(content))


@given(st.binary(max_size=60))
def test_noise_is_never_another_error(noise: bytes) -> None:
    """Whatever stands where chunks should be is read, cut or badly chunked."""
    with suppress(BodyCut, BadChunking):
        read(noise)


BAD = {
    "no size": b"\r\n",
    "size with a sign": b"+5\r\nhello\r\n",
    "size with a prefix": b"0x5\r\nhello\r\n",
    "size with an underscore": b"1_0\r\n",
    "size without end": b"f" * 16 + b"\r\n",
    "bare LF": b"5\nhello\r\n",
    "longer than its size": b"3\r\nhello\r\n",
    "endless line": b"5;" + b"x" * CHUNK_LINE_LIMIT,
    "endless trailers": b"0\r\n" + b"A: b\r\n" * TRAILER_LIMIT + b"\r\n",
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD)
def test_bad_chunking(data: bytes) -> None:
    """Chunks that another server could read in another way are refused, and stay so."""
    stream = body_of(data).stream()
    for _ in range(2):
        with pytest.raises(BadChunking, match=r"\.$"):
            stream.read()


def test_extensions_and_trailers_are_ignored() -> None:
    """Chunk extensions and trailers may be there (RFC 9112 section 7.1)."""
    assert read(b"5 ;name=value\r\nhello\r\n0;x\r\nTrailer: y\r\n\r\n") == b"hello"


def test_lines() -> None:
    """The stream gives lines too, across chunks, as WSGI demands."""
    stream = body_of(chunked(b"on", b"e\ntw", b"o")).stream()
    assert [*stream] == [b"one\n", b"two"]


def test_read1_does_not_wait_for_more() -> None:
    """read1 gives what is there of a body that has not arrived whole."""
    assert body_of(b"5\r\nhello\r\n").stream().read1(100) == b"hello"

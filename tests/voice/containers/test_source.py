"""Files composed of pieces of other files."""

import io
import os

from hypothesis import given
from hypothesis import strategies as st

from voxdouble_mock.voice.containers.source import Source, View


@given(
    data=st.binary(max_size=50),
    pieces=st.lists(st.one_of(st.binary(max_size=5), st.tuples(st.integers(0, 50), st.integers(0, 50))), max_size=6),
    steps=st.lists(st.tuples(st.integers(-200, 200), st.sampled_from([0, 1, 2, 7]), st.integers(0, 100)), max_size=10),
)
def test_a_view_reads_like_its_bytes(
    data: bytes, pieces: list[bytes | tuple[int, int]], steps: list[tuple[int, int, int]]
) -> None:
    """Any seek is moved into the file, and any read gives the bytes from there."""
    pieces = [one if isinstance(one, bytes) else (min(*one, len(data)), min(max(one), len(data))) for one in pieces]
    whole = b"".join(one if isinstance(one, bytes) else data[one[0] : one[1]] for one in pieces)
    view = View(Source(io.BytesIO(data)), pieces)
    assert (view.size, view.readable(), view.seekable()) == (len(whole), True, True)
    for offset, whence, count in steps:
        base = {os.SEEK_CUR: view.tell(), os.SEEK_END: len(whole)}.get(whence, 0)
        at = view.seek(offset, whence)
        assert at == view.tell() == min(max(0, base + offset), len(whole))
        assert view.read(count) == whole[at : at + count]

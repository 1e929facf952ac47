"""The bytes of an upload before and after they are read as a file."""

from collections.abc import Iterator
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxdouble_mock.http.vendor import spool
from voxdouble_mock.http.vendor.spool import Spool

IN_MEMORY = 20


@pytest.fixture(autouse=True, scope="module")
def little_memory() -> Iterator[None]:
    """Keep only a few bytes in memory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spool, "IN_MEMORY", IN_MEMORY)
        yield


@given(st.lists(st.binary(max_size=15), max_size=6))
def test_the_file_has_the_pieces_in_order(pieces: list[bytes]) -> None:
    """An upload is read from its beginning, each time, and is in memory unless it is larger than the bound."""
    whole, one = b"".join(pieces), Spool()
    for piece in pieces:
        one.write(memoryview(piece))
    assert [one.open().read(), one.open().read()] == [whole, whole]
    file = one.open()
    assert isinstance(file, BytesIO) == (len(whole) <= IN_MEMORY)
    one.close()
    assert file.closed

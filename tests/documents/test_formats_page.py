"""The page of formats, and its agreement with the code."""

from tools.formats import PAGE, page
from voxdouble_mock.voice.containers.riff_encodings import UNSUPPORTED
from voxdouble_mock.voice.containers.signatures import OGG_CODECS, SIGNATURES


def test_the_page_is_current() -> None:
    """docs/formats.md equals what `make formats` generates."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_the_page_has_a_row_for_each_format() -> None:
    """Every signature, codec and encoding has its message."""
    rows = [line for line in page().splitlines() if "The file is " in line]
    assert len(rows) == len(SIGNATURES) + len(OGG_CODECS) + len(UNSUPPORTED) + 4

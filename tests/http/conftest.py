"""A mock to send plain HTTP to, with a clock that stands still."""

from collections.abc import Iterator

import pytest

from voxdouble_mock import MockAppliance


@pytest.fixture
def mock() -> Iterator[MockAppliance]:
    """Start a mock of this test's own."""
    with MockAppliance(clock="manual") as mock:
        yield mock

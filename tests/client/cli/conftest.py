"""Fixtures: a recording, a file that is there already, and a mock."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client.cli.calling import extracted
from voxdouble_mock import MockAppliance


@pytest.fixture
def mock() -> Iterator[MockAppliance]:
    """Yield a mock whose tasks end at once."""
    with MockAppliance(pending=0, running=0) as mock:
        yield mock


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    """Write a file that the test's server accepts as a recording."""
    path = tmp_path / "john.wav"
    path.write_bytes(b"RIFF\0audio")
    return path


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    """Write a file at the path of the output."""
    path = tmp_path / "out.jsonl"
    path.write_text("old")
    return path


@pytest.fixture
def batch(mock: MockAppliance, tmp_path: Path) -> Path:
    """Return the output of a batch: a recording, one of two channels, one of silence and one that is rejected."""
    recordings = {"a": "john_doe", "b": "conversation", "c": "silence", "d": "empty"}
    return extracted(mock.url, tmp_path, recordings, "--vector")

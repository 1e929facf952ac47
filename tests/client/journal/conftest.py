"""Fixtures: a mock, its client, and a folder of recordings."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client.journal.resuming import JOHN, NAMES
from voxdouble_client import ApplianceClient
from voxdouble_mock import MockAppliance


@pytest.fixture
def mock() -> Iterator[MockAppliance]:
    """Yield a mock whose tasks end at once."""
    with MockAppliance(pending=0, running=0) as mock:
        yield mock


@pytest.fixture
def appliance(mock: MockAppliance) -> Iterator[ApplianceClient]:
    """Yield a client of the mock."""
    with ApplianceClient(mock.url, timeout=30) as client:
        yield client


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with three recordings, one of them empty, and a file that is not a recording."""
    folder = tmp_path / "recordings"
    (folder / "below").mkdir(parents=True)
    for name in NAMES[:3]:
        shutil.copy(JOHN, folder / name)
    (folder / "empty.wav").touch()
    (folder / "notes.txt").write_text("not a recording")
    return folder

"""Mocks that plain HTTP requests are sent to, all with a manual clock."""

from collections.abc import Iterator

import pytest

from voxdouble_mock import MockAppliance


@pytest.fixture(scope="session")
def shared_mock() -> Iterator[MockAppliance]:
    """Start the mock that the tests of this folder share, one after the other."""
    with MockAppliance(clock="manual") as mock:
        yield mock


@pytest.fixture
def mock(shared_mock: MockAppliance) -> MockAppliance:
    """Reset the shared mock's default namespace for a test; other namespaces may hold what earlier tests left."""
    shared_mock.reset()
    return shared_mock


@pytest.fixture
def own_mock() -> Iterator[MockAppliance]:
    """Start a mock for one test, which uses several namespaces."""
    with MockAppliance(clock="manual") as mock:
        yield mock

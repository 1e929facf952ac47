"""Fixtures: a user's project, and a mock that stands in for a real appliance."""

from collections.abc import Iterator

import pytest
import requests

from voxdouble_mock import MockAppliance

TESTS = """
import pytest
import requests

CONVERSION = "/api/technology/speaker-identification-voiceprint-conversion"

@pytest.mark.parametrize("run", range(3))
def test_each_test_has_its_own_appliance(appliance, appliance_url, run):
    assert appliance.url == appliance_url
    assert len(appliance.requests) == 0
    appliance.fault("status", status=503)
    assert requests.post(appliance_url + CONVERSION, json={"voiceprints": ["AAAA"]}).status_code == 503
    appliance.requests.expect(1, status=503)

def test_the_client_waits_by_the_mocks_clock(appliance, appliance_client, recording):
    appliance.scenario({"rules": [{"then": {"pending": 600, "running": 600}}]})
    extraction = appliance_client.extract_voiceprint(recording, include_vector_voiceprint=True)
    assert len(extraction.channels[0].vector_voiceprint) == 128

def test_further_mocks_can_be_started(make_appliance, appliance):
    one, two = make_appliance(clock="manual"), make_appliance(max_list=1)
    assert len({one.url, two.url, appliance.url}) == 3

def test_an_unknown_option_is_refused(make_appliance):
    with pytest.raises(TypeError, match="Unknown option 'max_uplod', did you mean 'max_upload'"):
        make_appliance(max_uplod=4)
"""
CONFTEST = """
import pytest, voxdouble_fixtures

@pytest.fixture
def recording():
    return voxdouble_fixtures.path("john_doe.wav")
"""


@pytest.fixture(scope="module")
def stand_in() -> Iterator[MockAppliance]:
    """Yield a mock that stands in for a real appliance.

    It also loads numpy before pytester notes which modules are loaded: those of a later import would be removed after
    a test, and numpy cannot be imported twice.
    """
    with MockAppliance(pending=0, running=0) as mock:
        requests.get(mock.url + "/_mock/health", timeout=30)
        yield mock


@pytest.fixture
def project(stand_in: MockAppliance, pytester: pytest.Pytester) -> pytest.Pytester:
    """Return a user's project with a folder named client, which must not hide the package's own."""
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_mine=TESTS)
    pytester.mkpydir("client")
    return pytester

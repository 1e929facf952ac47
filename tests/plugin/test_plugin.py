"""The pytest plugin, in test runs of its own."""

import pytest

from voxdouble_mock import MockAppliance

pytest_plugins = ["pytester"]

TESTS = """
import pytest
import requests

CONVERSION = "/api/technology/speaker-identification-voiceprint-conversion"

@pytest.mark.parametrize("turn", range(3))
def test_each_test_has_an_appliance_of_its_own(appliance, appliance_url, turn):
    assert appliance.url == appliance_url
    assert len(appliance.requests) == 0
    appliance.fault("status", status=503)
    assert requests.post(appliance_url + CONVERSION, json={"voiceprints": ["AAAA"]}).status_code == 503
    appliance.requests.expect(1, status=503)

def test_the_client_waits_for_nobody(appliance, appliance_client, recording):
    appliance.scenario({"rules": [{"then": {"pending": 600, "running": 600}}]})
    extraction = appliance_client.extract_voiceprint(recording, include_vector_voiceprint=True)
    assert len(extraction.channels[0].vector_voiceprint) == 128

def test_further_mocks_can_be_started(make_appliance, appliance):
    one, two = make_appliance(clock="manual"), make_appliance(max_list=1)
    assert len({one.url, two.url, appliance.url}) == 3
"""
CONFTEST = """
import pytest, voxdouble_fixtures

@pytest.fixture
def recording():
    return voxdouble_fixtures.path("john_doe.wav")
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """Lay out a user's project, with a folder named client that must not get in the way."""
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_mine=TESTS)
    pytester.mkpydir("client")
    return pytester


@pytest.mark.parametrize(
    "arguments",
    [[], ["-n", "2"], ["--import-mode=importlib"], ["-p", "no:randomly"]],
    ids=["alone", "xdist", "importlib", "x"],
)
def test_the_fixtures_work(project: pytest.Pytester, arguments: list[str]) -> None:
    """One server a worker, fresh state for each test, alone and under xdist, in either import mode."""
    result = project.runpytest_subprocess(*arguments)
    result.assert_outcomes(passed=5)


def test_options_of_the_mock_can_be_overridden(project: pytest.Pytester) -> None:
    """By overriding one fixture of any scope, for those tests that see it and for no others."""
    project.makepyfile(
        test_a="""
import pytest
@pytest.fixture(scope="session")
def appliance_options():
    return {"clock": "manual"}
def test_stands_still(appliance):
    before = appliance.clock.now()
    assert appliance.clock.now() == before
class TestSmall:
    @pytest.fixture
    def appliance_options(self):
        return {"max_upload": 500}
    def test_too_large(self, appliance_client, recording):
        with pytest.raises(Exception, match="status 413"):
            appliance_client.extract_voiceprint(recording)
""",
        test_mine="""
def test_untouched(appliance_client, recording):
    assert appliance_client.extract_voiceprint(recording).channels
""",
    )
    project.runpytest_subprocess("-p", "no:randomly").assert_outcomes(passed=3)


@pytest.mark.parametrize("url", ["", "appliance:8000", "ftp://x"])
def test_what_is_no_url_is_refused_once(project: pytest.Pytester, url: str) -> None:
    """An empty variable in a script must not quietly mean a mock."""
    result = project.runpytest_subprocess("--appliance-url", url)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*a base URL looks like http://appliance:8000*"])


@pytest.mark.parametrize("by", ["option", "ini"])
def test_a_real_appliance_takes_the_mocks_place(project: pytest.Pytester, by: str) -> None:
    """With --appliance-url or its ini twin, tests that need a mock skip and say why, the others run there."""
    project.makepyfile(
        test_mine="""
import pytest
def test_needs_a_mock(appliance):
    appliance.clock.advance(1)
def test_needs_one_too(make_appliance):
    make_appliance()
def test_runs_there(appliance_client, recording):
    assert appliance_client.extract_voiceprint(recording).channels[0].speech_length > 3
"""
    )
    with MockAppliance(pending=0, running=0) as stand_in:
        if by == "ini":
            project.makeini(f"[pytest]\nappliance_url = {stand_in.url}\n")
        result = project.runpytest_subprocess("-rs", *(["--appliance-url", stand_in.url] if by == "option" else []))
        result.assert_outcomes(passed=1, skipped=2)
        result.stdout.fnmatch_lines(["*only a mock has 'clock', and this run talks to the appliance at http*"])
        stand_in.requests.matching(method="POST").expect(1)


def test_a_run_that_uses_none_of_it_loads_nothing_heavy(pytester: pytest.Pytester) -> None:
    """Flask, numpy and requests stay out of runs that do not need them."""
    pytester.makepyfile(
        """
import sys
def test_nothing():
    heavy = {"flask", "numpy", "requests", "voxdouble_mock", "voxdouble_client", "voxdouble_contract"}
    assert not heavy & set(sys.modules)
"""
    )
    pytester.runpytest_subprocess("-p", "no:schemathesis").assert_outcomes(passed=1)  # that plugin loads requests

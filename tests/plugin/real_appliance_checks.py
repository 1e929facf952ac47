"""The pytest plugin with --appliance-url: which tests run on a real appliance, and which are skipped."""

import pytest

from voxdouble_mock import MockAppliance

pytest_plugins = ["pytester"]


@pytest.mark.parametrize("url", ["", "appliance:8000", "ftp://x"])
def test_an_invalid_appliance_url_ends_the_run(project: pytest.Pytester, url: str) -> None:
    """The run ends with a usage error; an empty variable in a script does not select a mock."""
    result = project.runpytest_inprocess("--appliance-url", url)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*The base URL of the appliance must look like http://appliance:8000, got '{url}'.*"])


@pytest.mark.parametrize("url", ["appliance:8000", "ftp://x"])
def test_an_invalid_url_in_the_ini_file_ends_the_run(project: pytest.Pytester, url: str) -> None:
    """The run ends with the same usage error as with the option, before the first test."""
    project.makeini(f"[pytest]\nappliance_url = {url}\n")
    result = project.runpytest_inprocess()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*The base URL of the appliance must look like http://appliance:8000, got '{url}'.*"])


@pytest.mark.parametrize("by", ["option", "ini"])
def test_a_real_appliance_replaces_the_mock(project: pytest.Pytester, stand_in: MockAppliance, by: str) -> None:
    """With --appliance-url or the ini option, tests that need a mock are skipped with the reason, the others run."""
    project.makepyfile(
        test_mine="""
import pytest
from hypothesis import given, strategies
def test_needs_a_mock(appliance):
    appliance.clock.advance(1)
@given(count=strategies.integers())
def test_has_generated_arguments(session_appliance, count):
    assert session_appliance.url
def test_has_no_other_attributes(appliance):
    with pytest.raises(AttributeError, match="an appliance has no attribute 'clok'"):
        appliance.clok
def test_needs_a_second_mock(make_appliance):
    make_appliance()
def test_needs_any_appliance(appliance_client, recording):
    assert appliance_client.extract_voiceprint(recording).channels[0].speech_length > 3
"""
    )
    stand_in.reset()
    if by == "ini":
        project.makeini(f"[pytest]\nappliance_url = {stand_in.url}\n")
    result = project.runpytest_inprocess("-rs", *(["--appliance-url", stand_in.url] if by == "option" else []))
    result.assert_outcomes(passed=3, skipped=2)
    result.stdout.fnmatch_lines(["*only a mock has 'clock', and this run *the appliance at http*"])
    stand_in.requests.matching(method="POST").expect(1)


@pytest.mark.parametrize("by", ["option", "ini"])
def test_options_of_a_mock_skip_tests_on_a_real_appliance(
    project: pytest.Pytester, stand_in: MockAppliance, by: str
) -> None:
    """A test with options that a real appliance cannot have is skipped and names them; options of time do no harm."""
    project.makepyfile(
        test_mine="""
import pytest, requests
class TestOld:
    @pytest.fixture
    def appliance_options(self):
        return {"generation": "e1", "pending": 0, "members": "null"}
    def test_its_url(self, appliance_url):
        raise AssertionError
    def test_its_client(self, appliance_client):
        raise AssertionError
class TestQuick:
    @pytest.fixture
    def appliance_options(self):
        return {"clock": "scale:60", "pending": 0, "running": 0, "task_lifetime": 1e6}
    def test_the_client(self, appliance_client, recording):
        assert appliance_client.extract_voiceprint(recording).channels
@pytest.fixture
def control_url(appliance_url, pytestconfig):
    if pytestconfig.getoption("appliance_url"):
        pytest.skip("needs the control routes of a mock")
    return f"{appliance_url}/_mock"
def test_a_control_route(control_url):
    requests.post(f"{control_url}/reset", timeout=60).raise_for_status()
""",
        test_session="""
import pytest
@pytest.fixture(scope="session")
def appliance_options():
    return {"scenario": "rejected-media"}
def test_the_session(session_appliance):
    raise AssertionError
def test_it_is_fresh(fresh_session_appliance):
    raise AssertionError
""",
    )
    if by == "ini":
        project.makeini(f"[pytest]\nappliance_url = {stand_in.url}\n")
    result = project.runpytest_inprocess("-rs", *(["--appliance-url", stand_in.url] if by == "option" else []))
    result.assert_outcomes(passed=1, skipped=5)
    result.stdout.fnmatch_lines_random(
        [
            f"*only a mock has the options 'generation', 'members', and this run was given {stand_in.url}*",
            "*only a mock has the options 'scenario', and*",
            "*needs the control routes of a mock*",
        ]
    )

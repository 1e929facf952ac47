"""The pytest plugin, in test runs of its own: inside this process where a process is not what the test is about."""

from collections.abc import Iterator

import pytest
import requests

from voxdouble_mock import MockAppliance

pytest_plugins = ["pytester"]

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


@pytest.mark.parametrize("arguments", [[], ["--import-mode=importlib"]], ids=["prepend", "importlib"])
def test_the_fixtures_work(project: pytest.Pytester, arguments: list[str]) -> None:
    """Each test has fresh state on one server, in either import mode."""
    project.runpytest_inprocess(*arguments).assert_outcomes(passed=6)


def test_the_fixtures_work_in_parallel(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under xdist each worker has a server of its own."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # three processes start faster without other plugins
    result = project.runpytest_subprocess("-p", "xdist", "-p", "voxdouble.pytest_plugin", "-n", "2")
    result.assert_outcomes(passed=6)


def test_the_options_of_the_mock_can_be_overridden(project: pytest.Pytester) -> None:
    """Overriding one fixture, in any scope, changes the options of the tests that see it, and of no others."""
    project.makepyfile(
        test_a="""
import pytest
@pytest.fixture(scope="session")
def appliance_options():
    return {"clock": "manual"}
def test_a_manual_clock(appliance):
    before = appliance.clock.now()
    assert appliance.clock.now() == before
class TestSmall:
    @pytest.fixture
    def appliance_options(self):
        return {"max_upload": 500}
    def test_a_small_limit(self, appliance_client, recording):
        with pytest.raises(Exception, match="status 413"):
            appliance_client.extract_voiceprint(recording)
""",
        test_mine="""
def test_the_defaults(appliance_client, recording):
    assert appliance_client.extract_voiceprint(recording).channels
""",
    )
    project.runpytest_inprocess().assert_outcomes(passed=3)


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


def test_an_appliance_for_the_whole_run_is_reset_before_each_test(project: pytest.Pytester) -> None:
    """Its URL stays the same, and nothing of an earlier test is left."""
    project.makepyfile(
        test_mine="""
import pytest, requests
seen = []
@pytest.mark.parametrize("run", range(2))
def test_it_is_fresh(session_appliance, fresh_session_appliance, run):
    assert fresh_session_appliance is session_appliance
    seen.append(session_appliance.url)
    assert len(session_appliance.requests) == 0
    requests.get(session_appliance.url + "/api/system/info")
    session_appliance.requests.expect(1)
    session_appliance.clock.set("manual")
    assert len(set(seen)) == 1
"""
    )
    project.runpytest_inprocess().assert_outcomes(passed=2)


def test_ids_with_a_seed_do_not_depend_on_other_tests(project: pytest.Pytester) -> None:
    """A test alone gets the same ids as in a whole run, in parametrised tests too."""
    project.makepyfile(
        test_mine="""
import pathlib, pytest, requests
@pytest.fixture(scope="session")
def appliance_options():
    return {"seed": 7}
@pytest.mark.parametrize("name", ["a", "b/c"])
def test_ids(appliance_url, name):
    url = appliance_url + "/api/technology/speaker-identification-voiceprint-conversion"
    task = requests.post(url, json={"voiceprints": ["AAAA"]}).json()["task"]["task_id"]
    with pathlib.Path("ids.txt").open("a") as file:
        file.write(f"{name} {task}\\n")
"""
    )
    project.runpytest_inprocess().assert_outcomes(passed=2)
    project.runpytest_inprocess("-k", "b/c").assert_outcomes(passed=1)
    lines = (project.path / "ids.txt").read_text().splitlines()
    assert len(set(lines)) == 2
    assert lines[1] == lines[2]


def test_the_environments_proxy_is_not_used(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plugin's client talks to its mock directly."""
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    project.makepyfile(
        test_mine="""
def test_the_client(appliance_client):
    assert appliance_client.convert_voiceprints(["e2kJZW1iZWRkaW5nW2Q/gAAAXX0="]).vector_voiceprints
"""
    )
    project.runpytest_inprocess().assert_outcomes(passed=1)


def test_a_run_without_the_fixtures_imports_nothing_heavy(pytester: pytest.Pytester) -> None:
    """Flask, numpy and requests are not imported in runs that do not need them."""
    pytester.makepyfile(
        """
import sys
def test_heavy_packages_are_not_imported():
    heavy = {"flask", "numpy", "requests", "voxdouble_mock.assembly", "voxdouble_client", "voxdouble_contract"}
    assert not heavy & set(sys.modules)
"""
    )
    pytester.runpytest_subprocess("-p", "no:schemathesis").assert_outcomes(passed=1)  # that plugin imports requests

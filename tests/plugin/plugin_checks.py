"""The pytest plugin, in test runs of its own: inside this process where a process is not what the test is about."""

import pytest

pytest_plugins = ["pytester"]


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

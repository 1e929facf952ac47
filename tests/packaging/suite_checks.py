"""A user's test suite with the plugins that such suites have, in an environment outside the repository.

Run by `make suite-test`, not by `make test`: the environment needs the package index or uv's cache.
"""

from pathlib import Path

import pytest

from tests.packaging.installed import UV, Installed, build_wheel, install, run
from tests.repository import ROOT

SETTINGS = """[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
filterwarnings = error
addopts = --disable-socket --allow-hosts=127.0.0.1,::1 -p no:cacheprovider
"""
CONFTEST = '''
import os
from pathlib import Path

import pytest
import requests

EXTRACTION = "/api/technology/speaker-identification-voiceprint-extraction"
CONVERSION = "/api/technology/speaker-identification-voiceprint-conversion"
JOHN = Path(os.environ["RECORDING"]).read_bytes()
BIG = JOHN[:40] + (len(JOHN) - 44 + 4_000_000).to_bytes(4, "little") + JOHN[44:] + bytes(4_000_000)


@pytest.fixture(scope="session")
def appliance_options():
    return {"seed": 7, "pending": 60, "running": 60}


def extract(url, recording=JOHN, session=None):
    """Extract a voiceprint within two minutes of the mock's clock, over one connection; return the task's id."""
    session = session or requests.Session()
    session.trust_env = False
    started = session.post(url + EXTRACTION, files={"file": ("a.wav", recording)}, timeout=60)
    assert started.status_code == 202, started.text
    assert session.get(started.headers["Location"], timeout=60).json()["task"]["state"] == "pending"
    advanced = session.post(url + "/_mock/clock/advance", json={"seconds": 120}, timeout=60).json()
    assert [step["state"] for step in advanced["transitions"]] == ["running", "done"]
    done = session.get(started.headers["Location"], timeout=60).json()
    assert done["result"]["channels"][0]["voiceprint"]
    return done["task"]["task_id"]
'''
REPLACED_TIME = """
from unittest import mock as patching

import freezegun
import pytest
import requests
import time_machine
from conftest import extract

from voxdouble_mock import MockAppliance

PAST, FUTURE = "2001-02-03 04:05:06", "2101-02-03 04:05:06"
CLOCKS = [
    *(lambda to=to, tick=tick: freezegun.freeze_time(to, tick=tick) for to in (PAST, FUTURE) for tick in (False, True)),
    *(lambda to=to, tick=tick: time_machine.travel(to, tick=tick) for to in (PAST, FUTURE) for tick in (False, True)),
    lambda: patching.patch("time.monotonic", side_effect=[1.0] * 10_000),
]


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_mock_started_before_and_used_inside_and_after(clock):
    with MockAppliance(pending=60, running=60) as mock, requests.Session() as session:
        extract(mock.url + "/_ns/kept", session=session)
        before = mock.clock.now()
        with clock():
            for _ in range(3):
                extract(mock.url, session=session)
                extract(mock.url)
        assert 720 <= mock.clock.now() - before < 780
        assert len(session.get(mock.url + "/_ns/kept/_mock/tasks", timeout=60).json()["tasks"]) == 1
        extract(mock.url, session=session)


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_mock_started_inside_and_used_afterwards(clock):
    with clock():
        mock = MockAppliance(pending=60, running=60)
        mock.start()
        first = mock.clock.now()
        extract(mock.url)
    extract(mock.url)
    assert 240 <= mock.clock.now() - first < 300
    mock.stop()


@pytest.mark.parametrize("clock", CLOCKS)
def test_the_fixtures_inside(clock, appliance, appliance_client, recording):
    with clock():
        before = appliance.clock.now()
        assert appliance_client.extract_voiceprint(recording("john_doe.wav")).channels
        assert 0 < appliance.clock.now() - before < 600
"""
REPLACED_FILES = """
import requests
from conftest import BIG, JOHN, extract


def use(url):
    for path in ("health", "fidelity", "openapi.json"):
        assert requests.get(f"{url}/_mock/{path}", timeout=60).status_code == 200
    assert requests.put(url + "/_mock/scenario", data="slow-start", timeout=60).status_code == 200
    assert requests.delete(url + "/_mock/scenario", timeout=60).status_code == 200
    extract(url)
    extract(url, BIG)


def test_the_file_system_is_replaced_first(fs, make_appliance, appliance):
    use(appliance.url)
    use(make_appliance(pending=60, running=60).url)


def test_client_and_recordings_in_a_replaced_file_system(fs, appliance_client, recording):
    john = recording("john_doe.wav")
    assert appliance_client.extract_voiceprint(JOHN).channels
    assert not fs.exists(john)
    fs.add_real_file(john)
    assert appliance_client.extract_voiceprint(john).channels


def test_the_appliance_is_started_first(appliance, fs, make_appliance):
    use(appliance.url)
    use(make_appliance(pending=60, running=60).url)
"""
OTHERS = """
import asyncio
import os
from pathlib import Path

import pytest
import requests
from conftest import extract
from pytest_socket import SocketConnectBlockedError


@pytest.mark.parametrize("run", range(4))
def test_ids_with_a_seed(appliance, run):
    task = extract(appliance.url)
    (Path(os.environ["IDS"]) / f"{run}").write_text(task)


async def test_an_async_test(appliance_client, recording):
    calls = [asyncio.to_thread(appliance_client.extract_voiceprint, recording("john_doe.wav")) for _ in range(2)]
    first, second = await asyncio.gather(*calls)
    assert first.channels == second.channels


def test_another_server(appliance, httpserver):
    httpserver.expect_request("/").respond_with_json({"appliance": appliance.url})
    extract(requests.get(httpserver.url_for("/"), timeout=60).json()["appliance"])


@pytest.mark.filterwarnings("ignore:A test tried")
def test_other_hosts_are_blocked():
    with pytest.raises(SocketConnectBlockedError):
        requests.Session().get("http://192.0.2.1/", timeout=5)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Return an installation of the wheel with pytest and the plugins of the group `suite`."""
    folder = tmp_path_factory.mktemp("suite")
    installed = install(build_wheel(tmp_path_factory.mktemp("wheel")), folder, extra="[contract]")
    python = str(installed.environment / "bin" / "python")
    run(str(UV), "pip", "install", "--quiet", "--python", python, "--group", f"{ROOT / 'pyproject.toml'}:suite")
    files = {"test_time": REPLACED_TIME, "test_files": REPLACED_FILES, "test_others": OTHERS, "conftest": CONFTEST}
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    (folder / "pytest.ini").write_text(SETTINGS)
    return installed


def ids_of_run(installed: Installed, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> dict[str, str]:
    """Run the suite, which must pass; return the ids of the tasks in the tests that write them."""
    ids = installed.folder / f"ids{len(list(installed.folder.iterdir()))}"
    ids.mkdir()
    monkeypatch.setenv("IDS", str(ids))
    monkeypatch.setenv("RECORDING", str(ROOT / "fixtures" / "voxdouble_fixtures" / "audio" / "john_doe.wav"))
    # schemathesis, of the extra, reads clocks and files in a way of its own and is not what a user has here
    output = installed.run("pytest", "-q", "-p", "no:schemathesis", *arguments, *files_of(installed.folder))
    assert " passed" in output
    assert "skipped" not in output
    return {file.name: file.read_text() for file in ids.iterdir()}


def files_of(folder: Path) -> list[str]:
    """Return the test files of the suite."""
    return sorted(file.name for file in folder.glob("test_*.py"))


def test_a_suite_with_many_plugins_passes(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    """It passes in two random orders, alone and in parallel, with the same ids of tasks."""
    alone = ids_of_run(installed, monkeypatch, "-p", "no:xdist")
    parallel = ids_of_run(installed, monkeypatch, "-n", "2")
    assert alone == parallel
    assert len(set(alone.values())) == 4

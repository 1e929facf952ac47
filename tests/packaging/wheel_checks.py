"""The wheel: what is in it, and what it does where the repository is out of reach.

Run by `make wheel-test`, not by `make test`: it needs the package index, or uv's cache, for a fresh environment.
"""

import signal
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.packaging.installed import ROOT, SECONDS, Installed, build_wheel, install

MAX_BYTES = 8_000_000
USERS_OWN = ("client", "contract_tests", "fixtures", "mock_server")
PACKAGES = ("voxdouble", "voxdouble_mock", "voxdouble_client", "voxdouble_contract", "voxdouble_fixtures")
USERS_TEST = """
def test_a_voiceprint(appliance, appliance_client):
    assert appliance_client.extract_voiceprint("recordings/john_doe.wav").channels[0].voiceprint
    appliance.requests.expect(1, method="POST")
"""
USERS_MISTAKE = """
from voxdouble_client import ApplianceClient
from voxdouble_mock import MockAppliance

with MockAppliance() as mock, ApplianceClient(mock.url) as appliance:
    print(appliance.extract_voiceprint("john_doe.wav").channels[0].voiceprint + 1)
"""
MUST_HAVE = {
    "voxdouble_fixtures/audio/john_doe.wav",
    "voxdouble_fixtures/audio/manifest.toml",
    "voxdouble_fixtures/contract/openapi-e4.yaml",
    "voxdouble_fixtures/contract/sources.toml",
    "voxdouble_fixtures/contract/statements.toml",
    *(f"{package}/py.typed" for package in PACKAGES),
}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel once."""
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Install it once, to be run in a folder where the user has packages named like the repository's folders."""
    installed = install(wheel, tmp_path_factory.mktemp("elsewhere"))
    for name in USERS_OWN:
        (installed.folder / name).mkdir()
        (installed.folder / name / "__init__.py").write_text("raise ImportError('This is not voxdouble.')\n")
    return installed


@pytest.fixture(scope="session")
def installed_with_pytest(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Install it once with the extra that brings pytest and the contract suite."""
    return install(wheel, tmp_path_factory.mktemp("with-pytest"), extra="[contract]")


@pytest.fixture
def content(wheel: Path) -> set[str]:
    """List the files in the wheel, without those about it."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_it_holds_the_five_packages_whole_and_nothing_else(content: set[str]) -> None:
    """The wheel's files are those of the five packages in the tree: no tests, no recipes, no training."""
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    packages = [ROOT / package for package in build["packages"]]
    in_the_tree = {
        file.relative_to(package.parent).as_posix()
        for package in packages
        for file in package.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert sorted(package.name for package in packages) == sorted(PACKAGES)
    assert content == in_the_tree


def test_it_holds_what_users_rely_on(content: set[str]) -> None:
    """The contract's data, the recordings and the markers for type checkers are in the wheel."""
    assert content >= MUST_HAVE


def test_it_says_its_licence_and_its_python(wheel: Path) -> None:
    """The metadata name the licence, whose text is there, and the oldest Python."""
    with zipfile.ZipFile(wheel) as archive:
        (licence,) = [name for name in archive.namelist() if name.endswith(".dist-info/licenses/LICENSE")]
        metadata = archive.read(licence.replace("licenses/LICENSE", "METADATA")).decode().splitlines()
        assert archive.read(licence) == (ROOT / "LICENSE").read_bytes()
    assert {"License-Expression: MIT", "Requires-Python: >=3.11"} <= set(metadata)


def test_it_is_small(wheel: Path) -> None:
    """The wheel stays below its bound, since every user's CI fetches it."""
    assert wheel.stat().st_size <= MAX_BYTES


@pytest.mark.parametrize("command", [("voxdouble",), ("python", "-m", "voxdouble")])
def test_it_tells_its_version(installed: Installed, command: tuple[str, ...]) -> None:
    """Command and module tell the version that was installed."""
    assert installed.run(*command, "--version") == f"voxdouble, version {installed.version}\n"


@pytest.mark.parametrize("package", PACKAGES)
def test_names_of_the_users_folders_do_not_matter(installed: Installed, package: str) -> None:
    """Each package is the installed one, though the working folder has packages named like the repository's folders."""
    assert "site-packages" in installed.run("python", "-c", f"import {package}; print({package}.__file__)")


def test_the_demo_runs(installed: Installed) -> None:
    """The main job runs to its end."""
    assert "Both vectors are equal" in installed.run("voxdouble", "demo").splitlines()[-1]


def test_recordings_come_out_whole(installed: Installed) -> None:
    """The copies of the recordings are the repository's."""
    installed.run("voxdouble", "fixtures", "recordings")
    copies = {file.name: file.read_bytes() for file in (installed.folder / "recordings").iterdir()}
    originals = ROOT / "fixtures" / "voxdouble_fixtures" / "audio"
    assert copies == {name: (originals / name).read_bytes() for name in copies}
    assert "john_doe.wav" in copies


def test_the_server_serves_and_ends(installed: Installed) -> None:
    """The server says when it is ready, is found healthy, and ends with exit status 0 on SIGTERM."""
    with installed.start("voxdouble", "serve", "--port", "0") as server:
        try:
            assert server.stdout is not None
            said, ready, url = server.stdout.readline().split()
            assert (said, ready) == ("voxdouble", "ready")
            assert url in installed.run("voxdouble", "healthcheck", "--url", url)
            server.send_signal(signal.SIGTERM)
            _, errors = server.communicate(timeout=SECONDS)
            assert server.returncode == 0, errors
        finally:
            server.kill()


def test_users_tests_get_an_appliance(installed_with_pytest: Installed) -> None:
    """With pytest beside it, the plugin is found and its fixtures work, with no line of configuration."""
    installed_with_pytest.run("voxdouble", "fixtures", "recordings")
    (installed_with_pytest.folder / "test_of_a_user.py").write_text(USERS_TEST)
    assert "1 passed" in installed_with_pytest.run("pytest", "-W", "error", "test_of_a_user.py")


def test_users_code_is_type_checked(installed: Installed) -> None:
    """A strict type checker finds the packages' types in the wheel, and with them the user's mistake."""
    (installed.folder / "code_of_a_user.py").write_text(USERS_MISTAKE)
    python = str(installed.environment / "bin" / "python")
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--python-executable", python]
    checked = subprocess.run(
        [*command, "code_of_a_user.py"],
        cwd=installed.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert checked.stdout.splitlines() == [
        'code_of_a_user.py:6: error: Unsupported operand types for + ("str" and "int")  [operator]',
        "Found 1 error in 1 file (checked 1 source file)",
    ]


def test_the_contract_suite_runs(installed_with_pytest: Installed) -> None:
    """The contract suite finds nothing that failed on the wheel's own mock."""
    assert " 0 failed, 0 differs" in installed_with_pytest.run("voxdouble", "verify", "mock")

"""The wheel: its content, and its programs in an environment outside the repository.

Run by `make wheel-test`, not by `make test`: a new environment needs the package index or uv's cache.
"""

import signal
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.packaging.installed import SECONDS, Installed, build_wheel, install
from tests.repository import ROOT

MAX_BYTES = 8_000_000
USER_FOLDERS = ("client", "contract_tests", "fixtures", "mock_server")
PACKAGES = ("voxdouble", "voxdouble_mock", "voxdouble_client", "voxdouble_contract", "voxdouble_fixtures")
EXAMPLE_TEST = """
def test_a_voiceprint(appliance, appliance_client):
    assert appliance_client.extract_voiceprint("recordings/john_doe.wav").channels[0].voiceprint
    appliance.requests.expect(1, method="POST")
"""
TYPE_ERROR = """
from voxdouble_client import ApplianceClient
from voxdouble_mock import MockAppliance

with MockAppliance() as mock, ApplianceClient(mock.url) as appliance:
    print(appliance.extract_voiceprint("john_doe.wav").channels[0].voiceprint + 1)
"""
MUST_HAVE = {
    "voxdouble_fixtures/audio/john_doe.wav",
    "voxdouble_fixtures/audio/manifest.toml",
    "voxdouble_fixtures/contract/generations.toml",
    "voxdouble_fixtures/contract/judging.yaml",
    "voxdouble_fixtures/contract/openapi-e4.yaml",
    "voxdouble_fixtures/contract/other_technologies.toml",
    "voxdouble_fixtures/contract/sources.toml",
    "voxdouble_fixtures/contract/statements.toml",
    "voxdouble_fixtures/packs/example/pack.toml",
    "voxdouble_fixtures/packs/example/refusals.json",
    *(f"{package}/py.typed" for package in PACKAGES),
}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel, built once."""
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Return its installation, with a working folder whose packages are named like the repository's folders."""
    installed = install(wheel, tmp_path_factory.mktemp("elsewhere"))
    for name in USER_FOLDERS:
        (installed.folder / name).mkdir()
        (installed.folder / name / "__init__.py").write_text("raise ImportError('the wrong package')\n")
    return installed


@pytest.fixture(scope="session")
def installed_with_pytest(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Return its installation with the extra `contract`, which adds pytest and the contract suite."""
    return install(wheel, tmp_path_factory.mktemp("with-pytest"), extra="[contract]")


@pytest.fixture
def content(wheel: Path) -> set[str]:
    """Return the names of the files in the wheel, without its metadata."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_it_contains_exactly_the_five_packages(content: set[str]) -> None:
    """The files of the wheel are those of the five packages: no tests, no recipes, no training."""
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


def test_it_contains_data_and_type_markers(content: set[str]) -> None:
    """The contract data, the recordings and the markers for type checkers are in the wheel."""
    assert content >= MUST_HAVE


def test_its_metadata_name_licence_and_python(wheel: Path) -> None:
    """The metadata name the licence and the oldest Python; the text of the licence is included."""
    with zipfile.ZipFile(wheel) as archive:
        (licence,) = [name for name in archive.namelist() if name.endswith(".dist-info/licenses/LICENSE")]
        metadata = archive.read(licence.replace("licenses/LICENSE", "METADATA")).decode().splitlines()
        assert archive.read(licence) == (ROOT / "LICENSE").read_bytes()
    assert {"License-Expression: MIT", "Requires-Python: >=3.11"} <= set(metadata)


def test_it_is_small(wheel: Path) -> None:
    """The wheel is below the limit, since every user's CI downloads it."""
    assert wheel.stat().st_size <= MAX_BYTES


@pytest.mark.parametrize("command", [("voxdouble",), ("python", "-m", "voxdouble")])
def test_the_version_is_printed(installed: Installed, command: tuple[str, ...]) -> None:
    """The command and the module print the installed version."""
    assert installed.run(*command, "--version") == f"voxdouble, version {installed.version}\n"


@pytest.mark.parametrize("package", PACKAGES)
def test_folders_of_the_user_do_not_shadow_the_packages(installed: Installed, package: str) -> None:
    """Each package is imported from the installation, although the working folder has packages with similar names."""
    assert "site-packages" in installed.run("python", "-c", f"import {package}; print({package}.__file__)")


def test_the_demo_runs(installed: Installed) -> None:
    """`voxdouble demo` exits with 0 and reports equal vectors."""
    assert "Both vectors are equal" in installed.run("voxdouble", "demo").splitlines()[-1]


def test_recordings_are_copied_unchanged(installed: Installed) -> None:
    """The copied recordings have the bytes of those in the repository."""
    installed.run("voxdouble", "fixtures", "recordings")
    copies = {file.name: file.read_bytes() for file in (installed.folder / "recordings").iterdir()}
    originals = ROOT / "fixtures" / "voxdouble_fixtures" / "audio"
    assert copies == {name: (originals / name).read_bytes() for name in copies}
    assert "john_doe.wav" in copies


def test_the_server_starts_and_stops(installed: Installed) -> None:
    """The server prints when it is ready, is healthy, and exits with 0 on SIGTERM."""
    with installed.start("voxdouble", "serve", "--port", "0") as server:
        try:
            assert server.stdout is not None
            *words, url = server.stdout.readline().split()
            assert words == ["voxdouble", "ready"]
            assert url in installed.run("voxdouble", "healthcheck", "--url", url)
            server.send_signal(signal.SIGTERM)
            _, errors = server.communicate(timeout=SECONDS)
            assert server.returncode == 0, errors
        finally:
            server.kill()


def test_the_pytest_plugin_is_active(installed_with_pytest: Installed) -> None:
    """The fixtures of the plugin work without configuration."""
    installed_with_pytest.run("voxdouble", "fixtures", "recordings")
    (installed_with_pytest.folder / "test_example.py").write_text(EXAMPLE_TEST)
    assert "1 passed" in installed_with_pytest.run("pytest", "-W", "error", "test_example.py")


def test_type_checkers_use_the_types(installed: Installed) -> None:
    """Mypy reports a wrong use of a result, by the types in the wheel."""
    (installed.folder / "example.py").write_text(TYPE_ERROR)
    python = str(installed.environment / "bin" / "python")
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--python-executable", python]
    checked = subprocess.run(
        [*command, "example.py"],
        cwd=installed.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert checked.stdout.splitlines() == [
        'example.py:6: error: Unsupported operand types for + ("str" and "int")  [operator]',
        "Found 1 error in 1 file (checked 1 source file)",
    ]


def test_the_contract_suite_runs(installed_with_pytest: Installed) -> None:
    """`voxdouble verify mock` reports no failed and no differing statement."""
    assert " 0 failed, 0 differs" in installed_with_pytest.run("voxdouble", "verify", "mock")

"""`verify --record`: the exchanges of each statement, from strangers of two generations."""

import json
import tomllib
from pathlib import Path

import pytest

from tests.commands.process import invoke, run
from tests.contract.stranger import serving
from tests.contract.stranger_traits import Traits
from voxdouble_mock import MockAppliance

TOKEN = "a-token-of-the-owner"
ONLY = ("--only", "S1", "--only", "S36", "--only", "S64", "--only", "C38")
STRANGERS = {"e4": Traits(), "e1": Traits(generation=1, conversion=404, family=404)}


@pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("generation", STRANGERS)
def test_the_record_of_an_appliance_becomes_evidence(tmp_path: Path, generation: str) -> None:
    """Each proven statement has the exchanges that its tests used, without token and address, and becomes evidence.

    Werkzeug, which serves the strangers, leaves the temporary file of a cut multipart body open.
    """
    with serving(STRANGERS[generation]) as url:
        result = run(
            "verify",
            url,
            *ONLY,
            "--generation",
            generation,
            "--record",
            str(tmp_path / "r"),
            env={"APPLIANCE_TOKEN": TOKEN},
        )
    assert result.returncode == 0, result.stdout + result.stderr
    files = {file.stem: json.loads(file.read_text()) for file in (tmp_path / "r" / "statements").iterdir()}
    assert set(files) == {"S1", "S36", "S64"} | ({"C38"} if generation == "e1" else set())
    first = [one["request"] for one in files["S1"]["exchanges"]]
    assert "POST <url>/api/technology/speaker-identification-voiceprint-extraction" in first
    assert any(one["body"].get("result") for one in files["S36"]["exchanges"] if isinstance(one["body"], dict))
    everything = "".join(file.read_text() for file in (tmp_path / "r").rglob("*") if file.is_file())
    assert not any(secret in everything for secret in (TOKEN, "127.0.0.1", url))

    assert invoke("evidence", str(tmp_path / "r")).exit_code == 0
    found = tomllib.loads((tmp_path / "r" / "evidence.toml").read_text())
    assert {entry["version"] for entry in found.values()} == {"5.1.0-rc2"}
    assert found["S36"]["verdict"] == "passed"
    if generation == "e1":
        assert "Limit C38 to the generations e2, e3" in found["C38"]["change"]


def test_a_mock_is_recorded_as_a_mock(tmp_path: Path) -> None:
    """Its record has the kind mock."""
    with MockAppliance() as mock:
        run("verify", mock.url, "--only", "S1", "--record", str(tmp_path / "r"))
    assert 'kind = "mock"' in (tmp_path / "r" / "record.toml").read_text()

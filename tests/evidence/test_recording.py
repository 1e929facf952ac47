"""`verify --record`: the folders and kinds that are refused before any test."""

from pathlib import Path

from tests.commands.process import invoke
from voxdouble_mock import MockAppliance


def test_a_mock_must_not_be_recorded_as_an_appliance(tmp_path: Path) -> None:
    """The kind `appliance` is refused for a mock, and nothing is written."""
    with MockAppliance() as mock:
        refused = invoke("verify", mock.url, "--record", str(tmp_path / "no"), "--kind", "appliance")
    assert refused.exit_code == 2
    assert "must not be called real" in refused.output
    assert not (tmp_path / "no").exists()


def test_another_folder_is_not_overwritten(tmp_path: Path) -> None:
    """A folder with other files is refused before any test."""
    (tmp_path / "file").touch()
    result = invoke("verify", "mock", "--record", str(tmp_path))
    assert result.exit_code == 2
    assert "holds other files" in result.output


def test_a_kind_without_a_record_is_refused_before_any_request(tmp_path: Path) -> None:
    """The usage error needs no target: nothing answers at this URL, and no folder is made."""
    refused = invoke("verify", "http://127.0.0.1:1", "--kind", "example", "--report", str(tmp_path / "report"))
    assert refused.exit_code == 2
    assert "give --record DIR too" in refused.output
    assert not (tmp_path / "report").exists()

"""The search for known vulnerabilities, where it cannot have a result."""

import sys
from pathlib import Path

import pytest

from tools import audit


def test_an_audit_without_its_program_has_no_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without uv, which runs pip-audit, the status is 3, and the message says that pip-audit could not be run."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert audit.main() == audit.UNKNOWN
    assert "pip-audit could not be run: " in capsys.readouterr().err


def test_a_package_that_the_database_does_not_know_has_no_result(capsys: pytest.CaptureFixture[str]) -> None:
    """A package that was skipped does not count as one without vulnerabilities."""
    assert audit.report([{"name": "a", "version": "1"}, {"name": "b", "skip_reason": "not found"}]) == audit.UNKNOWN
    assert "1 of 2 packages" in capsys.readouterr().err
    assert audit.report([{"name": "a", "version": "1", "vulns": []}]) == 0

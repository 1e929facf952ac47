"""A missing program is a reason to skip for people, and a failure in CI."""

import pytest

from tests import needs


def test_a_missing_program_skips_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test is skipped, and the reason names the package to install."""
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-program: apt install its-package"):
        needs.program("no-such-program", package="its-package")


def test_a_missing_program_fails_the_test_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """With CI=true the test fails, so that no test is silently left out."""
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no-such-program: apt install its-package"):
        needs.program("no-such-program", package="its-package")


def test_an_installed_program_is_found() -> None:
    """An installed program is returned with its path."""
    assert needs.program("sh", package="dash").endswith("/sh")

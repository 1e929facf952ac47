"""What a missing program means: a reason to skip for people, a failure for CI."""

import pytest

from tests import needs


def test_people_skip_with_the_packages_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a program is missing the test is skipped, and the reason says what to install."""
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-program: apt install its-package"):
        needs.program("no-such-program", package="its-package")


def test_ci_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """In CI the same is a failure, so that nothing goes untested unseen."""
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no-such-program: apt install its-package"):
        needs.program("no-such-program", package="its-package")


def test_what_is_there_is_found() -> None:
    """A program that is there is given with its path."""
    assert needs.program("sh", package="dash").endswith("/sh")

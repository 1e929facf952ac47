"""The profile and the budget of a target."""

from pathlib import Path

import pytest

from voxdouble_contract.target.budget import Budget
from voxdouble_contract.target.profile import Profile


def written(folder: Path, text: str) -> Path:
    """Return the path of a new profile."""
    file = folder / "profile.toml"
    file.write_text(text)
    return file


def test_a_profile_is_read(tmp_path: Path) -> None:
    """Limits are numbers, and the path of a file is relative to the profile."""
    (tmp_path / "bad.wav").write_bytes(b"x")
    profile = Profile.read(written(tmp_path, 'max_list = 10\ntask_lifetime = 2.5\nfailing_file = "bad.wav"\n'))
    assert profile == Profile(max_list=10, task_lifetime=2.5, failing_file=tmp_path / "bad.wav")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("max_lists = 10", "unknown names: max_lists; a profile may have: max_upload"),
        ("max_list = -1", "max_list must be a whole number from 0 up, got -1"),
        ("max_list = true", "max_list must be a whole number from 0 up, got True"),
        ("max_upload = 3e6", r"max_upload must be a whole number from 0 up, got 3000000\.0"),
        ("input_storage = nan", "input_storage must be a whole number from 0 up, got nan"),
        ("max_matrix = 1.5", r"max_matrix must be a whole number from 0 up, got 1\.5"),
        ('max_upload = "1 MB"', "max_upload must be a whole number from 0 up, got"),
        ("task_lifetime = nan", "task_lifetime must be a number from 0 up, got nan"),
        ("max_upload_seconds = inf", "max_upload_seconds must be a number from 0 up, got inf"),
        ("max_audio_seconds = true", "max_audio_seconds must be a number from 0 up, got True"),
        ("x = ", "profile.toml must be a TOML file in UTF-8: Invalid value"),
        ('failing_file = "none.wav"', "failing_file must be an existing file"),
    ],
)
def test_an_invalid_profile_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """The message names the invalid entry and the valid ones."""
    with pytest.raises(ValueError, match=message):
        Profile.read(written(tmp_path, text))


def test_unknown_limits_have_defaults() -> None:
    """Limits that a profile does not name have the vendor's defaults."""
    profile = Profile(max_list=7).with_defaults()
    assert (profile.max_list, profile.max_upload, profile.input_storage) == (7, 500_000_000, None)


@pytest.mark.parametrize(
    ("max_upload", "input_storage", "fillable"),
    [
        (3_000_000, 2_000_000, 2_000_000),
        (2_000_000, 2_000_000, None),
        (1_000_000, 2_000_000, None),
        (None, 2_000_000, None),
        (3_000_000, None, None),
        (500_000_000, 400_000_000, None),
    ],
)
def test_a_storage_is_filled_by_an_upload_within_the_limit(
    max_upload: int | None, input_storage: int | None, fillable: int | None
) -> None:
    """A storage that only an upload over the limit, or a very large one, could fill counts as unknown."""
    assert Profile(max_upload=max_upload, input_storage=input_storage).fillable_storage == fillable


def test_a_budget_is_never_exceeded() -> None:
    """A test that needs more than the rest of the budget is skipped, and the budget is unchanged."""
    budget = Budget(uploads=2, audio_seconds=10.0, tasks=5)
    budget.spend(uploads=1, audio_seconds=6.0, tasks=1)
    with pytest.raises(pytest.skip.Exception, match="does not allow it"):
        budget.spend(uploads=1, audio_seconds=6.0)
    assert budget == Budget(uploads=1, audio_seconds=4.0, tasks=4)

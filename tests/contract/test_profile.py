"""What may be told of a target, and how much it may be asked to do."""

from pathlib import Path

import pytest

from voxdouble_contract.target.budget import Budget
from voxdouble_contract.target.profile import Profile


def written(folder: Path, text: str) -> Path:
    """Write a profile."""
    file = folder / "profile.toml"
    file.write_text(text)
    return file


def test_a_profile_names_what_is_known(tmp_path: Path) -> None:
    """Limits are numbers, and a file is found beside the profile."""
    (tmp_path / "bad.wav").write_bytes(b"x")
    profile = Profile.read(written(tmp_path, 'max_list = 10\ntask_lifetime = 2.5\nfailing_file = "bad.wav"\n'))
    assert profile == Profile(max_list=10, task_lifetime=2.5, failing_file=tmp_path / "bad.wav")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("max_lists = 10", "unknown names: max_lists; a profile may have: max_upload"),
        ("max_list = -1", "max_list must be a number from 0 up, got -1"),
        ("max_list = true", "max_list must be a number from 0 up, got True"),
        ('max_upload = "1 MB"', "max_upload must be a number from 0 up, got"),
        ('failing_file = "none.wav"', "failing_file must be an existing file"),
    ],
)
def test_what_a_profile_cannot_say_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """The message names what is wrong, and what would be right."""
    with pytest.raises(ValueError, match=said):
        Profile.read(written(tmp_path, text))


def test_defaults_fill_what_is_not_known() -> None:
    """The vendor's defaults stand where nothing else is said."""
    profile = Profile(max_list=7).with_defaults()
    assert (profile.max_list, profile.max_upload, profile.input_storage) == (7, 500_000_000, None)


def test_a_budget_is_spent_and_not_overspent() -> None:
    """What would be more than is left leaves the test without a verdict, and the budget as it was."""
    budget = Budget(uploads=2, audio_seconds=10.0, tasks=5)
    budget.spend(uploads=1, audio_seconds=6.0, tasks=1)
    with pytest.raises(pytest.skip.Exception, match="does not allow it"):
        budget.spend(uploads=1, audio_seconds=6.0)
    assert budget == Budget(uploads=1, audio_seconds=4.0, tasks=4)

"""What is known of a target and can be forced on it, and how much it may be asked to do."""

import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Self

from voxdouble_contract.verdicts import unproven


@dataclass(frozen=True)
class Profile:
    """Levers: each is None where nobody knows, and what needs it is then unproven."""

    max_upload: int | None = None
    """Bytes of the largest file that is taken."""
    max_upload_seconds: float | None = None
    """Seconds within which an upload must have arrived."""
    input_storage: int | None = None
    """Bytes of uploads that fit into the input storage."""
    max_audio_seconds: float | None = None
    """Seconds of audio beyond which a file is not processed."""
    max_list: int | None = None
    """Voiceprints that a list may have."""
    max_matrix: int | None = None
    """Scores that a comparison may ask for."""
    task_lifetime: float | None = None
    """Seconds after which a task that has ended is forgotten."""
    failing_file: Path | None = None
    """A recording whose extraction ends in state `failed`."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a TOML file with these names; ValueError with what is wrong, for anything else."""
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        unknown = values.keys() - {field.name for field in fields(cls)}
        if unknown:
            known = ", ".join(field.name for field in fields(cls))
            raise ValueError(f"{path} names {', '.join(sorted(unknown))}; a profile may name: {known}.")
        for name, value in values.items():
            if name == "failing_file":
                values[name] = path.parent / str(value)
                if not values[name].is_file():
                    raise ValueError(f"{path} names a failing_file that is not there: {values[name]}.")
            elif isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                raise ValueError(f"{path}: {name} is a number from 0 up, not {value!r}.")
        return cls(**values)

    def with_defaults(self) -> Self:
        """Take the vendor's defaults for every limit that is not known (C27), as our own mock does."""
        defaults = {
            "max_upload": 500_000_000,
            "max_list": 50_000,
            "max_matrix": 1_000_000,
            "max_audio_seconds": 7200.0,
            "task_lifetime": 3600.0,
        }
        missing = {name: value for name, value in defaults.items() if getattr(self, name) is None}
        return replace(self, **missing)  # type: ignore[arg-type]


@dataclass
class Budget:
    """What the target may still be asked to do; a test that would need more is unproven."""

    uploads: int
    audio_seconds: float
    tasks: int

    def spend(self, *, uploads: int = 0, audio_seconds: float = 0.0, tasks: int = 0) -> None:
        """Take from what is left."""
        left = self.without(type(self)(uploads, audio_seconds, tasks)) or unproven(
            f"The budget does not allow it: {self.uploads} uploads, {self.audio_seconds:.0f} s of audio and "
            f"{self.tasks} tasks are left."
        )
        self.uploads, self.audio_seconds, self.tasks = left.uploads, left.audio_seconds, left.tasks

    def without(self, other: Self) -> Self | None:
        """Set apart what another needs; None where there is not as much."""
        left = (self.uploads - other.uploads, self.audio_seconds - other.audio_seconds, self.tasks - other.tasks)
        return None if min(left) < 0 else type(self)(*left)

    def __str__(self) -> str:
        return f"at most {self.uploads} uploads with {self.audio_seconds:.0f} s of audio, and {self.tasks} tasks"

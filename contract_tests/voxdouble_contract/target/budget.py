"""How much a run may ask of its target."""

from dataclasses import dataclass, field
from threading import Lock
from typing import Self

from voxdouble_contract.judging.expectations import unproven


@dataclass
class Budget:
    """The uploads, audio and tasks that are left; a test that needs more is unproven."""

    uploads: int
    audio_seconds: float
    tasks: int
    _lock: Lock = field(default_factory=Lock, compare=False, repr=False)

    def spend(self, *, uploads: int = 0, audio_seconds: float = 0.0, tasks: int = 0) -> None:
        """Subtract from the budget, or end the test unproven if not enough is left."""
        with self._lock:
            left = self.without(type(self)(uploads, audio_seconds, tasks)) or unproven(
                f"The budget does not allow it: {self.uploads} uploads, {self.audio_seconds:.0f} s of audio and "
                f"{self.tasks} tasks are left."
            )
            self.uploads, self.audio_seconds, self.tasks = left.uploads, left.audio_seconds, left.tasks

    def without(self, other: Self) -> Self | None:
        """Return the budget that is left after another is reserved; None if it is too small."""
        left = (self.uploads - other.uploads, self.audio_seconds - other.audio_seconds, self.tasks - other.tasks)
        return None if min(left) < 0 else type(self)(*left)

    def __str__(self) -> str:
        return f"at most {self.uploads} uploads with {self.audio_seconds:.0f} s of audio, and {self.tasks} tasks"

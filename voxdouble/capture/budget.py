"""The budget of a capture: the tasks, uploads and audio that one run may ask of an appliance."""

from dataclasses import dataclass


class BudgetUsed(Exception):
    """Raised when no further task is allowed; the message names the option."""


@dataclass
class Budget:
    """The amounts that are left."""

    tasks: int
    uploads: int
    audio_seconds: float
    """Seconds over all channels. A recording whose length is not known on this machine counts as 0 s."""
    latest: tuple[int, float] = (0, 0.0)
    """The uploads and the audio of the latest task."""

    def take_again(self) -> None:
        """Count the latest task once more, since its start is sent again. Raises BudgetUsed."""
        uploads, audio_seconds = self.latest
        self.take(uploads=uploads, audio_seconds=audio_seconds)

    def take(self, *, uploads: int = 0, audio_seconds: float = 0.0) -> None:
        """Count one task. Raises BudgetUsed, with nothing counted, if too little is left of anything."""
        self.latest = uploads, audio_seconds
        for option, left, wanted in (
            ("--max-tasks", self.tasks, 1),
            ("--max-uploads", self.uploads, uploads),
            ("--max-audio", self.audio_seconds, audio_seconds),
        ):
            if wanted > left:
                raise BudgetUsed(f"The budget of this run ({option}) is used up: {left:g} are left, {wanted:g} needed.")
        self.tasks -= 1
        self.uploads -= uploads
        self.audio_seconds -= audio_seconds

"""Tasks that need voiceprints of the target's own, or hear a recording for something else than its voiceprint."""

from collections.abc import Sequence

from voxdouble_contract.recipes import MEDIA
from voxdouble_contract.runs import Run, Runs, check_accepted, need_done, need_end, watch
from voxdouble_contract.target import COMPARISON, MERGING


class Family:
    """Comparison, merging, gender and age on one target: each task is started once, and several watched together."""

    def __init__(self, runs: Runs) -> None:
        self.target = runs.target
        self._runs: dict[str, Run] = {}

    def compared(self, columns: Sequence[str], rows: Sequence[str]) -> Run:
        """Start to compare voiceprints."""
        return self.posted(COMPARISON, voiceprints_a=columns, voiceprints_b=rows)

    def merged(self, *voiceprints: str) -> Run:
        """Start to merge voiceprints."""
        return self.posted(MERGING, voiceprints=voiceprints)

    def posted(self, technology: str, **lists: Sequence[str]) -> Run:
        """Start a task with lists of voiceprints; nothing is said of the answer."""
        name = f"{technology} {sorted(lists.items())}"
        if name not in self._runs:
            body = {member: list(voiceprints) for member, voiceprints in lists.items()}
            self._runs[name] = Run(technology, self.target.post_json(technology, body))
        return self._runs[name]

    def heard(self, technology: str, recording: str) -> Run:
        """Start a task with a recording, of which nothing special is asked; nothing is said of the answer."""
        name = f"{technology} {recording}"
        if name not in self._runs:
            self._runs[name] = Run(technology, self.target.post_media(technology, MEDIA[recording][0]()))
        return self._runs[name]

    def ended(self, *runs: Run) -> None:
        """Watch tasks to their ends; unproven where the target cannot take them, broken where it will not."""
        for run in runs:
            check_accepted(run.start)
        watch(self.target, runs)
        for run in runs:
            need_end(run)

    def done(self, *runs: Run) -> None:
        """Watch tasks to their ends; unproven where one is not `done`."""
        self.ended(*runs)
        for run in runs:
            need_done(run)

"""Tasks that need voiceprints of the target's own, or hear a recording for something else than its voiceprint."""

import contextlib
from collections.abc import Sequence

import pytest

from voxdouble_contract.recipes import MEDIA
from voxdouble_contract.runs import Run, Runs, check_accepted, need_done, need_end, watch
from voxdouble_contract.target import COMPARISON, MERGING

HEARD = ("speech", "other speech", "stereo", "silence")
"""The recordings, by name, that gender and age are asked of."""


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
        """Start a task with a recording, of which nothing special is asked; nothing is said of the answer.

        As with extractions, all are started with the first where time has to be waited for.
        """
        first = self._hear(technology, recording)
        if not self.target.moves_time and first.start.status == 202:
            with contextlib.suppress(pytest.skip.Exception):
                for other in HEARD:
                    self._hear(technology, other)
        return first

    def _hear(self, technology: str, recording: str) -> Run:
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

"""The tasks that tests share: each is started once and polled to its end, and every response is kept.

On a target whose clock cannot be moved, the first test that asks for an upload of a technology starts all uploads of
that technology. So the suite waits for a slow appliance once, and not thirty times.
"""

import contextlib
import time
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self

import pytest

from voxdouble_contract.exchange import Exchange
from voxdouble_contract.judging.expectations import expect_status, unproven
from voxdouble_contract.judging.observed_tasks import FINAL, STATES
from voxdouble_contract.samples.recordings import BAD, FAILING, GENDER_AND_AGE, UPLOADS
from voxdouble_contract.target.media import Media
from voxdouble_contract.target.parallel import in_parallel
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.technologies import CONVERSION, EXTRACTION, UNAVAILABLE

NOT_NOW = frozenset({413, 429, 502, 503, 504, 507})
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 1.0
FINE_SECONDS = 1.5
"""How long a task is polled with the first pause, before the pauses grow."""
MAX_WAIT_SECONDS = 90.0
"""How long a task is polled."""


@dataclass
class StartedTask:
    """One task: the response to its POST and those to every GET."""

    target: Target
    technology: str
    start: Exchange
    polls: list[Exchange] = field(default_factory=list)
    trouble: str = ""
    """Why the task could not be polled to its end; empty if it could."""
    sample: str = ""
    """The name of the upload, if it has one."""

    def __post_init__(self) -> None:
        self._observe(self.start)

    @property
    def task_id(self) -> str:
        """The id in the 202; the test of S2 reports a missing one."""
        found = self.start.get("task", "task_id")
        return found if isinstance(found, str) and found else unproven(f"The 202 has no task id: {self.start}.")

    @property
    def exchanges(self) -> list[Exchange]:
        """The POST and all polls."""
        return [self.start, *self.polls]

    @property
    def last(self) -> Exchange:
        """The latest response."""
        return self.polls[-1] if self.polls else self.start

    @property
    def state(self) -> object:
        """The latest state."""
        return self.last.get("task", "state")

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to poll."""
        return bool(self.trouble or (self.polls and self.state in FINAL))

    @property
    def channels(self) -> list[dict[str, Any]]:
        """The channels of the result; the test of S36 reports a missing list."""
        found = self.last.get("result", "channels")
        channels = [channel for channel in found if isinstance(channel, dict)] if isinstance(found, list) else []
        return channels or unproven(f"The result has no list of channels: {self.last}.")

    @property
    def channel_numbers(self) -> list[Any]:
        """The channels' numbers, in the order of the result."""
        return [channel.get("channel_number") for channel in self.channels]

    @property
    def vectors(self) -> list[Any]:
        """The vectors of a conversion's result; the test of S44 reports a missing list."""
        found = self.last.get("result", "vector_voiceprints")
        return found if isinstance(found, list) else unproven(f"The result has no list of vectors: {self.last}.")

    def accepted(self) -> Self:
        """Return this task if the POST got a 202; unproven if the target could not take it, broken if it refused it."""
        if self.start.status in UNAVAILABLE:
            unproven(f"The technology {UNAVAILABLE[self.start.status]} here: {self.start}.")
        if self.start.status in NOT_NOW:
            unproven(f"The target could not take the sample now: {self.start}.")
        expect_status(self.start, 202)
        return self

    def poll(self) -> Exchange:
        """Poll the task once."""
        self.polls.append(self.target.get_task(self.technology, self.task_id))
        self._observe(self.last)
        return self.last

    def _observe(self, exchange: Exchange) -> None:
        task_id = self.start.get("task", "task_id")
        if isinstance(task_id, str):
            self.target.observe(self.technology, task_id, self.sample, exchange)

    def watched(self) -> Self:
        """Return this task, polled as far as possible; unproven if it was not accepted."""
        if self.start.status != 202:
            unproven(f"The task could not be started: {self.start}.")
        watch(self)
        return self

    def ended(self) -> Self:
        """Return this task, polled to a final state; unproven if that was not possible."""
        self.watched()
        if self.trouble:
            unproven(self.trouble)
        return self

    def done(self) -> Self:
        """Return this task, polled to the state `done`; unproven if it ended in another."""
        if self.ended().state != "done":
            unproven(f"The task ended {self.state}, not done: {self.last.get('error', 'message')}")
        return self


def watch(*tasks: StartedTask) -> None:
    """Poll accepted tasks in turns until each has ended, or has a reason in `trouble` why it cannot be polled on."""
    unfinished = [task for task in tasks if task.start.status == 202 and not task.is_over]
    for task in unfinished:
        if not isinstance(task.start.get("task", "task_id"), str):
            task.trouble = f"The 202 has no task id: {task.start}."
    unfinished = [task for task in unfinished if not task.trouble]
    began, waited, pause = time.monotonic(), 0.0, FIRST_PAUSE
    while unfinished:
        in_parallel([task.poll for task in unfinished])
        for task in unfinished:
            if task.last.status != 200 or task.state not in STATES:
                task.trouble = f"The task could not be polled to its end: {task.last}, state {task.state}."
            elif max(waited, time.monotonic() - began) > MAX_WAIT_SECONDS:
                task.trouble = f"The task was still {task.state} after {MAX_WAIT_SECONDS:.0f} s."
        unfinished = [task for task in unfinished if not task.is_over]
        if unfinished:
            unfinished[0].target.clock.pass_time(pause)
            waited += pause
            pause = pause if waited < FINE_SECONDS else min(pause * 1.5, LONGEST_PAUSE)


def all_done(*tasks: StartedTask) -> None:
    """Poll accepted tasks of one target together until each is `done`; unproven if one ended in another state."""
    for task in tasks:
        task.accepted()
    watch(*tasks)
    for task in tasks:
        task.done()


class Tasks:
    """The tasks of one target; each is started when a test first asks for it."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._started: dict[Hashable, StartedTask] = {}
        self._probe: Exchange | None = None

    def upload(self, name: str, technology: str = EXTRACTION) -> StartedTask:
        """Return the task of a named upload, started on first use; only an extraction gets the query of the upload."""
        task = self._upload(name, technology)
        if not task.polls and task.start.status == 202 and not self.target.clock.can_be_moved:
            others = UPLOADS if technology == EXTRACTION else GENDER_AND_AGE
            with self.target.without_notes():
                in_parallel([partial(self._upload_if_possible, other, technology) for other in others])
                watch(*self._started.values())
        return self._used(task)

    def _upload_if_possible(self, name: str, technology: str) -> None:
        with contextlib.suppress(pytest.skip.Exception):  # as far as the budget allows
            self._upload(name, technology)

    def _upload(self, name: str, technology: str) -> StartedTask:
        key = (technology, name)
        if key not in self._started:
            media, query = self._failing_file() if name == FAILING else (UPLOADS[name].media(), UPLOADS[name].query)
            start = self.target.post_media(technology, media, query if technology == EXTRACTION else "")
            self._started[key] = StartedTask(self.target, technology, start, sample=name)
        return self._started[key]

    def _failing_file(self) -> tuple[Media, str]:
        file = self.target.profile.failing_file
        if file is None:
            unproven("No file that makes a task fail is known (a profile may name a failing_file).")
        return Media(file.name, file.read_bytes()), ""

    def variant(self, name: str, of: str = "speech") -> StartedTask:
        """Return the task of a named upload, polled to its end; it must be accepted if the upload `of` is accepted."""
        self.upload(of).accepted()
        return self.upload(name).accepted().ended()

    def bad_ends(self) -> list[StartedTask]:
        """Return the extractions that ended rejected or failed; without any the statement is unproven."""
        names = (*BAD, FAILING) if self.target.profile.failing_file is not None else BAD
        accepted = [task for task in map(self.upload, names) if task.start.status == 202]
        found = [task for task in accepted if task.watched().state in FINAL - {"done"}]
        return found or unproven("No task ended rejected or failed.")

    def post(self, technology: str, *voiceprints: str, **lists: Sequence[str]) -> StartedTask:
        """Return the task of a list of voiceprints, or of several lists by their member names."""
        body = {member: list(items) for member, items in lists.items()} or {"voiceprints": list(voiceprints)}
        key = (technology, str(sorted(body.items())))
        if key not in self._started:
            self._started[key] = StartedTask(self.target, technology, self.target.post_json(technology, body))
        return self._used(self._started[key])

    def _used(self, task: StartedTask) -> StartedTask:
        """Return a task whose exchanges, of earlier tests too, are noted as used by this test."""
        self.target.note(task.exchanges)
        return task

    def probe(self) -> Exchange:
        """Return the response to an empty conversion, which makes no task and shows whether conversion is offered."""
        if self._probe is None:
            self._probe = self.target.post_json(CONVERSION, {"voiceprints": []})
        self.target.note([self._probe])
        return self._probe

    def require(self, technology: str) -> None:
        """End the test unproven unless the target offers the technology, so that a 404 is about the task."""
        start = self.upload("speech").start if technology == EXTRACTION else self.probe()
        if start.status in UNAVAILABLE:
            unproven(f"The technology {UNAVAILABLE[start.status]} here: {start}.")

    def voiceprint(self, name: str = "speech with vector", channel: int = 0) -> str:
        """Return a voiceprint that the target made itself: it need not accept others."""
        task = self.upload(name).done()
        found = task.channels[channel].get("voiceprint") if channel < len(task.channels) else None
        return found if isinstance(found, str) else unproven(f"The result has no voiceprint: {task.last}.")

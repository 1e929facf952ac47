"""Tasks that many tests look at: each is started once and watched to its end, and every answer is kept.

On a target whose time has to be waited for, all extractions are started together with the first, so that a slow
appliance is waited for once and not thirty times.
"""

import contextlib
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

from voxdouble_contract.exchange import Exchange
from voxdouble_contract.recipes import BAD, FAILING, MEDIA
from voxdouble_contract.samples import Media
from voxdouble_contract.target import CONVERSION, EXTRACTION, Target
from voxdouble_contract.verdicts import expect_status, unproven

FINAL = frozenset({"done", "failed", "rejected"})
STATES = FINAL | {"pending", "running"}
NOT_THERE = {403: "is not licensed", 404: "is not there", 405: "is not there"}
NO_ROOM = frozenset({413, 429, 502, 503, 504, 507})
NAMELESS = "The 202 names no task: {}."
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 1.0
FINE_SECONDS = 1.5
"""How long a task is polled at the first pause, before the pauses grow."""
WAITED_SECONDS = 90.0
"""How long a task is waited for."""


@dataclass
class Run:
    """One task: the answer to its POST, and those to every GET."""

    technology: str
    start: Exchange
    polls: list[Exchange] = field(default_factory=list)
    trouble: str = ""
    """Why the task could not be watched to its end; empty where it could."""

    @property
    def task_id(self) -> str:
        """The id from the 202; that there is none is the finding of another test."""
        found = self.start.get("task", "task_id")
        return found if isinstance(found, str) and found else unproven(NAMELESS.format(self.start))

    @property
    def last(self) -> Exchange:
        """The latest answer."""
        return self.polls[-1] if self.polls else self.start

    @property
    def state(self) -> object:
        """The latest state."""
        return self.last.get("task", "state")

    @property
    def ended(self) -> bool:
        """Whether it was watched as far as that goes."""
        return bool(self.trouble or (self.polls and self.state in FINAL))

    @property
    def channels(self) -> list[dict[str, Any]]:
        """The channels of a done extraction; that there are none is the finding of another test."""
        found = self.last.get("result", "channels")
        channels = [channel for channel in found if isinstance(channel, dict)] if isinstance(found, list) else []
        return channels or unproven(f"The result has no list of channels: {self.last}.")

    @property
    def channel_numbers(self) -> list[Any]:
        """The numbers of a done extraction's channels, in their order."""
        return [channel.get("channel_number") for channel in self.channels]

    @property
    def vectors(self) -> list[Any]:
        """The vectors of a done conversion; that there are none is the finding of another test."""
        found = self.last.get("result", "vector_voiceprints")
        return found if isinstance(found, list) else unproven(f"The result has no list of vectors: {self.last}.")


class Runs:
    """The tasks of one target, by name; each is started when it is first asked for."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._runs: dict[str, Run] = {}
        self._probe: Exchange | None = None

    def started(self, name: str) -> Run:
        """Start the named extraction unless it was started before; nothing is said of the answer."""
        if name not in self._runs:
            self._runs[name] = self._start(name)
            if not self.target.moves_time and self._runs[name].start.status == 202:
                self._start_all()
                watch(self.target, self._runs.values())
        return self._runs[name]

    def _start_all(self) -> None:
        """Start every extraction that was not started yet, as far as the budget goes."""
        with contextlib.suppress(pytest.skip.Exception):
            for name in [name for name in MEDIA if name not in self._runs]:
                self._runs[name] = self._start(name)

    def _start(self, name: str) -> Run:
        if name == FAILING:
            file = self.target.profile.failing_file
            if file is None:
                unproven("Nothing that makes a task fail is known (a profile may name a failing_file).")
            media, query = Media(file.name, file.read_bytes()), ""
        else:
            make, query = MEDIA[name]
            media = make()
        return Run(EXTRACTION, self.target.post_media(EXTRACTION, media, query))

    def accepted(self, name: str) -> Run:
        """Start the named extraction; unproven where the target cannot take it, broken where it will not."""
        run = self.started(name)
        check_accepted(run.start)
        return run

    def watched(self, name: str) -> Run:
        """Watch the named extraction as far as that goes; unproven where it was not accepted."""
        return self._watch(self.started(name))

    def ended(self, name: str) -> Run:
        """Watch the named extraction to its end."""
        return need_end(self.watched(name))

    def done(self, name: str) -> Run:
        """Watch the named extraction to its end; unproven where that is not `done`."""
        return need_done(self.ended(name))

    def taken(self, name: str, plain: str = "speech") -> Run:
        """Watch a recording that the target must accept, since it accepts the same one when nothing is asked for."""
        check_accepted(self.started(plain).start)
        check_accepted(self.started(name).start)
        return self.ended(name)

    def refused_or_bad(self) -> list[Run]:
        """Give the extractions that ended rejected or failed; unproven where there are none."""
        names = (*BAD, FAILING) if self.target.profile.failing_file is not None else BAD
        accepted = [run for run in map(self.started, names) if run.start.status == 202]
        found = [run for run in map(self._watch, accepted) if run.state in FINAL - {"done"}]
        return found or unproven("No task ended rejected or failed.")

    def probe(self) -> Exchange:
        """Start a conversion of nothing, which makes no task and shows whether conversion is there."""
        if self._probe is None:
            self._probe = self.target.post_json(CONVERSION, {"voiceprints": []})
        return self._probe

    def need(self, technology: str) -> None:
        """Go on if a technology is there, so that a 404 speaks of the task."""
        start = self.started("speech").start if technology == EXTRACTION else self.probe()
        if start.status in NOT_THERE:
            unproven(f"The technology {NOT_THERE[start.status]} here: {start}.")

    def conversion(self, *voiceprints: str) -> Run:
        """Start to convert voiceprints, once for each list; nothing is said of the answer."""
        name = "conversion of " + " ".join(voiceprints)
        if name not in self._runs:
            start = self.target.post_json(CONVERSION, {"voiceprints": list(voiceprints)})
            self._runs[name] = Run(CONVERSION, start)
        return self._runs[name]

    def watched_conversion(self, *voiceprints: str) -> Run:
        """Watch a conversion as far as that goes; unproven where it was not accepted."""
        return self._watch(self.conversion(*voiceprints))

    def converted(self, *voiceprints: str) -> Run:
        """Watch a conversion to its end, whatever that is."""
        return need_end(self.watched_conversion(*voiceprints))

    def convert(self, *voiceprints: str) -> Run:
        """Watch a conversion to its end; unproven where that is not `done`."""
        return need_done(self.converted(*voiceprints))

    def _watch(self, run: Run) -> Run:
        if run.start.status != 202:
            unproven(f"The task could not be started: {run.start}.")
        watch(self.target, [run])
        return run

    def own_voiceprint(self, name: str = "speech with vector", channel: int = 0) -> str:
        """Take a voiceprint that this target made itself: others need not be accepted."""
        run = self.done(name)
        found = run.channels[channel].get("voiceprint") if channel < len(run.channels) else None
        return found if isinstance(found, str) else unproven(f"The result has no voiceprint: {run.last}.")


def watch(target: Target, runs: Iterable[Run]) -> None:
    """Poll tasks in turns until each has ended; what hinders that is noted in the run."""
    waiting = [run for run in runs if run.start.status == 202 and not run.ended]
    for run in waiting:
        if not isinstance(run.start.get("task", "task_id"), str):
            run.trouble = NAMELESS.format(run.start)
    waiting = [run for run in waiting if not run.trouble]
    began, waited, pause = time.monotonic(), 0.0, FIRST_PAUSE
    while waiting:
        for run in waiting:
            run.polls.append(target.get_task(run.technology, run.task_id))
            if run.last.status != 200 or run.state not in STATES:
                run.trouble = f"The task could not be watched to its end: {run.last}, state {run.state}."
            elif max(waited, time.monotonic() - began) > WAITED_SECONDS:
                run.trouble = f"The task was still {run.state} after {WAITED_SECONDS:.0f} s."
        waiting = [run for run in waiting if not run.ended]
        if waiting:
            target.pass_time(pause)
            waited += pause
            pause = pause if waited < FINE_SECONDS else min(pause * 1.5, LONGEST_PAUSE)


def need_end(run: Run) -> Run:
    """Go on with a task that was watched to its end."""
    if run.trouble:
        unproven(run.trouble)
    return run


def need_done(run: Run) -> Run:
    """Go on with a task that is done."""
    if run.state != "done":
        unproven(f"The task ended {run.state}, not done: {run.last.get('error', 'message')}")
    return run


def check_accepted(start: Exchange) -> None:
    """Tell apart a target that cannot take a sample, which proves nothing, and one that should have."""
    if start.status in NOT_THERE:
        unproven(f"The technology {NOT_THERE[start.status]} here: {start}.")
    if start.status in NO_ROOM:
        unproven(f"The target had no room for the sample: {start}.")
    expect_status(start, 202)

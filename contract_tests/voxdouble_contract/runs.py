"""Tasks that many tests look at: each is started once and watched to its end, and every answer is kept.

On a target whose time has to be waited for, all extractions are started together with the first, so that a slow
appliance is waited for once and not thirty times.
"""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from voxdouble_contract.exchange import Exchange
from voxdouble_contract.samples import Media, bundled, hum, voiceprint, with_data_size
from voxdouble_contract.target import CONVERSION, EXTRACTION, Target
from voxdouble_contract.verdicts import Broken, expect_status, unproven

FINAL = frozenset({"done", "failed", "rejected"})
STATES = FINAL | {"pending", "running"}
NOT_THERE = {403: "is not licensed", 404: "is not there", 405: "is not there"}
NO_ROOM = frozenset({413, 429, 502, 503, 504, 507})
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 1.0
FINE_SECONDS = 1.5
"""How long a task is polled at the first pause, before the pauses grow."""
WAITED_SECONDS = 90.0
"""How long a task is waited for."""

SPEECH, STEREO, SILENCE = "john_doe.wav", "conversation.wav", "silence.wav"
MEDIA: dict[str, tuple[Callable[[], Media], str]] = {
    "speech": (lambda: bundled(SPEECH), ""),
    "speech with vector": (lambda: bundled(SPEECH), "?include_vector_voiceprint=true"),
    "speech with True": (lambda: bundled(SPEECH), "?include_vector_voiceprint=True"),
    "other speech": (lambda: bundled("jane_roe_1.flac"), "?include_vector_voiceprint=true"),
    "stereo": (lambda: bundled(STEREO), ""),
    "split": (lambda: bundled(STEREO), "?channel_mode=split"),
    "mix": (lambda: bundled(STEREO), "?channel_mode=mix"),
    "mix of one": (lambda: bundled(STEREO), "?channel_mode=mix&channels=1"),
    "no channels named": (lambda: bundled(STEREO), "?channels="),
    "first channel": (lambda: bundled(STEREO), "?channels=0"),
    "second channel": (lambda: bundled(STEREO), "?channels=1"),
    "both channels": (lambda: bundled(STEREO), "?channels=0,1"),
    "both channels reversed": (lambda: bundled(STEREO), "?channels=1,0"),
    "channel out of range": (lambda: bundled(SPEECH), "?channels=1"),
    "silence": (lambda: bundled(SILENCE), "?include_vector_voiceprint=true"),
    "empty": (lambda: Media("empty.wav", b""), ""),
    "no frames": (lambda: bundled("no_frames.wav"), ""),
    "not audio": (lambda: bundled("not_audio.wav"), ""),
    "truncated": (lambda: bundled("truncated.wav"), ""),
    "4 kHz": (lambda: hum(1.0, rate=4000), ""),
    "piped, size 0": (lambda: piped(0), ""),
    "piped, size unknown": (lambda: piped(0xFFFFFFFF), ""),
    "unknown parameter": (lambda: bundled(SPEECH), "?colour=green"),
    "flag given twice": (lambda: bundled(SPEECH), "?include_vector_voiceprint=true&include_vector_voiceprint=false"),
}
FAILING = "failing"


def piped(size: int) -> Media:
    """Take a second of tone whose header gives that size."""
    media = hum(1.0)
    return replace(media, name=f"piped_{size}.wav", data=with_data_size(media.data, size))


@dataclass
class Run:
    """One task: the answer to its POST, and those to every GET."""

    name: str
    technology: str
    start: Exchange
    polls: list[Exchange] = field(default_factory=list)

    @property
    def task_id(self) -> str:
        """The id from the 202."""
        found = self.start.get("task", "task_id")
        if not isinstance(found, str) or not found:
            raise Broken("The 202 body names no task.", [self.start])
        return found

    @property
    def last(self) -> Exchange:
        """The latest answer."""
        return self.polls[-1] if self.polls else self.start

    @property
    def state(self) -> object:
        """The latest state."""
        return self.last.get("task", "state")

    @property
    def channels(self) -> list[dict[str, Any]]:
        """The channels of a done extraction; Broken where there is no such list."""
        found = self.last.get("result", "channels")
        if not isinstance(found, list) or not all(isinstance(channel, dict) for channel in found):
            raise Broken("The result of a done extraction has no list of channels.", [self.last])
        return found

    @property
    def vectors(self) -> list[Any]:
        """The vectors of a done conversion; Broken where there is no such list."""
        found = self.last.get("result", "vector_voiceprints")
        if not isinstance(found, list):
            raise Broken("The result of a done conversion has no list of vectors.", [self.last])
        return found


class Runs:
    """The tasks of one target, by name; each is started when it is first asked for."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._runs: dict[str, Run] = {}

    def started(self, name: str) -> Run:
        """Start the named extraction unless it was started before; nothing is said of the answer."""
        if name not in self._runs:
            self._runs[name] = self._start(name)
            if not self.target.moves_time and self._runs[name].start.status == 202:
                self._start_all()
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
        return Run(name, EXTRACTION, self.target.post_media(EXTRACTION, media, query))

    def accepted(self, name: str) -> Run:
        """Start the named extraction; unproven where the target cannot take it, broken where it will not."""
        run = self.started(name)
        check_accepted(run.start)
        return run

    def ended(self, name: str) -> Run:
        """Watch the named extraction to its end."""
        run = self.started(name)
        if run.start.status != 202:
            unproven(f"The task could not be started: {run.start}.")
        self.watch(run)
        return run

    def done(self, name: str) -> Run:
        """Watch the named extraction to its end; unproven where that is not `done`."""
        return self._need_done(self.ended(name))

    def conversion(self, *voiceprints: str) -> Run:
        """Start to convert voiceprints, once for each list; nothing is said of the answer."""
        name = "conversion of " + " ".join(voiceprints)
        if name not in self._runs:
            start = self.target.post_json(CONVERSION, {"voiceprints": list(voiceprints)})
            self._runs[name] = Run(name, CONVERSION, start)
        return self._runs[name]

    def convert(self, *voiceprints: str) -> Run:
        """Convert voiceprints and watch the task to its end; unproven where that is not `done`."""
        run = self.conversion(*voiceprints)
        if run.start.status != 202:
            unproven(f"The conversion could not be started: {run.start}.")
        return self._need_done(self.watch(run))

    def _need_done(self, run: Run) -> Run:
        if run.state != "done":
            message = run.last.get("error", "message")
            unproven(f"The task ended {run.state}, not done: {message}")
        return run

    def watch(self, run: Run) -> Run:
        """Poll a task until its state is final; unproven where that takes too long."""
        began, waited, pause = time.monotonic(), 0.0, FIRST_PAUSE
        while not run.polls or run.state not in FINAL:
            if run.polls:
                self.target.pass_time(pause)
                waited += pause
                pause = pause if waited < FINE_SECONDS else min(pause * 1.5, LONGEST_PAUSE)
            run.polls.append(self.target.get_task(run.technology, run.task_id))
            if run.last.status != 200 or run.state not in STATES:
                unproven(f"The task could not be watched to its end: {run.last} in state {run.state}.")
            if waited > WAITED_SECONDS or time.monotonic() - began > WAITED_SECONDS:
                unproven(f"The task was still {run.state} after {WAITED_SECONDS:.0f} s.")
        return run

    def own_voiceprint(self, name: str = "speech with vector", channel: int = 0) -> str:
        """Take a voiceprint that this target made itself: others need not be accepted."""
        run = self.done(name)
        found = run.channels[channel].get("voiceprint") if channel < len(run.channels) else None
        if not isinstance(found, str):
            raise Broken("The channel of a done extraction has no voiceprint.", [run.last])
        return found


def check_accepted(start: Exchange) -> None:
    """Tell apart a target that cannot take a sample, which proves nothing, and one that should have."""
    if start.status in NOT_THERE:
        unproven(f"The technology {NOT_THERE[start.status]} here: {start}.")
    if start.status in NO_ROOM:
        unproven(f"The target had no room for the sample: {start}.")
    expect_status(start, 202)


def foreign_voiceprint(length: int) -> str:
    """Write a voiceprint in the vendor's form whose embedding has that many numbers."""
    return voiceprint([((index * 37) % 101 - 50) / 100 for index in range(length)])

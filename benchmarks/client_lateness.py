"""Delay until a client sees the end of a task, and the number of polls: the client's pauses, and two alternatives.

Run: .venv/bin/python benchmarks/client_lateness.py

Each task runs on a mock in real time. The delay is the time from the end of the task to the return of the wait.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import requests

from voxdouble_client import ApplianceClient
from voxdouble_mock import MockAppliance

LENGTHS = {0.2: 20, 3.0: 5, 20.0: 1}
VOICEPRINT = "e2kD"


@dataclass
class Wait:
    """One wait for a task: the delay in milliseconds, and the number of polls."""

    delay: float
    polls: int


def by_client(mock: MockAppliance, length: float) -> Wait:
    """Return a wait with the client."""
    with ApplianceClient(mock.url, proxy="") as appliance:
        started = time.monotonic()
        appliance.start_voiceprint_conversion([VOICEPRINT]).wait()
    return waited(mock, started, length)


def by_pauses(next_pause: Callable[[int], float]) -> Callable[[MockAppliance, float], Wait]:
    """Return a function that waits with the pause `next_pause(n)` after poll n."""

    def wait(mock: MockAppliance, length: float) -> Wait:
        with requests.Session() as session:
            session.trust_env = False
            started = time.monotonic()
            url = f"{mock.url}/api/technology/speaker-identification-voiceprint-conversion"
            task_url = session.post(url, json={"voiceprints": [VOICEPRINT]}).headers["Location"]
            number = 0
            while session.get(task_url).json()["task"]["state"] not in {"done", "failed", "rejected"}:
                time.sleep(next_pause(number))
                number += 1
        return waited(mock, started, length)

    return wait


def waited(mock: MockAppliance, started: float, length: float) -> Wait:
    """Return the wait that has just ended; `started` is its monotonic start, `length` the duration of the task in s."""
    delay = 1000 * (time.monotonic() - started - length)
    polls = len(mock.requests) - 1
    mock.reset()
    return Wait(delay, polls)


WAYS = {
    "the client": by_client,
    "every 5 s, as in the vendor's guide": by_pauses(lambda _: 5.0),
    "doubling from 0.1 s": by_pauses(lambda number: 0.1 * 2**number),
}


def main() -> None:
    """Print delay and polls of every way of waiting, for tasks of several durations."""
    for length, times in LENGTHS.items():
        # The voiceprint is invalid, so the task is rejected at the end of its pending time.
        with MockAppliance(pending=length, running=0) as mock:
            for name, wait in WAYS.items():
                waits = [wait(mock, length) for _ in range(times if name == "the client" else min(times, 3))]
                delay = statistics.median(one.delay for one in waits)
                polls = statistics.median(one.polls for one in waits)
                print(f"{length:5.1f} s task, {name:36} {delay:7.0f} ms, {polls:4.0f} polls")


if __name__ == "__main__":
    main()

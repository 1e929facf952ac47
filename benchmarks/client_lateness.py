"""How late a result is seen, and at the price of how many looks: the client's pauses, and others.

Run: .venv/bin/python benchmarks/client_lateness.py

Each task runs on a mock in real time; late is what passes between its end and the return of the wait.
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
class Seen:
    """One task waited for: how late it was seen to have ended, in milliseconds, and after how many looks."""

    late: float
    looks: int


def by_client(mock: MockAppliance, length: float) -> Seen:
    """Wait as the client does."""
    with ApplianceClient(mock.url) as appliance:
        began = time.monotonic()
        appliance.start_voiceprint_conversion([VOICEPRINT]).wait()
    return seen(mock, began, length)


def by_pauses(next_pause: Callable[[int], float]) -> Callable[[MockAppliance, float], Seen]:
    """Wait with pauses that depend on their number alone."""

    def wait(mock: MockAppliance, length: float) -> Seen:
        with requests.Session() as session:
            began = time.monotonic()
            url = f"{mock.url}/api/technology/speaker-identification-voiceprint-conversion"
            place = session.post(url, json={"voiceprints": [VOICEPRINT]}).headers["Location"]
            number = 0
            while session.get(place).json()["task"]["state"] not in {"done", "failed", "rejected"}:
                time.sleep(next_pause(number))
                number += 1
        return seen(mock, began, length)

    return wait


def seen(mock: MockAppliance, began: float, length: float) -> Seen:
    """Say how the wait that began then went."""
    late = 1000 * (time.monotonic() - began - length)
    looks = len(mock.requests) - 1
    mock.reset()
    return Seen(late, looks)


WAYS = {
    "the client": by_client,
    "every 5 s, as the vendor's guide": by_pauses(lambda _: 5.0),
    "doubling from 0.1 s": by_pauses(lambda number: 0.1 * 2**number),
}


def main() -> None:
    """Measure every way on tasks of every length."""
    for length, times in LENGTHS.items():
        # What is sent is no voiceprint, so the task is rejected at the end of its pending time.
        with MockAppliance(pending=length, running=0) as mock:
            for name, wait in WAYS.items():
                all_seen = [wait(mock, length) for _ in range(times if name == "the client" else min(times, 3))]
                late = statistics.median(one.late for one in all_seen)
                looks = statistics.median(one.looks for one in all_seen)
                print(f"{length:5.1f} s task, {name:33} {late:7.0f} ms late, {looks:4.0f} looks")


if __name__ == "__main__":
    main()

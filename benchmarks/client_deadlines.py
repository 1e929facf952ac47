"""Overrun of the client's deadline against hostile servers: silent, slow, flooding, not reading.

Run: .venv/bin/python -m benchmarks.client_deadlines

Exit status 1 if any call returns more than half a second after its deadline, or without an error of the client.
"""

import sys
import time
from collections.abc import Callable

from tests.client.hostile import TASK_PATH, HostileServer
from tests.client.http.test_slow_responses import SLOW, Send
from voxdouble_client import ApplianceClient, ApplianceError

DEADLINE = 1.0
MAX_OVERRUN = 0.5

CALLS: dict[str, Callable[[ApplianceClient], object]] = {
    "extract": lambda appliance: appliance.extract_voiceprint(b"audio"),
    "extract 30 MB": lambda appliance: appliance.extract_voiceprint(bytes(30_000_000)),
    "wait": lambda appliance: appliance.task(TASK_PATH).result(),
    "poll": lambda appliance: appliance.task(TASK_PATH).state(),
}


def overrun(send: Send, call: Callable[[ApplianceClient], object]) -> float:
    """Return the seconds between the deadline and the end of the call, which must raise an ApplianceError."""
    with (
        HostileServer(lambda _, connection: send(connection)) as server,
        ApplianceClient(server.url, timeout=DEADLINE, proxy="") as appliance,
    ):
        started = time.monotonic()
        try:
            call(appliance)
        except ApplianceError:
            return time.monotonic() - started - DEADLINE
        raise AssertionError("A hostile response was returned as a result.")


def main() -> int:
    """Print the overrun of every call against every kind of hostile response; return the exit status."""
    worst = 0.0
    for kind, send in SLOW.items():
        times = {name: overrun(send, call) for name, call in CALLS.items()}
        print(f"{kind:34}" + "".join(f"{name}: {1000 * seconds:5.0f} ms   " for name, seconds in times.items()))
        worst = max(worst, *times.values())
    print(f"largest overrun: {1000 * worst:.0f} ms after a deadline of {DEADLINE:g} s")
    return int(worst > MAX_OVERRUN)


if __name__ == "__main__":
    sys.exit(main())

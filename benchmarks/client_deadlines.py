"""How late a call comes back past its deadline when the other end is hostile: silent, dripping, flooding, deaf.

Run: .venv/bin/python -m benchmarks.client_deadlines

Exit code 1 if any call comes back more than half a second after its deadline, or not in a typed error.
"""

import sys
import time
from collections.abc import Callable

from tests.client.hostile import TASK_PATH, HostileServer
from tests.client.test_slow_answers import SLOW, Send
from voxdouble_client import ApplianceClient, ApplianceError

DEADLINE = 1.0
ALLOWED_LATE = 0.5

CALLS: dict[str, Callable[[ApplianceClient], object]] = {
    "extract": lambda appliance: appliance.extract_voiceprint(b"audio"),
    "extract 30 MB": lambda appliance: appliance.extract_voiceprint(bytes(30_000_000)),
    "wait": lambda appliance: appliance.task(TASK_PATH).result(),
    "look": lambda appliance: appliance.task(TASK_PATH).state(),
}


def late(send: Send, call: Callable[[ApplianceClient], object]) -> float:
    """Tell by how many seconds the call outlives its deadline; an error that is not the client's own passes."""
    with (
        HostileServer(lambda _, connection: send(connection)) as server,
        ApplianceClient(server.url, timeout=DEADLINE) as appliance,
    ):
        began = time.monotonic()
        try:
            call(appliance)
        except ApplianceError:
            return time.monotonic() - began - DEADLINE
        raise AssertionError("A hostile answer gave a result.")


def main() -> int:
    """Try every call on every kind of hostility."""
    worst = 0.0
    for kind, send in SLOW.items():
        times = {name: late(send, call) for name, call in CALLS.items()}
        print(f"{kind:34}" + "".join(f"{name}: {1000 * seconds:5.0f} ms   " for name, seconds in times.items()))
        worst = max(worst, *times.values())
    print(f"latest: {1000 * worst:.0f} ms past a deadline of {DEADLINE:g} s")
    return int(worst > ALLOWED_LATE)


if __name__ == "__main__":
    sys.exit(main())

"""The processor time that the client needs to turn a response body of 50,000 conversions into a result.

Run: .venv/bin/python -m benchmarks.client_results

Printed as ratios to orjson.loads of the same body in the same run.
"""

import random
import time
from collections.abc import Callable

import orjson

from voxdouble_client import ApplianceClient
from voxdouble_client._http.wire import Request, Response, task_answer
from voxdouble_client._technologies._results import VECTOR_LENGTH
from voxdouble_client._technologies.voiceprint_conversion import TECHNOLOGY

VECTORS, ROUNDS = 50_000, 5


def body() -> bytes:
    """Return the body of a conversion's last answer."""
    numbers = random.Random(1)
    vectors = [[numbers.uniform(-1, 1) for _ in range(VECTOR_LENGTH)] for _ in range(VECTORS)]
    return orjson.dumps({"task": {"task_id": "t", "state": "done"}, "result": {"vector_voiceprints": vectors}})


def seconds(work: Callable[[], object]) -> float:
    """Return the shortest processor time of several rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return best


def main() -> None:
    """Measure parsing, the check of the answer and the conversion to the result."""
    response = Response(Request("GET", "http://appliance"), 200, {}, body())
    answer = task_answer(response, "t")
    with ApplianceClient("http://appliance") as appliance:
        handle = appliance.task(f"/api/technology/{TECHNOLOGY}/t")
        parsing = seconds(lambda: orjson.loads(response.body))
        for name, work in (
            ("orjson.loads alone", lambda: orjson.loads(response.body)),
            ("the answer: parsed and checked", lambda: task_answer(response, "t")),
            ("the result: vectors checked", lambda: handle.read(answer)),
        ):
            took = seconds(work)
            print(f"{name:32} {1000 * took:6.0f} ms, {took / parsing:4.2f} times orjson.loads")


if __name__ == "__main__":
    main()

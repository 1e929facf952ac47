"""Processor time of the client's calls, beside the same exchanges by the library `requests` and Python's `json`.

Run: python -m benchmarks.client_calls
"""

import time
from collections.abc import Callable, Iterator
from statistics import median
from urllib.parse import urlsplit

from benchmarks.figure import Figure
from benchmarks.mock_lists import body, encoded_voiceprints
from benchmarks.servers import CONVERSION_PATH, EXTRACTION_PATH, Server, mock, recording
from voxdouble_client import ApplianceClient

LONG, TIMES, ROUNDS = 50_000, 50, 5


def cpu_ms(work: Callable[[], object]) -> float:
    """Return the milliseconds of processor time of this process."""
    began = time.process_time()
    work()
    return 1000 * (time.process_time() - began)


def bare(server: Server, path: str, **options: object) -> object:
    """Return a result by the library `requests`, whose `json()` parses with Python's `json`."""
    response = server.session.post(server.url + path, timeout=600, **options)  # type: ignore[arg-type]
    url = server.url + urlsplit(response.headers["Location"]).path
    while True:
        answer = server.session.get(url, timeout=600).json()
        if answer["task"]["state"] == "done":
            return answer["result"]
        time.sleep(0.01)


def figures() -> Iterator[Figure]:
    """Yield the figures."""
    server = mock("--task-lifetime", "3")
    file, voiceprints = recording(160_000), encoded_voiceprints(LONG)
    text = body(voiceprints)
    try:
        with ApplianceClient(server.url, proxy="") as client:

            def extract() -> None:
                for _ in range(TIMES):
                    client.extract_voiceprint(file, include_vector_voiceprint=True)

            def extract_bare() -> None:
                for _ in range(TIMES):
                    bare(server, EXTRACTION_PATH, files={"file": file})

            def convert() -> None:
                client.convert_voiceprints(voiceprints)

            def convert_bare() -> None:
                bare(server, CONVERSION_PATH, data=text, headers={"Content-Type": "application/json"})

            for subject, ours, theirs, times in (
                ("client: extraction, beside requests with Python's json", extract, extract_bare, TIMES),
                (f"client: {LONG:,} conversions, beside requests with Python's json", convert, convert_bare, 1),
            ):
                found = [(cpu_ms(ours) / times, cpu_ms(theirs) / times) for _ in range(ROUNDS)]
                milliseconds, ratio = median(one for one, _ in found), median(one / other for one, other in found)
                yield Figure(subject, f"{milliseconds:.1f} ms", ratio, 1.3)
    finally:
        server.stop()


if __name__ == "__main__":
    for figure in figures():
        print(figure)

"""The cost of 50,000 conversions for the client, from a list of voiceprints to a numpy array.

Run: OPENBLAS_NUM_THREADS=1 .venv/bin/python -m benchmarks.client_conversions

Printed as ratios to a floor measured in the same run: http.client that sends the same JSON, receives the same response
and parses it with orjson, and makes no array. Exit status 1 if the client needs more than 1.5 times the processor time.
"""

import http.client
import random
import socket
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing import Process

import numpy as np
import orjson

from voxdouble_client import ApplianceClient
from voxdouble_client._technologies.voiceprint_conversion import TECHNOLOGY

VOICEPRINTS, NUMBERS, ROUNDS = 50_000, 128, 5
ALLOWED = 1.5
PATH = f"/api/technology/{TECHNOLOGY}"
ACCEPTED = b'{"task":{"task_id":"t","state":"pending"}}'


def voiceprints() -> list[str]:
    """Return texts as long as the voiceprints of the mock."""
    return [random.Random(number).randbytes(870).hex() for number in range(VOICEPRINTS)]


def result() -> bytes:
    """Return the body of the last poll: unit vectors of float32 numbers, as the mock sends them."""
    vectors = np.random.default_rng(1).normal(size=(VOICEPRINTS, NUMBERS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    task = {"task": {"task_id": "t", "state": "done"}, "result": {"vector_voiceprints": vectors.tolist()}}
    return orjson.dumps(task)


def serve(listener: socket.socket, body: bytes) -> None:
    """Accept every connection and answer its requests in a thread."""
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=answer, args=(connection, body), daemon=True).start()


def answer(connection: socket.socket, body: bytes) -> None:
    """Accept conversions, and answer each poll with the same result."""
    piece = memoryview(bytearray(1 << 20))
    with connection, connection.makefile("rb") as stream:
        while line := stream.readline():
            length = 0
            while (header := stream.readline()) not in {b"\r\n", b""}:
                name, _, value = header.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            while length:
                length -= stream.readinto(piece[: min(length, len(piece))])
            if line.startswith(b"POST"):
                head = f"HTTP/1.1 202 Accepted\r\nLocation: {PATH}/t\r\nContent-Length: {len(ACCEPTED)}\r\n\r\n"
                connection.sendall(head.encode() + ACCEPTED)
            else:
                connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode())
                connection.sendall(body)


def floor(port: int, texts: list[str]) -> object:
    """Send, receive and parse, and nothing else."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", PATH, orjson.dumps({"voiceprints": texts}))
    connection.getresponse().read()
    connection.request("GET", f"{PATH}/t")
    parsed = orjson.loads(connection.getresponse().read())
    connection.close()
    return parsed


def cost(work: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds of processor time and of real time."""
    real, began = time.perf_counter(), time.process_time()
    work()
    return time.process_time() - began, time.perf_counter() - real


def main() -> int:
    """Print the figures; return the exit status."""
    texts = voiceprints()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Process(target=serve, args=(listener, result()), daemon=True)
        server.start()
        port = listener.getsockname()[1]
        with ApplianceClient(f"http://127.0.0.1:{port}", proxy="") as appliance:
            works = {
                "floor": lambda: floor(port, texts),
                "client": lambda: appliance.convert_voiceprints(texts).to_numpy(),
            }
            rounds = [{name: cost(work) for name, work in works.items()} for _ in range(ROUNDS)]
        server.kill()
    best = {name: [min(taken[name][kind] for taken in rounds) for kind in (0, 1)] for name in works}
    for name, (processor, real) in best.items():
        ratios = f"{processor / best['floor'][0]:4.2f} and {real / best['floor'][1]:4.2f} times the floor"
        print(f"{name:8} {processor:5.2f} s of processor time, {real:5.2f} s of real time; {ratios}")
    return int(best["client"][0] > ALLOWED * best["floor"][0])


if __name__ == "__main__":
    sys.exit(main())

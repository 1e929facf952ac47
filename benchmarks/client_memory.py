"""Memory and time of an upload: 1 GiB with the client, and 256 MiB with the `files=` of requests; P14.

Run: .venv/bin/python benchmarks/client_memory.py

Exit status 1 if the client needs more than 16 MiB in addition to its memory after a small upload.
"""

import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

GIB = 1 << 30
ALLOWED_MIB = 16
TASK = "4a1f3e0c-0000-4000-8000-000000000000"
BODY = f'{{"task":{{"task_id":"{TASK}","state":"pending"}}}}'
HEAD = f"HTTP/1.1 202 Accepted\r\nContent-Length: {len(BODY)}\r\nLocation: /api/technology/x/{TASK}\r\n\r\n"

BY_CLIENT = """
from voxdouble_client import ApplianceClient
appliance = ApplianceClient(sys.argv[1], timeout=600, proxy="")
send = appliance.start_voiceprint_extraction
"""
BY_REQUESTS = """
import requests
def send(file):
    with open(file, "rb") as stream:
        requests.post(sys.argv[1], files={"file": stream}, proxies={"http": ""})
"""
MEASURE = """
import resource, sys, time
{how}
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
send(sys.argv[2])
before, started = peak(), time.perf_counter()
send(sys.argv[3])
print(peak() - before, time.perf_counter() - started)
"""


def serve(listener: socket.socket) -> None:
    """Accept every connection and answer its uploads in a thread."""
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=answer, args=(connection,), daemon=True).start()


def answer(connection: socket.socket) -> None:
    """Read each request to its end, discard its body and answer 202."""
    piece = memoryview(bytearray(1 << 20))
    with connection, connection.makefile("rb") as stream:
        while True:
            length = 0
            while (line := stream.readline()) not in {b"\r\n", b""}:
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            if not line:
                return
            while length:
                length -= stream.readinto(piece[: min(length, len(piece))])
            connection.sendall((HEAD + BODY).encode())


def measured(url: str, how: str, size: int) -> tuple[float, float]:
    """Return the additional MiB, compared to a small upload, and the seconds of an upload in a separate process."""
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small.wav", Path(folder) / "large.wav"
        small.write_bytes(b"RIFF")
        with large.open("wb") as stream:
            stream.truncate(size)
        command = [sys.executable, "-c", MEASURE.format(how=how), url, str(small), str(large)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    mib, seconds = map(float, done.stdout.split())
    return mib, seconds


def main() -> int:
    """Print the figures; return the exit status."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        mib, seconds = measured(url, BY_CLIENT, GIB)
        print(f"the client, 1 GiB:          {mib:6.1f} MiB more, {1024 / seconds:5.0f} MiB/s")
        theirs, seconds = measured(url, BY_REQUESTS, GIB // 4)
        print(f"requests' files=, 256 MiB:  {theirs:6.1f} MiB more, {256 / seconds:5.0f} MiB/s")
    return int(mib > ALLOWED_MIB)


if __name__ == "__main__":
    sys.exit(main())

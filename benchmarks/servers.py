"""The two servers that the benchmarks compare, the mock and a minimal Flask on cheroot, and loads from wrk.

Figures are processor time of the server's process, which a busy machine disturbs less than time on the wall, and ratios
of the two servers in rounds that alternate between them.
"""

import io
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import requests

FOLDER = Path(__file__).parent
TICKS = os.sysconf("SC_CLK_TCK")
EXTRACTION_PATH = "/api/technology/speaker-identification-voiceprint-extraction?include_vector_voiceprint=true"
"""With a query, since the benchmarks ask for vectors."""
CONVERSION_PATH = "/api/technology/speaker-identification-voiceprint-conversion"
BOUNDARY = "0123456789abcdef"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
START_SECONDS = 60
MOCK = [sys.executable, "-m", "voxdouble", "serve", "--pending", "0", "--running", "0", "--port"]


@dataclass(frozen=True)
class Load:
    """The outcome of a load: complete requests, errors, milliseconds of processor time a request, and p99 in ms."""

    requests: int
    errors: int
    cpu_ms: float
    p99_ms: float


class Server:
    """A server that runs as a process until `stop`."""

    def __init__(self, command: list[str], health: str, extraction: str, conversion: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{free.getsockname()[1]}"
        self.extraction, self.conversion = extraction, conversion
        self.session = requests.Session()
        self.session.trust_env = False
        self._process = subprocess.Popen(
            [*command, str(urlsplit(self.url).port)],
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait(self.url + health)

    @property
    def process(self) -> int:
        """The id of the process."""
        return self._process.pid

    def _wait(self, url: str) -> None:
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                self.session.get(url, timeout=START_SECONDS)
            except requests.ConnectionError:
                if time.monotonic() > end or self._process.poll() is not None:
                    raise
                time.sleep(0.01)
            else:
                return

    def cpu_ms(self) -> float:
        """Return the milliseconds of processor time that the process has used."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return 1000 * (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self, field: str = "VmRSS") -> float:
        """Return the memory of the process in MiB, resident now or, with `VmHWM`, at its peak."""
        status = Path(f"/proc/{self.process}/status").read_text()
        return int(re.findall(rf"{field}:\s+(\d+)", status)[0]) / 1024

    def forget_peak(self) -> None:
        """Reset the recorded peak of the memory to the memory in use."""
        Path(f"/proc/{self.process}/clear_refs").write_text("5")

    def start_task(self, path: str, data: bytes, content_type: str) -> str:
        """Start a task, wait for its end and return its URL."""
        response = self.session.post(self.url + path, data=data, headers={"Content-Type": content_type}, timeout=600)
        response.raise_for_status()
        url = self.url + urlsplit(response.headers["Location"]).path
        while b'"done"' not in self.session.get(url, timeout=600).content[:200]:
            time.sleep(0.002)
        return url

    def stop(self) -> None:
        """End the process."""
        self.session.close()
        self._process.terminate()
        self._process.wait()


def environment() -> dict[str, str]:
    """Return the environment of the measured processes: one thread for matrix products, and compiled modules."""
    found = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**found, "OPENBLAS_NUM_THREADS": "1", "PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir(), "voxdouble"))}


def mock(*options: str) -> Server:
    """Start the mock."""
    return Server([*MOCK[:-1], *options, MOCK[-1]], "/_mock/health", EXTRACTION_PATH, CONVERSION_PATH)


def minimal_flask() -> Server:
    """Start the minimal Flask."""
    return Server([sys.executable, "-m", "benchmarks.minimal_flask"], "/health", "/extract", "/convert")


@contextmanager
def both(*options: str) -> Iterator[Mapping[str, Server]]:
    """Run the mock, with these options, and the minimal Flask side by side."""
    with ExitStack() as stack:
        servers = {}
        for name, start in (("mock", partial(mock, *options)), ("minimal Flask", minimal_flask)):
            servers[name] = start()
            stack.callback(servers[name].stop)
        yield servers


def wrk(server: Server, script: str, path: str, arguments: list[str], *, clients: int, seconds: float) -> Load:
    """Return the outcome of a load by wrk, which Debian's package of that name installs."""
    if shutil.which("wrk") is None:
        raise SystemExit("The benchmarks need wrk: `apt-get install wrk`.")
    command = ["wrk", f"-t{clients if script == 'cycle.lua' else 1}", f"-c{clients}", f"-d{seconds:g}s"]
    command += ["--timeout", "60s", "-s", str(FOLDER / script), server.url + path, "--", *arguments]
    began = server.cpu_ms()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    result = json.loads(re.findall("RESULT (.*)", done.stdout)[0])
    used = server.cpu_ms() - began
    return Load(result["requests"], result["errors"], used / max(1, result["requests"]), result["p99_us"] / 1000)


def alternate(servers: Mapping[str, Server], measure: Callable[[Server], float], rounds: int) -> tuple[float, float]:
    """Return the median of the first server, and the median ratio to the second, of rounds that alternate."""
    found = [[measure(server) for server in servers.values()] for _ in range(rounds)]
    return statistics.median(first for first, _ in found), statistics.median(first / second for first, second in found)


def recording(size: int, rate: int = 16_000) -> bytes:
    """Return a WAV file of this many bytes with noise, which is as much work as speech."""
    samples = np.random.default_rng(size).normal(0, 3000, (size - 44) // 2).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as target:
        target.setparams((1, 2, rate, 0, "NONE", ""))
        target.writeframes(samples.tobytes())
    return file.getvalue()


def form(content: bytes) -> bytes:
    """Return a multipart body with the file, of type `MULTIPART`."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
    return head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()

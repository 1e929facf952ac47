"""Attacks on what the mock keeps: its memory and threads, its determinism, its network; P7, P13, P15."""

import random
import resource
import socket
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.attacks.attack import (
    CONVERSION_PATH,
    EXTRACTION_PATH,
    MULTIPART,
    SESSION,
    VOICEPRINT,
    Outcome,
    head,
    status_of,
    until,
)
from tests.commands.process import serving
from tests.test_offline import MAIN_JOB, watched
from voxdouble_mock import MockAppliance
from voxdouble_mock.wsgi.server import MAX_CONNECTIONS, MAX_WAITING

HALF_HEADS = 1_100
SLOW_BODIES = MAX_WAITING + 40
CROWD_SECONDS = 15.0
"""The longest time of a crowd of slow bodies: the mock closes each after 30 s without a byte."""
SLOWEST_HEALTH = 5.0
"""Seconds."""
MIB = 1 << 20
ALLOWED_GROWTH = 16 * MIB


def half_heads(seconds: float, _: random.Random) -> Outcome:
    """P7: connections that send half a head, beside which health must be answered."""
    slowest, total = 0.0, 0
    with MockAppliance() as mock, ExitStack() as crowd:
        parts = urlsplit(mock.url)
        for _number in range(HALF_HEADS):
            client = crowd.enter_context(socket.create_connection((parts.hostname or "", parts.port or 0)))
            client.sendall(b"GET /api/system/info HTTP/1.1\r\nHost:")
        for number in until(seconds):
            total = number + 1
            began = time.monotonic()
            SESSION.get(mock.url + "/_mock/health", timeout=30).raise_for_status()
            slowest = max(slowest, time.monotonic() - began)
    figure = f"{HALF_HEADS:,} half heads, {total:,} health checks beside them, the slowest after {slowest:.2f} s"
    return Outcome(figure, slowest < SLOWEST_HEALTH)


def full_house(seconds: float, _: random.Random) -> Outcome:
    """P7: more slow bodies, half heads and idle connections than there may be; health and polls must be answered.

    Each body beyond the bound of threads must get a 503 with a JSON body, and no connection may be reset.
    """
    raise_descriptor_limit()
    slowest, total = 0.0, 0
    with serving("--pending", "0", "--running", "0") as (url, _process), ExitStack() as crowd:
        parts = urlsplit(url)
        address = (parts.hostname or "", parts.port or 0)
        task = urlsplit(
            SESSION.post(url + CONVERSION_PATH, json={"voiceprints": [VOICEPRINT]}).headers["Location"]
        ).path
        start = head("POST", EXTRACTION_PATH, 1_000_000, MULTIPART)
        bodies = [hold(crowd, address, start + b"--") for _number in range(SLOW_BODIES)]
        for _number in range(MAX_CONNECTIONS - MAX_WAITING + 200):
            hold(crowd, address, b"GET /api/system/info HTTP/1.1\r\nHost:")
        for _number in range(200):
            hold(crowd, address, b"GET /_mock/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for number in until(min(seconds, CROWD_SECONDS)):
            total = number + 1
            for path in ("/_mock/health", task):
                began = time.monotonic()
                SESSION.get(url + path, timeout=30, headers={"Connection": "close"}).raise_for_status()
                slowest = max(slowest, time.monotonic() - began)
        refused = [response for one in bodies if (response := arrived(one))]
    explained = sum(status_of(one) == 503 and b'"type":"internal"' in one for one in refused)
    kept = slowest < SLOWEST_HEALTH and len(refused) == explained == SLOW_BODIES - MAX_WAITING
    figure = (
        f"{SLOW_BODIES:,} slow bodies beside {MAX_CONNECTIONS - MAX_WAITING + 400:,} half heads and idle connections: "
        f"{explained} bodies got a 503 with the reason; {2 * total:,} health checks and polls, "
        f"the slowest after {slowest:.2f} s"
    )
    return Outcome(figure, kept)


def hold(crowd: ExitStack, address: tuple[str, int], data: bytes) -> socket.socket:
    """Send an unfinished request on a connection that stays open until the end."""
    client = crowd.enter_context(socket.create_connection(address, timeout=30))
    client.sendall(data)
    return client


def arrived(client: socket.socket) -> bytes:
    """Return the response that has arrived on a connection; a reset counts as one."""
    client.settimeout(0)
    try:
        return client.recv(65_536) or b"closed"
    except BlockingIOError:
        return b""
    except OSError:
        return b"reset"


def raise_descriptor_limit() -> None:
    """Allow this process, and the mock that it starts, as many connections as the system permits."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def steady_load(seconds: float, chance: random.Random) -> Outcome:
    """P7: tasks that expire after a second; in the second half the memory grows by less than ALLOWED_GROWTH."""
    failed = total = 0
    with serving("--task-lifetime", "1", "--pending", "0", "--running", "0") as (url, process):
        half: int | None = None
        began = time.monotonic()
        for number in until(seconds):
            total = number + 1
            body = {"voiceprints": [VOICEPRINT] * chance.randint(1, 50)}
            started = SESSION.post(f"{url}/_ns/{chance.randrange(20)}{CONVERSION_PATH}", json=body, timeout=30)
            failed += started.status_code != 202
            failed += SESSION.get(started.headers["Location"], timeout=30).status_code not in {200, 404}
            if half is None and time.monotonic() - began > seconds / 2:
                half = resident(process.pid)
        grown = resident(process.pid) - (half or 0) if half else 0
    figure = f"{2 * total:,} requests, {failed} failed; in the second half the memory grew by {grown / MIB:.1f} MiB"
    return Outcome(figure, not failed and grown < ALLOWED_GROWTH)


def resident(process: int) -> int:
    """Return the bytes of memory that a process has."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * 4096


def equal_seeds(seconds: float, chance: random.Random) -> Outcome:
    """P13: two mocks with one seed and the same requests, whose responses must be equal byte by byte."""
    different = total = 0
    options = {"seed": 1, "clock": "manual", "location": "path"}
    with MockAppliance(**options) as one, MockAppliance(**options) as two:  # type: ignore[arg-type]  # options by name
        for number in until(seconds):
            total = number + 1
            path = f"/_ns/{chance.randrange(100)}{CONVERSION_PATH}"
            body = {"voiceprints": [VOICEPRINT] * chance.randint(0, 3)}
            answers = [SESSION.post(mock.url + path, json=body, timeout=30) for mock in (one, two)]
            different += answers[0].content != answers[1].content
    return Outcome(f"{total:,} requests to two mocks with one seed, {different} different responses", not different)


def no_network(seconds: float, _: random.Random) -> Outcome:
    """P15: the main job, in a process that ends as soon as it looks up or contacts another machine."""
    with tempfile.TemporaryDirectory() as folder:
        ends = [watched(MAIN_JOB, Path(folder)).returncode for _number in until(seconds)]
    contacts = len(ends) - ends.count(0)
    return Outcome(
        f"{len(ends)} runs of demo, mock and client, {contacts} contacted another machine or failed", not contacts
    )

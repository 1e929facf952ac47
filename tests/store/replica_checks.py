"""Two replicas behind nginx, on one store: 10,000 requests of alternating clients show one appliance (P9).

Run by `make replica-test`, not by `make test`. `VOXDOUBLE_OPERATIONS` is the number of requests. The replicas' clocks
are 5 s apart. On two memory stores the checker must find violations, which shows that it can.
"""

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import requests

import voxdouble_fixtures
from tests import needs
from tests.store.history import History, Operation
from tests.store.redis_server import free_port, running

OPERATIONS = int(os.environ.get("VOXDOUBLE_OPERATIONS", "10000"))
CLIENTS = 8
CONVERSION = "/api/technology/speaker-identification-voiceprint-conversion"
SHIFTED = "import time; real = time.time_ns; time.time_ns = lambda: real() + 5_000_000_000\n"
"""Makes the clock of a process 5 s fast, before the mock reads it."""
SERVE = "import sys; from voxdouble.cli import main; sys.argv[0] = 'voxdouble'; main()"
NGINX = """
daemon off; error_log stderr; pid {folder}/nginx.pid;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    upstream replicas {{ server {first}; server {second}; keepalive 32; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://replicas;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
        }}
    }}
}}
"""


@contextmanager
def replica(store: str, *, shifted: bool) -> Iterator[str]:
    """Start a mock as a process; yield its address. A shifted one has a clock that is 5 s fast."""
    code = (SHIFTED if shifted else "") + SERVE
    options = ["serve", "--port", "0", "--store", store, "--pending", "0.2", "--running", "0.3", "--location", "path"]
    with subprocess.Popen([sys.executable, "-c", code, *options], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("voxdouble ready http://"), line
            yield line.split()[-1].removeprefix("http://")
        finally:
            process.terminate()


@contextmanager
def balanced(folder: Path, first: str, second: str) -> Iterator[str]:
    """Start nginx, which sends requests to two replicas in turn; yield its base URL."""
    port = free_port()
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or needs.program("nginx", package="nginx")
    configuration = folder / "nginx.conf"
    configuration.write_text(NGINX.format(folder=folder, first=first, second=second, port=port))
    with subprocess.Popen([program, "-e", "stderr", "-c", str(configuration)]) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            for _ in range(100):
                try:
                    requests.get(url + "/_mock/health", timeout=5).raise_for_status()
                    break
                except requests.RequestException:
                    time.sleep(0.05)
            yield url
        finally:
            process.terminate()


def client(url: str, history: History, count: Iterator[int], tasks: list[str], seed: int) -> None:
    """Send requests until `count` ends."""
    chance, voiceprint = random.Random(seed), voxdouble_fixtures.path("john_doe.vp").read_text().strip()
    with requests.Session() as session:
        for _ in count:
            kind = chance.random()
            sent = time.monotonic()
            if kind < 0.2 or not tasks:
                started = session.post(url + CONVERSION, json={"voiceprints": [voiceprint]}, timeout=30)
                assert started.status_code == 202, started.text
                task_id = started.json()["task"]["task_id"]
                history.add(Operation("start", sent, time.monotonic(), task_id))
                tasks.append(task_id)
            elif kind < 0.94:
                task_id = chance.choice(tasks[-60:])
                polled = session.get(f"{url}{CONVERSION}/{task_id}", timeout=30)
                assert polled.status_code in {200, 404}, polled.text
                state = polled.json()["task"]["state"] if polled.status_code == 200 else "unknown"
                history.add(Operation("poll", sent, time.monotonic(), task_id, state, polled.content))
            elif kind < 0.942:
                tasks_now = session.get(url + "/_mock/tasks", timeout=30).json()["tasks"]
                listed = frozenset(task["task_id"] for task in tasks_now)
                history.add(Operation("list", sent, time.monotonic(), listed=listed))
            else:
                clock = session.get(url + "/_mock/clock", timeout=30).json()
                history.add(Operation("clock", sent, time.monotonic(), now=clock["now"]))


def recorded(url: str, operations: int) -> History:
    """Return the history of some clients that send requests at the same time."""
    seed = random.randrange(1 << 32)
    print("seed", seed)
    history, tasks, count = History(), list[str](), iter(range(operations))
    with ThreadPoolExecutor(CLIENTS) as clients:
        ended = [clients.submit(client, url, history, count, tasks, seed + number) for number in range(CLIENTS)]
    for one in ended:
        one.result()
    return history


def checked(folder: Path, stores: tuple[str, str], operations: int, *, shifted: bool) -> tuple[History, list[str]]:
    """Return the history of two replicas on these stores behind nginx, and the violations in it."""
    with (
        replica(stores[0], shifted=False) as first,
        replica(stores[1], shifted=shifted) as second,
        balanced(folder, first, second) as url,
    ):
        history = recorded(url, operations)
    violations = history.violations()
    print(f"P9: {len(history.operations):,} requests to {described(stores)}, {len(violations)} violations")
    return history, violations


def described(stores: tuple[str, str]) -> str:
    """Return the stores of two replicas, for people."""
    kind = stores[0].partition(":")[0]
    return f"two replicas on {'one ' + kind + ' store' if stores[0] == stores[1] != 'memory:' else 'two memory stores'}"


def test_two_replicas_on_redis_behave_as_one(tmp_path: Path) -> None:
    """No acknowledged task is lost, doubled, changed or set back, though the clocks of the replicas are 5 s apart."""
    with running(tmp_path) as server:
        history, violations = checked(tmp_path, (server.url, server.url), OPERATIONS, shifted=True)
    assert violations == []
    assert len(history.operations) == OPERATIONS
    assert {"pending", "running", "done"} <= history.states()


def test_two_servers_on_one_sqlite_file_behave_as_one(tmp_path: Path) -> None:
    """The same holds for two servers of one host on one file."""
    store = f"sqlite:{tmp_path / 'store.db'}"
    history, violations = checked(tmp_path, (store, store), OPERATIONS // 5, shifted=True)
    assert violations == []
    assert {"pending", "running", "done"} <= history.states()


def test_the_checker_finds_that_two_memory_stores_are_two_appliances(tmp_path: Path) -> None:
    """Without a common store, polls of the other replica are answered 404, which the checker reports."""
    _, violations = checked(tmp_path, ("memory:", "memory:"), OPERATIONS // 20, shifted=False)
    assert any("was acknowledged and then unknown" in text for text in violations)

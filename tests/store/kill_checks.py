"""kill -9 of a server with a durable store, at random instants under load (P8).

Run by `make kill-test`, not by `make test`: a kill takes about two seconds. `VOXDOUBLE_KILLS` is the number of kills.
What `synchronous=FULL` protects against beyond this, the loss of power, cannot be shown by killing a process, nor can
what `appendfsync` protects against.
"""

import os
import random
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

import voxdouble_fixtures
from tests.commands.process import serving
from tests.store.redis_server import running

KILLS = int(os.environ.get("VOXDOUBLE_KILLS", "20"))
CLIENTS = 4
CONVERSION = "/api/technology/speaker-identification-voiceprint-conversion"
ORDER = ["pending", "running", "done"]


@dataclass
class History:
    """The acknowledged tasks with the latest state that a client has seen of each."""

    states: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def see(self, task_id: str, state: str) -> None:
        """Record a state; AssertionError if the task went back."""
        with self.lock:
            before = self.states.get(task_id, "pending")
            assert ORDER.index(state) >= ORDER.index(before), f"{task_id} went back from {before} to {state}"
            self.states[task_id] = state


def start_task(session: requests.Session, url: str, history: History, voiceprint: str) -> str:
    """Start a task and return its id."""
    started = session.post(url + CONVERSION, json={"voiceprints": [voiceprint]}, timeout=30)
    assert started.status_code == 202, started.text
    task_id: str = started.json()["task"]["task_id"]
    history.see(task_id, "pending")
    return task_id


def load(url: str, history: History, voiceprint: str, errors: list[AssertionError]) -> None:
    """Start tasks and poll them until the server is gone."""
    with requests.Session() as session:
        try:
            while True:
                task_id = start_task(session, url, history, voiceprint)
                polled = session.get(f"{url}{CONVERSION}/{task_id}", timeout=5)
                assert polled.status_code == 200, polled.text
                history.see(task_id, polled.json()["task"]["state"])
        except (requests.RequestException, ValueError):
            return
        except AssertionError as error:
            errors.append(error)


def check_history(url: str, history: History) -> None:
    """Raise AssertionError unless every acknowledged task is there, once, and has not gone back."""
    listed = [task["task_id"] for task in requests.get(f"{url}/_mock/tasks", timeout=30).json()["tasks"]]
    assert len(listed) == len(set(listed)), "a task is listed twice"
    assert set(history.states) <= set(listed), f"{len(set(history.states) - set(listed))} acknowledged tasks are lost"
    for task_id in list(history.states)[-200:]:
        polled = requests.get(f"{url}{CONVERSION}/{task_id}", timeout=5)
        assert polled.status_code == 200, polled.text
        history.see(task_id, polled.json()["task"]["state"])


@pytest.fixture(params=["sqlite:", "redis:"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the address of each durable store."""
    if request.param == "redis:":
        with running(tmp_path, "--appendonly", "yes") as server:
            yield server.url
    else:
        yield f"sqlite:{tmp_path / 'store.db'}"


def test_no_acknowledged_task_is_lost_by_kill_9(store: str) -> None:
    """After each kill the server is ready again, with every acknowledged task, and the database is intact."""
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance, history = random.Random(seed), History()
    voiceprint = (voxdouble_fixtures.path("john_doe.vp")).read_text().strip()
    errors: list[AssertionError] = []
    slowest = 0.0
    for _ in range(KILLS):
        began = time.monotonic()
        with serving("--store", store, "--pending", "0.1", "--running", "0.1") as (url, process):
            slowest = max(slowest, time.monotonic() - began)
            check_history(url, history)
            with requests.Session() as session:  # the first request waits until numpy and the decoders are loaded
                start_task(session, url, history, voiceprint)
            arguments = (url, history, voiceprint, errors)
            clients = [threading.Thread(target=load, args=arguments) for _ in range(CLIENTS)]
            for client in clients:
                client.start()
            time.sleep(chance.uniform(0.02, 0.6))
            process.send_signal(signal.SIGKILL)
            for client in clients:
                client.join()
        assert errors == []
        if store.startswith("sqlite:"):
            check_database(store.removeprefix("sqlite:"))
    assert len(history.states) > 2 * KILLS, "the load was too small to show anything"
    print(f"{store}: {KILLS} kills, {len(history.states)} tasks acknowledged, slowest start {slowest:.2f} s")


def check_database(path: str) -> None:
    """Raise AssertionError unless a database is intact."""
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()

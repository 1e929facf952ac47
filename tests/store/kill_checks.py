"""kill -9 of a server with a durable store, at random instants under load (P8).

Run by `make kill-test`, not by `make test`: a kill takes about two seconds. `VOXDOUBLE_KILLS` is the number of kills of
each store. After `VOXDOUBLE_KILL_SECONDS` no further kill is made, and the printed result counts the kills that were
made. The time until a server is ready again is printed, with its ratio to the time of a server with an empty store of
the same kind. Both servers start at the same time, so other programs on the machine slow down both.

A killed process does not show that a store survives a loss of power, against which `synchronous=FULL` and `appendfsync`
protect.
"""

import os
import random
import signal
import sqlite3
import statistics
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

import voxdouble_fixtures
from tests.commands.process import serving
from tests.store.redis_server import running

KILLS = int(os.environ.get("VOXDOUBLE_KILLS", "20"))
MAX_SECONDS = float(os.environ.get("VOXDOUBLE_KILL_SECONDS", "inf"))
CLIENTS = 4
KILLS_PER_EMPTY_START = 5
READY_SECONDS = 2.0
POLLED = 50
"""The latest tasks that are polled after each kill; all are listed."""
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
    """Raise AssertionError unless every acknowledged task is there, once, and the latest have not gone back."""
    with requests.Session() as session:
        listed = [task["task_id"] for task in session.get(f"{url}/_mock/tasks", timeout=30).json()["tasks"]]
        assert len(listed) == len(set(listed)), "a task is listed twice"
        lost = set(history.states) - set(listed)
        assert not lost, f"{len(lost)} acknowledged tasks are lost"
        for task_id in list(history.states)[-POLLED:]:
            polled = session.get(f"{url}{CONVERSION}/{task_id}", timeout=30)
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


@dataclass
class Starts:
    """The seconds until servers were ready after a kill, and until servers with an empty store were."""

    again: list[float] = field(default_factory=list)
    empty: list[float] = field(default_factory=list)

    def are_fast(self) -> bool:
        """Return whether a server is usually ready in two seconds, or hardly later than with an empty store."""
        again = statistics.median(self.again)
        return again < READY_SECONDS or again < 1.5 * statistics.median(self.empty)

    def __str__(self) -> str:
        again, empty = statistics.median(self.again), statistics.median(self.empty)
        return (
            f"ready again after {again:.2f} s (slowest {max(self.again):.2f} s), {again / empty:.2f} times a "
            f"server with an empty store beside it ({empty:.2f} s)"
        )


def empty_store(store: str, number: int) -> str:
    """Return the address of an empty store of the same kind."""
    return f"{store.removesuffix('/0')}/1" if store.startswith("redis:") else f"{store}-{number}"


@contextmanager
def timed(times: list[float], *options: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """Start a server, and note the seconds until it is ready; yield its URL and its process."""
    began = time.monotonic()
    with serving("--pending", "0.1", "--running", "0.1", *options) as (url, process):
        times.append(time.monotonic() - began)
        yield url, process


def test_no_acknowledged_task_is_lost_by_kill_9(store: str) -> None:
    """After each kill the server is ready again, with every acknowledged task, and the database is intact."""
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance, history, starts = random.Random(seed), History(), Starts()
    end = time.monotonic() + MAX_SECONDS
    for number in range(KILLS):
        if number and time.monotonic() > end:
            break
        if number % KILLS_PER_EMPTY_START == 0:
            with timed(starts.empty, "--store", empty_store(store, number)):
                pass
        with timed(starts.again, "--store", store) as (url, process):
            check_history(url, history)
            errors = load_and_kill(url, process, history, chance.uniform(0.02, 0.6))
        assert errors == []
        if store.startswith("sqlite:"):
            check_database(store.removeprefix("sqlite:"))
    kills, kind = len(starts.again), store.partition(":")[0]
    assert len(history.states) > 2 * kills, "the load was too small to show anything"
    print(f"P8: {kills} kills with {kind}, 0 of {len(history.states):,} acknowledged tasks lost or set back; {starts}")
    assert starts.are_fast()


def load_and_kill(url: str, process: "subprocess.Popen[str]", history: History, seconds: float) -> list[AssertionError]:
    """Kill a server that several clients have used for some seconds; return what they found wrong."""
    voiceprint = voxdouble_fixtures.path("john_doe.vp").read_text().strip()
    errors: list[AssertionError] = []
    with requests.Session() as session:  # the first request waits until numpy and the decoders are loaded
        start_task(session, url, history, voiceprint)
    clients = [threading.Thread(target=load, args=(url, history, voiceprint, errors)) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    for client in clients:
        client.join()
    return errors


def check_database(path: str) -> None:
    """Raise AssertionError unless a database is intact."""
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()

"""A real Redis server on a free port, of Debian's package redis-server."""

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests import needs
from tests.store.steps import RealTime, new_record
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.store.redis_store import RedisStore


@dataclass
class RedisServer:
    """A server, which can be stopped and started again on its port."""

    folder: Path
    port: int
    tls_port: int
    options: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address as a store."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def client(self) -> "redis.Redis":
        """A client of its database 0."""
        return redis.Redis(port=self.port, socket_timeout=5, retry=Retry(NoBackoff(), 0))

    def start(self) -> None:
        """Start it, and return when it answers."""
        command = [
            needs.program("redis-server", package="redis-server"),
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--dir",
            str(self.folder),
        ]
        log = (self.folder / "redis.log").open("ab")
        self.process = subprocess.Popen([*command, "--save", "", *self.options], stdout=log, stderr=log)
        log.close()
        for _ in range(200):
            try:
                self.client.ping()
            except redis.AuthenticationError:
                return
            except redis.ConnectionError:
                time.sleep(0.02)
            else:
                return
        raise AssertionError((self.folder / "redis.log").read_text())

    def stop(self) -> None:
        """Kill it."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait()


def free_port() -> int:
    """Return a port that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


@contextmanager
def running(folder: Path, *options: str, tls: bool = False) -> Iterator[RedisServer]:
    """Start a server with options of redis-server, and kill it at the end; with `tls` it has a second port for TLS."""
    tls_port = free_port() if tls else 0
    server = RedisServer(folder, free_port(), tls_port, (*options, "--tls-port", str(tls_port)))
    server.start()
    try:
        yield server
    finally:
        server.stop()


def opened(server: RedisServer, real_now: RealTime | None = None) -> RedisStore:
    """Open the store on a server, on its clock or on another."""
    return RedisStore(server.url, new_record, Limits(), real_now)

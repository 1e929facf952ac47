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

from tests import needs


@dataclass
class RedisServer:
    """A server, which can be stopped and started again on its port."""

    folder: Path
    port: int
    options: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address as a store."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def client(self) -> "redis.Redis":
        """A client of its database 0."""
        return redis.Redis(port=self.port, socket_timeout=5)

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


@contextmanager
def running(folder: Path, *options: str) -> Iterator[RedisServer]:
    """Start a server with options of redis-server, and kill it at the end."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = RedisServer(folder, port, options)
    server.start()
    try:
        yield server
    finally:
        server.stop()

"""The connection to a Redis or Valkey server: timeouts, errors, and a report on the tasks that the server may lose."""

import logging
from collections.abc import Sequence
from functools import cache
from hashlib import sha1
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, NoScriptError, OutOfMemoryError, RedisError, ResponseError
from redis.retry import Retry

from voxdouble_mock.core.errors import StorageFull, Unavailable

TIMEOUT_SECONDS = 2.0
SCRIPT = files("voxdouble_mock.store").joinpath("redis_steps.lua").read_bytes()
SCRIPT_DIGEST = sha1(SCRIPT, usedforsecurity=False).hexdigest().encode()
SKIP_REPLY = b"*3\r\n$6\r\nCLIENT\r\n$5\r\nREPLY\r\n$4\r\nSKIP\r\n"

log = logging.getLogger("voxdouble_mock")


class RedisConnection:
    """Runs the script of the steps on a server; safe for several threads.

    Raises ValueError if the server cannot be reached at first, and Unavailable or StorageFull later.
    """

    def __init__(self, address: str) -> None:
        self.shown = shown(address)
        try:
            self._client = redis.Redis.from_url(
                address,
                protocol=2,
                socket_timeout=TIMEOUT_SECONDS,
                socket_connect_timeout=TIMEOUT_SECONDS,
                retry=Retry(NoBackoff(), 0),
            )
            self._client.ping()
        except (RedisError, OSError, ValueError) as error:
            raise ValueError(f"The store {self.shown} cannot be opened: {_sentence(error)}") from error
        self._connections = _Connections(self._client.connection_pool)
        self._is_down = False

    def run(self, *arguments: bytes) -> Sequence[bytes]:
        """Return the reply of a step, in one round trip."""
        packed = b"".join(map(_bulk, arguments))
        try:
            try:
                reply = self._send(_command(len(arguments), b"EVALSHA", SCRIPT_DIGEST) + packed)
            except NoScriptError:
                reply = self._send(_command(len(arguments), b"EVAL", SCRIPT) + packed)
        except (RedisError, OSError) as error:
            raise self._failure(error) from error
        if self._is_down:
            log.warning("The store %s is up again.", self.shown)
            self._is_down = False
        return reply

    def _send(self, packed: bytes) -> Sequence[bytes]:
        connection = self._connections.take()
        try:
            connection.send_packed_command([packed])
            reply: Sequence[bytes] = connection.read_response()
        except ResponseError:
            raise
        except BaseException:
            # A late response must not be read as that of the next command.
            connection.disconnect()
            raise
        finally:
            self._connections.put_back(connection)
        return reply

    def send(self, *arguments: bytes) -> None:
        """Send a step. Do not wait for its end, and report no error; while the server is down, send nothing."""
        if self._is_down:
            return
        packed = SKIP_REPLY + _command(len(arguments), b"EVALSHA", SCRIPT_DIGEST) + b"".join(map(_bulk, arguments))
        try:
            connection = self._connections.take(check=False)
            try:
                connection.send_packed_command([packed])
            except BaseException:
                connection.disconnect()
                raise
            finally:
                self._connections.put_back(connection)
        except (RedisError, OSError) as error:
            log.debug("An entry of the request log was lost: %s", error)

    def report_losses(self) -> None:
        """Log which tasks the server may lose with its settings, and the setting with which it would keep them."""
        log.info(
            "The store is %s: %s", self.shown, durability(self._setting("appendonly"), self._setting("appendfsync"))
        )
        policy = self._setting("maxmemory-policy")
        if policy is None:
            log.warning(
                "Whether %s deletes tasks when its memory is full is unknown: it shows no settings.", self.shown
            )
        elif policy != "noeviction":
            log.warning(
                "%s has maxmemory-policy %s: when its memory is full, it deletes tasks that have not expired. "
                "With maxmemory-policy noeviction it refuses new ones instead.",
                self.shown,
                policy,
            )

    def _setting(self, name: str) -> str | None:
        """Return a setting of the server; None if the server does not show its settings."""
        try:
            return self._client.config_get(name).get(name)
        except (RedisError, OSError):
            return None

    def close(self) -> None:
        """Close all connections."""
        self._connections.close()
        self._client.close()

    def _failure(self, error: Exception) -> StorageFull | Unavailable:
        """Return the error of a step that failed; a server that is now down is logged once."""
        if isinstance(error, OutOfMemoryError):
            return StorageFull(f"The memory of the store {self.shown} is full (its setting maxmemory).")
        reason = f"The store {self.shown} is down: {_sentence(error)}"
        if not self._is_down:
            log.error(reason)
        self._is_down = True
        return Unavailable(reason)


@cache
def _command(arguments: int, name: bytes, script: bytes) -> bytes:
    """Return the beginning of a command in Redis's protocol, up to the script's arguments; the script has no keys."""
    return b"*%d\r\n" % (3 + arguments) + b"".join(map(_bulk, (name, script, b"0")))


def _bulk(argument: bytes) -> bytes:
    """Return an argument in Redis's protocol."""
    return b"$%d\r\n%b\r\n" % (len(argument), argument)


class _Connections:
    """The connections that no step uses. Safe for several threads, each of which uses at most one.

    The pool of `redis` does the same in ten times the processor time, and has at most 100 connections.
    """

    def __init__(self, pool: "redis.ConnectionPool") -> None:
        self._pool = pool
        self._idle: list[Any] = []

    def take(self, *, check: bool = True) -> Any:
        """Return a connection; its first command connects it if it is new, or if the server has closed it."""
        try:
            connection = self._idle.pop()
        except IndexError:
            return self._pool.connection_class(**self._pool.connection_kwargs)
        if not check:
            return connection
        try:
            is_clean = not connection.can_read()
        except (RedisError, OSError):
            is_clean = False
        if not is_clean:
            connection.disconnect()
        return connection

    def put_back(self, connection: Any) -> None:
        """Keep a connection for the next step."""
        self._idle.append(connection)

    def close(self) -> None:
        """Close the connections that no step uses."""
        while self._idle:
            self._idle.pop().disconnect()


def durability(appendonly: str | None, appendfsync: str | None) -> str:
    """Return a sentence on what a server with these settings loses when it ends; None is an unknown setting."""
    if appendonly is None:
        return "what it keeps when it ends is unknown, since it shows no settings."
    if appendonly != "yes":
        return (
            "it has appendonly no, so tasks since its last snapshot, or all, are lost when it ends. "
            "With appendonly yes it keeps them."
        )
    if appendfsync == "always":
        return "it has appendonly yes and appendfsync always, so no acknowledged task is lost when it ends."
    return (
        f"it has appendonly yes and appendfsync {appendfsync}, so no task is lost when its process ends; when its "
        f"machine loses power, {'those of the last second are' if appendfsync == 'everysec' else 'recent ones are'}. "
        "With appendfsync always none is."
    )


def shown(address: str) -> str:
    """Return an address without its user name, password and query."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _sentence(error: Exception) -> str:
    if isinstance(error, AuthenticationError):
        return f"the user name or the password in its address was refused ({str(error).rstrip('.')})."
    return f"{str(error).rstrip('.') or type(error).__name__}."

"""The connection to a Redis or Valkey server: its timeouts, its errors, and what its configuration may lose."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha1
from importlib.resources import files
from urllib.parse import urlsplit

import redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, NoScriptError, OutOfMemoryError, RedisError, ResponseError
from redis.retry import Retry

from voxdouble_mock.core.errors import StorageFull, Unavailable

TIMEOUT_SECONDS = 2.0
SCRIPT = files("voxdouble_mock.store").joinpath("redis_steps.lua").read_text(encoding="utf-8")
SCRIPT_DIGEST = sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()

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
        self._pool = self._client.connection_pool
        self._is_down = False

    def run(self, *arguments: bytes) -> Sequence[bytes]:
        """Return the reply of a step, in one round trip."""
        with self._errors():
            try:
                reply: Sequence[bytes] = self._send("EVALSHA", SCRIPT_DIGEST, arguments)
            except NoScriptError:
                reply = self._send("EVAL", SCRIPT, arguments)
            return reply

    def _send(self, command: str, script: str, arguments: Sequence[bytes]) -> Sequence[bytes]:
        connection = self._pool.get_connection()
        try:
            connection.send_command(command, script, 0, *arguments)  # type: ignore[no-untyped-call]
            reply: Sequence[bytes] = connection.read_response()
        except ResponseError:
            raise
        except BaseException:
            # A late response must not be read as that of the next command.
            connection.disconnect()  # type: ignore[no-untyped-call]
            raise
        finally:
            self._pool.release(connection)
        return reply

    def send(self, *arguments: bytes) -> None:
        """Send a step without waiting for its end or reporting an error; while the server is down, nothing is sent."""
        if self._is_down:
            return
        try:
            connection = self._pool.get_connection()
            try:
                skip, step = ("CLIENT", "REPLY", "SKIP"), ("EVALSHA", SCRIPT_DIGEST, 0, *arguments)
                connection.send_packed_command(connection.pack_commands([skip, step]))  # type: ignore[no-untyped-call]
            except BaseException:
                connection.disconnect()  # type: ignore[no-untyped-call]
                raise
            finally:
                self._pool.release(connection)
        except (RedisError, OSError) as error:
            log.debug("An entry of the request log was lost: %s", error)

    def report_losses(self) -> None:
        """Log what may be lost by the configuration of the server, with the setting that would keep it."""
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
        """Return a setting of the server; None if it does not show it."""
        try:
            return self._client.config_get(name).get(name)
        except (RedisError, OSError):
            return None

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OutOfMemoryError as error:
            raise StorageFull(f"The memory of the store {self.shown} is full (its setting maxmemory).") from error
        except (RedisError, OSError) as error:
            if not self._is_down:
                log.error("The store %s is down: %s", self.shown, _sentence(error))
            self._is_down = True
            raise Unavailable(f"The store {self.shown} is down: {_sentence(error)}") from error
        if self._is_down:
            log.warning("The store %s is up again.", self.shown)
        self._is_down = False


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

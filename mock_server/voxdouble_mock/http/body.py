"""Bytes in: a request's body, read once, in pieces, whole or not at all."""

from collections.abc import Iterator
from threading import Lock
from typing import TYPE_CHECKING

from voxdouble_mock.core.errors import InvalidRequest, TooLarge
from voxdouble_mock.wsgi.protocol import ENVIRON_KEY

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

PIECE = 1 << 16


class Budget:
    """Bytes in hand at one time, over all requests; what is taken is given back when the request ends."""

    def __init__(self, total: int) -> None:
        self.total = total
        self._left = total
        self._lock = Lock()

    def take(self, count: int) -> bool:
        """Take bytes, or tell that there is no room for them."""
        with self._lock:
            if count > self._left:
                return False
            self._left -= count
            return True

    def give_back(self, count: int) -> None:
        """Return what was taken."""
        with self._lock:
            self._left += count


def declared_length(environ: "WSGIEnvironment") -> int | None:
    """Tell how many bytes the client says it will send; None for a chunked body, 0 where there is none."""
    if environ.get("wsgi.input_terminated"):
        return None
    text = environ.get("CONTENT_LENGTH") or "0"
    if not text.isdecimal():
        raise InvalidRequest(f"Content-Length is a number of bytes, not {text[:40]!r}.")
    return int(text)


def check_declared(environ: "WSGIEnvironment", limit: int) -> None:
    """Refuse, before anything of it is read, a body that is too large by its own account."""
    length = declared_length(environ)
    if length is not None and length > limit:
        raise TooLarge(f"The request's body has {length} bytes; at most {limit} are allowed.")


def read_body(environ: "WSGIEnvironment", limit: int, seconds: float) -> Iterator[bytes]:
    """Yield the body in pieces and end only if it has arrived whole, within the limit and the time.

    Servers differ in what they do with a body that is cut: some raise, some give what came as if it were all. So the
    bytes are counted here against the declared length (P1).
    """
    environ[ENVIRON_KEY].set_body_deadline(seconds)
    declared = declared_length(environ)
    received = 0
    while declared is None or received < declared:
        try:
            piece = environ["wsgi.input"].read(PIECE if declared is None else min(PIECE, declared - received))
        except (OSError, ValueError) as error:  # the client's fault, whatever the server calls it
            raise InvalidRequest(f"The request's body did not arrive whole: {error}") from error
        if not piece:
            break
        received += len(piece)
        if received > limit:
            raise TooLarge(f"The request's body has more than the {limit} bytes that are allowed.")
        yield piece
    if declared is not None and received < declared:
        raise InvalidRequest(f"The request's body is cut: {received} bytes of {declared} arrived.")

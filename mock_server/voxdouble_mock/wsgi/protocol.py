"""The interface between the server and the application beyond WSGI: the connection, and the errors of an upload.

The server puts a :class:`Connection` into the WSGI environ under :data:`ENVIRON_KEY`. Its ``wsgi.input`` raises the
errors below instead of ending early, so that a cut upload is never treated as a complete one (P1, C7).

The stream behaves like a file: ``read(n)`` returns ``n`` bytes unless the body ends before, ``read1(n)`` returns the
bytes that have arrived. The stream ends at the end of the body, with or without a declared length.
``wsgi.input_terminated`` is set only for a chunked body: it has no declared length. So frameworks still check a
declared length.
"""

from typing import Protocol

ENVIRON_KEY = "voxdouble.connection"


class BodyCut(ConnectionAbortedError):
    """The client closed or reset the connection before its body was complete. An :class:`OSError`."""


class BodyTooSlow(TimeoutError):
    """The body was not complete at its deadline, or stalled for the server's timeout. An :class:`OSError`."""


class BadChunking(ValueError):
    """The body's chunked framing violates RFC 9112 section 7.1."""


class Connection(Protocol):
    """One client's connection, for the request that the application is processing.

    It sets limits and orders faults for this one request. After :meth:`close_without_response`, :meth:`reset` and
    :meth:`send_raw` the application still returns a response, as WSGI demands, and it is discarded. Each of these three
    ends the connection.
    """

    def set_body_deadline(self, seconds: float) -> None:
        """Demand the complete body within ``seconds`` of real time from now; later reads raise :class:`BodyTooSlow`.

        The deadline applies to a client that sends slowly and to one that stalls. The last call counts. The deadline
        ends with the request.
        """

    def wait(self, seconds: float) -> bool:
        """Wait for ``seconds`` of real time; return False, at once, when the server stops meanwhile.

        If too many threads wait already, close the connection without a response, and return False at once.
        """

    def has_left(self) -> bool:
        """Return whether the client reset the connection, or closed it at least a second ago.

        A client that ends only its own direction and still reads cannot be distinguished from one that has left.
        """

    def close_without_response(self) -> None:
        """Close the connection (FIN). Clients report a connection closed without a response."""

    def reset(self) -> None:
        """Reset the connection (RST). Clients report "connection reset by peer"."""

    def send_raw(self, data: bytes) -> None:
        """Send these bytes, unchecked, in place of a response, and close the connection (FIN)."""

    def cut_response(self, after: int, *, reset: bool = False) -> None:
        """Close the connection after the response's head and ``after`` bytes of its body (or all, if there are fewer).

        The connection is closed with FIN, or with RST if ``reset`` is true.
        """

    def declare_length(self, length: int) -> None:
        """Send ``length`` as the response's Content-Length in place of the true one, and all of the body.

        If ``length`` is larger, the client misses bytes when the connection ends. If it is smaller, the client reads
        only a part of the body.
        """

"""What an application may ask of the connection that a request came on, and how an upload breaks.

The server provides the object, the HTTP layer below it uses it: the words that both need stand here, beneath both.
The server puts a :class:`Connection` into the WSGI environ under :data:`ENVIRON_KEY`; its ``wsgi.input`` raises the
errors below instead of ending early, so that a cut upload never passes for a whole one (promise P1, C7).

The stream behaves as files do: ``read(n)`` gives ``n`` bytes unless the body ends before, ``read1(n)`` gives what has
arrived. It ends at the body's end by itself, with or without a declared length; ``wsgi.input_terminated`` is set only
where there is none (a chunked body), so that frameworks keep an eye on the length where there is one.
"""

from typing import Protocol

ENVIRON_KEY = "voxdouble.connection"


class BodyCut(ConnectionAbortedError):
    """The client closed or reset the connection before its body was whole. An :class:`OSError`."""


class BodyTooSlow(TimeoutError):
    """The body was not whole at its deadline, or stalled for the server's timeout. An :class:`OSError`."""


class BadChunking(ValueError):
    """The body's chunked framing breaks RFC 9112 section 7.1."""


class Connection(Protocol):
    """One client's connection, for the request that the application is answering.

    Limits and faults of this one request. After :meth:`close_without_response`, :meth:`reset` and :meth:`send_raw` the
    application still returns an answer, as WSGI demands, and it goes nowhere. Every fault ends the connection.
    """

    def set_body_deadline(self, seconds: float) -> None:
        """Let the whole body arrive within ``seconds`` of real time from now; later reads raise :class:`BodyTooSlow`.

        Holds whether the client drips, stalls or is merely slow. The last call counts; it ends with the request.
        """

    def wait(self, seconds: float) -> bool:
        """Delay by ``seconds`` of real time; False, at once, when the server stops meanwhile."""

    def close_without_response(self) -> None:
        """End the connection in order (FIN). Clients see it closed without a response."""

    def reset(self) -> None:
        """Break the connection (RST). Clients see "connection reset by peer"."""

    def send_raw(self, data: bytes) -> None:
        """Send these bytes in place of an answer, whatever they are, and end the connection in order."""

    def cut_response(self, after: int, *, reset: bool = False) -> None:
        """End the connection after the answer's head and ``after`` bytes of its body (or all, if there are fewer).

        In order (FIN), or with ``reset`` broken (RST).
        """

    def declare_length(self, length: int) -> None:
        """Send ``length`` as the answer's Content-Length, whatever its body, and all of that body.

        Too large, clients miss bytes at the connection's end; too small, they take the beginning for the whole.
        """

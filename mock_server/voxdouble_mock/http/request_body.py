"""The body of a request: its declared length and content type, and its bytes, complete or refused (P1)."""

from collections.abc import Iterator
from typing import cast

from voxdouble_mock.core.errors import Detail, InvalidRequest, TooLarge, ValidationFailed
from voxdouble_mock.http.current_request import connection, environ, header

PIECE = 1 << 16
"""The most bytes that are read at a time."""


def check_content_type(expected: str) -> None:
    """Refuse another content type than the expected one, and a compressed body (C6)."""
    check_content_encoding()
    given = content_type().partition(";")[0].strip().lower()
    if given != expected:
        found = repr(given[:100]) if given else "no content type"
        message = f"The content type must be {expected}, got {found}."
        raise ValidationFailed([Detail(("header", "content-type"), message, "content-type")])


def content_type() -> str:
    """Return the content type with its parameters; empty if the request does not have it."""
    return cast("str", environ().get("CONTENT_TYPE", ""))


def check_content_encoding() -> None:
    """Refuse a body that is compressed (C6)."""
    found = (header("Content-Encoding") or "").strip()
    if found.lower() not in {"", "identity"}:
        message = f"Content-Encoding must be absent or identity, since bodies are not decompressed, got {found[:40]!r}."
        raise ValidationFailed([Detail(("header", "content-encoding"), message, "content-encoding")])


def declared_length() -> int | None:
    """Return the body's length in bytes as the request declares it: None if chunked, 0 if there is no body."""
    if environ().get("wsgi.input_terminated"):
        return None
    text = environ().get("CONTENT_LENGTH") or "0"
    if not text.isdecimal():
        raise InvalidRequest(f"Content-Length must be a number of bytes, got {text[:40]!r}.")
    return int(text)


def check_declared_length(limit: int) -> None:
    """Refuse a body whose declared length exceeds the limit, before any of it is read (S25)."""
    length = declared_length()
    if length is not None and length > limit:
        raise TooLarge(f"The request body must have at most {limit} bytes, got {length}.")


def read_body(limit: int, seconds: float) -> Iterator[bytes]:
    """Yield the body in pieces. Raises a refusal unless the body arrives complete, within the limit and the time.

    Some servers raise an error for a body that is cut, others end the stream as if it were complete. So the bytes are
    counted here and compared with the declared length (P1).
    """
    connection().set_body_deadline(seconds)
    declared = declared_length()
    received = 0
    stream = environ()["wsgi.input"]
    while declared is None or received < declared:
        try:
            piece = stream.read(PIECE if declared is None else min(PIECE, declared - received))
        except (OSError, ValueError) as error:  # cut, too slow or badly chunked
            raise InvalidRequest(f"The request body is not complete: {error}") from error
        if not piece:
            break
        received += len(piece)
        if received > limit:
            raise TooLarge(f"The request body must have at most {limit} bytes, got more.")
        yield piece
    if declared is not None and received < declared:
        raise InvalidRequest(f"The request body is not complete: {received} of {declared} bytes arrived.")

"""Multipart bodies of unusual forms, all of which RFC 2046 and RFC 7578 allow (C70)."""

from voxdouble_contract.samples.recordings import tone
from voxdouble_contract.target.raw import BOUNDARY, MULTIPART, multipart_head, multipart_tail

SECONDS = 0.2
"""The length of the recording in each body."""
_HEAD, _TAIL, _B = multipart_head(), multipart_tail(), BOUNDARY.encode()
_DISPOSITION, _, _ = _HEAD.partition(b"\r\n\r\n")


def body(head: bytes = _HEAD, tail: bytes = _TAIL) -> bytes:
    """Return a multipart body with a short recording in it."""
    return head + tone(SECONDS).data + tail


def with_header(header: str) -> bytes:
    """Return a multipart body whose part has another header."""
    return body(_DISPOSITION + f"\r\n{header}\r\n\r\n".encode())


ALLOWED: dict[str, tuple[bytes, str]] = {
    "text before the first delimiter": (body(b"A recording:\r\n" + _HEAD), MULTIPART),
    "the boundary within a line before it": (body(b"see --" + _B + b"--\r\n" + _HEAD), MULTIPART),
    "text after the closing delimiter": (body(tail=_TAIL + b"The end.\r\n"), MULTIPART),
    "white space after a delimiter": (body(_HEAD.replace(_B, _B + b" \t"), _TAIL), MULTIPART),
    "a quoted boundary": (body().replace(_B, b"a b=:/?"), 'multipart/form-data; BOUNDARY="a b=:/?"'),
    "names in upper case": (body(_HEAD.replace(b"; name", b"; NAME").replace(b"Content", b"CONTENT")), MULTIPART),
    "a folded header": (body(_HEAD.replace(b"; name", b";\r\n name")), MULTIPART),
    "a file name in Latin-1": (body(_HEAD.replace(b"recording", b"caf\xe9")), MULTIPART),
    "an escaped file name": (body(_HEAD.replace(b'filename="', b"filename*=utf-8''%C3%A9.wav; x=\"")), MULTIPART),
    "transfer encoding 8bit": (with_header("content-transfer-encoding: 8BIT"), MULTIPART),
    "transfer encoding binary": (with_header("Content-Transfer-Encoding: binary"), MULTIPART),
    "a header of another kind": (with_header("X-Other: 1"), MULTIPART),
}
"""Bodies that must be accepted, by name, each with its content type."""
BASE64 = with_header("Content-Transfer-Encoding: base64")

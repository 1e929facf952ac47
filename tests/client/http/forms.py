"""Forms as the client sends them and a server reads them."""

import io

from multipart import MultipartParser

from voxdouble_client._http.body import Body


def parsed(content_type: str, body: bytes) -> dict[str, tuple[str | None, bytes]]:
    """Parse a form as a server does; return the file name and the content of each part."""
    boundary = content_type.partition("boundary=")[2]
    arrived = {}
    for part in MultipartParser(io.BytesIO(body), boundary, content_length=len(body), strict=True):
        arrived[part.name] = (part.filename, part.raw)
        part.close()
    return arrived


def sent(body: Body) -> bytes:
    """Return all bytes of a body."""
    body.rewind()
    return b"".join(body)

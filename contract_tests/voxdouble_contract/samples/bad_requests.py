"""Requests that must be refused, by name: the request, and the expected response."""

import gzip
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest

from voxdouble_contract.exchange import Exchange
from voxdouble_contract.judging.expectations import unproven
from voxdouble_contract.samples.recordings import tone
from voxdouble_contract.target.parallel import in_parallel
from voxdouble_contract.target.raw import MULTIPART, multipart_head, multipart_tail
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.technologies import COMPARISON, CONVERSION, EXTRACTION, have_vectors

DEEP = b'{"voiceprints": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
SECONDS = 0.2
"""The length of the recording in each upload."""
LONG_HEADER = "x" * 100_000
NOT_EXAMINED = frozenset({403, 404, 413, 429, 502, 503, 504, 507})
"""Statuses of a target that refuses the request before it looks at its content."""
Send = Callable[[Target], Exchange]
Choose = Callable[[Target], str]
"""Returns the technology that a request is sent to."""


@dataclass(frozen=True)
class BadRequest:
    """A request that is wrong in one way."""

    send: Send
    status: int
    location: tuple[str | int, ...] | None = None
    """The location that a detail of the 422 must name."""


def conversion(body: object) -> Send:
    """Return the start of a conversion with this body."""
    return lambda target: target.post_json(CONVERSION, body)


def extraction(target: Target) -> str:
    """Return the technology that every target has."""
    return EXTRACTION


def json_start(body: bytes) -> Send:
    """Return the start of a technology with a JSON body that is refused whatever its members are."""
    return lambda target: target.post_json(json_technology(target), body)


def json_technology(target: Target) -> str:
    """Return a technology that takes JSON and that the target's generation serves."""
    return CONVERSION if target.may_serve(CONVERSION) else COMPARISON


def upload(query: str = "", part: str = "file") -> Send:
    """Return the start of an extraction of a short recording."""
    return lambda target: target.post_media(EXTRACTION, tone(SECONDS), query, part=part)


def wrong_flag(target: Target) -> Exchange:
    """Start an extraction with a flag for vectors that is not a boolean; unproven where the flag is unknown."""
    if not have_vectors(target.generations):
        unproven("The target's generation ignores `include_vector_voiceprint`.")
    return target.post_media(EXTRACTION, tone(SECONDS), "?include_vector_voiceprint=2")


def two_files(target: Target) -> Exchange:
    """Upload two parts of the name `file`."""
    recording = tone(SECONDS).data
    files = [("file", ("a.wav", recording)), ("file", ("b.wav", recording))]
    path, sent = target.path(EXTRACTION), "two parts named file"
    return target.send("POST", path, sent=sent, audio=2 * SECONDS, files=files)


def with_type(technology: Choose, content_type: str | None, body: bytes) -> Send:
    """Return the start of a task with this content type, or without any."""
    headers = {} if content_type is None else {"Content-Type": content_type}
    return partial(start, technology=technology, body=body, data=body, headers=headers)


def multipart(body: bytes, *, length: int | None = None, content_type: str = MULTIPART) -> Send:
    """Return the start of an extraction with exactly this body, under a `Content-Length` that may be too large."""
    size = len(body) if length is None else length
    headers = {"Content-Type": content_type, "Content-Length": str(size)}
    return lambda target: target.raw(
        "POST", target.path(EXTRACTION), headers, audio=SECONDS, body=[body], close_early=size > len(body)
    )


def compressed(technology: Choose, content_type: str, body: bytes) -> Send:
    """Return the start of a task with a body that is compressed with gzip."""
    headers = {"Content-Type": content_type, "Content-Encoding": "gzip"}
    return partial(start, technology=technology, body=body, data=gzip.compress(body), headers=headers)


def start(target: Target, technology: Choose, body: bytes, data: bytes, headers: dict[str, str]) -> Exchange:
    """Send `data`, which is `body` or encodes it, as the start of a task."""
    audio = SECONDS if b"RIFF" in body else None
    return target.send("POST", target.path(technology(target)), sent=body, audio=audio, data=data, headers=headers)


def unknown_task(target: Target) -> Exchange:
    """Poll a task that never existed."""
    return target.get_task(EXTRACTION, str(uuid.uuid4()))


def delete_start_path(target: Target) -> Exchange:
    """Send a DELETE to a path that starts tasks."""
    return target.send("DELETE", target.path(EXTRACTION))


CUT = multipart_head() + tone(SECONDS).data
WHOLE = CUT + multipart_tail()

DOCUMENTED: dict[str, BadRequest] = {
    "unknown task": BadRequest(unknown_task, 404),
    "wrong method": BadRequest(delete_start_path, 405),
    "broken JSON": BadRequest(json_start(b'{"voiceprints": ['), 400),
    "no file": BadRequest(upload(part="media"), 422, ("body", "file")),
    "voiceprints missing": BadRequest(conversion({}), 422, ("body", "voiceprints")),
    "voiceprints not a list": BadRequest(conversion({"voiceprints": "text"}), 422, ("body", "voiceprints")),
}
"""Requests whose status the vendor documents."""

UNPARSABLE: dict[str, BadRequest] = {
    "JSON nested too deeply": BadRequest(json_start(DEEP), 400),
    "JSON not in UTF-8": BadRequest(json_start(b'{"voiceprints": ["\xff\xfe"]}'), 400),
    "JSON with a key twice": BadRequest(json_start(b'{"voiceprints": ["AAAA"], "voiceprints": ["AAAA"]}'), 400),
    "JSON with NaN": BadRequest(json_start(b'{"voiceprints": ["AAAA"], "colour": NaN}'), 400),
    "JSON with more after its end": BadRequest(json_start(b'{"voiceprints": ["AAAA"]} {}'), 400),
    "multipart without boundary": BadRequest(multipart(WHOLE, content_type="multipart/form-data"), 400),
    "multipart cut before its closing boundary": BadRequest(multipart(CUT), 400),
    "body shorter than announced": BadRequest(multipart(CUT, length=len(WHOLE)), 400),
    "header too long": BadRequest(lambda target: target.raw("GET", "/api/system/info", {"X-Long": LONG_HEADER}), 400),
    "framed twice": BadRequest(
        lambda target: target.raw(
            "POST",
            target.path(json_technology(target)),
            {"Content-Type": "application/json", "Content-Length": "5", "Transfer-Encoding": "chunked"},
            body=[b"0\r\n\r\n"],
        ),
        400,
    ),
}
"""Requests that cannot be parsed (C7)."""

INVALID: dict[str, BadRequest] = {
    "two files": BadRequest(two_files, 422, ("body", "file")),
    "unknown channel mode": BadRequest(upload("?channel_mode=stereo"), 422, ("query", "channel_mode")),
    "channels with a space": BadRequest(upload("?channels=0,%201"), 422, ("query", "channels")),
    "flag that is not a boolean": BadRequest(wrong_flag, 422, ("query", "include_vector_voiceprint")),
    "body not an object": BadRequest(conversion([]), 422, ("body",)),
    "empty list": BadRequest(conversion({"voiceprints": []}), 422, ("body", "voiceprints")),
    "voiceprint that is a number": BadRequest(
        conversion({"voiceprints": ["AAAA", 1]}), 422, ("body", "voiceprints", 1)
    ),
    "malformed Base64": BadRequest(
        conversion({"voiceprints": ["AAAA", "AAAA", "A=A"]}), 422, ("body", "voiceprints", 2)
    ),
}
"""Requests that can be parsed and are not valid (C8)."""

WRONG_TYPE: dict[str, BadRequest] = {
    "upload without type": BadRequest(with_type(extraction, None, WHOLE), 422, ("header", "content-type")),
    "upload as JSON": BadRequest(with_type(extraction, "application/json", b"{}"), 422, ("header", "content-type")),
    "JSON without type": BadRequest(
        with_type(json_technology, None, b'{"voiceprints": []}'), 422, ("header", "content-type")
    ),
    "JSON as text": BadRequest(
        with_type(json_technology, "text/plain", b'{"voiceprints": []}'), 422, ("header", "content-type")
    ),
    "form for JSON": BadRequest(with_type(json_technology, MULTIPART, WHOLE), 422, ("header", "content-type")),
    "compressed upload": BadRequest(compressed(extraction, MULTIPART, WHOLE), 422, ("header", "content-encoding")),
    "compressed JSON": BadRequest(
        compressed(json_technology, "application/json", b'{"voiceprints": ["AAAA"]}'),
        422,
        ("header", "content-encoding"),
    ),
}
"""Bodies of the wrong content type or encoding (C6)."""


ALL = {**DOCUMENTED, **UNPARSABLE, **INVALID, **WRONG_TYPE}


class Refusals:
    """The responses of one target to bad requests.

    Each request is sent once. A target that the suite started gets each when a test asks for it. Any other target may
    be slow: it gets all of them, in parallel, at the first request.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        self._responses: dict[str, Exchange | BaseException] = {}

    def response_to(self, name: str, request: BadRequest) -> Exchange:
        """Return the response; unproven if the target refused the request before it looked at its content."""
        if name not in self._responses:
            wanted = {name: request} if self.target.own else ALL
            with self.target.without_notes():
                responses = in_parallel([partial(self._send, one) for one in wanted.values()])
            self._responses |= dict(zip(wanted, responses, strict=True))
        response = self._responses[name]
        if isinstance(response, BaseException):
            raise response
        self.target.note([response])
        if response.status in NOT_EXAMINED and request.status not in NOT_EXAMINED:
            unproven(f"The technology is not available, or the target is busy: {response}.")
        return response

    def _send(self, request: BadRequest) -> Exchange | BaseException:
        """Return the response, or why the request could not be sent."""
        try:
            return request.send(self.target)
        except pytest.skip.Exception as unproven_here:
            return unproven_here

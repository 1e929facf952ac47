"""Requests that must be refused, by name: what is sent, and what should come back."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from voxdouble_contract.exchange import Exchange
from voxdouble_contract.raw import MULTIPART, multipart_head, multipart_tail
from voxdouble_contract.samples import hum
from voxdouble_contract.target import CONVERSION, EXTRACTION, Target
from voxdouble_contract.verdicts import unproven

DEEP = b'{"voiceprints": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
NOT_JUDGED = frozenset({403, 404, 413, 429, 502, 503, 504, 507})
"""Statuses of a target that does not come to look at what is wrong."""
FLAG = "include_vector_voiceprint"
LONG_HEADER = "x" * 100_000
Send = Callable[[Target], Exchange]


@dataclass(frozen=True)
class Case:
    """A request that is wrong in one way."""

    send: Send
    status: int
    location: tuple[str | int, ...] | None = None
    """Where the fault is, for a 422."""


def json_body(body: object) -> Send:
    """Start a conversion with this body."""
    return lambda target: target.post_json(CONVERSION, body)


def upload(query: str = "", part: str = "file") -> Send:
    """Start an extraction of a short recording."""
    return lambda target: target.post_media(EXTRACTION, hum(0.2), query, part=part)


def two_files(target: Target) -> Exchange:
    """Upload two parts of the name `file`."""
    files = [("file", ("a.wav", hum(0.2).data)), ("file", ("b.wav", hum(0.2).data))]
    return target.send("POST", target.path(EXTRACTION), sent="two parts named file", files=files)


def typed(technology: str, content_type: str | None, body: bytes) -> Send:
    """Start a task with this content type, or with none."""
    headers = {} if content_type is None else {"Content-Type": content_type}
    return lambda target: target.send("POST", target.path(technology), sent=body, data=body, headers=headers)


def multipart(body: bytes, *, length: int | None = None, content_type: str = MULTIPART) -> Send:
    """Start an extraction with exactly this body, of which a length may be claimed that it does not have."""
    size = len(body) if length is None else length
    headers = {"Content-Type": content_type, "Content-Length": str(size)}
    return lambda target: target.raw(
        "POST", target.path(EXTRACTION), headers, body=[body], close_early=size > len(body)
    )


def unknown_task(target: Target) -> Exchange:
    """Ask for a task that never was."""
    return target.get_task(EXTRACTION, str(uuid.uuid4()))


def start(method: str) -> Send:
    """Send another method to a path that starts tasks."""
    return lambda target: target.send(method, target.path(EXTRACTION))


WHOLE = multipart_head() + hum(0.2).data + multipart_tail()
CUT = multipart_head() + hum(0.2).data

PLAIN: dict[str, Case] = {
    "unknown task": Case(unknown_task, 404),
    "wrong method": Case(start("DELETE"), 405),
    "broken JSON": Case(json_body(b'{"voiceprints": ['), 400),
    "no file": Case(upload(part="media"), 422, ("body", "file")),
    "voiceprints missing": Case(json_body({}), 422, ("body", "voiceprints")),
    "voiceprints not a list": Case(json_body({"voiceprints": "text"}), 422, ("body", "voiceprints")),
}
"""What the vendor documents plainly."""

UNPARSABLE: dict[str, Case] = {
    "JSON nested too deeply": Case(json_body(DEEP), 400),
    "JSON not in UTF-8": Case(json_body(b'{"voiceprints": ["\xff\xfe"]}'), 400),
    "JSON with a key twice": Case(json_body(b'{"voiceprints": ["AAAA"], "voiceprints": ["AAAA"]}'), 400),
    "JSON with NaN": Case(json_body(b'{"voiceprints": ["AAAA"], "colour": NaN}'), 400),
    "JSON with more after its end": Case(json_body(b'{"voiceprints": ["AAAA"]} {}'), 400),
    "multipart without boundary": Case(multipart(WHOLE, content_type="multipart/form-data"), 400),
    "multipart cut before its closing boundary": Case(multipart(CUT), 400),
    "body shorter than it claims": Case(multipart(CUT, length=len(WHOLE)), 400),
    "header too long": Case(lambda target: target.raw("GET", "/api/system/info", {"X-Long": LONG_HEADER}), 400),
    "framed twice": Case(
        lambda target: target.raw(
            "POST",
            target.path(CONVERSION),
            {"Content-Type": "application/json", "Content-Length": "5", "Transfer-Encoding": "chunked"},
            body=[b"0\r\n\r\n"],
        ),
        400,
    ),
}
"""What cannot be parsed, by our reading (C7)."""

INVALID: dict[str, Case] = {
    "two files": Case(two_files, 422, ("body", "file")),
    "unknown channel mode": Case(upload("?channel_mode=stereo"), 422, ("query", "channel_mode")),
    "channels with a space": Case(upload("?channels=0,%201"), 422, ("query", "channels")),
    "flag that is no boolean": Case(
        upload("?include_vector_voiceprint=2"), 422, ("query", "include_vector_voiceprint")
    ),
    "body not an object": Case(json_body([]), 422, ("body",)),
    "empty list": Case(json_body({"voiceprints": []}), 422, ("body", "voiceprints")),
    "voiceprint that is a number": Case(json_body({"voiceprints": ["AAAA", 1]}), 422, ("body", "voiceprints", 1)),
    "malformed Base64": Case(json_body({"voiceprints": ["AAAA", "AAAA", "A=A"]}), 422, ("body", "voiceprints", 2)),
}
"""What can be parsed and is not valid, by our reading (C8)."""

WRONG_TYPE: dict[str, Case] = {
    "upload without type": Case(typed(EXTRACTION, None, WHOLE), 422, ("header", "content-type")),
    "upload as JSON": Case(typed(EXTRACTION, "application/json", b"{}"), 422, ("header", "content-type")),
    "JSON without type": Case(typed(CONVERSION, None, b'{"voiceprints": []}'), 422, ("header", "content-type")),
    "JSON as text": Case(typed(CONVERSION, "text/plain", b'{"voiceprints": []}'), 422, ("header", "content-type")),
    "form for JSON": Case(typed(CONVERSION, MULTIPART, WHOLE), 422, ("header", "content-type")),
}
"""Bodies of the wrong kind (C6)."""


class Refused:
    """The answers to such requests, each sent once."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._answers: dict[str, Exchange] = {}

    def answer(self, name: str, case: Case) -> Exchange:
        """Send the request unless it was sent before; unproven where the technology is not there."""
        if name not in self._answers:
            self._answers[name] = case.send(self.target)
        answer = self._answers[name]
        if answer.status in NOT_JUDGED and case.status not in NOT_JUDGED:
            unproven(f"The technology is not there, or the target is busy: {answer}.")
        return answer
